"""A Redis that answers late: a call is answered as long as that can be in time, else refused."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from gateway import waiting
from manusmesh.content.v1 import content_service_pb2
from manusmesh.task.v1 import task_service_pb2 as pb
from meshkit.config import RedisSettings
from meshkit.errors import MeshError, Reason
from meshkit.tasks import events
from meshkit.tasks.notes import Note
from tests.support import redis_proxy
from tests.support.grpc_server import failure
from tests.support.pace import within
from tests.support.redis import RedisServer
from tests.support.redis_proxy import Proxy
from tests.support.tasks import TENANT, held, skill_request, started

SLOW_S = 0.5
"""Of a command: a start makes more of them than it has time for."""
SLUGGISH_S = 0.1
ANSWER_S = 2.0


patient = pytest.mark.parametrize("redis_budget_s", [6.0], indirect=True)
"""More than by default, and more than a machine stands still; yet not as much as they take."""


@pytest.fixture
def redis_budget_s(request: pytest.FixtureRequest) -> float:
    """As it is by default, unless a test wants another."""
    return float(getattr(request, "param", RedisSettings().call_budget_s))


@pytest.fixture
async def between(redis_server: RedisServer) -> AsyncIterator[Proxy]:
    async with redis_proxy.run(redis_server.port) as proxy:
        yield proxy


@pytest.fixture
def redis_url(between: Proxy, redis_server: RedisServer) -> str:
    """The way to Redis that everything in this module takes."""
    return f"redis://:{redis_server.password}@127.0.0.1:{between.port}/0"


async def refused_in_time(call) -> None:
    async with within(ANSWER_S):
        failed = await failure(call)
    assert failed.error.reason == Reason.UPSTREAM_UNAVAILABLE
    assert failed.error.retry_after_s


async def test_a_start_that_would_take_too_long_is_refused_and_can_be_repeated(
    content, tasks, acme, between
):
    request = skill_request(2, idempotency_key="k")
    other = skill_request(2)
    await content.StartGenerateSkill(other, metadata=acme)
    between.delay_s = SLOW_S
    await asyncio.gather(
        refused_in_time(content.StartGenerateSkill(request, metadata=acme)),
        refused_in_time(content.StartGenerateSkill(other, metadata=acme)),
    )
    between.delay_s = 0
    ids = {(await content.StartGenerateSkill(request, metadata=acme)).task_id for _ in range(2)}
    assert len(ids) == 1
    assert (await tasks.GetTask(pb.GetTaskRequest(task_id=ids.pop()), metadata=acme)).task_id


@patient
async def test_a_sluggish_redis_does_not_stop_a_start(content, acme, between):
    # Redis knows its scripts.
    await content.StartGenerateSkill(skill_request(2), metadata=acme)
    between.delay_s = SLUGGISH_S
    asked = time.monotonic()
    assert (await content.StartGenerateSkill(skill_request(2), metadata=acme)).task_id
    assert time.monotonic() - asked > 3 * SLUGGISH_S


async def test_a_read_at_the_slowest_is_answered_or_refused_in_time(tasks, acme, between, store):
    request = pb.GetTaskRequest(task_id=await started(store))
    await tasks.GetTask(request, metadata=acme)
    between.delay_s = SLOW_S

    async def read() -> str:
        code = await tasks.GetTask(request, metadata=acme).code()
        return code.name

    async with within(ANSWER_S):
        codes = await asyncio.gather(*(read() for _ in range(6)))
    assert set(codes) <= {"OK", "UNAVAILABLE"}


@patient
async def test_a_long_poll_has_its_time_anew_after_each_wait(
    *, content, acme, between, store, monkeypatch, redis_budget_s
):
    monkeypatch.setattr(waiting, "_RECHECK_S", 0.01)
    task_id = await started(store)
    between.delay_s = SLUGGISH_S
    request = content_service_pb2.JobTaskRequest(task_id=task_id, wait_seconds=8)
    asked = time.monotonic()
    task = await content.GetGenerateSkillStatus(request, metadata=acme)
    # Nearly all of it was spent on Redis, which is more than a call has at once.
    assert time.monotonic() - asked > 1.2 * redis_budget_s
    assert task.status == "queued"


@patient
async def test_a_stream_has_its_time_anew_after_each_wait(
    *, tasks, acme, between, store, redis, monkeypatch, redis_budget_s
):
    for name in ("HEARTBEAT_S", "_RECHECK_S", "_CHECK_S"):
        monkeypatch.setattr(events, name, 0.01)
    task = await held(redis, await started(store))
    between.delay_s = SLUGGISH_S
    stream = tasks.WatchTask(pb.WatchTaskRequest(task_id=task.task_id), metadata=acme)
    began = time.monotonic()
    while time.monotonic() - began < 1.2 * redis_budget_s:
        assert (await stream.read()).type in ("queued", "started", "heartbeat")
    stream.cancel()


@patient
async def test_a_stream_that_gets_on_lasts_as_long_as_it_takes(
    *, tasks, acme, between, store, redis, monkeypatch, redis_budget_s
):
    monkeypatch.setattr(events, "_PAGE", 1)
    task = await held(redis, await started(store))
    for number in range(1, 66):
        await task.write(Note("progress", progress=number))
    await task.fail(MeshError(Reason.INTERNAL, "x"))
    between.delay_s = SLUGGISH_S
    began = time.monotonic()
    request = pb.WatchTaskRequest(task_id=task.task_id)
    seen = [event.offset async for event in tasks.WatchTask(request, metadata=acme)]
    assert seen == list(range(1, 69))
    assert time.monotonic() - began > redis_budget_s


async def test_work_waits_for_redis_as_long_as_it_takes(between, store, redis):
    task = await held(redis, await started(store))
    between.delay_s = SLOW_S
    for _ in range(5):
        await task.renew()
    between.delay_s = 0
    assert (await store.get(TENANT, task.task_id)).status == "running"
