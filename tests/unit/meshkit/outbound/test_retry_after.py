from datetime import UTC, datetime

import pytest

from meshkit.outbound.retry_after import retry_after_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (429, "120", 120.0),
        (503, " 7 ", 7.0),
        (503, "86400", 3600.0),
        (429, "9" * 5000, 3600.0),
        (429, "Fri, 02 Jan 2026 03:05:05 GMT", 60.0),
        (429, "Fri, 02 Jan 2026 03:05:05 -0000", 60.0),
        (429, "Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        (429, "-5", 0.0),
        (429, "soon", 0.0),
        (429, "", 0.0),
        (429, "\u0663", 0.0),
        (500, "120", 0.0),
    ],
)
def test_what_an_endpoint_asks_for(status: int, text: str, seconds: float) -> None:
    assert retry_after_s(status, {"retry-after": text}, NOW) == seconds


def test_an_endpoint_that_asks_for_nothing() -> None:
    assert retry_after_s(429, {}, NOW) == 0.0
