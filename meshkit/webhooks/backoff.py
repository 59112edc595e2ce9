"""When a delivery that was not accepted is tried again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

WINDOW_MS: Final = 24 * 3_600_000
"""How long after the end of its task, or after a replay, a delivery is tried."""
_DELAYS_S: Final = (5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600)
"""Before the second attempt, the third and so on; the last delay repeats."""
JITTER: Final = 0.1
"""Share by which a delay differs at random, so that what failed together does not return so."""
_RETRY_AFTER_MAX_S: Final = 3600.0
"""The longest wait that an endpoint can ask for."""
_BUSY: Final = (429, 503)


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


def retry_after_s(status: int, headers: Mapping[str, str], now: datetime) -> float:
    """Seconds that an endpoint asks to be left alone, 0 to 3600; 0 when it does not ask.

    Args:
        status: Its answer; only 429 and 503 are understood to ask.
        headers: The answer's, with names in lower case: Retry-After in seconds or as a date
            (RFC 9110, section 10.2.3).
        now: The time, with its zone.
    """
    text = headers.get("retry-after", "").strip()
    if status not in _BUSY or not text:
        return 0.0
    if text.isascii() and text.isdecimal():
        # More digits than the bound has are beyond it, and long ones are no numbers to Python.
        seconds = float(text) if len(text) < 10 else _RETRY_AFTER_MAX_S
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        # A date without a zone is in UTC, says the form.
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return min(max(seconds, 0.0), _RETRY_AFTER_MAX_S)
