"""A worker takes tasks up, runs their jobs in its slots, and drains."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC

import pytest

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import skill_pb2
from meshkit.errors import Reason
from meshkit.library import Kind, Library
from meshkit.redis import Redis
from meshkit.tasks import keys
from meshkit.tasks import queue as queue_module
from services.orchestrator import worker
from services.orchestrator.settings import WorkerSettings
from services.orchestrator.worker import Worker
from tests.support.eventually import eventually
from tests.support.tasks import SKILL_REQUEST, TENANT, event_types, renewed, started, until


class Looks:
    """How often a worker has looked for tasks to take up, its `count`."""

    def __init__(self) -> None:
        self.count = 0

    async def more(self, number: int) -> None:
        """Waits until it has looked so many more times."""
        wanted = self.count + number
        await eventually(lambda: self.count >= wanted)


@pytest.fixture
def looks(monkeypatch) -> Looks:
    counted = Looks()
    claim = worker.Worker._claim

    async def look(self):
        claims = await claim(self)
        counted.count += 1
        return claims

    monkeypatch.setattr(worker.Worker, "_claim", look)
    return counted


async def taken(redis, *tenant_ids: str) -> list[int]:
    """How many tasks of each tenant workers have taken off the queue."""
    return [await redis.execute("ZCARD", keys.leased(tenant_id)) for tenant_id in tenant_ids]


async def test_a_task_from_queue_to_result(store, redis, work, agents, task_id):
    async def write(request, listener):
        return skill_pb2.SkillDraft(name="made")

    agents.behaviours["two"] = write
    async with work():
        task = await until(store, task_id, "completed")
    result = generate_skill_pb2.GenerateSkillResult.FromString(await store.result(TENANT, task_id))
    assert (result.skill_name, result.skill_id) == ("made", "given")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}
    assert [step.step for step in task.completed_steps] == ["plan", "one", "two"]
    assert (task.total_steps, task.progress) == (3, 100)
    assert await event_types(redis, task_id) == [
        "queued",
        "started",
        *("step_started", "step_completed", "plan"),
        *["step_started", "step_completed"] * 2,
        "completed",
    ]
    assert await redis.execute("EXISTS", keys.waiting(TENANT), keys.leased(TENANT)) == 0


async def test_each_call_says_what_it_belongs_to(store, work, agents, task_id):
    async with work():
        await until(store, task_id, "completed")
    assert {context.task_id for context in agents.contexts} == {task_id}
    assert {context.tenant_id for context in agents.contexts} == {TENANT}
    assert [context.attempt for context in agents.contexts] == [1, 1, 1]


async def test_a_job_keeps_what_it_makes_once(store, work, jobs, redis, task_id):
    accepted = []

    async def keeps(request, steps):
        accepted.append((steps.task_id, steps.accepted_at))
        version = await steps.version(Kind.SKILL, "skill_x_v1")
        result = generate_skill_pb2.GenerateSkillResult(skill_id="skill_x_v1")
        await steps.keep(Kind.SKILL, "skill_x_v1", version, "X", {"result": result})
        kept = await steps.kept(
            Kind.SKILL, "skill_x_v1", "result", generate_skill_pb2.GenerateSkillResult
        )
        assert kept == result
        nothing = await steps.kept(
            Kind.SKILL, "skill_y_v1", "result", generate_skill_pb2.GenerateSkillResult
        )
        assert nothing is None
        return result

    jobs["generate-skill"] = replace(jobs["generate-skill"], run=keeps)
    async with work():
        task = await until(store, task_id, "completed")
    [item] = await Library(redis).versions(TENANT, Kind.SKILL, "skill_x_v1")
    assert (item.task_id, item.version) == (task_id, 1)
    assert accepted[0][0] == task_id
    assert accepted[0][1] == task.created_at.ToDatetime(tzinfo=UTC)


async def test_no_more_tasks_than_slots(store, redis, work, agents, looks):
    gate = agents.gate("plan")
    ids = [await started(store, request=SKILL_REQUEST) for _ in range(4)]
    async with work(slots=2):
        await eventually(lambda: agents.calls["plan"] == 2)
        await looks.more(3)
        assert await taken(redis, TENANT) == [2]
        assert agents.calls["plan"] == 2
        gate.open.set()
        for name in ids:
            await until(store, name, "completed")


async def test_no_more_tasks_of_a_tenant_than_its_cap(store, redis, work, agents, looks):
    gate = agents.gate("plan")
    for _ in range(3):
        await started(store, request=SKILL_REQUEST)
    await started(store, request=SKILL_REQUEST, tenant_id="tenant_other")
    async with work(tenant_cap=1):
        await eventually(lambda: agents.calls["plan"] == 2)
        await looks.more(3)
        assert await taken(redis, TENANT, "tenant_other") == [1, 1]
        assert {context.tenant_id for context in agents.contexts} == {TENANT, "tenant_other"}
        assert agents.calls["plan"] == 2
        gate.open.set()
        await eventually(lambda: agents.calls["two"] == 4)


async def test_a_busy_worker_does_not_spin(store, work, agents, looks):
    """All slots are taken, and a signal says that a task waits."""
    gate = agents.gate("plan")
    await started(store, request=SKILL_REQUEST)
    async with work(slots=1, poll_s=0.05):
        await gate.wait()
        for _ in range(3):
            await started(store, request=SKILL_REQUEST)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await looks.more(10)
        # A signal may each have ended one wait early; the other waits took their time.
        assert loop.time() - begun > 0.2
        gate.open.set()
        await eventually(lambda: agents.calls["two"] == 4)


async def test_a_worker_that_looks_at_the_queue_is_healthy(redis, hub, queue, agents, jobs):
    looking = worker.Worker(
        WorkerSettings(),
        instance="i",
        redis=redis,
        signals=hub,
        queue=queue,
        agents=agents,
        jobs=jobs,
    )
    assert await looking.healthy()
    looking._looked_at -= 60
    assert not await looking.healthy()


async def test_a_draining_worker_finishes_the_step_and_gives_the_task_back(
    store, redis, work, agents, task_id
):
    gate = agents.gate("one")
    async with work(renew_s=0.05, lease_s=300) as draining:
        await gate.wait()
        draining.set()
        await renewed(redis, task_id, times=2)
        gate.open.set()
    assert (await store.get(TENANT, task_id)).status == "queued"
    assert agents.calls == {"plan": 1, "one": 1}
    async with work():
        # At once: nobody has to wait for the lease of the one that stopped.
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}


async def test_a_draining_worker_breaks_a_long_step_off(store, work, agents, task_id):
    gate = agents.gate("one")
    async with work(drain_s=0.1):
        await gate.wait()
    assert gate.cancelled.is_set()
    assert (await store.get(TENANT, task_id)).status == "queued"
    async with work():
        gate.open.set()
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 2, "two": 1}
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 2


async def test_a_retry_before_the_end_was_put_away_does_not_wait_for_a_lease(
    *, store, queue, work, agents, task_id, monkeypatch
):
    ended, go_on = asyncio.Event(), asyncio.Event()
    after = Worker._after

    async def slow(self, *arguments):
        if not ended.is_set():
            ended.set()
            await go_on.wait()
        await after(self, *arguments)

    async def claimed_anew() -> bool:
        place_ms = await queue.place(TENANT, task_id)
        return place_ms is not None and place_ms / 1000 > time.time() + 150

    monkeypatch.setattr(Worker, "_after", slow)
    agents.fail("two", Reason.INVALID_ARGUMENT, "no")
    async with work(lease_s=300, renew_s=100):
        await ended.wait()
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await eventually(claimed_anew)
        go_on.set()
        await until(store, task_id, "completed")


async def test_a_place_whose_lease_is_being_extended_at_the_end_is_taken_away(
    *, store, queue, work, agents, task_id, monkeypatch
):
    extended, go_on = asyncio.Event(), asyncio.Event()
    run = Redis.run

    async def slow(self, script, *rest):
        reply = await run(self, script, *rest)
        if script is queue_module._EXTEND:
            extended.set()
            await go_on.wait()
        return reply

    async def taken_away() -> bool:
        return await queue.place(TENANT, task_id) is None

    monkeypatch.setattr(Redis, "run", slow)
    gate = agents.gate("one")
    async with work(lease_s=300, renew_s=0.05):
        await gate.wait()
        await extended.wait()
        gate.open.set()
        await until(store, task_id, "completed")
        go_on.set()
        await eventually(taken_away)
