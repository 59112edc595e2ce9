"""Lists say of a task what its status says, at a price that does not grow with the queue."""

from collections import Counter

import pytest

from manusmesh.task.v1 import task_service_pb2 as pb
from meshkit.tasks import keys
from meshkit.tasks.queue import set_caps
from tests.support.tasks import TENANT, held, started


@pytest.fixture
async def queued(store, redis) -> list[str]:
    """Four waiting tasks whose expected time is known."""
    names = [await started(store) for _ in range(4)]
    for name in names:
        await redis.execute("HSET", keys.task(name), "expected_ms", 60_000)
    return names


@pytest.mark.parametrize("running", [None, 1, 2])
async def test_the_list_shows_the_time_left_that_the_status_shows(store, redis, queued, running):
    await set_caps(redis, TENANT, running=running, queued=None)
    listed = (await store.page(TENANT, pb.ListTasksRequest())).tasks
    assert {task.task_id for task in listed} == set(queued)
    for task in listed:
        shown = await store.get(TENANT, task.task_id)
        assert task == shown
    assert sorted(task.queue_position for task in listed) == [1, 2, 3, 4]
    if running == 1:
        assert sorted(task.eta for task in listed) == [60, 120, 180, 240]


async def test_a_running_task_has_no_place(store, redis, queued):
    await held(redis, queued[0])
    listed = (await store.page(TENANT, pb.ListTasksRequest(status="running"))).tasks
    assert [(task.task_id, task.queue_position) for task in listed] == [(queued[0], 0)]


async def test_a_page_takes_three_round_trips_however_many_wait(store, redis, queued, monkeypatch):
    trips: Counter[str] = Counter()
    execute, pipeline = redis.execute, redis.pipeline

    async def one(*command):
        trips[str(command[0])] += 1
        return await execute(*command)

    async def several(*commands):
        trips["pipeline"] += 1
        return await pipeline(*commands)

    monkeypatch.setattr(redis, "execute", one)
    monkeypatch.setattr(redis, "pipeline", several)
    page = await store.page(TENANT, pb.ListTasksRequest(page_size=4))
    assert len(page.tasks) == len(queued)
    assert trips == {"ZREVRANGEBYSCORE": 1, "pipeline": 2}
