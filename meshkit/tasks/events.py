"""A task's events: read from any offset, and followed as they happen."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from manusmesh.task.v1 import task_service_pb2
from meshkit.redis import Redis, Reply
from meshkit.signals import Signals
from meshkit.tasks import keys, record
from meshkit.waiting import wait_any

HEARTBEAT_S: Final = 10.0
"""A silent stream says something after this long; the contract promises 15 s."""
_PAGE: Final = 100
_RECHECK_S: Final = 2.0
"""Signals are hints: the stream is looked at again after this long without one."""


async def read(redis: Redis, task_id: str, *, after: int) -> list[task_service_pb2.TaskEvent]:
    """The next events after an offset, at most 100, in order."""
    stream = keys.part(task_id, "events")
    reply = await redis.execute("XRANGE", stream, f"{after + 1}-0", "+", "COUNT", _PAGE)
    return [_event(entry) for entry in reply] if isinstance(reply, list) else []


async def follow(
    redis: Redis, signals: Signals, task_id: str, *, after: int, stop: asyncio.Event
) -> AsyncIterator[task_service_pb2.TaskEvent]:
    """The events after an offset, then each as it happens, to the terminal one or until `stop`.

    Sends a heartbeat, which repeats the offset before it, when nothing happens for 10 seconds.
    """
    loop = asyncio.get_running_loop()
    with signals.listen(keys.changed(task_id)) as changed:
        silent_since = loop.time()
        while not stop.is_set():
            changed.clear()
            events = await read(redis, task_id, after=after)
            for event in events:
                after = event.offset
                yield event
                silent_since = loop.time()
            if events and len(events) < _PAGE and await _over(redis, task_id, events[-1]):
                return
            if len(events) == _PAGE:
                continue
            if not events and await _finished(redis, task_id, after):
                return
            if loop.time() - silent_since >= HEARTBEAT_S:
                yield await _heartbeat(redis, task_id, after)
                silent_since = loop.time()
            await wait_any(changed, stop, seconds=_RECHECK_S)


async def _over(redis: Redis, task_id: str, last: task_service_pb2.TaskEvent) -> bool:
    return last.type in record.FINAL and await _finished(redis, task_id, last.offset)


async def _finished(redis: Redis, task_id: str, after: int) -> bool:
    """Whether the task is final and nothing comes after an offset."""
    reply = await redis.execute("HMGET", keys.task(task_id), "status", "events")
    if not isinstance(reply, list) or not isinstance(reply[0], bytes):
        return True
    last = int(reply[1]) if isinstance(reply[1], bytes) else 0
    return reply[0].decode() in record.FINAL and after >= last


async def _heartbeat(redis: Redis, task_id: str, offset: int) -> task_service_pb2.TaskEvent:
    progress = await redis.execute("HGET", keys.task(task_id), "progress")
    event = task_service_pb2.TaskEvent(offset=offset, type="heartbeat")
    event.progress = int(progress) if isinstance(progress, bytes) else 0
    event.time.GetCurrentTime()
    return event


def _event(entry: Reply) -> task_service_pb2.TaskEvent:
    if not isinstance(entry, list) or not isinstance(entry[0], bytes):
        msg = "a stream entry is a list of id and fields"
        raise TypeError(msg)
    flat = entry[1]
    items = [item for item in flat if isinstance(item, bytes)] if isinstance(flat, list) else []
    fields = dict(zip(items[::2], items[1::2], strict=True))
    kind = record.text(fields, "type")
    event = task_service_pb2.TaskEvent(
        offset=int(entry[0].partition(b"-")[0]),
        type=kind,
        progress=record.number(fields, "progress"),
        step=record.text(fields, "step"),
        message=record.text(fields, "message"),
    )
    record.timestamp(event.time, record.number(fields, "time"))
    payload = fields.get(b"payload", b"")
    if payload:
        _PAYLOADS[kind](event).ParseFromString(payload)
    return event


_PAYLOADS: Final = {
    "message": lambda event: event.agent_message,
    "tool_call": lambda event: event.tool_call,
    "usage": lambda event: event.usage,
    "failed": lambda event: event.error,
    "cancelled": lambda event: event.error,
    "step_retried": lambda event: event.error,
    "step_completed": lambda event: event.completed_step,
}
