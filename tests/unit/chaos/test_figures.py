"""The figures of small histories that can be reckoned by hand."""

import math
from dataclasses import replace

import pytest

from chaos import figures
from chaos.figures import Floor
from chaos.history import Event, Fault, History, Notice, Outage, Probe, Start, TaskHistory

ID = "task_1"


def history(*events: tuple[float, str], **parts: object) -> History:
    """The history of one task with these events, held by "orchestrator" when it was killed."""
    seen = [Event(n, kind, at_s, 0, "", "") for n, (at_s, kind) in enumerate(events, 1)]
    task = TaskHistory(ID, "tenant_a", found=True, status=events[-1][1], sse=seen)
    made: dict[str, object] = {
        "starts": [Start("tenant_a", "key", "plain", ID, 99.0, 99.5, 1)],
        "tasks": {ID: task},
        "faults": [Fault("kill", "orchestrator", 100.0, 100.0, [ID])],
    }
    return History(1, 10.0, **{**made, **parts})  # type: ignore[arg-type]


TAKEN = ((99.6, "started"), (109.0, "started"), (110.0, "completed"))


def test_a_takeover_counts_from_the_kill_to_the_next_start() -> None:
    [found] = figures.takeovers(history(*TAKEN))
    assert (found.raw_s, found.counted_s, found.disturbed) == (9.0, 9.0, False)


def test_a_takeover_counts_from_the_return_of_redis() -> None:
    [found] = figures.takeovers(history(*TAKEN, outages=[Outage(99.0, 106.0)]))
    assert (found.raw_s, found.counted_s, found.disturbed) == (9.0, 3.0, True)


def test_a_takeover_counts_from_the_last_blow_at_another_orchestrator() -> None:
    faults = [
        Fault("kill", "orchestrator", 100.0, 100.0, [ID]),
        Fault("kill", "orchestrator-2", 107.0, 107.0),
        Fault("kill", "gateway", 108.0, 108.0),
    ]
    [found] = figures.takeovers(history(*TAKEN, faults=faults))
    assert (found.raw_s, found.counted_s, found.disturbed) == (9.0, 2.0, True)


@pytest.mark.parametrize("end", ["cancelled", "paused", "completed"])
def test_what_does_not_go_on_is_no_takeover(end: str) -> None:
    events = ((99.6, "started"), (109.0, end), (120.0, "started"), (121.0, "completed"))
    assert figures.takeovers(history(*events)) == []


def test_a_recovery_counts_from_the_return_to_the_first_answer_after_the_last_refusal() -> None:
    probes = [
        Probe(100.1, 100.4, 503),
        Probe(100.5, 102.1, 503),
        Probe(102.2, 102.3, 200),
        Probe(102.4, 102.5, 503),
        Probe(102.6, 102.8, 200),
        Probe(102.9, 103.0, 200),
    ]
    [found] = figures.recoveries(history(*TAKEN, outages=[Outage(100.0, 102.0)], probes=probes))
    assert found.refused == 2
    assert found.slowest_s == pytest.approx(1.6)
    assert found.recovered_s == pytest.approx(0.8)
    assert not found.disturbed


def test_a_struck_gateway_disturbs_a_recovery() -> None:
    faults = [Fault("kill", "gateway-2", 101.0, 101.0)]
    probes = [Probe(102.5, 102.6, 200)]
    seen = history(*TAKEN, outages=[Outage(100.0, 102.0)], faults=faults, probes=probes)
    [found] = figures.recoveries(seen)
    assert found.disturbed


def test_a_blow_before_anybody_was_served_again_leaves_nothing_to_measure() -> None:
    faults = [Fault("kill", "redis", 102.3, 102.3)]
    probes = [Probe(102.1, 102.2, 503), Probe(102.4, 102.5, 503)]
    seen = history(*TAKEN, outages=[Outage(100.0, 102.0)], faults=faults, probes=probes)
    [found] = figures.recoveries(seen)
    assert math.isnan(found.recovered_s)
    assert found.refused == 0


def test_no_answer_after_the_return_is_no_recovery() -> None:
    probes = [Probe(102.5, 102.6, 503)]
    [found] = figures.recoveries(history(*TAKEN, outages=[Outage(100.0, 102.0)], probes=probes))
    assert found.recovered_s == 10.0


