"""The worker where Redis is a cluster or behind TLS, and where a replica takes over."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from manusmesh.content.v1 import generate_skill_pb2
from meshkit.redis import Redis, RedisAwayError, Trust, connect
from meshkit.signals import signals
from meshkit.tasks import dead_letters, events, keys
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from services.orchestrator.settings import WorkerSettings
from services.orchestrator.sweeper import Sweeper
from services.orchestrator.worker import Worker
from tests.support import redis_proxy, redis_sentinel
from tests.support.dead import doomed
from tests.support.eventually import eventually
from tests.support.redis_sentinel import RedisSet
from tests.support.tasks import SKILL_REQUEST, TENANT, expire_lease, held, started

TENANTS = ("tenant_a", "tenant_b", "tenant_c", "tenant_d")


async def ended(store: TaskStore, tenant_id: str, task_id: str, seconds: float = 60.0) -> str:
    """The status of a task once it is final."""

    async def is_so() -> bool:
        try:
            task = await store.get(tenant_id, task_id)
        except RedisAwayError:
            return False
        return task.status in ("completed", "failed", "cancelled")

    await eventually(is_so, seconds=seconds)
    return (await store.get(tenant_id, task_id)).status


@pytest.fixture
async def cluster(shared_cluster) -> AsyncIterator[Redis]:
    shared_cluster.empty()
    async with connect(shared_cluster.url) as redis:
        yield redis


async def test_tasks_from_queue_to_result_on_a_cluster(cluster, shared_cluster, agents, work):
    store = TaskStore(cluster, Queue(cluster, max_per_tenant=1000))
    # Four tenants with five tasks each: on all servers.
    made = [
        (tenant, await started(store, tenant_id=tenant, request=SKILL_REQUEST))
        for tenant in TENANTS
        for _ in range(5)
    ]
    async with work(shared_cluster):
        assert {await ended(store, *one) for one in made} == {"completed"}
    for tenant, task_id in made:
        result = await store.result(tenant, task_id)
        assert generate_skill_pb2.GenerateSkillResult.FromString(result).skill_id == "given"
        offsets = [event.offset for event in await events.read(cluster, task_id, after=0)]
        assert offsets == list(range(1, len(offsets) + 1))
    assert agents.calls == {"plan": 20, "one": 20, "two": 20}
    for tenant in TENANTS:
        assert await cluster.execute("ZCARD", keys.waiting(tenant)) == 0
        assert await cluster.execute("ZCARD", keys.leased(tenant)) == 0


async def test_cancel_retry_and_takeover_on_a_cluster(cluster, shared_cluster, agents, work):
    store = TaskStore(cluster, Queue(cluster, max_per_tenant=1000))
    at_work = asyncio.Event()

    async def hang(request, listener) -> None:
        at_work.set()
        await asyncio.Event().wait()

    agents.behaviours["one"] = hang
    task_id = await started(store, request=SKILL_REQUEST)
    async with work(shared_cluster):
        await asyncio.wait_for(at_work.wait(), 60)
        await store.control(TENANT, task_id, "cancel")
        assert await ended(store, TENANT, task_id) == "cancelled"
        del agents.behaviours["one"]
        await store.control(TENANT, task_id, "retry")
        assert await ended(store, TENANT, task_id) == "completed"
    orphan = await started(store, request=SKILL_REQUEST)
    await held(cluster, orphan, name="dead")
    await expire_lease(cluster, orphan)
    async with work(shared_cluster):
        assert await ended(store, TENANT, orphan) == "completed"
    assert agents.calls["plan"] == 2


async def test_dead_letters_and_the_sweeper_on_a_cluster(cluster, shared_cluster, agents, work):
    queue = Queue(cluster, max_per_tenant=1000)
    store = TaskStore(cluster, queue)
    poisoned = await started(store, request=SKILL_REQUEST)
    await doomed(cluster, poisoned)
    # Its place was lost in a failover of the queue's server.
    lost = await started(store, request=SKILL_REQUEST)
    await cluster.execute("ZREM", keys.waiting(TENANT), lost)
    await cluster.execute("HSET", keys.task(lost), "updated_at", 1)
    await cluster.execute("ZADD", keys.tenant_tasks(TENANT), 1, lost)
    await cluster.execute("ZADD", "tenants", 0, TENANT.removeprefix("tenant_"))
    await Sweeper(cluster, queue, instance="test", every_s=60).sweep(asyncio.Event())
    async with work(shared_cluster):
        assert await ended(store, TENANT, lost) == "completed"
        assert await ended(store, TENANT, poisoned) == "failed"

        async def listed() -> bool:
            return await cluster.execute("ZCARD", dead_letters.letters()) == 1

        await eventually(listed)
    assert (await DeadLetters(cluster).get(poisoned)).step == "coder"


@contextlib.asynccontextmanager
async def working(url: str, trust: Trust, agents, jobs) -> AsyncIterator[Redis]:
    """A worker for the length of the block, and its Redis."""
    async with (
        connect(url, timeout_s=5, trust=trust) as redis,
        signals(url, trust=trust) as hub,
    ):
        worker = Worker(
            WorkerSettings(poll_s=0.05, lease_s=2, renew_s=0.3),
            instance="test",
            redis=redis,
            signals=hub,
            queue=Queue(redis, max_per_tenant=1000),
            agents=agents,
            jobs=jobs,
        )
        draining = asyncio.Event()
        running = asyncio.create_task(worker.run(draining))
        try:
            yield redis
        finally:
            draining.set()
            async with asyncio.timeout(60):
                await running


@pytest.fixture
def redis_set(tmp_path) -> RedisSet:
    with redis_sentinel.run(tmp_path) as running:
        yield running


async def test_acknowledged_tasks_go_on_after_a_failover(redis_set, agents, jobs):
    trust = Trust(sentinel_password=redis_set.sentinel_password)
    at_work, go_on = asyncio.Event(), asyncio.Event()

    async def wait(request, listener) -> None:
        at_work.set()
        await go_on.wait()

    agents.behaviours["two"] = wait
    async with working(redis_set.url(), trust, agents, jobs) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=1000))
        first = await started(store, request=SKILL_REQUEST)
        await asyncio.wait_for(at_work.wait(), 60)
        second = await started(store, request=SKILL_REQUEST)
        # Both are acknowledged, and the replica has heard of them.
        assert await redis.execute("WAIT", 1, 5000) == 1
        redis_set.primary.kill()
        redis_set.promote_replica()
        go_on.set()
        for task_id in (first, second):
            assert await ended(store, TENANT, task_id, seconds=90) == "completed"
        assert redis_set.replica.lines("ROLE")[2] == b"master"
        for task_id in (first, second):
            seen = await events.read(redis, task_id, after=0)
            assert [event.offset for event in seen] == list(range(1, len(seen) + 1))
            assert [event.type for event in seen if event.type == "completed"] == ["completed"]
            done = [event.step for event in seen if event.type == "step_completed"]
            assert done == ["plan", "one", "two"]
    # What was done before it is not asked for again.
    assert (agents.calls["plan"], agents.calls["one"]) == (2, 2)


async def test_a_task_from_queue_to_result_behind_tls(redis_server, tmp_path, agents, jobs):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trust = Trust(ca_file=str(tmp_path / "ca.pem"))
    async with redis_proxy.run(redis_server.port, tls=tls) as proxy:
        url = f"rediss://:{redis_server.password}@127.0.0.1:{proxy.port}/0"
        async with working(url, trust, agents, jobs) as redis:
            store = TaskStore(redis, Queue(redis, max_per_tenant=1000))
            task_id = await started(store, request=SKILL_REQUEST)
            assert await ended(store, TENANT, task_id) == "completed"
