"""Serving an agent: what the four of them share."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final, TypeVar

from google.protobuf.message import Message

from manusmesh.type.v1 import run_pb2
from meshkit import logs, middleware
from meshkit.auth.principal import InternalAuthenticator
from meshkit.config import ServiceSettings
from meshkit.redis import Redis, open_redis
from meshkit.server import Served, instance_name, run_server

Event = TypeVar("Event", bound=Message)
Res = TypeVar("Res", bound=Message)


Compose = Callable[[Redis], AbstractAsyncContextManager[Sequence[Served]]]
"""Makes an agent's contracts with their servicers of what the agent needs, and closes that again.
"""


async def serve_agent(
    name: str,
    served: Served | Compose,
    *,
    prepare: Callable[[], object] | None = None,
    settings: ServiceSettings | None = None,
) -> None:
    """Serves one agent until SIGTERM.

    Args:
        name: The agent: "planning", "research", "coder" or "reporter".
        served: Its contract with its servicer, or what makes its contracts once Redis is open.
        prepare: Loads what the first call would have to load; runs before the port opens.
        settings: The agent's own settings; None reads those of every service.
    """
    settings = settings or ServiceSettings()
    logs.configure(service=instance_name(settings), level=settings.log.level)
    authenticator = InternalAuthenticator(settings.internal_key.get_secret_value())
    if prepare is not None:
        prepare()
    async with open_redis(settings.redis) as redis, _composed(served, redis) as services:
        await run_server(
            settings,
            name=name,
            redis=redis,
            services=services,
            middlewares=middleware.standard(authenticator),
            draining=asyncio.Event(),
            sessions=True,
        )


def _composed(
    served: Served | Compose, redis: Redis
) -> AbstractAsyncContextManager[Sequence[Served]]:
    return nullcontext([served]) if isinstance(served, Served) else served(redis)


async def told_run(
    event: type[Event], work: Callable[[Callable[[Event], None]], Awaitable[Res]]
) -> AsyncIterator[Event]:
    """Runs work that tells what happens while it runs, as a whole call: events, then the result.

    Args:
        event: Class of the events of the call's stream.
        work: The work; it is given what takes an event to be streamed. It is cancelled when the
            call is, and awaited.
    """
    # The events of all contracts have this field, but no common type.
    make: Any = event
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    working = asyncio.ensure_future(work(events.put_nowait))
    working.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (told := await events.get()) is not None:
            yield told
        yield make(result=await working)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


_DETAIL_MAX: Final = 500
"""Characters that the contract of a tool's use allows for what came out."""


def tool_call(tool: str, started: float, detail: str, *, outcome: str = "ok") -> run_pb2.ToolCall:
    """The use of a tool that ends now.

    Args:
        tool: Its name.
        started: When it began, by `time.perf_counter`.
        detail: What came out, a sentence; cut to what the contract allows.
        outcome: "ok", "error" or "skipped".
    """
    taken_ms = round((time.perf_counter() - started) * 1000)
    return run_pb2.ToolCall(
        name=tool, duration_ms=taken_ms, outcome=outcome, detail=detail[:_DETAIL_MAX]
    )


async def tool_run(
    event: type[Event],
    *,
    tool: str,
    told: str,
    work: Callable[[], Res],
    sum_up: Callable[[Res], str],
    tell: Callable[[Res, str], run_pb2.AgentMessage | None] | None = None,
) -> AsyncIterator[Event]:
    """Runs one tool as a whole call: progress, the tool's use, a message, then the result.

    Args:
        event: Class of the events of the call's stream.
        tool: The tool's name.
        told: What people read while it runs.
        work: The tool. It runs in a thread: it is CPU work, and the loop has health checks and
            cancels to answer.
        sum_up: What came out, a sentence without content of posts.
        tell: What to say to another agent, from the result and its sum; None for nothing.
    """
    # The events of all contracts have these fields, but no common type.
    make: Any = event
    yield make(progress=run_pb2.Progress(fraction=0.1, message=told))
    started = time.perf_counter()
    result = await asyncio.to_thread(work)
    found = sum_up(result)
    yield make(tool_call=tool_call(tool, started, found))
    yield make(progress=run_pb2.Progress(fraction=1.0, message=found[:_DETAIL_MAX]))
    message = tell(result, found) if tell is not None else None
    if message is not None:
        yield make(message=message)
    yield make(result=result)
