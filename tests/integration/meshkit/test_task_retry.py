"""A task that has ended is taken up again: by its owner's retry, or by an operator."""

import asyncio

import pytest

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys
from tests.support.errors import refusal
from tests.support.tasks import (
    TENANT,
    claim,
    expire_lease,
    finished,
    held,
    made,
    started,
    unqueue,
)

pytestmark = pytest.mark.also_on_a_cluster


@pytest.mark.parametrize("how", ["failed", "cancelled"])
async def test_retry_goes_on_and_keeps_everything(store, redis, queue, how):
    task_id = await started(store)
    await claim(queue)
    task = await held(redis, task_id)
    draft = skill_pb2.SkillDraft(name="kept")
    await task.write(made("coder", draft, progress=60, duration_ms=5))
    if how == "failed":
        await task.fail(MeshError(Reason.INTERNAL, "broken"))
    else:
        await task.cancelled()
    await unqueue(queue, task_id)
    assert await store.control(TENANT, task_id, "retry")
    again = await store.get(TENANT, task_id)
    assert (again.status, again.progress) == ("queued", 60)
    assert not again.HasField("error")
    assert not again.HasField("completed_at")
    assert again.HasField("started_at")
    assert await claim(queue) == task_id
    taken = await held(redis, task_id)
    assert taken.attempt == 2
    assert skill_pb2.SkillDraft.FromString((await taken.checkpoint("coder")).artifact) == draft
    assert not taken.fresh


async def test_a_partial_result_can_be_completed_by_a_retry(store, redis, queue):
    task_id = await started(store)
    task = await held(redis, task_id)
    error = MeshError(Reason.UPSTREAM_UNAVAILABLE, "no answer").to_proto()
    part = task_pb2.MissingPart(step="research_2", name="Acme", error=error)
    await task.complete(skill_pb2.SkillDraft(name="part"), [part])
    await unqueue(queue, task_id)
    shown = await store.get(TENANT, task_id)
    assert (shown.status, shown.partial, shown.progress) == ("completed", True, 100)
    assert list(shown.missing) == [part]
    assert await store.control(TENANT, task_id, "retry")
    again = await store.get(TENANT, task_id)
    assert (again.status, again.partial, again.progress) == ("queued", False, 100)
    await claim(queue)
    await (await held(redis, task_id)).complete(skill_pb2.SkillDraft(name="whole"))
    shown = await store.get(TENANT, task_id)
    assert (shown.status, shown.partial, shown.progress) == ("completed", False, 100)
    assert skill_pb2.SkillDraft.FromString(await store.result(TENANT, task_id)).name == "whole"


async def test_of_two_retries_at_once_the_refused_one_takes_no_place_away(store, redis, queue):
    for _ in range(20):
        task_id = await finished(store, redis, queue, "failed")
        retries = [store.control(TENANT, task_id, "retry") for _ in range(4)]
        outcomes = await asyncio.gather(*retries, return_exceptions=True)
        assert sum(outcome is True for outcome in outcomes) == 1
        assert await claim(queue) == task_id
        await unqueue(queue, task_id)


async def test_a_task_retried_at_once_is_not_taken_off_the_queue_by_its_last_holder(
    store, redis, queue
):
    """The owner sees the end and retries before the worker has cleared the task's place."""
    task_id = await started(store)
    [taken] = await queue.claim(lease_ms=10_000, running_cap=1)
    task = await held(redis, task_id)
    await task.fail(MeshError(Reason.INTERNAL, "broken"))
    await store.control(TENANT, task_id, "retry")
    await queue.remove(TENANT, task_id, taken.until_ms)
    assert await claim(queue) == task_id


async def test_a_task_taken_up_anew_keeps_its_place_on_the_queue(store, redis, queue):
    """The same, and another worker has begun: if that one dies, the task must be found again."""
    task_id = await started(store)
    [taken] = await queue.claim(lease_ms=10_000, running_cap=1)
    task = await held(redis, task_id)
    await task.fail(MeshError(Reason.INTERNAL, "broken"))
    await store.control(TENANT, task_id, "retry")
    await claim(queue, lease_ms=20_000)
    await held(redis, task_id)
    await queue.remove(TENANT, task_id, taken.until_ms)
    assert await redis.execute("ZSCORE", keys.waiting(TENANT), task_id) is not None


async def test_an_operator_requeues_a_dead_letter_and_nothing_else(store, redis, queue):
    task_id = await started(store)
    assert (await refusal(store.requeue_dead(task_id))).reason == Reason.CONFLICT
    for name in "abc":
        await held(redis, task_id, name=name)
        await expire_lease(redis, task_id)
    dead = await held(redis, task_id, name="d")
    await dead.fail(dead.dead)
    await unqueue(queue, task_id)
    assert await store.requeue_dead(task_id) == TENANT
    assert await claim(queue) == task_id
    assert (await held(redis, task_id, name="e")).dead is None
    assert (await refusal(store.requeue_dead(keys.new_task_id()))).reason == Reason.TASK_NOT_FOUND
