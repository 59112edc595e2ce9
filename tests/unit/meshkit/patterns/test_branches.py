"""`parallel`: what comes of the branches, and what ends all of them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import NotNowError, parallel
from meshkit.redis import RedisAwayError
from tests.support import virtual_time
from tests.support.eventually import eventually


async def test_keeps_the_order_and_collects_failures():
    async def step(number: int) -> int:
        # Later ones finish first.
        for _ in range(5 - number):
            await asyncio.sleep(0)
        if number % 2:
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, f"no {number}")
        return number * 10

    outcomes = await parallel(step, [0, 1, 2, 3, 4], limit=5)
    assert outcomes.results == [(0, 0), (2, 20), (4, 40)]
    assert outcomes.partial
    assert [(item, error.message) for item, error in outcomes.failures] == [
        (1, "no 1"),
        (3, "no 3"),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12),
    st.integers(1, 6),
    st.integers(0, 12),
)
def test_any_run_settles_all_within_its_limit(plan, limit, quorum):
    running = most = 0
    begun: list[int] = []

    async def step(index: int) -> int:
        nonlocal running, most
        begun.append(index)
        running += 1
        most = max(most, running)
        seconds, succeeds = plan[index]
        await asyncio.sleep(seconds)
        running -= 1
        if not succeeds:
            raise MeshError(Reason.NOT_FOUND, str(index))
        return index

    good = [index for index, (_, succeeds) in enumerate(plan) if succeeds]
    bad = [index for index, (_, succeeds) in enumerate(plan) if not succeeds]
    run = parallel(step, range(len(plan)), limit=limit, quorum=quorum)
    if len(good) >= min(quorum, len(plan)):
        outcomes = virtual_time.run(run)
        assert outcomes.results == [(index, index) for index in good]
        assert [(index, error.message) for index, error in outcomes.failures] == [
            (index, str(index)) for index in bad
        ]
        assert outcomes.partial is bool(bad)
    else:
        with pytest.raises(MeshError) as raised:
            virtual_time.run(run)
        assert raised.value.message.endswith(str(bad[0]))
        assert (raised.value.details["succeeded"], raised.value.details["failed"]) == (
            len(good),
            len(bad),
        )
    assert begun == list(range(len(plan)))
    assert most <= limit
    assert running == 0


@pytest.mark.parametrize(
    ("inputs", "quorum", "message"),
    [
        ([1], 1, "no 1"),
        ([1, 3], 1, "None of 2 sites could be read; the first: no 1"),
        ([0, 1, 3], 2, "1 of 3 sites could be read, 2 are needed; the first that failed: no 1"),
    ],
)
async def test_a_missed_quorum_says_how_many_failed(inputs, quorum, message):
    async def step(number: int) -> None:
        if number % 2:
            raise MeshError(Reason.NOT_FOUND, f"no {number}")

    with pytest.raises(MeshError) as raised:
        await parallel(step, inputs, limit=2, quorum=quorum, success="sites could be read")
    assert raised.value.message == message


async def test_a_missed_quorum_tells_all_failures_and_whether_another_try_may_help():
    async def step(number: int) -> int:
        if number == 0:
            raise MeshError(Reason.NOT_FOUND, "x" * 5000, details={"host": "h"})
        if number == 1:
            raise MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=7)
        return number

    with pytest.raises(MeshError) as raised:
        await parallel(step, [0, 1, 2], limit=3, quorum=2)
    error = raised.value
    assert (error.reason, error.retryable, error.retry_after_s) == (Reason.NOT_FOUND, True, 7)
    assert error.details["failures"] == [
        {"code": "NOT_FOUND", "message": "x" * 200},
        {"code": "RATE_LIMITED", "message": "slow"},
    ]
    assert (error.details["needed"], error.details["host"]) == (2, "h")
    with pytest.raises(MeshError) as raised:
        await parallel(step, [0, 1, 2], limit=3, quorum=3)
    assert not raised.value.retryable


async def test_the_error_of_many_failures_fits_into_metadata():
    async def step(_: int) -> None:
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "x" * 1000)

    with pytest.raises(MeshError) as raised:
        await parallel(step, range(500), limit=50)
    assert raised.value.details["failed"] == 500
    sizes = [len(value) for _, value in raised.value.to_metadata()]
    assert sum(sizes) < 8000


async def test_parallel_of_nothing():
    async def step(_: int) -> None:
        raise AssertionError

    outcomes = await parallel(step, [], limit=1)
    assert (outcomes.results, outcomes.failures, outcomes.partial) == ([], [], False)


@pytest.mark.parametrize("error", [KeyError("bug"), RedisAwayError()])
@pytest.mark.parametrize("depth", [1, 3])
async def test_anything_but_a_failure_cancels_the_rest_and_keeps_its_type(error, depth):
    cancelled = asyncio.Event()

    async def step(number: int) -> None:
        if number == 0:
            await asyncio.sleep(0)
            raise error
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def nested(level: int) -> Callable[[int], Awaitable[object]]:
        if level == 1:
            return step

        async def around(_: int) -> object:
            return await parallel(nested(level - 1), [0, 1], limit=2)

        return around

    with pytest.raises(type(error)):
        await parallel(nested(depth), [0, 1], limit=2)
    assert cancelled.is_set()


async def test_a_step_that_may_not_begin_lets_those_at_work_finish():
    begun: list[int] = []
    finished: list[int] = []

    async def step(number: int) -> None:
        if number == 2:
            raise NotNowError
        begun.append(number)
        for _ in range(10):
            await asyncio.sleep(0)
        finished.append(number)

    with pytest.raises(NotNowError):
        await parallel(step, range(9), limit=3)
    assert begun == finished == [0, 1]


def test_a_rest_does_not_wait_until_a_rate_limit_is_over():
    async def step(number: int) -> None:
        if number == 0:
            raise MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=1000)
        await asyncio.sleep(1)
        raise NotNowError

    async def run() -> None:
        with pytest.raises(NotNowError):
            await parallel(step, range(9), limit=2)
        assert virtual_time.now() == 1

    virtual_time.run(run())


async def test_a_cancelled_run_takes_its_branches_along():
    working = 0

    async def step(_: int) -> None:
        nonlocal working
        working += 1
        try:
            await asyncio.Event().wait()
        finally:
            working -= 1

    run = asyncio.create_task(parallel(step, range(9), limit=3))
    await eventually(lambda: working == 3)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert working == 0
