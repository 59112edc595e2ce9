"""The judge acquits a good history, and each rule convicts a bad one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from chaos import rules
from chaos.history import (
    Control,
    Event,
    Held,
    History,
    Notice,
    Outage,
    Poll,
    Start,
    Surprise,
    Watch,
)
from chaos.history import TaskHistory as Task
from chaos.webhooks import webhooks_are_true, webhooks_arrive
from rig.job import STEPS, expected

ID: Final = "task_1"
OTHER: Final = "task_2"


def events(*kinds: str) -> list[Event]:
    """Events of these types, a second apart; "step_completed:coder" names its step."""
    made = []
    for offset, kind in enumerate(kinds, 1):
        name, _, step = kind.partition(":")
        made.append(Event(offset, name, 100.0 + offset, 0, step, ""))
    return made


DONE: Final = [f"step_completed:{step}" for step in STEPS]
COMPLETED: Final = events("queued", "started", *DONE, "completed")


def task(found: Sequence[Event] = COMPLETED, **changes: Any) -> Task:
    """A task with these events, and what follows from them."""
    status = found[-1].type
    done = [event.step for event in found if event.type == "step_completed"]
    made = Task(
        task_id=ID,
        tenant_id="tenant_a",
        found=True,
        status=status,
        progress=100 if status == "completed" else 50,
        attempt=sum(1 for event in found if event.type == "started"),
        completed_steps=done,
        steps=dict.fromkeys(done, "completed"),
        result=expected(ID) if status == "completed" else [],
        artifacts=done,
        sse=list(found),
        grpc=list(found),
    )
    return replace(made, **changes)


def history(found: Task | None = None, **parts: Any) -> History:
    """The history of one task."""
    one = found or task()
    made: dict[str, Any] = {
        "starts": [Start(one.tenant_id, "key", "plain", ID, 100.0, 100.5, 1)],
        "tasks": {ID: one},
        "listed": {one.tenant_id: [ID]},
    }
    return History(seed=1, lease_s=10.0, **{**made, **parts})


def control(action: str, http: int = 200, status: str = "", at_s: float = 101.0) -> Control:
    return Control(ID, action, at_s, at_s + 0.1, http, status)


def poll(at_s: float, status: str, progress: int, *, took_s: float = 0.1) -> Poll:
    return Poll(ID, at_s, at_s + took_s, status, progress)


def left(at_s: float, eta_s: int, current_step: str = "Do", *, took_s: float = 0.1) -> Poll:
    made = poll(at_s, "running", 20, took_s=took_s)
    return replace(made, eta_s=eta_s, current_step=current_step)


def held(fence: int, attempt: int, holder: str = "w/1") -> Held:
    return Held(ID, 100.0 + fence, fence, attempt, holder, "running")


URL: Final = "http://127.0.0.1:1/tenant_a/well/1"


def notice(**changes: Any) -> Notice:
    """What tells of the end of `COMPLETED`, received well."""
    number = len(COMPLETED)
    made = Notice(
        at_s=100.5 + number,
        url=URL,
        webhook_id=f"msg_1_{number}",
        task_id=ID,
        status="completed",
        body="digest",
        fault="",
        answered=200,
    )
    return replace(made, **changes)


def told(*notices: Notice) -> History:
    """A completed task with a callback URL, and the webhooks that were received."""
    start = Start("tenant_a", "key", "plain", ID, 100.0, 100.5, 1, callback_url=URL)
    return history(starts=[start], notices=list(notices))


RETRIED = events("queued", "started", "failed", "queued", "started", *DONE, "completed")

GOOD: Final[dict[str, History]] = {
    "completed": history(),
    "taken over": history(task(events("queued", "started", "started", *DONE, "completed"))),
    "retried": history(
        task(RETRIED),
        controls=[control("retry", status="queued", at_s=103.2)],
        polls=[poll(103, "failed", 50), poll(105, "running", 50), poll(115, "completed", 100)],
    ),
    "a retry whose answer was lost": history(
        task(RETRIED), controls=[control("retry", http=409, at_s=103.2)]
    ),
    "paused": history(
        task(events("queued", "started", "paused", "resumed", "started", *DONE, "completed"))
    ),
    "cancelled": history(
        task(events("queued", "started", "cancelled")),
        controls=[control("cancel", status="running")],
    ),
    "cancelled too late": history(
        controls=[control("cancel", http=409, at_s=110.0)],
    ),
    "completed while a cancel was on its way": history(
        controls=[control("cancel", status="running", at_s=105.0)]
    ),
    "a cancel that waited for Redis": history(
        controls=[control("cancel", status="running", at_s=101.0)], outages=[Outage(101.2, 106.0)]
    ),
    "dead letter": history(
        task(events("queued", "started", "started", "started", "failed"), attempt=4)
    ),
    "told to fail": history(
        task(events("queued", "started", "failed")),
        starts=[Start("tenant_a", "key", "fail", ID, 100.0, 100.5, 1)],
    ),
    "no agent to be had": history(
        task(events("queued", "started", *["step_retried:coder"] * 3, "failed"))
    ),
    "told at the third attempt": told(notice(answered=500), notice(answered=0), notice()),
    "watched to the end": history(watches=[Watch(ID, COMPLETED, 3, ended=True)]),
    "watched in part": history(watches=[Watch(ID, COMPLETED[:3], 1, ended=False)]),
    # Two answers cross: neither is earlier than the other.
    "polls at once": history(polls=[poll(101, "running", 20, took_s=2), poll(102, "running", 10)]),
    "the time left runs down and stands": history(polls=[left(101, 9), left(102, 8), left(103, 8)]),
    "the time left grows for a reason": history(
        polls=[
            left(101, 0, "Starting"),
            left(102, 9, "Do (the time left is the plan's estimate)"),
            left(103, 5, "Do: attempt 1 failed, trying again in 4 s"),
            left(104, 20, "Taken over: the worker before does not answer any more"),
        ]
    ),
    "polls of the time left at once": history(
        polls=[left(101, 5, took_s=2), left(102, 6)],
    ),
    "fences": history(held=[held(1, 1), held(2, 2, "w/2"), held(3, 3, "w/3")]),
}


def shifted(found: Sequence[Event], *offsets: int) -> list[Event]:
    return [replace(event, offset=offset) for event, offset in zip(found, offsets, strict=False)]


SHORT: Final = events("queued", "started", "failed")

BAD: Final[list[tuple[Callable[..., Any], str, History]]] = [
    (rules.none_lost, "gone", history(Task(ID, "tenant_a"))),
    (rules.none_lost, "never read", history(tasks={})),
    (rules.none_lost, "not final", history(task(COMPLETED[:4], status="running"))),
    (
        rules.one_task_a_key,
        "a key with two tasks",
        history(
            starts=[
                Start("tenant_a", "key", "plain", ID, 100.0, 100.5, 1),
                Start("tenant_a", "key", "plain", OTHER, 100.0, 100.5, 1),
            ]
        ),
    ),
    (
        rules.one_task_a_key,
        "a task of two keys",
        history(
            starts=[
                Start("tenant_a", "key", "plain", ID, 100.0, 100.5, 1),
                Start("tenant_a", "other", "plain", ID, 100.0, 100.5, 1),
            ]
        ),
    ),
    (rules.listed_once, "nobody's", history(listed={"tenant_a": [ID, OTHER]})),
    (rules.listed_once, "not listed", history(listed={"tenant_a": []})),
    (rules.listed_once, "listed twice", history(listed={"tenant_a": [ID, ID]})),
    (rules.ends_once, "two ends", history(task(events("started", "completed", "completed")))),
    (rules.ends_once, "goes on", history(task(events("completed", "started"), status="completed"))),
    (rules.ends_once, "an unasked run", history(task(RETRIED))),
    (rules.ends_once, "another status", history(task(status="failed"))),
    (rules.ends_once, "no end", history(task(COMPLETED[:3], status="completed"))),
    (rules.offsets_without_gaps, "gap", history(task(shifted(COMPLETED, 1, 2, 4, 5, 6, 7, 8)))),
    (rules.offsets_without_gaps, "twice", history(task(shifted(COMPLETED, 1, 2, 2, 3, 4, 5, 6)))),
    (
        rules.offsets_without_gaps,
        "gRPC gap",
        history(task(grpc=shifted(COMPLETED, 1, 3, 4, 5, 6, 7, 8))),
    ),
    (
        rules.offsets_without_gaps,
        "a watcher missed one",
        history(watches=[Watch(ID, [*COMPLETED[:2], *COMPLETED[3:]], 2, ended=True)]),
    ),
    (rules.same_for_all, "transports differ", history(task(grpc=COMPLETED[:-1]))),
    (
        rules.same_for_all,
        "a watcher saw what is not there",
        history(watches=[Watch(ID, events("queued", "paused"), 1, ended=False)]),
    ),
    (
        rules.same_for_all,
        "a watcher was sent away",
        history(watches=[Watch(ID, COMPLETED[:3], 1, ended=True)]),
    ),
    (
        rules.steps_once,
        "step twice",
        history(task(events("queued", "started", *DONE, DONE[0], "completed"))),
    ),
    (rules.steps_once, "record differs", history(task(completed_steps=STEPS[:2]))),
    (rules.result_as_made, "output missing", history(task(artifacts=STEPS[1:]))),
    (rules.result_as_made, "result of another", history(task(result=expected(OTHER)))),
    (rules.result_as_made, "99 %", history(task(progress=99))),
    (rules.result_as_made, "open step", history(task(steps={"coder": "running"}))),
    (rules.result_as_made, "failed with a result", history(task(SHORT, result=expected(ID)))),
    (
        rules.never_back,
        "progress falls",
        history(polls=[poll(101, "running", 20), poll(102, "running", 10)]),
    ),
    (
        rules.never_back,
        "final no more",
        history(polls=[poll(101, "failed", 20), poll(102, "running", 20)]),
    ),
    (
        rules.never_back,
        "a retry long before",
        history(
            polls=[poll(101, "failed", 20), poll(102, "running", 20)],
            controls=[control("retry", at_s=90.0)],
        ),
    ),
    (
        rules.eta_grows_with_reason,
        "grows in silence",
        history(polls=[left(101, 5), left(102, 6)]),
    ),
    (
        rules.eta_grows_with_reason,
        "a reason that is forgotten",
        history(polls=[left(101, 5), left(102, 9, "Do (slower than usual)"), left(103, 8)]),
    ),
    (
        rules.eta_grows_with_reason,
        "a first estimate out of nowhere",
        history(polls=[left(101, 0), left(102, 6)]),
    ),
    (rules.fences_rise, "fence falls", history(held=[held(2, 1), held(1, 1)])),
    (rules.fences_rise, "attempt falls", history(held=[held(2, 2), held(3, 1)])),
    (rules.fences_rise, "same fence", history(held=[held(2, 1), held(2, 2)])),
    (rules.fences_rise, "two holders", history(held=[held(2, 1), held(2, 1, "w/2")])),
    (rules.fences_rise, "attempts", history(task(attempt=3))),
    (
        rules.cancels_hold,
        "completed long after",
        history(controls=[control("cancel", status="running", at_s=101.0)]),
    ),
    (
        rules.cancels_hold,
        "said cancelled",
        history(controls=[control("cancel", status="cancelled", at_s=101.0)]),
    ),
    (
        rules.cancels_hold,
        "refused before the end",
        history(controls=[control("cancel", http=409, at_s=101.0)]),
    ),
    (
        rules.pauses_hold,
        "goes on unasked",
        history(task(events("queued", "started", "paused", "started", *DONE, "completed"))),
    ),
    (webhooks_arrive, "never", told()),
    (webhooks_arrive, "never received well", told(notice(answered=500))),
    (webhooks_are_true, "signed wrongly", told(notice(), notice(fault="its signature"))),
    (webhooks_are_true, "sent elsewhere", told(notice(), notice(url=URL + "0"))),
    (webhooks_are_true, "of no end", told(notice(), notice(webhook_id="msg_1_2"))),
    (webhooks_are_true, "of another end", told(notice(), notice(status="failed"))),
    (webhooks_are_true, "too early", told(notice(at_s=101.0))),
    (webhooks_are_true, "changed", told(notice(), notice(body="another"))),
    (rules.failures_have_cause, "for nothing", history(task(SHORT))),
    (rules.no_surprises, "404", history(surprises=[Surprise(1.0, ID, "GET /x", "HTTP 404")])),
]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_history_is_acquitted(name: str) -> None:
    assert rules.check(GOOD[name]) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [pytest.param(rule, found, id=f"{rule.__name__}: {name}") for rule, name, found in BAD],
)
def test_a_bad_history_is_convicted_by_its_rule(rule: rules.Rule, found: History) -> None:
    broken = rules.check(found)
    assert rule.__name__ in {violation.rule for violation in broken}
    assert {violation.task_id for violation in broken} <= {ID, OTHER}


def test_every_rule_has_a_bad_history() -> None:
    assert {rule for rule, _, _ in BAD} == set(rules.RULES)
