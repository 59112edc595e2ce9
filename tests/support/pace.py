"""Bounds of time that a machine which stands still does not break."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable
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


def takes_less(work: Callable[[str], object], seconds: float, tries: int = 5) -> bool:
    """Whether some work is done within so much time of the processor, at one of some tries.

    What else happens in a process only adds to it. The work is given something to add to its text:
    what is remembered of one try does not help the next.
    """
    least = math.inf
    for number in range(tries):
        begun = time.process_time()
        work(f" {number}")
        least = min(least, time.process_time() - begun)
        if least < seconds:
            return True
    return False
