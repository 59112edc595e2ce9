"""Waiting for what other coroutines or processes do."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Final

_POLL_S: Final = 0.005


async def eventually(holds: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60.0) -> None:
    """Waits until a condition holds; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while True:
            answer = holds()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(_POLL_S)
