"""Serving an agent: what the four of them share."""

import asyncio
from collections.abc import Callable

from manusmesh.type.v1 import run_pb2
from meshkit import logs, middleware
from meshkit.auth.principal import InternalAuthenticator
from meshkit.config import ServiceSettings
from meshkit.redis import connect
from meshkit.server import Served, instance_name, run_server


async def serve_agent(
    name: str, served: Served, *, prepare: Callable[[], object] | None = None
) -> None:
    """Serves one agent until SIGTERM.

    Args:
        name: The agent: "planning", "research", "coder" or "reporter".
        served: Its contract with its servicer.
        prepare: Loads what the first call would have to load; runs before the port opens.
    """
    settings = ServiceSettings()
    logs.configure(service=instance_name(settings), level=settings.log.level)
    authenticator = InternalAuthenticator(settings.internal_key.get_secret_value())
    if prepare is not None:
        prepare()
    url = settings.redis.url.get_secret_value()
    async with connect(url, timeout_s=settings.redis.timeout_s) as redis:
        await run_server(
            settings,
            name=name,
            redis=redis,
            services=[served],
            middlewares=middleware.standard(authenticator),
            draining=asyncio.Event(),
        )


def tool_call(name: str, *, seconds: float, detail: str, outcome: str = "ok") -> run_pb2.ToolCall:
    """The record of one finished use of a tool.

    Args:
        name: The tool.
        seconds: How long it ran.
        detail: What came out, a sentence without content of posts.
        outcome: "ok", "error" or "skipped".
    """
    return run_pb2.ToolCall(
        name=name, duration_ms=round(seconds * 1000), outcome=outcome, detail=detail
    )
