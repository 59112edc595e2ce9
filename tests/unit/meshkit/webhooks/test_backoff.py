"""When deliveries are tried again."""

from hypothesis import given
from hypothesis import strategies as st

from meshkit.webhooks import backoff


def next_ms(now_ms: int, tries: int, **more: float) -> int | None:
    return backoff.next_attempt_ms(
        now_ms=now_ms, since_ms=0, tries=tries, **{"jitter": 0.0, **more}
    )


def test_the_attempts_of_a_day() -> None:
    now_ms, seconds = 0, []
    for tries in range(1, 20):
        at = next_ms(now_ms, tries)
        if at is None:
            break
        seconds.append((at - now_ms) // 1000)
        now_ms = at
    assert seconds[:7] == [5, 30, 300, 1800, 7200, 18_000, 36_000]
    assert len(seconds) == 8
    assert now_ms == backoff.WINDOW_MS


@given(
    st.integers(0, backoff.WINDOW_MS + 10_000),
    st.integers(1, 1000),
    st.floats(-1, 1),
    st.floats(0, 3600),
)
def test_the_next_attempt_is_later_and_within_the_day(now_ms, tries, jitter, asked_s) -> None:
    at = next_ms(now_ms, tries, jitter=jitter, retry_after_s=asked_s)
    if now_ms >= backoff.WINDOW_MS:
        assert at is None
    else:
        assert at is not None
        assert now_ms < at <= backoff.WINDOW_MS
        assert at - now_ms >= min(1000 * asked_s, backoff.WINDOW_MS - now_ms) - 1


def test_jitter_moves_a_delay_by_a_tenth() -> None:
    assert next_ms(0, 3, jitter=1.0) == 330_000
    assert next_ms(0, 3, jitter=-1.0) == 270_000
