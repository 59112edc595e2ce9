"""Cancel, pause and resume, in every status of a task."""

from unittest.mock import patch

import pytest

from manusmesh.type.v1 import skill_pb2
from meshkit.errors import Reason
from meshkit.tasks import holder, keys
from meshkit.tasks.holder import LeaseLostError
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support.errors import refusal
from tests.support.tasks import (
    TENANT,
    begin,
    claim,
    expire_lease,
    finished,
    held,
    in_status,
    started,
    unqueue,
)

pytestmark = pytest.mark.also_on_a_cluster


async def test_cancel_of_a_waiting_task(store, redis, queue):
    task_id = await started(store)
    assert await store.control(TENANT, task_id, "cancel", "no longer wanted")
    task = await store.get(TENANT, task_id)
    assert (task.status, task.error.code) == ("cancelled", "TASK_CANCELLED")
    assert task.error.message == "no longer wanted"
    assert await claim(queue) is None


async def test_cancel_of_a_running_task_is_its_holders_to_do(store, redis, queue):
    task_id = await started(store)
    task = await held(redis, task_id)
    assert not await store.control(TENANT, task_id, "cancel")
    assert (await store.get(TENANT, task_id)).status == "running"
    assert (await task.renew()).cancel
    await task.cancelled()
    assert (await store.get(TENANT, task_id)).status == "cancelled"


async def test_cancel_of_a_task_whose_holder_died(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await expire_lease(redis, task_id)
    assert await store.control(TENANT, task_id, "cancel")
    with pytest.raises(LeaseLostError):
        await task.complete(skill_pb2.SkillDraft())
    assert (await store.get(TENANT, task_id)).status == "cancelled"


async def test_a_requested_cancel_outlives_its_holder(store, redis):
    task_id = await started(store)
    await held(redis, task_id)
    await store.control(TENANT, task_id, "cancel", "too late")
    await expire_lease(redis, task_id)
    assert await begin(redis, task_id, name="b", lease_ms=1000) == holder.Refused("final")
    assert (await store.get(TENANT, task_id)).status == "cancelled"


async def test_cancel_of_a_paused_task(store):
    task_id = await started(store)
    await store.control(TENANT, task_id, "pause")
    assert await store.control(TENANT, task_id, "cancel")
    assert (await store.get(TENANT, task_id)).status == "cancelled"


async def test_a_cancel_that_dies_half_way_leaves_a_place_on_the_queue(store, redis, queue):
    """Whoever finds it there does what follows an end, such as a webhook."""
    task_id = await started(store)
    await store.control(TENANT, task_id, "pause")
    assert await queue.place(TENANT, task_id) is None
    died = RuntimeError("the process dies here")
    with patch.object(Queue, "remove", side_effect=died), pytest.raises(RuntimeError, match="dies"):
        await store.control(TENANT, task_id, "cancel")
    assert (await store.get(TENANT, task_id)).status == "cancelled"
    assert await queue.place(TENANT, task_id) is not None


async def test_pause_and_resume_of_a_waiting_task(store, redis, queue):
    task_id = await started(store)
    assert await store.control(TENANT, task_id, "pause")
    assert (await store.get(TENANT, task_id)).status == "paused"
    assert await claim(queue) is None
    assert await store.control(TENANT, task_id, "resume")
    assert (await store.get(TENANT, task_id)).status == "queued"
    assert await claim(queue) == task_id


async def test_pause_and_resume_of_a_running_task(store, redis, queue):
    task_id = await started(store)
    await claim(queue)
    task = await held(redis, task_id)
    assert not await store.control(TENANT, task_id, "pause")
    assert (await task.renew()).pause
    assert await task.give_back() == "paused"
    await unqueue(queue, task_id)
    assert (await store.get(TENANT, task_id)).status == "paused"
    await store.control(TENANT, task_id, "resume")
    assert await claim(queue) == task_id
    assert not (await (await held(redis, task_id)).renew()).pause


async def test_a_pause_that_is_asked_for_can_be_seen(store, redis):
    task_id = await started(store)
    await held(redis, task_id)
    for _ in range(2):
        await store.control(TENANT, task_id, "pause")
        shown = await store.get(TENANT, task_id)
        assert (shown.status, shown.current_step) == (
            "running",
            "Starting; pausing after this step",
        )


async def test_a_pause_taken_back_in_time_does_not_happen(store, redis, queue):
    task_id = await started(store)
    task = await held(redis, task_id)
    await store.control(TENANT, task_id, "pause")
    assert (await task.renew()).pause
    assert await store.control(TENANT, task_id, "resume")
    assert await task.give_back() == "queued"


async def test_a_requested_pause_outlives_a_drain(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await store.control(TENANT, task_id, "pause")
    # The holder gives the task back because it stops itself.
    assert await task.give_back() == "paused"


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("completed", "cancel"),
        ("failed", "cancel"),
        ("cancelled", "cancel"),
        ("completed", "pause"),
        ("failed", "pause"),
        ("cancelled", "pause"),
        ("paused", "pause"),
        ("completed", "resume"),
        ("failed", "resume"),
        ("cancelled", "resume"),
        ("queued", "resume"),
        ("running", "resume"),
        ("completed", "retry"),
        ("queued", "retry"),
        ("running", "retry"),
        ("paused", "retry"),
    ],
)
async def test_what_a_status_forbids_is_a_conflict(store, redis, queue, status, action):
    task_id = await in_status(status, store, redis, queue)
    before = await store.get(TENANT, task_id)
    error = await refusal(store.control(TENANT, task_id, action))
    assert error.reason == Reason.CONFLICT
    assert error.details == {"status": status}
    after = await store.get(TENANT, task_id)
    after.eta, after.eta_seconds = before.eta, before.eta_seconds
    assert after == before


@pytest.mark.parametrize(
    ("status", "action"), [("completed", "retry"), ("completed", "resume"), ("failed", "resume")]
)
async def test_a_refused_action_leaves_no_place(store, redis, queue, status, action):
    task_id = await finished(store, redis, queue, status)
    assert (await refusal(store.control(TENANT, task_id, action))).reason == Reason.CONFLICT
    assert await queue.place(TENANT, task_id) is None
    assert await redis.execute("EXISTS", keys.queue("places")) == 0


@pytest.mark.parametrize("caps", [{"max_per_tenant": 1}, {"max_per_tenant": 9, "max_of_all": 1}])
async def test_what_has_left_the_queue_comes_back_only_where_there_is_room(redis, queue, caps):
    store = TaskStore(redis, Queue(redis, **caps))
    paused = await started(store)
    await store.control(TENANT, paused, "pause")
    failed = await finished(store, redis, queue, "failed")
    waits = await started(store)
    for task_id, action, status in ((paused, "resume", "paused"), (failed, "retry", "failed")):
        error = await refusal(store.control(TENANT, task_id, action))
        assert (error.reason, bool(error.retry_after_s)) == (Reason.OVERLOADED, True)
        assert (await store.get(TENANT, task_id)).status == status
    # What is wrong anyhow is said so, and what has its place stays in it.
    assert (await refusal(store.control(TENANT, waits, "retry"))).reason == Reason.CONFLICT
    await unqueue(queue, waits)
    assert await store.control(TENANT, paused, "resume")
    assert await claim(queue) == paused
