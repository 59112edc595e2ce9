"""How long a host asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_RETRY_AFTER_MAX_S: Final = 3600.0
"""The longest wait that a host can ask for."""
_BUSY: Final = (429, 503)


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
