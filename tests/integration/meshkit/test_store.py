"""What is known of a task, and for how long: its state, its record, its result if there is one."""

from dataclasses import replace

import pytest

from manusmesh.task.v1 import task_pb2
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2, run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys
from meshkit.tasks.notes import Left, Note
from meshkit.tasks.store import raise_unless_completed
from tests.support.errors import refusal
from tests.support.tasks import (
    TENANT,
    claim,
    finished,
    held,
    made,
    new_task,
    started,
    started_in_turn,
)

pytestmark = pytest.mark.also_on_a_cluster


async def lifetimes(redis, task_id: str) -> dict[str, int]:
    existing = [n for n in keys.all_of(task_id) if await redis.execute("EXISTS", n)]
    return {name: await redis.execute("TTL", name) for name in existing}


async def full_task(store, redis):
    """A held task that has every key a task can have."""
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.write(Note("", plan=plan_pb2.Plan(engine="offline"), total_steps=1, left=Left(1000)))
    spoken = run_pb2.AgentMessage(from_agent="a", to_agent="b", type="task", payload="x")
    await task.write(Note("message", "coder", payload=spoken))
    record = task_pb2.StepRecord(step="coder")
    await task.write(Note("step_started", "coder", step_record=record))
    await task.write(made("coder", skill_pb2.SkillDraft()))
    return task


async def test_a_new_task_waits(store):
    made = await store.create(new_task())
    assert made.status == "queued"
    task = await store.detailed(TENANT, made.task_id)
    assert (task.status, task.progress, task.queue_position) == ("queued", 0, 1)
    assert task.created_at == task.updated_at
    assert not task.HasField("started_at")
    assert (task.result_available, task.HasField("error")) == (False, False)
    assert task.detail.trace_id == "1" * 32


async def test_the_place_in_the_queue(store, redis, queue):
    ids = await started_in_turn(store, redis, 3)
    assert [(await store.get(TENANT, name)).queue_position for name in ids] == [1, 2, 3]
    await held(redis, await claim(queue))
    assert [(await store.get(TENANT, name)).queue_position for name in ids] == [0, 1, 2]


async def test_a_task_stays_in_its_lane(store, queue):
    made = await store.create(replace(new_task(key="k"), lane=keys.FAST))
    fast = queue.of(keys.FAST)
    await store.create(new_task())
    assert (await store.get(TENANT, made.task_id)).queue_position == 1
    page = await store.page(TENANT, pb.ListTasksRequest())
    assert [task.queue_position for task in page.tasks] == [1, 1]
    await store.control(TENANT, made.task_id, "pause")
    assert await fast.place(TENANT, made.task_id) is None
    await store.control(TENANT, made.task_id, "resume")
    assert await claim(fast) == made.task_id
    again = await store.create(replace(new_task(key="k"), lane=keys.FAST))
    assert again.task_id == made.task_id
    await store.control(TENANT, made.task_id, "cancel")
    assert await queue.place(TENANT, made.task_id) is None


async def test_another_tenants_task_is_one_that_does_not_exist(store):
    task_id = await started(store)
    unknown = keys.new_task_id()
    calls = (store.get, store.detailed, store.result, lambda t, i: store.control(t, i, "cancel"))
    for call in calls:
        foreign = await refusal(call("tenant_other", task_id))
        missing = await refusal(call("tenant_other", unknown))
        assert foreign.rest_body() == missing.rest_body()
        assert foreign.reason == Reason.TASK_NOT_FOUND
    assert (await store.get(TENANT, task_id)).status == "queued"


@pytest.mark.parametrize("task_id", ["", "task_x", "task_" + "0" * 33, "{x}", "task_" + "A" * 32])
async def test_what_is_no_id_is_not_found(store, task_id):
    for call in (store.get(TENANT, task_id), store.control(TENANT, task_id, "cancel")):
        assert (await refusal(call)).reason == Reason.TASK_NOT_FOUND


async def test_a_task_of_another_job_is_not_found(store):
    task_id = await started(store)
    assert (await store.get_of_job(TENANT, "generate-skill", task_id)).task_id == task_id
    error = await refusal(store.get_of_job(TENANT, "refine-content", task_id))
    assert error.reason == Reason.TASK_NOT_FOUND


