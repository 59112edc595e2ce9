"""Redis goes away in the middle of a task."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from meshkit.redis import Redis, RedisAwayError, Script
from meshkit.tasks import events, holder, keys
from meshkit.tasks.holder import HeldTask
from tests.support.eventually import eventually
from tests.support.redis import RedisServer
from tests.support.tasks import TENANT, until


@pytest.fixture
def redis_server(own_redis) -> RedisServer:
    """A server to be killed: the task is there, and the worker works on it."""
    return own_redis


@pytest.fixture
def failed(monkeypatch) -> Counter[Script]:
    """How often each script has found Redis away."""
    counted: Counter[Script] = Counter()
    run = Redis.run

    async def watched(self, script, *arguments):
        try:
            return await run(self, script, *arguments)
        except RedisAwayError:
            counted[script] += 1
            raise

    monkeypatch.setattr(Redis, "run", watched)
    return counted


async def test_a_step_outlives_a_restart_of_redis(
    store, redis_server, work, *, agents, task_id, failed
):
    gate = agents.gate("one")
    async with work():
        await gate.wait()
        redis_server.kill()
        gate.open.set()
        await eventually(lambda: failed[holder._WRITE])
        redis_server.start()
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 1


@pytest.mark.parametrize("moment", ["in a step", "between a write and its reply"])
async def test_redis_restarts_in_the_middle_of_a_task(
    store, redis, redis_server, work, *, agents, task_id, failed, moment
):
    gate = agents.gate("one")
    async with work(lease_s=1, renew_s=0.2):
        await gate.wait()
        redis_server.kill()
        if moment == "in a step":
            redis_server.start()
            gate.open.set()
        else:
            # The step ends while Redis is away: its result can't be written.
            gate.open.set()
            await eventually(lambda: failed[holder._WRITE])
            redis_server.start()
        await eventually(redis.ping)
        await until(store, task_id, "completed")
    read = await events.read(redis, task_id, after=0)
    assert [event.offset for event in read] == list(range(1, len(read) + 1))
    assert [event.type for event in read].count("completed") == 1
    assert agents.calls["plan"] == 1
    assert agents.calls["two"] == 1


async def test_a_task_that_redis_kept_from_renewing_is_given_back(
    store, redis, redis_server, work, *, agents, task_id
):
    """It is no death of its holder, and nobody has to wait for the lease."""
    gate = agents.gate("one")
    async with work(lease_s=1, renew_s=0.2):
        await gate.wait()
        redis_server.kill()
        async with asyncio.timeout(60):
            await gate.cancelled.wait()
        gate.open.set()
        redis_server.start()
        await until(store, task_id, "completed")
    assert await redis.execute("HGET", keys.task(task_id), "deaths") is None
    assert agents.calls == {"plan": 1, "one": 2, "two": 1}


async def test_a_result_outlives_an_outage_longer_than_the_lease(
    store, redis_server, work, *, agents, task_id, failed, monkeypatch
):
    ending: list[HeldTask] = []
    complete = HeldTask.complete

    async def watched(self, *arguments):
        ending.append(self)
        await complete(self, *arguments)

    monkeypatch.setattr(HeldTask, "complete", watched)
    gate = agents.gate("two")
    async with work(lease_s=1, renew_s=0.2):
        await gate.wait()
        redis_server.kill()
        gate.open.set()
        # The work is over; its lease runs out before Redis is back, and its keeper finds it so.
        await eventually(lambda: failed[holder._FINISH] and not ending[0].held)
        renewals = failed[holder._RENEW]
        await eventually(lambda: failed[holder._RENEW] > renewals)
        redis_server.start()
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}


async def test_the_end_of_a_task_waits_for_redis(
    store, redis, redis_server, work, *, agents, jobs, task_id
):
    job = jobs["generate-skill"]

    async def kill_at_the_end(request, steps):
        result = await job.run(request, steps)
        redis_server.kill()
        return result

    jobs[job.name] = replace(job, run=kill_at_the_end)
    async with work(renew_s=0.2):
        await eventually(lambda: not redis_server.running)
        redis_server.start()
        await eventually(redis.ping)
        await until(store, task_id, "completed")
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 1
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}
