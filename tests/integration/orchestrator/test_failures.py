"""How a task fails: by a step, by its time, by a bug, and what its error tells."""

from dataclasses import replace

import pytest

from jobs import actions
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import skill_pb2
from meshkit.errors import MeshError, Reason, from_proto
from meshkit.tasks import keys
from tests.support.tasks import SKILL_REQUEST, TENANT, event_types, started, until


@pytest.mark.parametrize(
    ("reason", "calls", "retryable"),
    [
        (Reason.INVALID_ARGUMENT, 1, False),
        (Reason.INTERNAL, 1, False),
        (Reason.OVERLOADED, 4, True),
    ],
)
async def test_a_failed_step_fails_the_task_and_says_where(
    store, redis, work, *, agents, task_id, pauses, reason, calls, retryable
):
    agents.fail("one", reason, "It does not work.")
    async with work():
        task = await until(store, task_id, "failed")
    assert agents.calls == {"plan": 1, "one": calls}
    assert (task.error.code, task.error.message) == (str(reason), "It does not work.")
    assert task.error.details["agent"] == "coder"
    assert task.error.details["step"] == "one"
    assert from_proto(task.error).retryable is retryable
    assert (await event_types(redis, task_id))[-2:] == ["step_failed", "failed"]
    assert await redis.execute("EXISTS", keys.waiting(TENANT), keys.leased(TENANT)) == 0


async def test_a_result_that_says_to_have_failed_is_no_checkpoint(
    store, redis, work, *, agents, jobs, task_id
):
    seen = []

    def refused(draft):
        seen.append(draft.name)
        return MeshError(Reason.NOT_FOUND, "nothing there") if draft.name == "empty" else None

    async def run(request, steps):
        draft = await steps.run(
            "one",
            actions.WRITE_SKILL,
            actions.WRITE_SKILL.request(),
            title="One",
            failure=refused,
        )
        return generate_skill_pb2.GenerateSkillResult(skill_name=draft.name)

    async def empty(request, listener):
        return skill_pb2.SkillDraft(name="empty")

    jobs["generate-skill"] = replace(jobs["generate-skill"], run=run)
    agents.behaviours["one"] = empty
    async with work():
        task = await until(store, task_id, "failed")
        assert (task.error.message, task.error.details["step"]) == ("nothing there", "one")
        assert not task.completed_steps
        [step] = (await store.detailed(TENANT, task_id)).detail.steps
        assert (step.status, step.attempts, len(step.failed_attempts)) == ("failed", 1, 1)
        assert "step_failed" in await event_types(redis, task_id)
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await until(store, task_id, "completed")
    assert (seen, agents.calls["one"]) == (["empty", ""], 2)


async def failed_at(gate, store, task_id):
    """The task once it has failed at a gate: a retry, which has its time anew, comes that far."""
    task = await until(store, task_id, "failed")
    while not gate.entered.is_set():
        await store.control(TENANT, task_id, "retry")
        task = await until(store, task_id, "failed", "cancelled")
    return task


async def test_a_task_that_takes_too_long(store, work, agents, jobs, task_id):
    job = jobs["generate-skill"]
    jobs["generate-skill"] = replace(job, timeout_s=1)
    gate = agents.gate("one")
    async with work():
        task = await failed_at(gate, store, task_id)
    assert task.error.code == "DEADLINE_EXCEEDED"
    assert gate.cancelled.is_set()


async def test_a_task_whose_time_is_over_tells_what_was_at_work(store, work, agents, jobs, task_id):
    jobs["generate-skill"] = replace(jobs["generate-skill"], timeout_s=1)
    gate = agents.gate("one")
    async with work():
        task = await failed_at(gate, store, task_id)
    assert task.error.code == "DEADLINE_EXCEEDED"
    assert (task.error.details["agent"], task.error.details["step"]) == ("coder", "one")


async def test_a_bug_fails_its_task_alone(store, work, agents, task_id, capsys):
    async def bug(request, listener):
        raise KeyError("hush")

    agents.behaviours["one"] = bug
    async with work():
        task = await until(store, task_id, "failed")
        agents.behaviours.clear()
        other = await started(store, request=SKILL_REQUEST)
        await until(store, other, "completed")
    assert task.error.code == "INTERNAL"
    assert task.error.details["trace_id"] == "1" * 32
    assert "hush" not in str(task)
    assert "hush" in capsys.readouterr().out


async def test_a_bug_of_a_job_tells_the_last_step(store, work, agents, jobs, task_id):
    async def broken(request, steps):
        await steps.run("plan", actions.PLAN, actions.PLAN.request(), title="Plan")
        raise ZeroDivisionError

    jobs["generate-skill"] = replace(jobs["generate-skill"], run=broken)
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "INTERNAL"
    assert (task.error.details["agent"], task.error.details["step"]) == ("planning", "plan")
    assert task.error.details["trace_id"]


async def test_a_bug_before_the_first_step_has_none(store, work, jobs, task_id):
    async def broken(request, steps):
        raise ZeroDivisionError

    jobs["generate-skill"] = replace(jobs["generate-skill"], run=broken)
    async with work():
        task = await until(store, task_id, "failed")
    assert set(task.error.details) == {"trace_id"}


async def test_a_job_that_this_mesh_lacks(store, work):
    task_id = await started(store, job="no-such-job")
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "INTERNAL"
    assert "no-such-job" in task.error.message


async def test_a_request_that_is_none(store, work):
    task_id = await started(store, request=b"\xff\xff")
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "INTERNAL"
