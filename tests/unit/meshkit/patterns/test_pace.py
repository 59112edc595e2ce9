import asyncio

from hypothesis import given
from hypothesis import strategies as st

from meshkit.patterns.pace import Pace
from tests.support import virtual_time


@given(
    st.integers(1, 4),
    st.lists(
        # When it comes, how long it works, when it is cancelled at the latest.
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 8)),
        max_size=15,
    ),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4)), max_size=3),
)
def test_whoever_is_cancelled_when_no_place_is_lost_or_doubled(limit, comers, rate_limits):
    async def run() -> None:
        pace = Pace(limit)
        running = most = 0

        async def come(at: int, works: int) -> None:
            nonlocal running, most
            await asyncio.sleep(at)
            await pace.enter()
            running += 1
            most = max(most, running)
            try:
                await asyncio.sleep(works)
            finally:
                running -= 1
                pace.leave()

        async def leave_early(task: asyncio.Task[None], at: int) -> None:
            await asyncio.sleep(at)
            task.cancel()

        async def slow_down(at: int, pause_s: int) -> None:
            await asyncio.sleep(at)
            pace.slow_down(pause_s, pace.tick())

        async with asyncio.TaskGroup() as group:
            for at, works, cancelled_at in comers:
                group.create_task(leave_early(group.create_task(come(at, works)), cancelled_at))
            for at, pause_s in rate_limits:
                group.create_task(slow_down(at, pause_s))
        assert running == 0
        assert most <= limit
        for _ in range(limit * limit):
            pace.succeeded()
        # Every place is there again, and no more than that.
        async with asyncio.timeout(10):
            for _ in range(limit):
                await pace.enter()
        one_more = asyncio.ensure_future(pace.enter())
        await asyncio.sleep(100)
        assert not one_more.done()
        one_more.cancel()

    virtual_time.run(run())


def test_whoever_is_let_in_and_cancelled_at_once_passes_the_place_on():
    async def run() -> None:
        pace = Pace(1)
        await pace.enter()
        first, second = (asyncio.ensure_future(pace.enter()) for _ in range(2))
        await asyncio.sleep(0)
        pace.leave()
        first.cancel()
        await asyncio.wait([first, second], timeout=10)
        assert first.cancelled()
        assert second.done()

    virtual_time.run(run())
