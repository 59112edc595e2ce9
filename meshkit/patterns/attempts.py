"""What a single step does about failures that may pass."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from meshkit.errors import MeshError, Reason
from meshkit.patterns import pace
from meshkit.redis import RedisAwayError

Out = TypeVar("Out")

LONGER: Final = 1.5
"""By how much an attempt that ran out of time lengthens the time of the next."""
_BACKOFF_FIRST_S: Final = 2.0
_BACKOFF_MAX_S: Final = 30.0
_DOUBLINGS_MAX: Final = 5
"""From here on the pause has its maximum, jitter included."""


async def retrying(
    attempt: Callable[[int, float], Awaitable[Out]],
    *,
    attempts: int,
    failed: Callable[[int, MeshError, float], Awaitable[None]],
    timeout_s: float,
    first: int = 1,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Out:
    """Tries up to `attempts` times, only where trying again can help.

    Waits 2 s, 4 s, … between attempts, with jitter of a quarter and 30 s at most; longer when the
    error asks for it, and never shorter than it asks for. Inside a branch of `parallel` the branch
    makes room for others meanwhile, and its next attempt waits for its turn.

    Args:
        attempt: One attempt, told its number and how many seconds it may take.
        attempts: How many there may be, counted from 1 whatever `first` is.
        failed: Told of each failed attempt: its number, its error, and the seconds until the next,
            0 when it was the last. What it raises ends the trying.
        timeout_s: Seconds for the first attempt made here; DEADLINE_EXCEEDED lengthens them by half
            for the next.
        first: Number of the first attempt made here, from 1; it is made even if it is one too many,
            because those before it may have been cut short.
        sleep: Waits; replaceable for tests.

    Raises:
        MeshError: the last attempt's.
        RedisAwayError: at once and untold: whoever writes to Redis has tried for long enough.
    """
    number = first
    while True:
        since = pace.tick()
        try:
            return await attempt(number, timeout_s)
        except RedisAwayError:
            raise
        except MeshError as error:
            pace.tell(error, since)
            again = number < attempts and error.retryable
            pause_s = _pause_s(number, error) if again else 0.0
            if error.reason == Reason.DEADLINE_EXCEEDED:
                timeout_s *= LONGER
            await failed(number, error, pause_s)
            if not again:
                raise
        await pace.rest(pause_s, sleep)
        number += 1


def _pause_s(number: int, error: MeshError) -> float:
    """Seconds to wait after a failed attempt."""
    backoff_s = _BACKOFF_FIRST_S * 2.0 ** min(number - 1, _DOUBLINGS_MAX)
    backoff_s *= random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret
    return max(min(_BACKOFF_MAX_S, backoff_s), error.retry_after_s or 0.0)
