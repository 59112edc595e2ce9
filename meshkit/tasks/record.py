"""A task's record in Redis as the public `Task` message."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.redis import Reply, as_mapping

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
"""Statuses that a task keeps unless it is retried."""

_GOING_ON: Final = frozenset({"queued", "running"})
"""Statuses in which the end of a task can be told ahead."""

TENANT_CAP: Final = 8
"""How many tasks of one tenant run at once, unless set otherwise; estimates reckon with it."""

Fields = Mapping[bytes, bytes]


def to_task(
    task_id: str,
    fields: Fields,
    *,
    now_ms: int,
    queue_position: int = 0,
    running_cap: int | None = None,
) -> task_pb2.Task:
    """The public view of a record.

    Args:
        task_id: The task.
        fields: Its record, as HGETALL answers it.
        now_ms: Unix milliseconds, for the time that is left.
        queue_position: Its place among the tenant's waiting tasks, from 1; 0 when it does not wait.
        running_cap: How many of the tenant's tasks run at once; None for the default.
    """
    return View(task_id, fields).task(
        now_ms=now_ms, queue_position=queue_position, running_cap=running_cap
    )


class View:
    """A record that has been read: all of its public view but what changes with time and queue.

    Attributes:
        tenant_id: Whose task it is; empty when there is no record.
        status: Its status.
        lane: Which workers do it.
    """

    __slots__ = ("_encoded", "_fields", "lane", "status", "tenant_id")

    def __init__(self, task_id: str, fields: Fields) -> None:
        self.tenant_id = text(fields, "tenant_id")
        self.status = text(fields, "status")
        self.lane = text(fields, "lane")
        self._fields = fields
        self._encoded = _lasting(task_id, fields).SerializeToString()

    def task(
        self, *, now_ms: int, queue_position: int = 0, running_cap: int | None = None
    ) -> task_pb2.Task:
        """The public view now, a message of the caller's own; arguments as of `to_task`."""
        task = task_pb2.Task.FromString(self._encoded)
        if self.status in _GOING_ON:
            cap = TENANT_CAP if running_cap is None else running_cap
            left_ms = _left_ms(self._fields, now_ms, queue_position - 1, cap)
            task.eta = task.eta_seconds = max(1, round(left_ms / 1000)) if left_ms else 0
            task.current_step = _current_step(self._fields, left_ms, queue_position - 1, cap)
        task.queue_position = queue_position
        return task


class Views:
    """The records that were read last, so that one that has not changed is not parsed again.

    Whoever watches a task by polling mostly reads what it has read before. Every call still asks
    Redis: what is kept is only what to make of an answer, by the answer itself.
    """

    def __init__(self, kept: int = 1024) -> None:
        """Keeps so many at most."""
        self._kept = kept
        self._views: OrderedDict[str, tuple[Reply, View]] = OrderedDict()

    def of(self, task_id: str, reply: Reply) -> View:
        """The view of a task by what HGETALL has answered."""
        known = self._views.get(task_id)
        if known is not None and known[0] == reply:
            self._views.move_to_end(task_id)
            return known[1]
        view = View(task_id, as_mapping(reply))
        if view.tenant_id:
            self._views[task_id] = reply, view
            self._views.move_to_end(task_id)
            if len(self._views) > self._kept:
                self._views.popitem(last=False)
        return view


def _lasting(task_id: str, fields: Fields) -> task_pb2.Task:
    """The public view without what changes with time and queue."""
    get = fields.get
    status = get(b"status", b"").decode()
    task = task_pb2.Task(
        task_id=task_id,
        job=get(b"job", b"").decode(),
        status=status,
        progress=int(get(b"progress", 0)),
        current_step=get(b"current_step", b"").decode(),
        total_steps=int(get(b"total_steps", 0)),
        result_available=status == "completed",
    )
    for entry in get(b"completed_steps", b"").decode().split():
        step, _, duration_ms = entry.rpartition(":")
        task.completed_steps.add(step=step, duration_ms=int(duration_ms))
    for name, target in (
        (b"created_at", task.created_at),
        (b"started_at", task.started_at),
        (b"updated_at", task.updated_at),
        (b"completed_at", task.completed_at),
    ):
        if name in fields:
            timestamp(target, int(fields[name]))
    failure = fields.get(b"error")
    if failure:
        task.error.CopyFrom(run_pb2.Error.FromString(failure))
    missing = fields.get(b"missing")
    if missing:
        task.partial = True
        task.MergeFromString(missing)
    return task


def text(fields: Fields, name: str) -> str:
    """A text field; empty when it is absent."""
    return fields.get(name.encode(), b"").decode()


def number(fields: Fields, name: str) -> int:
    """A whole-number field; 0 when it is absent."""
    return int(fields.get(name.encode(), b"0"))


def timestamp(target: Timestamp, milliseconds: int) -> None:
    """Sets a timestamp to Unix milliseconds."""
    # Three times as fast as FromMilliseconds, and a poll has four of them.
    target.seconds, rest_ms = divmod(milliseconds, 1000)
    target.nanos = rest_ms * 1_000_000


def _left_ms(fields: Fields, now_ms: int, ahead: int, cap: int) -> float:
    """How long the task is expected to take from now; 0 when unknown or when it does not go on.

    The holder writes when the end is expected, `eta_at`, and the work left, `left_ms`, which the
    scripts only ever shorten unless they keep a reason with it. A step that takes longer than usual
    holds the time left at a tenth of the work instead of letting it run to zero. Before a queued
    task come rounds of others that run `cap` at once and take as long as tasks usually do; one that
    waits for the next attempt at a step, and so has an `eta_at`, waits for that alone.
    """
    status, left_ms = fields.get(b"status"), number(fields, "left_ms")
    until_end_ms = number(fields, "eta_at") - now_ms
    if status == b"running":
        return max(until_end_ms, left_ms / 10, 1) if number(fields, "eta_at") else 0
    if status != b"queued" or not left_ms:
        return 0
    return max(until_end_ms, left_ms + _rounds(fields, ahead, cap) * number(fields, "usual_ms"))


def _rounds(fields: Fields, ahead: int, cap: int) -> int:
    """How many rounds of other tasks a queued one waits for."""
    return 0 if number(fields, "eta_at") else max(0, ahead) // max(1, cap)


def _current_step(fields: Fields, left_ms: float, ahead: int, cap: int) -> str:
    """What is going on, and why more is left than was shown before, for as long as that is so."""
    sentence = text(fields, "current_step")
    if fields.get(b"status") == b"queued" and _rounds(fields, ahead, cap):
        sentence += f"; {cap} of the tenant's tasks run at once"
    reason = text(fields, "eta_reason")
    grown = bool(reason) and left_ms > number(fields, "eta_low")
    return f"{sentence} ({reason})" if grown and reason not in sentence.lower() else sentence
