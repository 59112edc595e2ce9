"""When a delivery that was not accepted is tried again."""

from typing import Final

WINDOW_MS: Final = 24 * 3_600_000
"""How long after the end of its task, or after a replay, a delivery is tried."""
_DELAYS_S: Final = (5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600)
"""Before the second attempt, the third and so on; the last delay repeats."""
JITTER: Final = 0.1
"""Share by which a delay differs at random, so that what failed together does not return so."""


def next_attempt_ms(
    *, now_ms: int, since_ms: int, tries: int, jitter: float, retry_after_s: float = 0.0
) -> int | None:
    """When to try next; None when the time for trying is over.

    The last attempt falls on the end of the 24 h, whatever the delay would be.

    Args:
        now_ms: When the attempt ended, Unix milliseconds, like all times here.
        since_ms: When the 24 h began.
        tries: How many attempts there have been since then, from 1.
        jitter: From -1 to 1.
        retry_after_s: What the endpoint has asked for; lengthens a delay, never shortens it.
    """
    end_ms = since_ms + WINDOW_MS
    if now_ms >= end_ms:
        return None
    delay_s = _DELAYS_S[min(tries, len(_DELAYS_S)) - 1] * (1 + JITTER * jitter)
    return min(end_ms, now_ms + round(1000 * max(delay_s, retry_after_s)))