def test_percentiles_are_values_that_were_measured() -> None:
    found = figures.spread([float(n) for n in range(1, 101)])
    assert (found.count, found.p50, found.p95, found.worst) == (100, 50.0, 95.0, 100.0)
    assert figures.spread([]).count == 0
    assert math.isnan(figures.spread([]).worst)


KINDS = ("gateway", "orchestrator", "planning", "research", "coder", "reporter", "envoy", "redis")


def kept(seen: History, floor: Floor, **broken: int) -> dict[str, bool]:
    """Whether each promise holds, by the words that begin it."""
    found = figures.promises(figures.measure(seen), seen, floor, broken)
    return {promise.says: promise.holds for promise in found}


def whole() -> History:
    """A history with one kill of each kind."""
    faults = [Fault("kill", name, 100.0, 100.0, [ID]) for name in KINDS]
    return history(*TAKEN, faults=faults)


FLOOR = Floor(tasks=1, kills=8, redis_kills=1, takeovers=1)


def test_a_run_in_which_enough_happened_and_nothing_broke_keeps_every_promise() -> None:
    assert all(kept(whole(), FLOOR).values())


@pytest.mark.parametrize(
    "floor",
    [
        replace(FLOOR, tasks=2),
        replace(FLOOR, kills=9),
        replace(FLOOR, redis_kills=2),
        replace(FLOOR, takeovers=9),
    ],
)
def test_a_run_in_which_too_little_happened_fails(floor: Floor) -> None:
    assert not all(kept(whole(), floor).values())


def test_a_kind_of_process_that_was_not_killed_fails_the_run() -> None:
    seen = whole()
    seen.faults = seen.faults[1:]
    assert not kept(seen, replace(FLOOR, kills=7))["at least 8 kinds of process killed"]


@pytest.mark.parametrize("rule", ["none_lost", "ends_once", "pauses_hold"])
def test_a_broken_rule_breaks_a_promise(rule: str) -> None:
    assert not all(kept(whole(), FLOOR, **{rule: 1}).values())


def test_too_slow_a_takeover_breaks_both_promises_about_it() -> None:
    events = ((99.6, "started"), (116.0, "started"), (117.0, "completed"))
    found = kept(history(*events), FLOOR)
    assert not found["takeover within 12 s, 95 of 100"]
    assert not found["takeover within 15 s, at worst"]


def test_too_few_completed_tasks_fail_the_run() -> None:
    found = kept(history((99.6, "started"), (101.0, "failed")), FLOOR)
    assert not found["at least 95% of the tasks that could complete did"]


def notice(at_s: float, answered: int = 200) -> Notice:
    """An attempt to tell of the end of `TAKEN`."""
    return Notice(at_s, "http://127.0.0.1:1/", "msg_1_3", ID, "completed", "", "", answered)


def test_the_first_try_counts_not_the_one_received_well() -> None:
    found = figures.measure(history(*TAKEN, notices=[notice(110.4, 500), notice(115.0)]))
    assert (found.webhooks, found.webhooks_again) == (1, 1)
    assert found.first_tries.worst == pytest.approx(0.4)


@pytest.mark.parametrize(
    "disturbance",
    [
        {"outages": [Outage(109.0, 113.0)]},
        {"faults": [Fault("kill", "orchestrator-2", 113.0, 113.0)]},
        {"faults": [Fault("freeze", "gateway", 109.0, 113.0)]},
    ],
)
def test_a_first_try_counts_from_what_held_it_up(disturbance: dict[str, object]) -> None:
    found = figures.measure(history(*TAKEN, notices=[notice(118.5)], **disturbance))
    assert found.first_tries.worst == pytest.approx(5.5)
    assert found.first_tries_raw.worst == pytest.approx(8.5)
    assert found.first_tries_disturbed == 1


def test_too_late_a_first_try_fails_the_run() -> None:
    says = "the first try of a webhook within 5 s, 99 of 100"
    assert kept(history(*TAKEN, notices=[notice(114.9)]), FLOOR)[says]
    assert not kept(history(*TAKEN, notices=[notice(115.1)]), FLOOR)[says]


def test_too_few_webhooks_fail_the_run() -> None:
    found = kept(history(*TAKEN, notices=[notice(110.1)]), replace(FLOOR, tasks=8))
    assert not found["at least 2 ends told by webhook"]
