import asyncio

from meshkit.waiting import wait_any


async def test_any_event_ends_the_wait():
    first, second = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(wait_any(first, second, seconds=60))
    await asyncio.sleep(0)
    second.set()
    async with asyncio.timeout(5):
        await waiting
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_time_ends_the_wait():
    event = asyncio.Event()
    await wait_any(event, seconds=0.001)
    assert not event.is_set()
