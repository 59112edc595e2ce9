"""Starting tasks: keys that make a start idempotent, and crashes in between."""

import asyncio

import pytest

from manusmesh.task.v1 import task_service_pb2 as pb
from meshkit.errors import Reason
from meshkit.redis import connect
from meshkit.tasks import holder, keys
from meshkit.tasks import store as store_module
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support.errors import refusal
from tests.support.tasks import (
    TENANT,
    begin,
    claim,
    finished,
    held,
    millisecond_over,
    new_task,
    started,
    unqueue,
)

pytestmark = pytest.mark.also_on_a_cluster


class CrashError(Exception):
    """The process dies here."""


async def crash_after(monkeypatch, store, redis, step: str) -> None:
    """Lets a create with the key "k" die after one of its writes."""

    async def crash(*_, **__):
        raise CrashError

    run = type(redis).run

    async def run_but_no_create(self, script, *arguments):
        await (crash() if script is store_module._CREATE else asyncio.sleep(0))
        return await run(self, script, *arguments)

    with monkeypatch.context() as patched:
        if step == "the key":
            patched.setattr(Queue, "reserve", crash)
        elif step == "the place":
            patched.setattr(type(redis), "run", run_but_no_create)
        else:
            patched.setattr(Queue, "enqueue", crash)
        with pytest.raises(CrashError):
            await store.create(new_task(key="k"))


async def test_100_identical_starts_make_one_task(store, redis, queue, redis_url):
    async with connect(redis_url) as other:
        stores = [store, TaskStore(other, Queue(other, max_per_tenant=1000))]
        made = await asyncio.gather(
            *(stores[n % 2].create(new_task(key="once")) for n in range(100))
        )
    assert len({task.task_id for task in made}) == 1
    assert {task.status for task in made} == {"queued"}
    assert len((await store.page(TENANT, pb.ListTasksRequest())).tasks) == 1
    assert await claim(queue) == made[0].task_id
    assert await claim(queue) is None


async def test_a_key_used_with_another_request_is_a_conflict(store):
    task_id = await started(store, key="k")
    error = await refusal(store.create(new_task(key="k", request=b"other")))
    assert error.reason == Reason.CONFLICT
    assert error.details == {"task_id": task_id}


@pytest.mark.usefixtures("redis_server")
async def test_keys_are_the_tenants_own_and_last_a_day(store, redis):
    first = await started(store, key="k")
    assert await started(store, key="k", tenant_id="tenant_other") != first
    assert await started(store) != await started(store)
    [name] = await redis.execute("KEYS", "tenant:{tenant_acme}:idem:*")
    assert 86_390 < await redis.execute("TTL", name) <= 86_400


async def test_repeating_a_start_gets_the_first_answer_and_does_not_queue_it(store, redis, queue):
    task_id = await finished(store, redis, queue, key="k")
    again = await store.create(new_task(key="k"))
    assert (again.task_id, again.status, again.progress) == (task_id, "completed", 100)
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0


async def test_repeating_a_start_does_not_send_the_task_to_the_back(store, redis):
    first = await started(store, key="first")
    await millisecond_over(redis)
    await started(store)
    await millisecond_over(redis)
    await store.create(new_task(key="first"))
    assert (await store.get(TENANT, first)).queue_position == 1


@pytest.mark.parametrize("step", ["the key", "the place", "the record"])
async def test_a_start_that_died_is_finished_by_repeating_it(
    store, redis, queue, monkeypatch, step
):
    await crash_after(monkeypatch, store, redis, step)
    task_id = await started(store, key="k")
    await redis.execute("ZADD", keys.waiting(TENANT), "XX", 1, task_id)
    assert await claim(queue) == task_id
    assert (await held(redis, task_id)).attempt == 1
    assert await claim(queue) is None


async def test_a_start_that_died_after_the_record_runs_by_itself(store, redis, queue, monkeypatch):
    await crash_after(monkeypatch, store, redis, "the record")
    assert await claim(queue) is None, "it is not visible before the grace is over"
    [task_id] = [
        name.decode() for name in await redis.execute("ZRANGE", keys.waiting(TENANT), 0, -1)
    ]
    await redis.execute("ZADD", keys.waiting(TENANT), 1, task_id)
    assert await claim(queue) == task_id
    await held(redis, task_id)


async def test_a_start_that_died_before_the_record_leaves_nothing(store, redis, queue, monkeypatch):
    await crash_after(monkeypatch, store, redis, "the place")
    [task_id] = [
        name.decode() for name in await redis.execute("ZRANGE", keys.waiting(TENANT), 0, -1)
    ]
    await redis.execute("ZADD", keys.waiting(TENANT), 1, task_id)
    assert await claim(queue) == task_id
    begun = await begin(redis, task_id, name="w", lease_ms=1000)
    assert begun == holder.Refused("gone")
    await unqueue(queue, task_id)
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0
