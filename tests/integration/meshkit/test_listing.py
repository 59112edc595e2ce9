"""Lists: what they hold, page by page, in which order, and at what price."""

import base64
from collections import Counter

import pytest

from manusmesh.task.v1 import task_service_pb2 as pb
from meshkit.errors import Reason
from meshkit.tasks import keys
from meshkit.tasks.queue import set_caps
from tests.support.errors import refusal
from tests.support.tasks import TENANT, held, in_status, millisecond_over, started, started_in_turn

pytestmark = pytest.mark.also_on_a_cluster


async def listed(store, tenant_id: str = TENANT, **fields) -> list[str]:
    """All ids that a list answers, page by page."""
    names: list[str] = []
    request = pb.ListTasksRequest(**fields)
    for _ in range(100):
        page = await store.page(tenant_id, request)
        assert len(page.tasks) <= (request.page_size or 20)
        names += [task.task_id for task in page.tasks]
        if not page.next_page_token:
            return names
        request.page_token = page.next_page_token
    raise AssertionError("the list never ends")


async def test_the_list_is_the_newest_first(store, redis):
    ids = await started_in_turn(store, redis, 25)
    await started(store, tenant_id="tenant_other")
    for size in (0, 1, 7, 25, 100):
        assert await listed(store, page_size=size) == ids[::-1]


@pytest.mark.parametrize("page_size", [20, 100])
async def test_tasks_of_one_millisecond_are_all_listed_once(store, redis, page_size):
    ids = [await started(store) for _ in range(230)]
    for name in ids:
        await redis.execute("ZADD", keys.tenant_tasks(TENANT), 1_700_000_000_000, name)
    found = await listed(store, page_size=page_size)
    assert sorted(found) == sorted(ids)


async def test_filters(store, redis, queue):
    ids = {
        status: await in_status(status, store, redis, queue)
        for status in ("completed", "failed", "cancelled", "paused", "queued", "running")
    }
    other = await started(store, job="refine-content")
    for status, name in ids.items():
        expected = {name, other} if status == "queued" else {name}
        assert set(await listed(store, status=status, page_size=1)) == expected
    assert await listed(store, job="refine-content") == [other]
    assert await listed(store, job="none") == []


async def test_filters_by_time(store, redis):
    ids, times = [], []
    for _ in range(3):
        ids.append(await started(store))
        times.append((await store.get(TENANT, ids[-1])).created_at)
        await millisecond_over(redis)
    assert await listed(store, created_after=times[1]) == [ids[2], ids[1]]
    assert await listed(store, created_before=times[1]) == [ids[0]]
    assert await listed(store, created_after=times[1], created_before=times[2]) == [ids[1]]


def token(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "page_token",
    [
        "x",
        "!!!!",
        "é",
        token("1:task_x"),
        token("1"),
        token(f"-1:task_{'0' * 32}"),
        token(f"{'9' * 16}:task_{'0' * 32}"),
        token(f"²:task_{'0' * 32}"),
    ],
)
async def test_a_token_that_is_none_is_refused(store, page_token):
    error = await refusal(store.page(TENANT, pb.ListTasksRequest(page_token=page_token)))
    assert error.reason == Reason.INVALID_ARGUMENT
    assert [v.field for v in error.violations] == ["page_token"]


async def test_another_tenants_token_shows_nothing_of_it(store, redis):
    own = await started(store)
    await millisecond_over(redis)
    for _ in range(3):
        await started(store, tenant_id="tenant_other")
    page = await store.page("tenant_other", pb.ListTasksRequest(page_size=1))
    # It says where to go on, and no more: with what is older than that.
    assert await listed(store, page_token=page.next_page_token) == [own]


async def test_the_list_skips_tasks_that_have_expired(store, redis):
    gone, kept = await started(store), await started(store)
    await redis.execute("DEL", *keys.all_of(gone))
    assert await listed(store) == [kept]


@pytest.fixture
async def queued(store, redis) -> list[str]:
    """Four waiting tasks whose expected time is known."""
    names = [await started(store) for _ in range(4)]
    for name in names:
        await redis.execute("HSET", keys.task(name), "left_ms", 60_000, "usual_ms", 60_000)
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
