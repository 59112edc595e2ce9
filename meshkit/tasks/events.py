"""A task's events: read from any offset, and followed as they happen."""

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from manusmesh.task.v1 import task_service_pb2
from meshkit.redis import Redis, Reply
from meshkit.signals import Signals
from meshkit.tasks import keys, record
from meshkit.waiting import wait_any

HEARTBEAT_S: Final = 10.0
"""A silent stream says something after this long; the contract promises 15 s."""
_PAGE: Final = 100
_RECHECK_S: Final = 5.0
"""Signals are hints: a task is looked at again after this long without one. Little is left to find
so, because a connection that breaks wakes every watcher when it is opened again."""
_CHECK_S: Final = 2.0
"""How often a silent stream is asked whether it may stay open."""


async def read(redis: Redis, task_id: str, *, after: int) -> list[task_service_pb2.TaskEvent]:
    """The next events after an offset, at most 100, in order."""
    stream = keys.part(task_id, "events")
    reply = await redis.execute("XRANGE", stream, f"{after + 1}-0", "+", "COUNT", _PAGE)
    return [_event(entry) for entry in reply] if isinstance(reply, list) else []


async def follow(
    redis: Redis,
    signals: Signals,
    task_id: str,
    *,
    after: int,
    stop: asyncio.Event,
    check: Callable[[], Awaitable[object]],
) -> AsyncGenerator[task_service_pb2.TaskEvent, None]:
    """The events after an offset, then each as it happens, to the terminal one or until `stop`.

    Sends a heartbeat, which repeats the offset before it, when nothing happens for 10 seconds, and
    at once when there is nothing to begin with: an answer's headers leave with its first event.
    Events are fetched by the hundred and only as the caller takes them: a slow caller costs the
    memory of one page. A busy stream costs Redis a command a signal, a silent one a command every
    5 seconds.

    Args:
        redis: Where the task is.
        signals: Tell of new events.
        task_id: The task.
        after: Offset of the last event that the caller knows; 0 for none.
        stop: Ends the stream when it is set.
        check: Called before each read and every 2 seconds while nothing happens; what it raises
            ends the stream.
    """
    loop = asyncio.get_running_loop()
    with signals.listen(keys.changed(task_id)) as changed:
        silent_since = loop.time()
        begun = False
        while not stop.is_set():
            await check()
            changed.clear()
            page = await read(redis, task_id, after=after)
            for event in page:
                after = event.offset
                yield event
                silent_since = loop.time()
            if len(page) == _PAGE:
                continue
            # A task ends with an event; an empty page may be all that follows one seen before.
            if not page or page[-1].type in record.FINAL:
                now = await _look(redis, task_id)
                if now.over(after):
                    return
                if not page and not begun:
                    yield _heartbeat(after, now.progress)
                    silent_since = loop.time()
            begun = True
            quiet = functools.partial(
                _silence, redis, task_id, after=after, changed=changed, stop=stop, check=check
            )
            while (state := await quiet(until=silent_since + HEARTBEAT_S)) is not None:
                yield _heartbeat(after, state.progress)
                silent_since = loop.time()


@dataclass(frozen=True, slots=True)
class _State:
    """What decides whether more events are to come.

    Attributes:
        status: The task's status; empty when the task has expired.
        events: Offset of its last event.
        progress: Its progress, 0 to 100.
    """

    status: str
    events: int
    progress: int

    def over(self, after: int) -> bool:
        """Whether nothing comes after an offset."""
        return not self.status or (self.status in record.FINAL and after >= self.events)


async def _look(redis: Redis, task_id: str) -> _State:
    reply = await redis.execute("HMGET", keys.task(task_id), "status", "events", "progress")
    match reply:
        case [bytes(status), bytes(events), bytes(progress)]:
            return _State(status.decode(), int(events), int(progress))
        case _:
            return _State("", 0, 0)


async def _silence(
    redis: Redis,
    task_id: str,
    *,
    after: int,
    until: float,
    changed: asyncio.Event,
    stop: asyncio.Event,
    check: Callable[[], Awaitable[object]],
) -> _State | None:
    """Waits until a time of the loop's clock.

    Returns:
        How the task then stands; None as soon as there may be something to do.
    """
    loop = asyncio.get_running_loop()
    while True:
        look_at = min(until, loop.time() + _RECHECK_S)
        while (left_s := look_at - loop.time()) > 0:
            await wait_any(changed, stop, seconds=min(left_s, _CHECK_S))
            if changed.is_set() or stop.is_set():
                return None
            await check()
        state = await _look(redis, task_id)
        if state.events > after or state.over(after):
            return None
        if look_at == until:
            return state


def _heartbeat(offset: int, progress: int) -> task_service_pb2.TaskEvent:
    event = task_service_pb2.TaskEvent(offset=offset, type="heartbeat", progress=progress)
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
    "plan": lambda event: event.plan,
}
