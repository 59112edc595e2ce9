import asyncio
import time
from dataclasses import replace

import pytest

from meshkit.tasks import keys
from services.orchestrator.sweeper import Sweeper
from tests.support.eventually import eventually
from tests.support.tasks import TENANT, claim, held, new_task, started, unqueue


@pytest.fixture(autouse=True)
async def registered(redis) -> None:
    await redis.execute("ZADD", "tenants", 0, TENANT.removeprefix("tenant_"))


@pytest.fixture
def sweeper(redis, queue) -> Sweeper:
    return Sweeper(redis, queue, instance="a", every_s=60)


async def age(redis, task_id: str) -> None:
    """Makes a task look as if nothing had happened to it for long."""
    if await redis.execute("EXISTS", keys.task(task_id)):
        await redis.execute("HSET", keys.task(task_id), "updated_at", 1)
    await redis.execute("ZADD", keys.tenant_tasks(TENANT), "XX", 1, task_id)


async def swept(sweeper) -> None:
    await sweeper.sweep(asyncio.Event())


async def test_a_task_that_lost_its_place_gets_another(store, redis, queue, sweeper):
    waiting = await started(store)
    running = await started(store)
    await claim(queue)
    await held(redis, running, lease_ms=1)
    for name in (waiting, running):
        await unqueue(queue, name)
        await age(redis, name)
    assert await claim(queue) is None
    await swept(sweeper)
    assert {await claim(queue), await claim(queue)} == {waiting, running}


async def test_a_task_that_needs_no_place_gets_none(store, redis, queue, sweeper):
    paused, ended, young, placed = [await started(store) for _ in range(4)]
    await store.control(TENANT, paused, "pause")
    await store.control(TENANT, ended, "cancel")
    await unqueue(queue, young)
    before = await queue.place(TENANT, placed)
    for name in (paused, ended, placed):
        await age(redis, name)
    await swept(sweeper)
    for name in (paused, ended, young):
        assert await queue.place(TENANT, name) is None
    assert await queue.place(TENANT, placed) == before


async def test_what_has_expired_is_forgotten(store, redis, sweeper):
    expired, young, kept = [await started(store) for _ in range(3)]
    for name in (expired, young):
        await redis.execute("DEL", *keys.all_of(name))
    for name in (expired, kept):
        await age(redis, name)
    await swept(sweeper)
    left = await redis.execute("ZRANGE", keys.tenant_tasks(TENANT), 0, -1)
    assert {name.decode() for name in left} == {young, kept}


async def test_every_task_is_looked_at(redis, sweeper):
    entries = [part for number in range(350) for part in (number, keys.new_task_id())]
    await redis.execute("ZADD", keys.tenant_tasks(TENANT), *entries)
    await swept(sweeper)
    assert await redis.execute("ZCARD", keys.tenant_tasks(TENANT)) == 0


async def test_tasks_of_one_millisecond_are_all_looked_at(redis, sweeper):
    entries = [part for _ in range(250) for part in (7, keys.new_task_id())]
    await redis.execute("ZADD", keys.tenant_tasks(TENANT), *entries)
    await swept(sweeper)
    assert await redis.execute("ZCARD", keys.tenant_tasks(TENANT)) == 0


async def test_tasks_of_one_millisecond_that_stay_are_all_looked_at(store, redis, queue, sweeper):
    """Found ones stay in the index: the sweep must get past them."""
    now = int(time.time() * 1000) - 60_000
    names = sorted(keys.new_task_id() for _ in range(150))
    for name in names:
        await redis.execute(
            *("HSET", keys.task(name), "status", "queued", "updated_at", 1, "tenant_id", TENANT)
        )
        await redis.execute("ZADD", keys.tenant_tasks(TENANT), now, name)
    await swept(sweeper)
    assert all([await queue.place(TENANT, name) is not None for name in names])


async def test_one_replica_sweeps_at_a_time(redis, queue, sweeper):
    entry = (keys.tenant_tasks(TENANT), 1, keys.new_task_id())
    await redis.execute("SET", keys.sweeping(), "another", "EX", 60)
    await redis.execute("ZADD", *entry)
    draining = asyncio.Event()
    draining.set()
    waiting = asyncio.create_task(Sweeper(redis, queue, instance="b", every_s=0.05).run(draining))
    await waiting
    draining.clear()
    running = asyncio.create_task(Sweeper(redis, queue, instance="b", every_s=0.05).run(draining))
    assert await redis.execute("ZCARD", entry[0]) == 1
    await redis.execute("DEL", keys.sweeping())

    async def done() -> bool:
        return await redis.execute("ZCARD", entry[0]) == 0

    await eventually(done)
    draining.set()
    await running


async def test_a_lost_task_comes_back_in_its_lane(store, redis, queue, sweeper):
    made = await store.create(replace(new_task(), lane=keys.FAST))
    fast = queue.of(keys.FAST)
    await unqueue(fast, made.task_id)
    await age(redis, made.task_id)
    await swept(sweeper)
    assert [await claim(queue), await claim(fast)] == [None, made.task_id]
