"""What webhooks told of the ends of tasks: the rules they are judged by, and when they came.

The one thing known here of how the mesh works inside is which id the webhook of an end has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chaos.history import FINAL, History
from chaos.mesh import service_of
from chaos.violation import Violation
from meshkit.webhooks.keys import webhook_id

_WELL: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class FirstTry:
    """The first attempt to tell of the end of a task.

    Attributes:
        raw_s: From the end to the arrival.
        counted_s: The same, but from the end of an outage of Redis in between, or from the last
            blow in between at an orchestrator or a gateway, which may just have been about to
            send it or to hand it on.
        disturbed: Whether there was such a thing in between.
    """

    raw_s: float
    counted_s: float
    disturbed: bool


def webhooks_arrive(history: History) -> Iterator[Violation]:
    """The end of each task that has a callback URL is told to it, until it is received well.

    An end that a retry has undone need not be told any more.
    """
    received = {one.webhook_id for one in history.notices if one.answered in _WELL}
    for start in history.starts:
        task = history.tasks.get(start.task_id)
        if start.callback_url and task and task.sse and task.sse[-1].type in FINAL:
            end = task.sse[-1]
            if webhook_id(task.task_id, end.offset) not in received:
                says = f"its {end.type} at {end.offset} did not arrive as a webhook"
                yield Violation("webhooks_arrive", task.task_id, says)


def webhooks_are_true(history: History) -> Iterator[Violation]:
    """Each webhook is signed, goes where it was asked for, and tells of an end that has been.

    One end has one id, the same at every attempt and with the same body.
    """
    callbacks = {start.task_id: start.callback_url for start in history.starts}
    ends = {
        webhook_id(task.task_id, event.offset): event
        for task in history.tasks.values()
        for event in task.sse
        if event.type in FINAL
    }
    bodies: dict[str, str] = {}
    for one in history.notices:
        end = ends.get(one.webhook_id)
        if one.fault:
            says = one.fault
        elif callbacks.get(one.task_id) != one.url:
            says = f"was sent to {one.url}"
        elif end is None or one.webhook_id != webhook_id(one.task_id, end.offset):
            says = "tells of no end of its task"
        elif one.status != end.type:
            says = f"says {one.status}, and its task was {end.type}"
        elif one.at_s < end.at_s:
            says = f"came {end.at_s - one.at_s:.3f} s before the end"
        elif bodies.setdefault(one.webhook_id, one.body) != one.body:
            says = "has another body than before"
        else:
            continue
        yield Violation("webhooks_are_true", one.task_id, f"webhook {one.webhook_id} {says}")


def first_tries(history: History) -> list[FirstTry]:
    """The first attempt at each end that a webhook told of."""
    arrived: dict[str, float] = {}
    for notice in history.notices:
        arrived.setdefault(notice.webhook_id, notice.at_s)
    blows = [
        at_s
        for one in history.faults
        if service_of(one.target) in ("orchestrator", "gateway")
        # Who was frozen before the end may have been let go on after it.
        for at_s in (one.at_s, one.until_s)
    ]
    found = []
    for task in history.tasks.values():
        for event in task.sse:
            at_s = arrived.get(webhook_id(task.task_id, event.offset))
            if event.type in FINAL and at_s is not None:
                began = history.undisturbed_since(event.at_s, at_s, blows=blows)
                found.append(FirstTry(at_s - event.at_s, at_s - began, began != event.at_s))
    return found
