"""What a history amounts to: takeovers, recoveries, counts, and which promises they keep."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chaos.history import FINAL, Fault, History, Outage
from chaos.mesh import service_of
from chaos.webhooks import first_tries

_AROUND_S: Final = 5.0
"""A blow at a gateway or Envoy this long before an outage disturbs what is measured of it."""
_RECOVERY_WINDOW_S: Final = 10.0
FIRST_TRY_S: Final = 5.0
AWAY_ANSWER_S: Final = 2.0
RECOVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Takeover:
    """A task that went on elsewhere after its holder was killed or frozen.

    Attributes:
        task_id: The task.
        fault: "kill" or "freeze".
        raw_s: From the fault to the task's next start.
        counted_s: The same, but from the end of an outage of Redis in between, or from the last
            blow at another orchestrator, which may just have claimed the task.
        disturbed: Whether there was such a thing in between.
    """

    task_id: str
    fault: str
    raw_s: float
    counted_s: float
    disturbed: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a bystander fared around an outage of Redis.

    Attributes:
        away_s: How long Redis was away.
        slowest_s: The slowest answer to a request sent while it was; 0 when none was.
        refused: How many of them were refused.
        recovered_s: From its return to the first answer after the last refusal; NaN when the next
            blow came before.
        disturbed: Whether Envoy or a gateway was struck shortly before or meanwhile, too.
    """

    away_s: float
    slowest_s: float
    refused: int
    recovered_s: float
    disturbed: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, high percentiles and worst of measured values; NaN when there are none."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Floor:
    """How much must have happened at least for a run to prove anything.

    Attributes:
        tasks: Tasks acknowledged.
        kills: Processes killed, Redis included.
        redis_kills: Times that Redis was killed.
        takeovers: Takeovers after a kill or a freeze.
        completed_share: Share of the tasks that were neither cancelled nor told to fail.
        slack: Factor on every limit of time: how long is too long on this machine.
    """

    tasks: int
    kills: int
    redis_kills: int
    takeovers: int
    completed_share: float = 0.95
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise, what was measured, and whether it holds."""

    says: str
    measured: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a run."""

    minutes: float
    tasks: int
    outcomes: Mapping[str, int]
    strikes: Mapping[str, int]
    kills: int
    redis_kills: int
    events: int
    polls: int
    watchers: int
    reconnections: int
    repeated_starts: int
    steered: Mapping[str, int]
    takeovers: Spread
    takeovers_raw: Spread
    takeovers_disturbed: int
    redis_away: Spread
    away_answers: Spread
    recoveries: Spread
    recoveries_disturbed: Spread
    webhooks: int
    webhooks_again: int
    first_tries: Spread
    first_tries_raw: Spread
    first_tries_disturbed: int
    start_to_end: Spread


def spread(values: Sequence[float]) -> Spread:
    """Nearest-rank percentiles of those that are numbers."""
    ranked = sorted(value for value in values if not math.isnan(value))
    if not ranked:
        return Spread(0, math.nan, math.nan, math.nan, math.nan)

    def at(share: float) -> float:
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]

    return Spread(len(ranked), at(0.5), at(0.95), at(0.99), ranked[-1])


def takeovers(history: History) -> list[Takeover]:
    """Every takeover of a task whose holder was killed or frozen."""
    return [found for fault in history.faults for found in _taken_over(history, fault)]


def _taken_over(history: History, fault: Fault) -> Iterator[Takeover]:
    others = [
        one.at_s
        for one in history.faults
        if one is not fault and service_of(one.target) == "orchestrator" and one.kind != "reset"
    ]
    for task_id in fault.held:
        task = history.tasks.get(task_id)
        later = [event for event in task.sse if event.at_s > fault.at_s] if task else []
        # An end or a pause by its owner's wish, at the next holder, is no going on.
        following = next((one for one in later if one.type in FINAL | {"started", "paused"}), None)
        if following is None or following.type != "started":
            continue
        began = history.undisturbed_since(fault.at_s, following.at_s, blows=others)
        yield Takeover(
            task_id=task_id,
            fault=fault.kind,
            raw_s=following.at_s - fault.at_s,
            counted_s=following.at_s - began,
            disturbed=began != fault.at_s,
        )


def recoveries(history: History) -> list[Recovery]:
    """How a bystander fared around each outage of Redis."""
    return [_recovery(history, outage) for outage in history.outages]


def _recovery(history: History, outage: Outage) -> Recovery:
    struck = [
        (fault.at_s, service_of(fault.target))
        for fault in history.faults
        if service_of(fault.target) in ("redis", "envoy", "gateway")
    ]
    next_s = min((at_s for at_s, _ in struck if at_s > outage.until_s), default=math.inf)
    window_s = min(outage.until_s + _RECOVERY_WINDOW_S, next_s)
    during = [one for one in history.probes if outage.from_s <= one.sent_s < outage.until_s]
    after = [
        one for one in history.probes if outage.until_s <= one.sent_s and one.answered_s < window_s
    ]
    last_refused_s = max((one.sent_s for one in after if one.http != 200), default=0.0)
    served = [one.answered_s for one in after if one.http == 200 and one.sent_s > last_refused_s]
    unseen = math.nan if window_s == next_s else window_s - outage.until_s
    return Recovery(
        away_s=outage.until_s - outage.from_s,
        slowest_s=max((one.answered_s - one.sent_s for one in during), default=0.0),
        refused=sum(1 for one in during if one.http != 200),
        recovered_s=min(served) - outage.until_s if served else unseen,
        disturbed=any(
            target != "redis" and outage.from_s - _AROUND_S < at_s <= outage.until_s
            for at_s, target in struck
        ),
    )


