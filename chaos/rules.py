"""The judge: what must hold of a recorded history, one function a rule.

Each rule is pure and yields what breaks it. Nothing here knows how the mesh works inside; the rules
are the promises of the public contract, and fences are the one thing looked up in Redis. What
webhooks told is judged by the rules in `webhooks.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from chaos.history import FINAL, Control, Event, Held, History, Poll, TaskHistory
from chaos.violation import Violation
from chaos.webhooks import webhooks_are_true, webhooks_arrive
from rig import steering
from rig.job import expected

Seen = TypeVar("Seen", Poll, Held)

DEAD_HOLDERS: Final = 3
"""A task that lost so many holders is a dead letter: failed, and rightly so."""
REASONS: Final = (
    *("first estimate", "the time left is the plan's estimate"),
    *("the plan foresees more work than usual", "another step than planned", "slower than usual"),
    *("trying again", "the step begins anew", "taken over", "given back by its worker"),
    *("resumed", "queued again", "of the tenant's tasks run at once"),
)
"""What `current_step` may name, in whatever case, when more time is left than before."""
_CANCEL_S: Final = 2.0
"""How long after the answer to a cancel its task may still end otherwise."""


Rule = Callable[[History], Iterator[Violation]]


def none_lost(history: History) -> Iterator[Violation]:
    """Every acknowledged task exists and is final."""
    for start in history.starts:
        task = history.tasks.get(start.task_id)
        if task is None or not task.found:
            yield Violation("none_lost", start.task_id, "was acknowledged and does not exist")
        elif task.status not in FINAL:
            yield Violation("none_lost", start.task_id, f"is still {task.status}")


def one_task_a_key(history: History) -> Iterator[Violation]:
    """A key has one task and a task one key."""
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    used: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for start in history.starts:
        ids[start.tenant_id, start.key].add(start.task_id)
        used[start.task_id].add((start.tenant_id, start.key))
    for (_, key), found in ids.items():
        for task_id in sorted(found)[1:]:
            yield Violation("one_task_a_key", task_id, f"key {key} has {len(found)} tasks")
    for task_id, keys in used.items():
        if len(keys) > 1:
            yield Violation("one_task_a_key", task_id, f"was answered to {len(keys)} keys")


def listed_once(history: History) -> Iterator[Violation]:
    """A tenant's list names each of its acknowledged tasks once, and nothing else.

    Clients ask until they have an answer, so a task that nobody was told of is a doubled one.
    """
    known: defaultdict[str, set[str]] = defaultdict(set)
    for start in history.starts:
        known[start.tenant_id].add(start.task_id)
    for tenant_id, listed in history.listed.items():
        for task_id in sorted(set(listed) - known[tenant_id]):
            yield Violation("listed_once", task_id, "is listed and was never acknowledged")
        for task_id in sorted(known[tenant_id] - set(listed)):
            yield Violation("listed_once", task_id, "was acknowledged and is not listed")
        for task_id, times in Counter(listed).items():
            if times > 1:
                yield Violation("listed_once", task_id, f"is listed {times} times")


def ends_once(history: History) -> Iterator[Violation]:
    """Each run of a task has one terminal event, which is its last and agrees with the status."""
    retried = Counter(one.task_id for one in history.controls if one.action == "retry")
    for task in _found(history):
        # Those refused, too: what refused it may have been the same retry whose answer was lost.
        retries = retried[task.task_id]
        runs = 0
        for event, following in pairwise((*task.sse, None)):
            if event is None or event.type not in FINAL:
                continue
            runs += 1
            if following is not None and following.type != "queued":
                says = f"{event.type} at {event.offset} is followed by {following.type}"
                yield Violation("ends_once", task.task_id, says)
        if task.status in FINAL and not 1 <= runs <= 1 + retries:
            says = f"has {runs} ends after {retries} retries"
            yield Violation("ends_once", task.task_id, says)
        last = task.sse[-1].type if task.sse else "nothing"
        if task.status in FINAL and last != task.status:
            yield Violation(
                "ends_once", task.task_id, f"is {task.status}, its events end in {last}"
            )


def offsets_without_gaps(history: History) -> Iterator[Violation]:
    """Offsets go 1, 2, 3, …, for every watcher and over every connection."""
    for task in _found(history):
        for stream, events in (("SSE", task.sse), ("gRPC", task.grpc)):
            yield from _numbered(task.task_id, stream, events)
    for watch in history.watches:
        where = f"a watcher of {watch.connections} connections"
        yield from _numbered(watch.task_id, where, watch.events)


def _numbered(task_id: str, stream: str, events: Sequence[Event]) -> Iterator[Violation]:
    offsets = [event.offset for event in events]
    if offsets != list(range(1, len(offsets) + 1)):
        wrong = next(place for place, offset in enumerate(offsets, 1) if place != offset)
        says = f"over {stream}, event {wrong} has offset {offsets[wrong - 1]}"
        yield Violation("offsets_without_gaps", task_id, says)


def same_for_all(history: History) -> Iterator[Violation]:
    """What was seen by any watcher at an offset is what is stored there."""
    for task in _found(history):
        if list(task.sse) != list(task.grpc):
            yield Violation("same_for_all", task.task_id, "SSE and gRPC tell different events")
    for watch in history.watches:
        task = history.tasks.get(watch.task_id, TaskHistory(watch.task_id, ""))
        stored = {event.offset: event for event in task.sse}
        for event in watch.events:
            if stored.get(event.offset) != event:
                says = f"a watcher saw {event.type} at {event.offset}, which is not there"
                yield Violation("same_for_all", watch.task_id, says)
        if watch.ended and (not watch.events or watch.events[-1].type not in FINAL):
            yield Violation("same_for_all", watch.task_id, "a watcher was sent away before the end")


def steps_once(history: History) -> Iterator[Violation]:
    """Each step is recorded as completed once, and the record names the steps of the events."""
    for task in _found(history):
        done = [event.step for event in task.sse if event.type == "step_completed"]
        for step, times in Counter(done).items():
            if times > 1:
                yield Violation("steps_once", task.task_id, f"{step} completed {times} times")
        if list(task.completed_steps) != done:
            says = f"its record has completed {list(task.completed_steps)}, its events {done}"
            yield Violation("steps_once", task.task_id, says)


def result_as_made(history: History) -> Iterator[Violation]:
    """A completed task has the result that its own steps made, and no other task has one."""
    for task in _found(history):
        done = {event.step for event in task.sse if event.type == "step_completed"}
        if missing := done - set(task.artifacts):
            says = f"the results of {sorted(missing)} are not stored"
            yield Violation("result_as_made", task.task_id, says)
        if task.status == "completed":
            if list(task.result) != expected(task.task_id):
                yield Violation("result_as_made", task.task_id, f"its result says {task.result}")
            if task.progress != 100:
                says = f"is completed at {task.progress} %"
                yield Violation("result_as_made", task.task_id, says)
            if not_done := [step for step, status in task.steps.items() if status != "completed"]:
                says = f"is completed although {not_done} are not"
                yield Violation("result_as_made", task.task_id, says)
        elif task.result:
            yield Violation("result_as_made", task.task_id, f"is {task.status} and has a result")


def never_back(history: History) -> Iterator[Violation]:
    """No answer takes back what an earlier one said: a final status, or progress.

    An answer that came before a request was sent is earlier than the answer to it, whoever asked.
    """
    retried = defaultdict(list)
    for control in history.controls:
        if control.action == "retry":
            retried[control.task_id].append(control)
    for task_id, polls in _by_task(history.polls).items():
        yield from _forward(task_id, polls, retried[task_id])


def _forward(
    task_id: str, polls: Sequence[Poll], retries: Sequence[Control]
) -> Iterator[Violation]:
    answered = sorted(polls, key=lambda poll: poll.answered_s)
    told = 0
    best, final = -1, ""
    final_s = 0.0
    for poll in sorted(polls, key=lambda poll: poll.sent_s):
        while told < len(answered) and answered[told].answered_s <= poll.sent_s:
            before = answered[told]
            told += 1
            best = max(best, before.progress)
            if before.status in FINAL:
                final, final_s = before.status, before.sent_s
        if poll.progress < best:
            yield Violation("never_back", task_id, f"progress fell from {best} to {poll.progress}")
        again = any(
            final_s < retry.answered_s and retry.sent_s <= poll.answered_s for retry in retries
        )
        if final and poll.status != final and not again:
            yield Violation("never_back", task_id, f"was {final} and then {poll.status}")


def eta_grows_with_reason(history: History) -> Iterator[Violation]:
    """No answer shows more time left than an earlier one without naming a reason.

    Earlier is what had been answered before the request was sent, whoever asked.
    """
    for task_id, polls in _by_task(history.polls).items():
        answered = sorted(polls, key=lambda poll: poll.answered_s)
        told = 0
        least: int | None = None
        for poll in sorted(polls, key=lambda poll: poll.sent_s):
            while told < len(answered) and answered[told].answered_s <= poll.sent_s:
                before = answered[told].eta_s
                least = before if least is None else min(least, before)
                told += 1
            named = any(reason in poll.current_step.lower() for reason in REASONS)
            if least is not None and poll.eta_s > least and not named:
                says = f"{least} s were left and then {poll.eta_s} s: {poll.current_step!r}"
                yield Violation("eta_grows_with_reason", task_id, says)


def fences_rise(history: History) -> Iterator[Violation]:
    """Fence and attempt never fall, each attempt has a higher fence, each fence one holder."""
    for task_id, looks in _by_task(history.held).items():
        holders: dict[int, str] = {}
        for look in looks:
            if look.holder and holders.setdefault(look.fence, look.holder) != look.holder:
                says = f"fence {look.fence} is {holders[look.fence]}'s and {look.holder}'s"
                yield Violation("fences_rise", task_id, says)
        for before, after in pairwise(looks):
            if after.fence < before.fence:
                says = f"the fence fell from {before.fence} to {after.fence}"
                yield Violation("fences_rise", task_id, says)
            if after.attempt < before.attempt:
                says = f"the attempt fell from {before.attempt} to {after.attempt}"
                yield Violation("fences_rise", task_id, says)
            if after.attempt > before.attempt and after.fence <= before.fence:
                says = f"attempt {after.attempt} has fence {after.fence}, as the one before"
                yield Violation("fences_rise", task_id, says)
    for task in _found(history):
        kinds = Counter(event.type for event in task.sse)
        taken = kinds["started"]
        # Who finds too many dead holders takes the task up to end it, and starts nothing.
        if not taken <= task.attempt <= taken + kinds["failed"]:
            says = f"counts {task.attempt} attempts and was started {taken} times"
            yield Violation("fences_rise", task.task_id, says)


def cancels_hold(history: History) -> Iterator[Violation]:
    """A cancelled task ends as cancelled, or had ended before the cancel could reach it."""
    for control in history.controls:
        task = history.tasks.get(control.task_id)
        if control.action != "cancel" or task is None:
            continue
        ends = [event for event in task.sse if event.type in FINAL]
        if control.http != 200:
            if not any(end.at_s <= control.answered_s for end in ends):
                yield Violation("cancels_hold", task.task_id, "a cancel was refused before its end")
            continue
        end = next((end for end in ends if end.at_s >= control.sent_s), None)
        if control.status == "cancelled":
            if not any(end.type == "cancelled" for end in ends if end.at_s <= control.answered_s):
                yield Violation("cancels_hold", task.task_id, "said cancelled and was not")
        elif end is not None and end.type != "cancelled":
            away = sum(
                max(0.0, min(outage.until_s, end.at_s) - max(outage.from_s, control.answered_s))
                for outage in history.outages
            )
            late = end.at_s - control.answered_s - away
            if late > _CANCEL_S:
                says = f"{end.type} {late:.1f} s after the answer to a cancel"
                yield Violation("cancels_hold", task.task_id, says)


def pauses_hold(history: History) -> Iterator[Violation]:
    """Nothing happens to a paused task until it is resumed or cancelled."""
    for task in _found(history):
        for event, following in pairwise(task.sse):
            if event.type == "paused" and following.type not in ("resumed", "cancelled"):
                says = f"paused at {event.offset} and then {following.type}"
                yield Violation("pauses_hold", task.task_id, says)


def failures_have_cause(history: History) -> Iterator[Violation]:
    """A task fails because it was made to, or because it lost its holders or its agents."""
    names = {start.task_id: start.name for start in history.starts}
    for task in _found(history):
        if task.status != "failed" or names.get(task.task_id) == steering.FAIL:
            continue
        taken = sum(1 for event in task.sse if event.type == "started")
        tried = sum(1 for event in task.sse if event.type == "step_retried")
        if taken < DEAD_HOLDERS and tried < DEAD_HOLDERS:
            says = f"failed after {taken} attempts and {tried} retries of a step: {task.error}"
            yield Violation("failures_have_cause", task.task_id, says)


def no_surprises(history: History) -> Iterator[Violation]:
    """Every answer is the one asked for, or an error of the envelope that a fault explains."""
    for surprise in history.surprises:
        yield Violation("no_surprises", surprise.task_id, f"{surprise.call}: {surprise.says}")


RULES: Final[Sequence[Rule]] = (
    none_lost,
    one_task_a_key,
    listed_once,
    ends_once,
    offsets_without_gaps,
    same_for_all,
    steps_once,
    result_as_made,
    never_back,
    eta_grows_with_reason,
    fences_rise,
    cancels_hold,
    pauses_hold,
    webhooks_arrive,
    webhooks_are_true,
    failures_have_cause,
    no_surprises,
)


def check(history: History) -> list[Violation]:
    """Every broken rule, in the order of `RULES`."""
    return [violation for rule in RULES for violation in rule(history)]


def _found(history: History) -> Iterable[TaskHistory]:
    return (task for task in history.tasks.values() if task.found)


def _by_task(items: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: defaultdict[str, list[Seen]] = defaultdict(list)
    for item in items:
        found[item.task_id].append(item)
    return found
