"""Bounds of time that a machine which stands still does not break."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

_TICK_S: Final = 0.01


@contextlib.asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """AssertionError when the block takes longer, by a clock that stands still with this process.

    For what timers of this very process bound: it counts the turns of its loop.
    """
    ticks = 0

    async def count() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(_TICK_S)
            ticks += 1

    counting = asyncio.create_task(count())
    try:
        yield
    finally:
        counting.cancel()
    assert ticks * _TICK_S < seconds
