"""`parallel`: how many branches run at once as they meet rate limits, succeed and rest."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit.errors import MeshError, Reason
from meshkit.patterns import parallel, retrying
from tests.support import virtual_time


def with_retries(attempt: Callable[[int], Awaitable[object]]) -> Callable[[int], Awaitable[object]]:
    """The attempt as a step that is retried many times."""

    async def failed(_: int, __: MeshError, ___: float) -> None:
        """Nobody listens."""

    async def step(item: int) -> object:
        async def once(_: int, __: float) -> object:
            return await attempt(item)

        return await retrying(once, attempts=1000, failed=failed, timeout_s=1)

    return step


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
        self.starts.append(virtual_time.now())
        self._running += 1
        self.at_once.append(self._running)
        refused = self._running > self._capacity
        try:
            await asyncio.sleep(1)
            if refused:
                self.refusals.append(virtual_time.now())
                raise MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=self._retry_after_s)
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
        starts.append(virtual_time.now())
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
        starts.append(virtual_time.now())
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
        starts.append(virtual_time.now())
        await asyncio.sleep(0.5 if number == 3 else 1)
        if number == 3:
            raise MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=1)

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
            starts.append((virtual_time.now(), row, column))
            await asyncio.sleep(1)
            if (row, column) == (0, 0):
                raise MeshError(Reason.RATE_LIMITED, "slow", retry_after_s=9)

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
        starts.append((virtual_time.now(), number))
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
        if virtual_time.now() < 5:
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