async def test_the_result_of_a_task(store, redis, queue):
    task_id = await finished(store, redis, queue)
    task = await store.get(TENANT, task_id)
    assert (task.progress, task.result_available, task.eta) == (100, True, 0)
    assert task.completed_at.ToMilliseconds() >= task.started_at.ToMilliseconds()
    result = skill_pb2.SkillDraft.FromString(await store.result(TENANT, task_id))
    assert result.name == "made"
    raise_unless_completed(task)


async def test_why_there_is_no_result(store, redis, queue):
    task = await held(redis, await started(store))
    with pytest.raises(MeshError) as raised:
        raise_unless_completed(await store.get(TENANT, task.task_id))
    assert raised.value.reason == Reason.RESULT_NOT_READY
    assert raised.value.details["progress"] == 0
    failure = MeshError(Reason.OVERLOADED, "Too busy.", retry_after_s=10).of_step(
        "coder", "coder_2"
    )
    await task.fail(failure)
    with pytest.raises(MeshError) as raised:
        raise_unless_completed(await store.get(TENANT, task.task_id))
    assert raised.value.reason == Reason.TASK_FAILED
    assert raised.value.details == {
        "cause": "OVERLOADED",
        "retryable": True,
        "agent": "coder",
        "step": "coder_2",
        "retry_after": 10,
    }
    cancelled = await started(store)
    await store.control(TENANT, cancelled, "cancel", "why not")
    with pytest.raises(MeshError, match="why not") as raised:
        raise_unless_completed(await store.get(TENANT, cancelled))
    assert raised.value.reason == Reason.TASK_CANCELLED


async def test_the_full_record(store, redis):
    task = await full_task(store, redis)
    usage = run_pb2.Usage(llm_calls=1, input_tokens=10, output_tokens=5, cost_usd=0.5)
    for name in ("coder", "review"):
        record = task_pb2.StepRecord(step=name, status="completed", usage=usage)
        record.started_at.FromSeconds(1 if name == "review" else 2)
        await task.write(Note("step_completed", name, step_record=record))
    detail = (await store.detailed(TENANT, task.task_id)).detail
    assert [step.step for step in detail.steps] == ["review", "coder"]
    assert (detail.usage.llm_calls, detail.usage.cost_usd) == (2, 1.0)
    assert [entry.payload for entry in detail.messages] == ["x"]
    assert detail.plan.engine == "offline"
    assert detail.attempt == 1


async def test_the_time_left_follows_the_work_left(store, redis):
    task = await held(redis, await started(store))
    await task.write(Note("", plan=plan_pb2.Plan(), total_steps=2, left=Left(100_000)))
    await task.write(Note("progress", progress=50, left=Left(50_000)))
    shown = await store.get(TENANT, task.task_id)
    assert shown.eta == shown.eta_seconds
    assert 49 <= shown.eta <= 50


@pytest.mark.parametrize("how", ["completed", "failed", "cancelled", "cancelled while waiting"])
async def test_all_keys_of_a_finished_task_expire_after_7_days(store, redis, how):
    task = await full_task(store, redis)
    before = await lifetimes(redis, task.task_id)
    assert len(before) == len(keys.all_of(task.task_id)) == 7
    assert set(before.values()) == {-1}
    if how == "completed":
        await task.complete(skill_pb2.SkillDraft())
    elif how == "failed":
        await task.fail(MeshError(Reason.INTERNAL, "x"))
    elif how == "cancelled":
        await task.cancelled()
    else:
        await task.give_back()
        await store.control(TENANT, task.task_id, "cancel")
    after = await lifetimes(redis, task.task_id)
    assert len(after) == 7
    assert all(7 * 86_400 - 5 < seconds <= 7 * 86_400 for seconds in after.values())


async def test_a_retried_task_does_not_expire(store, redis):
    task = await full_task(store, redis)
    await task.fail(MeshError(Reason.INTERNAL, "x"))
    await store.control(TENANT, task.task_id, "retry")
    assert set((await lifetimes(redis, task.task_id)).values()) == {-1}