def measure(history: History) -> Figures:
    """The figures of a history."""
    found, around, tries = takeovers(history), recoveries(history), first_tries(history)
    calm = [one for one in around if not one.disturbed]
    kills = Counter(fault.target for fault in history.faults if fault.kind == "kill")
    ends = {
        task.task_id: task.sse[-1].at_s
        for task in history.tasks.values()
        if task.status in FINAL and task.sse
    }
    return Figures(
        minutes=(history.ended_s - history.began_s) / 60,
        tasks=len({start.task_id for start in history.starts}),
        outcomes=dict(Counter(task.status or "lost" for task in history.tasks.values())),
        strikes=dict(
            Counter(f"{fault.kind} {service_of(fault.target)}" for fault in history.faults)
        ),
        kills=kills.total(),
        redis_kills=kills["redis"],
        events=sum(len(task.sse) for task in history.tasks.values()),
        polls=len(history.polls),
        watchers=len(history.watches),
        reconnections=sum(watch.connections - 1 for watch in history.watches),
        repeated_starts=sum(1 for start in history.starts if start.tries > 1),
        steered=dict(Counter(one.action for one in history.controls if one.http == 200)),
        takeovers=spread([one.counted_s for one in found]),
        takeovers_raw=spread([one.raw_s for one in found]),
        takeovers_disturbed=sum(1 for one in found if one.disturbed),
        redis_away=spread([one.until_s - one.from_s for one in history.outages]),
        away_answers=spread([one.slowest_s for one in calm]),
        recoveries=spread([one.recovered_s for one in calm]),
        recoveries_disturbed=spread([one.recovered_s for one in around if one.disturbed]),
        webhooks=len({one.webhook_id for one in history.notices}),
        webhooks_again=len(history.notices) - len({one.webhook_id for one in history.notices}),
        first_tries=spread([one.counted_s for one in tries]),
        first_tries_raw=spread([one.raw_s for one in tries]),
        first_tries_disturbed=sum(1 for one in tries if one.disturbed),
        start_to_end=spread(
            [ends[one.task_id] - one.sent_s for one in history.starts if one.task_id in ends]
        ),
    )


def promises(
    figures: Figures, history: History, floor: Floor, broken_rules: Mapping[str, int]
) -> list[Promise]:
    """What was promised and what came of it, the floor of successes included.

    A takeover may take the lease and 2 s at the 95th percentile, the lease and 5 s at worst: 12 and
    15 s with the default lease of 10 s.
    """
    slack = floor.slack
    p95_s, worst_s = slack * (history.lease_s + 2), slack * (history.lease_s + 5)
    answer_s, recovery_s, try_s = slack * AWAY_ANSWER_S, slack * RECOVERY_S, slack * FIRST_TRY_S
    lost = broken_rules.get("none_lost", 0)
    doubled = sum(
        broken_rules.get(rule, 0)
        for rule in ("one_task_a_key", "listed_once", "ends_once", "steps_once")
    )
    others = sum(broken_rules.values()) - lost - doubled
    willing = [
        task
        for task in history.tasks.values()
        if task.status != "cancelled" and not _told_to_fail(history, task.task_id)
    ]
    completed = sum(1 for task in willing if task.status == "completed")
    share = completed / len(willing) if willing else 0.0
    struck = {name for name in figures.strikes if name.startswith("kill ")}
    return [
        Promise("no acknowledged task lost", f"{lost} lost", lost == 0),
        Promise("nothing done twice", f"{doubled} doubled", doubled == 0),
        Promise("every other rule of the history", f"{others} broken", others == 0),
        _within(f"takeover within {p95_s:g} s, 95 of 100", figures.takeovers.p95, p95_s),
        _within(f"takeover within {worst_s:g} s, at worst", figures.takeovers.worst, worst_s),
        _within(
            f"an answer within {answer_s:g} s while Redis is away",
            figures.away_answers.worst,
            answer_s,
        ),
        _within(
            f"service within {recovery_s:g} s of Redis's return",
            figures.recoveries.worst,
            recovery_s,
        ),
        _within(
            f"the first try of a webhook within {try_s:g} s, 99 of 100",
            figures.first_tries.p99,
            try_s,
        ),
        _at_least("tasks acknowledged", figures.tasks, floor.tasks),
        _at_least("processes killed", figures.kills, floor.kills),
        _at_least("of them Redis", figures.redis_kills, floor.redis_kills),
        _at_least("kinds of process killed", len(struck), 8),
        _at_least("ends told by webhook", figures.webhooks, floor.tasks // 4),
        _at_least("takeovers seen", figures.takeovers.count, floor.takeovers),
        Promise(
            f"at least {floor.completed_share:.0%} of the tasks that could complete did",
            f"{share:.1%}",
            share >= floor.completed_share,
        ),
    ]


def _told_to_fail(history: History, task_id: str) -> bool:
    return any(one.task_id == task_id and one.name == "fail" for one in history.starts)


def _within(says: str, value: float, limit: float) -> Promise:
    measured = "not seen" if math.isnan(value) else f"{value:.2f} s"
    # Nothing seen is left to the floor of successes.
    return Promise(says, measured, math.isnan(value) or value <= limit)


def _at_least(says: str, value: int, least: int) -> Promise:
    return Promise(f"at least {least} {says}", str(value), value >= least)


def as_plain(figures: Figures) -> dict[str, Any]:
    """The figures for JSON, where what was not measured is null."""

    def plain(value: Any) -> Any:  # noqa: ANN401 (fields of any type)
        if isinstance(value, Spread):
            return {name: plain(getattr(value, name)) for name in Spread.__dataclass_fields__}
        return None if isinstance(value, float) and math.isnan(value) else value

    return {name: plain(getattr(figures, name)) for name in Figures.__dataclass_fields__}
