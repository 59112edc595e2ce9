"""What a task tells while it is worked on: events, its plan, its progress and the time left."""

import asyncio
from functools import partial

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.patterns import retrying
from meshkit.tasks import events, keys
from tests.support.tasks import PLAN, TENANT, until


async def test_what_an_agent_says_becomes_events(store, redis, work, agents, task_id):
    async def talk(request, listener):
        await listener.progress(run_pb2.Progress(fraction=0.5, message="half"))
        await listener.progress(run_pb2.Progress(fraction=0.5, message="half again"))
        await listener.message(
            run_pb2.AgentMessage(from_agent="coder", to_agent="reporter", type="result")
        )
        await listener.tool_call(run_pb2.ToolCall(name="validator", outcome="ok"))
        await listener.usage(run_pb2.Usage(llm_calls=1, input_tokens=7, cost_usd=0.25))
        await listener.usage(run_pb2.Usage(llm_calls=1, input_tokens=3))

    agents.behaviours["two"] = talk
    async with work():
        await until(store, task_id, "completed")
    read = await events.read(redis, task_id, after=0)
    said = [event for event in read if event.step == "two"][1:-1]
    assert [event.type for event in said] == ["progress", "message", "tool_call", "usage", "usage"]
    # One of four seconds is done, and half of the three that remain.
    assert said[0].progress == round(5 + 94 * 2.5 / 4)
    task = await store.detailed(TENANT, task_id)
    assert (task.detail.usage.llm_calls, task.detail.usage.input_tokens) == (2, 10)
    assert [entry.to_agent for entry in task.detail.messages] == ["reporter"]
    result = generate_skill_pb2.GenerateSkillResult.FromString(await store.result(TENANT, task_id))
    assert (result.usage.llm_calls, result.usage.cost_usd) == (2, 0.25)


async def test_the_plan_is_told_as_soon_as_there_is_one(store, redis, work, agents, task_id):
    gate = agents.gate("one")
    async with work():
        await gate.wait()
        task = await store.detailed(TENANT, task_id)
        [event] = [
            event for event in await events.read(redis, task_id, after=0) if event.type == "plan"
        ]
        gate.open.set()
        await until(store, task_id, "completed")
    assert event.plan == task.detail.plan == PLAN
    assert event.message == "Planned 2 steps: about 4 s, no model calls"
    assert 1 <= task.eta_seconds <= 4
    assert task.total_steps == 3


async def test_progress_never_falls(store, redis, work, agents, task_id):
    async def talk(request, listener):
        for fraction in (0.1, 0.9, 0.2, 1.0):
            await listener.progress(run_pb2.Progress(fraction=fraction))

    agents.behaviours = {"plan": talk, "one": talk, "two": talk}
    async with work():
        await until(store, task_id, "completed")
    told = [event.progress for event in await events.read(redis, task_id, after=0)]
    assert told == sorted(told)
    assert told[-2] <= 99


async def test_the_first_estimate_names_itself(store, redis, work, agents, task_id):
    gate = agents.gate("one")
    async with work():
        await gate.wait()
        task = await store.get(TENANT, task_id)
        assert 1 <= task.eta_seconds <= 4
        assert await redis.execute("HGET", keys.task(task_id), "left_ms") == b"4000"
        assert task.current_step == "Do one (the time left is the plan's estimate)"
        gate.open.set()
        await until(store, task_id, "completed")


async def test_a_plan_of_more_work_than_usual_is_named(store, redis, work, *, agents, task_id):
    await redis.execute("HSET", keys.task(task_id), "left_ms", 1000, "usual_ms", 1000)
    gate = agents.gate("one")
    async with work():
        await gate.wait()
        task = await store.get(TENANT, task_id)
        assert 1 <= task.eta_seconds <= 4
        assert task.current_step == "Do one (the plan foresees more work than usual)"
        gate.open.set()
        await until(store, task_id, "completed")


async def test_the_time_left_counts_the_pause_before_the_next_attempt(
    store, work, agents, task_id, monkeypatch
):
    resting, go_on = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        resting.set()
        await go_on.wait()

    monkeypatch.setattr("services.orchestrator.attempts.retrying", partial(retrying, sleep=sleep))

    async def fail(request, listener):
        if not go_on.is_set():
            raise MeshError(Reason.RATE_LIMITED, "later", retry_after_s=12)

    agents.behaviours["two"] = fail
    async with work():
        async with asyncio.timeout(60):
            await resting.wait()
        # Three seconds of the plan's four are left.
        assert 0 < (await store.get(TENANT, task_id)).eta_seconds <= 16
        go_on.set()
        await until(store, task_id, "completed")
