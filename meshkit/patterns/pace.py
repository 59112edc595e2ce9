"""The pace of parallel branches: fewer at once after a rate limit, more again as they succeed.

`parallel` gives each branch a place in a pace of its own. Whatever meets a rate limit inside a
branch, however deep, tells the pace of that branch and those around it, so that neither steps nor
jobs need to know of them.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final

from meshkit.errors import MeshError, Reason

_RATE_LIMITS: Final = frozenset({Reason.RATE_LIMITED, Reason.OVERLOADED})
_CLOCK_S: Final = 0.001
"""A pause that is over in so many seconds is over: the timers of event loops are no finer."""


class Pace:
    """How many branches of one `parallel` run at once, and whether one may begin now.

    Multiplicative decrease and additive increase, as congestion control has it: a rate limit
    halves how many run at once, and `limit` successes without one let one more run. Of the branches
    that were at work when a rate limit was met, others may still meet it: they tell nothing new and
    do not halve again. No branch begins before the time that the rate limit asked for is over.
    """

    def __init__(self, limit: int) -> None:
        """Lets up to `limit` branches run at once, at least 1."""
        around = _place.get()
        self._around = around.pace if around is not None else None
        self._limit = self._allowed = limit
        self._running = 0
        self._successes = 0
        self._loop = asyncio.get_running_loop()
        self._held_until = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        # Numbers what happens, in all paces that nest together: a clock that never stands still.
        self._ticks: itertools.count[int] = (
            self._around._ticks if self._around is not None else itertools.count(1)  # noqa: SLF001 - another of this class
        )
        self._slowed_at = 0

    def tick(self) -> int:
        """The number of this moment."""
        return next(self._ticks)

    async def enter(self) -> None:
        """Waits until one more branch may run, those who came first before it, and counts it."""
        turn: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It was let in at the very moment.
                self.leave()
            raise

    def leave(self) -> None:
        """Counts a branch as no longer running."""
        self._running -= 1
        self._let_in()

    def succeeded(self) -> None:
        """Counts a branch that came to its end."""
        self._successes += 1
        if self._successes >= self._limit:
            self._successes = 0
            self._allowed = min(self._limit, self._allowed + 1)

    def slow_down(self, pause_s: float, since: int) -> None:
        """Takes note of a rate limit, here and in the paces around.

        Args:
            pause_s: Seconds for which nothing is to begin.
            since: The tick at which began what has met it.
        """
        self._held_until = max(self._held_until, self._loop.time() + pause_s)
        self._successes = 0
        if since > self._slowed_at:
            self._allowed = max(1, min(self._allowed, self._running) // 2)
            self._slowed_at = self.tick()
        if self._around is not None:
            self._around.slow_down(pause_s, since)

    @property
    def _pause_s(self) -> float:
        """Seconds for which nothing may begin, here or anywhere around; 0 or less when over."""
        here = self._held_until - self._loop.time()
        return here if self._around is None else max(here, self._around._pause_s)  # noqa: SLF001 - another of this class

    def _let_in(self) -> None:
        while self._waiting and self._running < self._allowed:
            pause_s = self._pause_s
            if pause_s > _CLOCK_S:
                if self._timer is None:
                    self._timer = self._loop.call_later(pause_s, self._look_again)
                return
            turn = self._waiting.popleft()
            if not turn.cancelled():
                self._running += 1
                turn.set_result(None)

    def _look_again(self) -> None:
        self._timer = None
        self._let_in()


class Place:
    """A branch's place among those that run at once.

    Attributes:
        pace: The pace it belongs to.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._taken = False
        self._coming_back = asyncio.Lock()

    def occupy(self) -> None:
        """Makes the place that of the code that runs; its pace must have let it in."""
        self._taken = True
        _place.set(self)

    async def take(self) -> None:
        """Takes the place again; at once when it has never been left."""
        # One at a time: two parts of one branch that come back take one place between them.
        async with self._coming_back:
            if not self._taken:
                await self.pace.enter()
                self._taken = True

    def leave(self) -> None:
        """Leaves the place to others."""
        if self._taken:
            self._taken = False
            self.pace.leave()


_place: ContextVar[Place | None] = ContextVar("place", default=None)


def tick() -> int:
    """The number of this moment in the pace of the branch that runs; 0 outside any branch."""
    place = _place.get()
    return place.pace.tick() if place is not None else 0


def tell(error: MeshError, since: int) -> None:
    """Tells the pace of the branch that runs of an error, in case it is a rate limit.

    Args:
        error: What was met.
        since: The tick at which began what has met it.
    """
    place = _place.get()
    if place is not None and error.reason in _RATE_LIMITS:
        place.pace.slow_down(error.retry_after_s or 0.0, since)


async def rest(seconds: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Sleeps, and leaves the place of the branch that runs to another meanwhile."""
    place = _place.get()
    if place is None:
        await sleep(seconds)
        return
    place.leave()
    await sleep(seconds)
    await place.take()
