"""Bounds of time that a machine which stands still does not break."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
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


@dataclass(slots=True)
class Lag:
    """By how much this process was late at most; what it stamps is off by as much."""

    most_s: float = 0.0


@contextlib.asynccontextmanager
async def lag() -> AsyncIterator[Lag]:
    """Watches how late this process is for the length of the block."""
    late = Lag()

    async def watch() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(_TICK_S)
            late.most_s = max(late.most_s, time.monotonic() - begun - _TICK_S)

    watching = asyncio.create_task(watch())
    try:
        yield late
    finally:
        watching.cancel()


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
