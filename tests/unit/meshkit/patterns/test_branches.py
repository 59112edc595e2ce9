import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import NotNowError, parallel, retrying
from meshkit.redis import RedisAwayError
from tests.support import virtual_time
from tests.support.eventually import eventually

LIMITED = Reason.RATE_LIMITED


def now() -> float:
    return asyncio.get_running_loop().time()


def with_retries(attempt: Callable[[int], Awaitable[object]]) -> Callable[[int], Awaitable[object]]:
    """The attempt as a step that is retried many times."""

    async def failed(_: int, __: MeshError, ___: float) -> None:
        """Nobody listens."""

    async def step(item: int) -> object:
        async def once(_: int, __: float) -> object:
            return await attempt(item)

        return await retrying(once, attempts=1000, failed=failed, timeout_s=1)

    return step


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
@settings(deadline=None)
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
        assert raised.value.message == str(bad[0])
        assert (raised.value.details["succeeded"], raised.value.details["failed"]) == (
            len(good),
            len(bad),
        )
    assert begun == list(range(len(plan)))
    assert most <= limit
    assert running == 0


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


# What is not a branch's failure


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
            raise MeshError(LIMITED, "slow", retry_after_s=1000)
        await asyncio.sleep(1)
        raise NotNowError

    async def run() -> None:
        with pytest.raises(NotNowError):
            await parallel(step, range(9), limit=2)
        assert now() == 1

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


# The pace


class Provider:
    """Answers after 2 s; refuses after 1 s what comes while it works on `capacity` calls."""

    def __init__(self, capacity: int, retry_after_s: float) -> None:
        self.starts: list[float] = []
        self.refusals: list[float] = []
        self.at_once: list[int] = []
        self._capacity = capacity
        self._retry_after_s = retry_after_s
        self._running = 0

    async def call(self, item: int) -> int:
        self.starts.append(now())
        self._running += 1
        self.at_once.append(self._running)
        refused = self._running > self._capacity
        try:
            await asyncio.sleep(1)
            if refused:
                self.refusals.append(now())
                raise MeshError(LIMITED, "slow", retry_after_s=self._retry_after_s)
            await asyncio.sleep(1)
            return item
        finally:
            self._running -= 1


def test_a_rate_limit_halves_the_pace_and_holds_new_starts():
    provider = Provider(3, 10)

    async def run() -> None:
        await parallel(with_retries(provider.call), range(8), limit=8)

    virtual_time.run(run())
    # Eight at once meet the limit from the fourth on; those five are one incident, not five.
    # Half of them come back at once, which is one too many again: then two at a time.
    assert provider.starts == [0] * 8 + [11] * 4 + [22] * 2
    assert provider.refusals == [1] * 5 + [12]


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.OVERLOADED])
def test_a_step_without_retries_slows_its_parallel_down_too(reason):
    starts: list[float] = []

    async def step(number: int) -> None:
        starts.append(now())
        if number == 0:
            raise MeshError(reason, "slow", retry_after_s=5)
        await asyncio.sleep(1)

    async def run() -> None:
        outcomes = await parallel(step, range(8), limit=4)
        assert [item for item, _ in outcomes.failures] == [0]

    virtual_time.run(run())
    assert starts == [0, 0, 0, 0, 5, 5, 6, 6]


def test_other_failures_do_not_slow_down():
    starts: list[float] = []

    async def step(_: int) -> None:
        starts.append(now())
        await asyncio.sleep(1)
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")

    async def run() -> None:
        with pytest.raises(MeshError):
            await parallel(step, range(8), limit=4)

    virtual_time.run(run())
    assert starts == [0] * 4 + [1] * 4


def test_the_pace_grows_back_one_by_one():
    starts: list[float] = []

    async def step(number: int) -> None:
        starts.append(now())
        await asyncio.sleep(0.5 if number == 3 else 1)
        if number == 3:
            raise MeshError(LIMITED, "slow", retry_after_s=1)

    async def run() -> None:
        await parallel(step, range(24), limit=4)

    virtual_time.run(run())
    # One more after four successes, and again after four more; never more than four.
    sizes = {0: 4, 1.5: 2, 2.5: 3, 3.5: 4, 4.5: 4, 5.5: 4, 6.5: 3}
    assert starts == [at for at, size in sizes.items() for _ in range(size)]


def test_a_rate_limit_inside_holds_and_slows_everything_around():
    starts: list[tuple[float, int, int]] = []

    async def outer(row: int) -> None:
        async def inner(column: int) -> None:
            starts.append((now(), row, column))
            await asyncio.sleep(1)
            if (row, column) == (0, 0):
                raise MeshError(LIMITED, "slow", retry_after_s=9)

        await parallel(inner, range(4), limit=2)

    async def run() -> None:
        await parallel(outer, range(4), limit=2)

    virtual_time.run(run())
    assert [at for at, _, _ in starts[:4]] == [0] * 4
    # The sibling's branches are held as well, though it met nothing itself.
    assert min(at for at, _, _ in starts[4:]) == 10
    # Its own parallel goes on one by one, and so does the one around it: the row that ends at 11
    # is followed by another only when the row that met the limit has ended too.
    assert [at for at, row, _ in starts if row == 0] == [0, 0, 10, 11]
    assert [at for at, row, _ in starts if row == 1] == [0, 0, 10, 10]
    assert min(at for at, row, _ in starts if row > 1) == 12


@given(st.integers(1, 6), st.integers(0, 20), st.integers(1, 8), st.floats(0, 40, allow_nan=False))
@settings(deadline=None)
def test_whatever_a_provider_can_take_all_is_done_and_it_is_never_pressed(
    capacity, count, limit, retry_after_s
):
    provider = Provider(capacity, retry_after_s)

    async def run() -> None:
        outcomes = await parallel(with_retries(provider.call), range(count), limit=limit)
        assert outcomes.results == [(index, index) for index in range(count)]

    virtual_time.run(run())
    assert all(at_once <= limit for at_once in provider.at_once)
    for refused_at in set(provider.refusals):
        too_early = [at for at in provider.starts if refused_at < at < refused_at + retry_after_s]
        assert [at for at in too_early if refused_at + retry_after_s - at > 0.001] == []
    if limit <= capacity:
        assert provider.refusals == []


def test_a_branch_that_rests_makes_room_for_others():
    starts: list[tuple[float, int]] = []

    async def attempt(number: int) -> None:
        starts.append((now(), number))
        if number == 0 and len(starts) == 1:
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away", retry_after_s=8)
        await asyncio.sleep(1)

    async def run() -> None:
        await parallel(with_retries(attempt), range(3), limit=1)

    virtual_time.run(run())
    assert starts == [(0, 0), (0, 1), (1, 2), (8, 0)]


def test_a_branch_that_retries_two_things_at_once_takes_one_place():
    running = most = 0

    async def attempt(number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(1)
        running -= 1
        if now() < 5:
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")

    async def both(number: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(with_retries(attempt)(number))

    async def run() -> None:
        await parallel(both, range(6), limit=2)

    virtual_time.run(run())
    assert running == 0
    assert most <= 6
