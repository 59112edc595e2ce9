"""A task's record in Redis as the public `Task` message."""

from collections.abc import Mapping
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
"""Statuses that a task keeps unless it is retried."""

WIDTH: Final = 8
"""How many tasks of one tenant are taken to run at once, for estimates: the default cap."""

Fields = Mapping[bytes, bytes]


def to_task(task_id: str, fields: Fields, *, now_ms: int) -> task_pb2.Task:
    """The public view of a record.

    Args:
        task_id: The task.
        fields: Its record, as HGETALL answers it.
        now_ms: Unix milliseconds, for the time that is left.
    """
    status = text(fields, "status")
    remaining = _remaining_seconds(fields, now_ms)
    task = task_pb2.Task(
        task_id=task_id,
        job=text(fields, "job"),
        status=status,
        progress=number(fields, "progress"),
        eta=remaining,
        eta_seconds=remaining,
        current_step=text(fields, "current_step"),
        completed_steps=_completed_steps(text(fields, "completed_steps")),
        total_steps=number(fields, "total_steps"),
        result_available=status == "completed",
    )
    for name in ("created_at", "started_at", "updated_at", "completed_at"):
        value = number(fields, name)
        if value:
            timestamp(getattr(task, name), value)
    failure = fields.get(b"error")
    if failure:
        task.error.CopyFrom(run_pb2.Error.FromString(failure))
    return task


def add_waiting(task: task_pb2.Task) -> None:
    """Adds to the time left of a queued task what those before it in the queue will take.

    As many as the tenant's cap run at once, `WIDTH` by default, each about as long as this one.
    """
    rounds = max(0, task.queue_position - 1) // WIDTH
    task.eta_seconds += rounds * task.eta_seconds
    task.eta = task.eta_seconds


def text(fields: Fields, name: str) -> str:
    """A text field; empty when it is absent."""
    return fields.get(name.encode(), b"").decode()


def number(fields: Fields, name: str) -> int:
    """A whole-number field; 0 when it is absent."""
    return int(fields.get(name.encode(), b"0"))


def timestamp(target: Timestamp, milliseconds: int) -> None:
    """Sets a timestamp to Unix milliseconds."""
    target.FromMilliseconds(milliseconds)


def _completed_steps(packed: str) -> list[task_pb2.CompletedStep]:
    steps = []
    for entry in packed.split():
        step, _, duration_ms = entry.rpartition(":")
        steps.append(task_pb2.CompletedStep(step=step, duration_ms=int(duration_ms)))
    return steps


def _remaining_seconds(fields: Fields, now_ms: int) -> int:
    """What is left of the expected time, by the share of the work that is left.

    The holder writes `expected_ms` from the measured durations of the job's steps, and progress
    moves by the same measure; a step that takes longer than usual therefore holds the estimate
    instead of letting it run to zero.
    """
    if text(fields, "status") not in ("queued", "running"):
        return 0
    expected_ms = number(fields, "expected_ms")
    if not expected_ms:
        return 0
    by_progress = expected_ms * (100 - number(fields, "progress")) / 100
    started_ms = number(fields, "updated_at")
    since_update = max(0, now_ms - started_ms) if text(fields, "status") == "running" else 0
    return max(1, round(max(by_progress - since_update, by_progress / 10) / 1000))
