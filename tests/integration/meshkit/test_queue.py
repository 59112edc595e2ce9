import asyncio
from collections import Counter

import pytest

from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.tasks import keys
from meshkit.tasks.queue import Queue, set_caps
from tests.support.eventually import eventually
from tests.support.tasks import TENANT, claim, expire_lease, unqueue


async def enqueue(queue, tenant_id: str, count: int = 1) -> list[str]:
    ids = [keys.new_task_id() for _ in range(count)]
    for name in ids:
        await queue.enqueue(tenant_id, name)
    return ids


async def test_first_in_first_out(queue, redis):
    ids = await enqueue(queue, TENANT, 3)
    for number, name in enumerate(ids):
        await redis.execute("ZADD", keys.waiting(TENANT), "XX", number + 1, name)
    assert [await claim(queue) for _ in range(4)] == [*ids, None]


async def test_a_task_goes_to_one_worker(queue, redis_server):
    ids = await enqueue(queue, TENANT, 30)
    async with connect(redis_server.url) as other:
        queues = [queue, Queue(other, max_per_tenant=1)]
        claimed = await asyncio.gather(*(claim(queues[n % 2]) for n in range(60)))
    assert sorted(name for name in claimed if name) == sorted(ids)


async def test_a_reserved_task_is_invisible_until_it_is_queued(queue):
    [name] = [keys.new_task_id()]
    await queue.reserve(TENANT, name)
    assert await claim(queue) is None
    await queue.enqueue(TENANT, name)
    assert await claim(queue) == name


async def test_a_delayed_task_waits(queue):
    name = keys.new_task_id()
    await queue.enqueue(TENANT, name, delay_ms=60_000)
    assert await claim(queue) is None


async def test_a_task_whose_worker_died_is_claimed_again(queue, redis):
    [name] = await enqueue(queue, TENANT)
    assert await claim(queue) == name
    assert await claim(queue) is None
    await expire_lease(redis, name)
    assert await claim(queue) == name


async def test_an_extended_lease_keeps_others_away(queue, redis):
    [name] = await enqueue(queue, TENANT)
    [taken] = await queue.claim(lease_ms=1, running_cap=1)
    await queue.extend(taken, lease_ms=60_000)
    assert taken.until_ms == await queue.place(TENANT, name)
    await asyncio.sleep(0.003)
    assert await claim(queue) is None


async def test_tenants_take_turns(queue):
    await enqueue(queue, "tenant_flood", 50)
    await enqueue(queue, "tenant_small", 3)
    order = []
    for _ in range(10):
        [claimed] = await queue.claim(lease_ms=10_000, running_cap=100)
        order.append(claimed.tenant_id)
    assert Counter(order[:6]) == {"tenant_flood": 3, "tenant_small": 3}
    assert order[6:] == ["tenant_flood"] * 4


async def test_a_tenant_that_comes_later_waits_no_more_than_one_turn(queue):
    for number in range(5):
        await enqueue(queue, f"tenant_t{number}", 10)
    for _ in range(7):
        await claim(queue)
    await enqueue(queue, "tenant_late")
    turns = await queue.claim(lease_ms=10_000, running_cap=100, count=6)
    assert "tenant_late" in [turn.tenant_id for turn in turns]


async def test_the_cap_of_running_tasks(queue, redis):
    ids = await enqueue(queue, TENANT, 5)
    other = await enqueue(queue, "tenant_other", 1)
    taken = [await claim(queue, cap=2) for _ in range(5)]
    assert len(set(taken) & set(ids)) == 2
    assert set(taken) & set(other) == set(other)
    assert taken[3:] == [None, None]
    await unqueue(queue, next(name for name in taken if name in ids))
    assert await claim(queue, cap=2) in ids
    assert await claim(queue, cap=2) is None


async def test_several_tasks_are_claimed_at_once_and_fairly(queue):
    await enqueue(queue, "tenant_flood", 9)
    await enqueue(queue, "tenant_small", 2)
    claims = await queue.claim(lease_ms=10_000, running_cap=4, count=20)
    assert Counter(claim.tenant_id for claim in claims) == {"tenant_flood": 4, "tenant_small": 2}
    assert [claim.tenant_id for claim in claims[:4]].count("tenant_small") == 2
    assert len({claim.task_id for claim in claims}) == 6
    assert await queue.claim(lease_ms=10_000, running_cap=4, count=20) == []


