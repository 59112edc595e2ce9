import asyncio
from collections import Counter

import pytest

from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.tasks import keys
from meshkit.tasks.queue import Queue, set_caps
from tests.support.signals import subscribed
from tests.support.tasks import TENANT, claim, expire_lease, unqueue

pytestmark = pytest.mark.also_on_a_cluster


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


async def test_a_task_goes_to_one_worker(queue, redis_url):
    ids = await enqueue(queue, TENANT, 30)
    async with connect(redis_url) as other:
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


@pytest.mark.usefixtures("redis_server")
async def test_an_idle_tenant_leaves_the_ring(queue, redis):
    [name] = await enqueue(queue, TENANT)
    await claim(queue)
    await unqueue(queue, name)
    assert await claim(queue) is None
    assert await redis.execute("ZCARD", keys.queue("tenants")) == 0
    assert await redis.execute("KEYS", "*") == []


async def test_enqueueing_wakes_workers(queue, hub, redis):
    with hub.listen(keys.queue("ready")) as ready:
        await subscribed(redis, hub)
        ready.clear()
        await enqueue(queue, TENANT)
        async with asyncio.timeout(5):
            await ready.wait()


async def full(queue: Queue, tenant_id: str, task_id: str) -> bool:
    """Whether the queue refuses a task, which takes no place here."""
    try:
        place = await queue.reserve_again(tenant_id, task_id)
    except MeshError as error:
        return error.reason == Reason.OVERLOADED
    await queue.remove(tenant_id, task_id, place)
    return False


async def test_a_cap_over_all_tenants(redis):
    queue = Queue(redis, max_per_tenant=3, max_of_all=4)
    first = [keys.new_task_id() for _ in range(3)]
    new = keys.new_task_id()
    for name in first:
        await queue.reserve(TENANT, name)
    await queue.reserve("tenant_other", keys.new_task_id())
    assert await full(queue, "tenant_third", new)
    await queue.reserve(TENANT, first[0])  # the same again takes no place
    # Those that run count, and what has been accepted once comes back whatever the cap.
    await queue.enqueue(TENANT, first[0])
    [taken] = await queue.claim(lease_ms=10_000, running_cap=1)
    assert await full(queue, "tenant_third", new)
    await queue.enqueue("tenant_third", new)
    assert await full(queue, "tenant_other", first[0])
    for tenant_id, name, place in (
        (TENANT, first[0], taken.until_ms),
        ("tenant_third", new, await queue.place("tenant_third", new)),
    ):
        await queue.remove(tenant_id, name, place)
        await queue.remove(tenant_id, name, place)  # again frees nothing more
    await queue.reserve("tenant_third", new)
    assert await full(queue, "tenant_other", first[0])
    assert await redis.execute("GET", keys.queue("places")) == b"4"


async def test_places_that_nobody_has_counted_are_counted(redis):
    """A queue from before there was a count, or one that lost it with a failover."""
    queue = Queue(redis, max_per_tenant=9, max_of_all=4)
    ids = await enqueue(queue, TENANT, 2) + await enqueue(queue, "tenant_other", 1)
    await redis.execute("DEL", keys.queue("places"))
    await unqueue(queue, ids[0])
    await enqueue(queue, "tenant_third", 2)
    assert await redis.execute("GET", keys.queue("places")) == b"4"
    assert await full(queue, TENANT, keys.new_task_id())


async def test_the_places_are_counted_anew_each_minute(redis):
    """So that no cap is wrong for long, whatever becomes of a queue."""
    queue = Queue(redis, max_per_tenant=9, max_of_all=4)
    await enqueue(queue, TENANT, 2)
    await enqueue(queue, TENANT, 1)
    assert 0 < await redis.execute("TTL", keys.queue("places")) <= 60


async def test_of_many_that_come_at_once_as_many_pass_as_there_is_room(redis, redis_server):
    async with connect(redis_server.url) as other:
        queues = [Queue(one, max_per_tenant=100, max_of_all=7) for one in (redis, other)]
        refused = await asyncio.gather(
            *(
                queues[number % 2].reserve(f"tenant_{number % 5}", keys.new_task_id())
                for number in range(40)
            ),
            return_exceptions=True,
        )
    assert sum(isinstance(one, MeshError) for one in refused) == 33
    assert sum(isinstance(one, int) for one in refused) == 7


# Lanes


async def test_lanes_do_not_see_one_another(queue):
    fast = queue.of(keys.FAST)
    [slow_id], [fast_id] = await enqueue(queue, TENANT), await enqueue(fast, TENANT)
    assert await queue.place(TENANT, fast_id) is None
    assert [await claim(fast), await claim(fast)] == [fast_id, None]
    assert [await claim(queue), await claim(queue)] == [slow_id, None]
    assert queue.of("") is queue


async def test_a_full_lane_leaves_room_in_the_other(redis):
    queue = Queue(redis, max_per_tenant=1)
    fast = queue.of(keys.FAST)
    for lane in (queue, fast):
        await lane.reserve(TENANT, keys.new_task_id())
        with pytest.raises(MeshError) as raised:
            await lane.reserve(TENANT, keys.new_task_id())
        assert raised.value.reason == Reason.OVERLOADED
