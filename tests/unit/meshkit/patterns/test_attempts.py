import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import LONGER, retrying
from meshkit.redis import RedisAwayError

ERRORS = st.builds(
    MeshError,
    st.sampled_from(Reason),
    st.just("x"),
    retry_after_s=st.none() | st.floats(0, 100),
    retryable=st.none() | st.booleans(),
)


class Retried:
    """Runs `retrying` on an attempt that raises these errors one after another, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.pauses: list[float] = []
        self.told: list[tuple[int, MeshError, float]] = []
        self.attempts: list[int] = []
        self.timeouts: list[float] = []
        self.leave: Exception | None = None
        self._errors = list(errors)

    async def attempt(self, number: int, timeout_s: float) -> str:
        self.attempts.append(number)
        self.timeouts.append(timeout_s)
        if self._errors:
            raise self._errors.pop(0)
        return "done"

    async def failed(self, number: int, error: MeshError, pause_s: float) -> None:
        self.told.append((number, error, pause_s))
        if self.leave is not None:
            raise self.leave

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def run(self, attempts: int = 4, first: int = 1) -> str:
        return await retrying(
            self.attempt,
            attempts=attempts,
            failed=self.failed,
            timeout_s=10,
            first=first,
            sleep=self.sleep,
        )


async def test_waits_longer_each_time():
    retried = Retried(*[MeshError(Reason.UPSTREAM_UNAVAILABLE, "x", retry_after_s=0)] * 8)
    assert await retried.run(attempts=9) == "done"
    assert retried.attempts == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [pause for _, _, pause in retried.told] == retried.pauses
    for pause, middle in zip(retried.pauses[:4], (2, 4, 8, 16), strict=True):
        assert 0.75 * middle <= pause <= 1.25 * middle
    assert all(24 <= pause <= 30 for pause in retried.pauses[4:])


@pytest.mark.parametrize("asked_s", [7.0, 45.0])
async def test_never_comes_back_before_it_may(asked_s):
    for _ in range(20):
        retried = Retried(MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=asked_s))
        await retried.run()
        assert retried.pauses == [asked_s]


async def test_gives_up_with_the_last_error():
    retried = Retried(*(MeshError(Reason.UPSTREAM_UNAVAILABLE, f"{n}") for n in range(4)))
    with pytest.raises(MeshError, match="3"):
        await retried.run(attempts=4)
    assert [number for number, _, _ in retried.told] == [1, 2, 3, 4]
    assert retried.told[-1][2] == 0
    assert len(retried.pauses) == 3


@pytest.mark.parametrize(
    "error",
    [
        MeshError(Reason.INVALID_ARGUMENT, "x"),
        MeshError(Reason.INTERNAL, "x"),
        MeshError(Reason.UPSTREAM_UNAVAILABLE, "x", retryable=False),
    ],
)
async def test_does_not_repeat_what_cannot_pass(error):
    retried = Retried(error)
    with pytest.raises(MeshError):
        await retried.run()
    assert retried.attempts == [1]
    assert retried.told == [(1, error, 0.0)]
    assert retried.pauses == []


@pytest.mark.parametrize("error", [KeyError(), RedisAwayError(), asyncio.CancelledError()])
async def test_what_is_no_failure_of_the_attempt_leaves_at_once_and_untold(error):
    retried = Retried(error)
    with pytest.raises(type(error)):
        await retried.run()
    assert (retried.attempts, retried.told) == ([1], [])


async def test_output_of_a_model_that_makes_no_sense_is_asked_for_again():
    assert await Retried(MeshError(Reason.INTERNAL, "no JSON", retryable=True)).run() == "done"


async def test_an_attempt_that_ran_out_of_time_gives_the_next_more():
    late, away = Reason.DEADLINE_EXCEEDED, Reason.UPSTREAM_UNAVAILABLE
    retried = Retried(*(MeshError(reason, "x") for reason in (late, away, late)))
    await retried.run()
    assert retried.timeouts == [10, 15, 15, 22.5]


async def test_goes_on_counting_where_an_earlier_holder_left_off():
    retried = Retried(*[MeshError(Reason.UPSTREAM_UNAVAILABLE, "x")] * 9)
    with pytest.raises(MeshError):
        await retried.run(attempts=4, first=3)
    assert retried.attempts == [3, 4]
    assert 6 <= retried.pauses[0] <= 10
    # The holder may have died in the last attempt: that one is made again.
    retried = Retried()
    assert await retried.run(attempts=4, first=5) == "done"


async def test_whoever_is_told_may_leave():
    retried = Retried(MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=600))
    retried.leave = LookupError("give the task back")
    with pytest.raises(LookupError):
        await retried.run()
    assert (retried.told[0][2], retried.pauses) == (600, [])


@given(st.lists(ERRORS, max_size=12), st.integers(1, 8), st.integers(1, 8))
async def test_any_row_of_errors(errors, attempts, first):
    retried = Retried(*errors)
    with contextlib.suppress(MeshError):
        await retried.run(attempts=attempts, first=first)
    told = [error for _, error, _ in retried.told]
    assert told == errors[: len(told)]
    if len(retried.attempts) > len(told):
        assert told == errors  # the last attempt succeeded
    else:
        assert retried.told[-1][2] == 0
        assert not told[-1].retryable or retried.attempts[-1] >= attempts
    assert retried.attempts == list(range(first, first + len(retried.attempts)))
    assert len(retried.attempts) <= max(1, attempts - first + 1)
    timeout_s = 10.0
    for (_, error, pause_s), given_s in zip(retried.told, retried.timeouts, strict=False):
        assert given_s == timeout_s
        timeout_s *= LONGER if error.reason == Reason.DEADLINE_EXCEEDED else 1
        if pause_s:
            assert error.retryable
            assert pause_s >= max(1.5, error.retry_after_s or 0)
            assert pause_s <= max(30, error.retry_after_s or 0)
    assert retried.pauses == [pause_s for _, _, pause_s in retried.told if pause_s]