async def test_a_tenants_own_caps(queue, redis):
    await set_caps(redis, TENANT, running=1, queued=2)
    await enqueue(queue, "tenant_other", 3)
    ids = [keys.new_task_id() for _ in range(3)]
    for name in ids[:2]:
        await queue.reserve(TENANT, name)
        await queue.enqueue(TENANT, name)
    with pytest.raises(MeshError, match="Too many tasks"):
        await queue.reserve(TENANT, ids[2])
    claims = await queue.claim(lease_ms=10_000, running_cap=2, count=20)
    assert Counter(claim.tenant_id for claim in claims) == {"tenant_other": 2, TENANT: 1}
    await set_caps(redis, TENANT, running=None, queued=2)
    assert (await queue.ahead(TENANT, ids[1]))[1] is None
    assert await claim(queue, cap=2) in ids
    await set_caps(redis, TENANT, running=None, queued=None)
    assert await redis.execute("EXISTS", keys.QUEUE_CAPS) == 0


async def test_the_places_of_several_tasks(queue, redis):
    ids = await enqueue(queue, TENANT, 3)
    unknown = keys.new_task_id()
    asked = [ids[2], unknown, ids[0]]
    one_by_one = [(await queue.ahead(TENANT, name))[0] for name in asked]
    assert await queue.all_ahead(TENANT, asked) == (one_by_one, None)
    assert one_by_one[1] == 0
    assert sorted(one_by_one)[1] >= 1
    await set_caps(redis, TENANT, running=2, queued=None)
    assert await queue.all_ahead(TENANT, asked) == (one_by_one, 2)


async def test_a_tenant_that_is_shut_out_keeps_what_it_has_queued(queue, redis):
    [name] = await enqueue(queue, TENANT)
    await set_caps(redis, TENANT, running=0, queued=None)
    assert await claim(queue) is None
    await set_caps(redis, TENANT, running=None, queued=None)
    assert await claim(queue) == name


async def test_a_place_given_anew_is_not_removed_with_the_old_one(queue):
    [name] = await enqueue(queue, TENANT)
    [taken] = await queue.claim(lease_ms=10_000, running_cap=1)
    await queue.enqueue(TENANT, name)  # its owner retries it just after its end
    await queue.remove(TENANT, name, taken.until_ms)
    assert await claim(queue) == name


async def test_dead_workers_do_not_count_as_running(queue, redis):
    await enqueue(queue, TENANT, 2)
    taken = await claim(queue, cap=1)
    assert await claim(queue, cap=1) is None
    await expire_lease(redis, taken)
    assert await claim(queue, cap=1) is not None


async def test_a_full_queue_is_overloaded_at_once(redis):
    queue = Queue(redis, max_per_tenant=2)
    ids = [keys.new_task_id() for _ in range(3)]
    await queue.reserve(TENANT, ids[0])
    await queue.reserve(TENANT, ids[1])
    await queue.reserve(TENANT, ids[1])  # the same again takes no place
    with pytest.raises(MeshError) as raised:
        await queue.reserve(TENANT, ids[2])
    assert raised.value.reason == Reason.OVERLOADED
    assert raised.value.retry_after_s
    await queue.reserve("tenant_other", ids[2])
    # What has been accepted once comes back whatever the cap.
    await queue.enqueue(TENANT, ids[2])
    assert await redis.execute("ZCARD", keys.waiting(TENANT)) == 3


async def test_an_idle_tenant_leaves_the_ring(queue, redis):
    [name] = await enqueue(queue, TENANT)
    await claim(queue)
    await unqueue(queue, name)
    assert await claim(queue) is None
    assert await redis.execute("ZCARD", keys.QUEUE_TENANTS) == 0
    assert await redis.execute("KEYS", "*") == []


async def test_enqueueing_wakes_workers(queue, hub, redis):
    async def subscribed() -> bool:
        return (await redis.execute("PUBSUB", "NUMSUB", keys.QUEUE_READY))[1] == 1

    with hub.listen(keys.QUEUE_READY) as ready:
        await eventually(subscribed)
        ready.clear()
        await enqueue(queue, TENANT)
        async with asyncio.timeout(5):
            await ready.wait()
