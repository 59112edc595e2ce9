"""What the owner asks of a task at work: cancel, pause, resume and retry."""

import asyncio
from dataclasses import replace

import pytest

from jobs import actions
from manusmesh.content.v1 import generate_skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.patterns import parallel
from meshkit.tasks import keys
from meshkit.tasks.holder import HeldTask
from services.orchestrator import lease
from tests.support.eventually import eventually
from tests.support.tasks import TENANT, event_types, renewed, until


async def test_cancel_reaches_the_agent_at_work(
    *, store, redis, work, agents, task_id, monkeypatch
):
    # By its signal, and not because somebody looks: not before a hundred seconds here.
    monkeypatch.setattr(lease, "_LOOK_S", 100.0)
    gate = agents.gate("one")
    async with work(lease_s=300, renew_s=100):
        await gate.wait()
        async with asyncio.timeout(60):
            assert not await store.control(TENANT, task_id, "cancel", "no longer wanted")
            await gate.cancelled.wait()
            task = await until(store, task_id, "cancelled")
    assert (task.error.code, task.error.message) == ("TASK_CANCELLED", "no longer wanted")
    assert "two" not in agents.calls
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0


async def test_a_cancel_whose_signal_is_lost_is_seen_long_before_the_lease_is_renewed(
    store, redis, work, *, agents, task_id
):
    assert lease._LOOK_S < 2
    gate = agents.gate("one")
    async with work(lease_s=300, renew_s=100):
        await gate.wait()
        # What the script does, but for its signal.
        error = MeshError(Reason.TASK_CANCELLED, "enough").to_proto().SerializeToString()
        await redis.execute("HSET", keys.task(task_id), "cancel_requested", error)
        async with asyncio.timeout(60):
            await gate.cancelled.wait()
        task = await until(store, task_id, "cancelled")
    assert task.error.message == "enough"


@pytest.mark.parametrize("what", ["cancel", "drain"])
async def test_an_end_that_is_being_written_comes_first(
    store, redis, work, *, queue, task_id, monkeypatch, what
):
    writing, go_on = asyncio.Event(), asyncio.Event()
    sent = HeldTask._sent

    async def slow(self, script, packed):
        if self.ending:
            writing.set()
            await go_on.wait()
        return await sent(self, script, packed)

    async def cleared() -> bool:
        return await queue.place(TENANT, task_id) is None

    monkeypatch.setattr(HeldTask, "_sent", slow)
    async with work(renew_s=0.05, drain_s=0.05) as draining:
        async with asyncio.timeout(60):
            await writing.wait()
        if what == "cancel":
            await store.control(TENANT, task_id, "cancel")
        else:
            draining.set()
        await renewed(redis, task_id, times=3)
        go_on.set()
        await until(store, task_id, "completed")
        await eventually(cleared)


async def test_pause_lets_the_step_finish_and_resume_goes_on(store, redis, work, agents, task_id):
    gate = agents.gate("one")
    async with work(renew_s=0.05):
        await gate.wait()
        await store.control(TENANT, task_id, "pause")
        await renewed(redis, task_id)
        gate.open.set()
        await until(store, task_id, "paused")
        assert not gate.cancelled.is_set()
        assert "two" not in agents.calls
        await store.control(TENANT, task_id, "resume")
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}


async def test_resume_before_the_step_has_finished_takes_the_pause_back(
    store, redis, work, agents, task_id
):
    gate = agents.gate("one")
    async with work(renew_s=0.02):
        await gate.wait()
        await store.control(TENANT, task_id, "pause")
        await renewed(redis, task_id)
        await store.control(TENANT, task_id, "resume")
        await renewed(redis, task_id, times=2)
        gate.open.set()
        await until(store, task_id, "completed")
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 1
    assert "paused" not in await event_types(redis, task_id)


async def test_retry_of_a_failed_task_repeats_the_failed_step_alone(store, work, agents, task_id):
    agents.fail("two", Reason.INVALID_ARGUMENT, "no")
    async with work():
        await until(store, task_id, "failed")
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 2}


async def test_a_partial_result_is_completed_by_a_retry(store, work, agents, jobs, task_id):
    async def branches(request, steps):
        async def branch(name):
            return await steps.run(
                name, actions.WRITE_SKILL, actions.WRITE_SKILL.request(), title=name
            )

        outcomes = await parallel(branch, ["a", "b", "c"], limit=3)
        for name, error in outcomes.failures:
            steps.missing(name, name.upper(), error)
        found = [name for name, _ in outcomes.results]
        request = actions.WRITE_SKILL.request(skill_name=",".join(found))
        await steps.run("merge", actions.WRITE_SKILL, request, title="Merge")
        return generate_skill_pb2.GenerateSkillResult(patterns_found=found)

    jobs["generate-skill"] = replace(jobs["generate-skill"], run=branches)
    agents.fail("b", Reason.INVALID_ARGUMENT, "no such page")
    async with work():
        task = await until(store, task_id, "completed")
        assert (task.partial, [(m.step, m.name) for m in task.missing]) == (True, [("b", "B")])
        assert task.missing[0].error.message == "no such page"
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await eventually(lambda: agents.calls["merge"] == 2)
        task = await until(store, task_id, "completed")
    assert not task.partial
    # The failed branch alone, and what builds on it.
    assert agents.calls == {"a": 1, "b": 2, "c": 1, "merge": 2}
    result = generate_skill_pb2.GenerateSkillResult.FromString(await store.result(TENANT, task_id))
    assert list(result.patterns_found) == ["a", "b", "c"]
