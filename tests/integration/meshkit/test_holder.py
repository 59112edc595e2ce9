import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.tasks import events, holder, keys
from meshkit.tasks.holder import LeaseLostError, Note, Refused, Requests
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support.tasks import TENANT, claim, expire_lease, held, new_task, started

DRAFT = skill_pb2.SkillDraft(name="first")


async def test_taking_a_task_up(store, redis):
    task = await held(redis, await started(store, request=b"\x00bytes"))
    assert (task.tenant_id, task.job, task.attempt) == (TENANT, "generate-skill", 1)
    assert task.traceparent == f"00-{'1' * 32}-{'2' * 16}-01"
    assert await task.request() == b"\x00bytes"
    assert await task.artifact("coder") is None
    shown = await store.get(TENANT, task.task_id)
    assert shown.status == "running"
    assert shown.HasField("started_at")


async def test_a_held_task_is_refused_to_others_until_its_lease_ends(store, redis):
    task_id = await started(store)
    await held(redis, task_id, lease_ms=60_000)
    refused = await holder.begin(redis, task_id, holder="b", lease_ms=1000)
    assert refused.state == "held"
    now = await redis.execute("TIME")
    assert 50_000 < refused.held_until_ms - int(now[0]) * 1000 <= 61_000
    await expire_lease(redis, task_id)
    assert (await held(redis, task_id, name="b")).attempt == 2


@pytest.mark.parametrize("how", ["final", "paused", "gone"])
async def test_a_task_that_is_not_to_be_worked_on_is_refused(store, redis, how):
    task_id = await started(store)
    if how == "final":
        await store.control(TENANT, task_id, "cancel")
    elif how == "paused":
        await store.control(TENANT, task_id, "pause")
    else:
        task_id = keys.new_task_id()
    assert await holder.begin(redis, task_id, holder="b", lease_ms=1000) == Refused(how)


@pytest.mark.parametrize("taken_over", [True, False])
async def test_every_write_of_a_zombie_is_refused(store, redis, taken_over):
    task_id = await started(store)
    zombie = await held(redis, task_id)
    await expire_lease(redis, task_id)
    if taken_over:
        await held(redis, task_id, name="b")
    else:
        await store.control(TENANT, task_id, "cancel")
    before = await snapshot(redis, task_id)
    for write in (
        lambda: zombie.renew(lease_ms=1000),
        lambda: zombie.write(Note("progress", progress=99, artifact=DRAFT, step="coder")),
        lambda: zombie.plan(plan_pb2.Plan(), total_steps=9, expected_ms=9),
        lambda: zombie.complete(DRAFT),
        lambda: zombie.fail(MeshError(Reason.INTERNAL, "x")),
        zombie.cancelled,
        zombie.give_back,
    ):
        with pytest.raises(LeaseLostError):
            await write()
    assert await snapshot(redis, task_id) == before


async def snapshot(redis, task_id: str) -> list[object]:
    return [await redis.execute("DUMP", name) for name in keys.all_of(task_id)]


async def test_a_paused_worker_that_nobody_replaced_may_go_on(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await expire_lease(redis, task_id)
    assert await task.renew(lease_ms=1000) == Requests(cancel=False, pause=False)


async def test_a_steps_result_is_stored_once(store, redis):
    task = await held(redis, await started(store))
    first = Note("step_completed", "coder", artifact=DRAFT, duration_ms=7, progress=50)
    second = Note(
        "step_completed",
        "coder",
        artifact=skill_pb2.SkillDraft(name="second"),
        duration_ms=8,
        progress=60,
    )
    assert await task.write(first)
    before = await snapshot(redis, task.task_id)
    assert not await task.write(second)
    assert await snapshot(redis, task.task_id) == before
    assert skill_pb2.SkillDraft.FromString(await task.artifact("coder")) == DRAFT
    shown = await store.get(TENANT, task.task_id)
    assert [(s.step, s.duration_ms) for s in shown.completed_steps] == [("coder", 7)]


async def test_concurrent_holders_of_one_step_agree_on_one_result(store, redis, redis_server):
    """Two processes believe they hold the task; one does."""
    task_id = await started(store)
    async with connect(redis_server.url) as other:
        zombie = await held(redis, task_id)
        await expire_lease(redis, task_id)
        task = await held(other, task_id, name="b")
        note = Note("step_completed", "coder", artifact=DRAFT)
        made = await asyncio.gather(zombie.write(note), task.write(note), return_exceptions=True)
    assert isinstance(made[0], LeaseLostError)
    assert made[1] is True


@given(steps=st.lists(st.integers(-10, 150), max_size=10))
async def test_progress_never_falls_and_is_not_100_before_the_end(shared_redis, steps):
    async with connect(shared_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=1000))
        task = await held(redis, (await store.create(new_task())).task_id)
        most = 0
        for progress in steps:
            await task.write(Note("progress", progress=progress))
            most = max(most, min(99, progress))
            assert (await store.get(TENANT, task.task_id)).progress == most
        told = [e.progress for e in await events.read(redis, task.task_id, after=0)]
        assert told == sorted(told)
        await task.complete(DRAFT)
        assert (await store.get(TENANT, task.task_id)).progress == 100


async def test_the_record_of_a_step(store, redis):
    task = await held(redis, await started(store))
    assert await task.step_record("coder") is None
    record = task_pb2.StepRecord(step="coder", status="running", attempts=2)
    await task.write(Note("step_started", "coder", step_record=record))
    assert await task.step_record("coder") == record


async def test_the_sentence_for_people(store, redis):
    task = await held(redis, await started(store))
    await task.write(Note("progress", sentence="Zähle – 1 %"))
    await task.write(Note("progress"))
    assert (await store.get(TENANT, task.task_id)).current_step == "Zähle – 1 %"


async def test_a_lease_is_renewed_from_now(store, redis):
    task = await held(redis, await started(store), lease_ms=1)
    await task.renew(lease_ms=60_000)
    other = await holder.begin(redis, task.task_id, holder="b", lease_ms=1)
    assert other.state == "held"


async def test_a_task_given_back_waits_without_a_holder(store, redis, queue):
    task_id = await started(store)
    await claim(queue, cap=1)
    task = await held(redis, task_id)
    assert await task.give_back() == "queued"
    await queue.enqueue(TENANT, task_id)
    # At once, not when the lease would have ended: it does not count as running.
    assert await claim(queue, cap=1) == task_id
    assert (await held(redis, task_id, name="b")).attempt == 2


async def test_a_task_whose_input_is_gone_is_let_go(store, redis):
    task = await held(redis, await started(store))
    await redis.execute("DEL", keys.part(task.task_id, "input"))
    with pytest.raises(LeaseLostError):
        await task.request()
