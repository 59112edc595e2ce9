"""A task's record in Redis as the public `Task` message."""

from collections.abc import Mapping
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
"""Statuses that a task keeps unless it is retried."""

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
    get = fields.get
    status = get(b"status", b"").decode()
    cap = TENANT_CAP if running_cap is None else max(1, running_cap)
    remaining = _remaining_seconds(fields, now_ms, max(0, queue_position - 1) // cap)
    task = task_pb2.Task(
        task_id=task_id,
        job=get(b"job", b"").decode(),
        status=status,
        progress=int(get(b"progress", 0)),
        eta=remaining,
        eta_seconds=remaining,
        current_step=get(b"current_step", b"").decode(),
        total_steps=int(get(b"total_steps", 0)),
        result_available=status == "completed",
        queue_position=queue_position,
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


def _remaining_seconds(fields: Fields, now_ms: int, rounds: int) -> int:
    """What is left of the expected time, by the share of the work that is left.

    The holder writes `expected_ms` from the measured durations of the job's steps, and progress
    moves by the same measure; a step that takes longer than usual therefore holds the estimate
    instead of letting it run to zero. Before a queued task come `rounds` of tasks that run at once
    and take about as long as it.
    """
    status = fields.get(b"status")
    if status not in (b"queued", b"running"):
        return 0
    expected_ms = number(fields, "expected_ms")
    if not expected_ms:
        return 0
    left_ms = expected_ms * (100 - number(fields, "progress")) / 100
    if status == b"running":
        since_update_ms = max(0, now_ms - number(fields, "updated_at"))
        left_ms = max(left_ms - since_update_ms, left_ms / 10)
    else:
        left_ms += expected_ms * rounds
    return max(1, round(left_ms / 1000))
