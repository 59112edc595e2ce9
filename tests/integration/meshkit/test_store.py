import asyncio
import base64
from unittest.mock import patch

import pytest

from manusmesh.task.v1 import task_pb2
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2, run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.tasks import holder, keys
from meshkit.tasks import store as store_module
from meshkit.tasks.holder import LeaseLostError
from meshkit.tasks.notes import Note
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore, raise_unless_completed
from tests.support.tasks import (
    TENANT,
    begin,
    claim,
    expire_lease,
    held,
    made,
    new_task,
    started,
    unqueue,
)


async def refusal(awaitable) -> MeshError:
    with pytest.raises(MeshError) as raised:
        await awaitable
    return raised.value


async def finished(store, redis, queue, how: str = "completed", **fields) -> str:
    """The id of a task that has ended."""
    task_id = await started(store, **fields)
    task = await held(redis, task_id)
    if how == "completed":
        await task.complete(skill_pb2.SkillDraft(name="made"))
    else:
        await task.fail(MeshError(Reason.INTERNAL, "broken"))
    await unqueue(queue, task_id, task.tenant_id)
    return task_id


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
    ids = [await started(store) for _ in range(3)]
    assert [(await store.get(TENANT, name)).queue_position for name in ids] == [1, 2, 3]
    await held(redis, await claim(queue))
    assert [(await store.get(TENANT, name)).queue_position for name in ids] == [0, 1, 2]


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


# Creating, with crashes in between


async def test_100_identical_starts_make_one_task(store, redis, queue, redis_server):
    async with connect(redis_server.url) as other:
        stores = [store, TaskStore(other, Queue(other, max_per_tenant=1000))]
        made = await asyncio.gather(
            *(stores[n % 2].create(new_task(key="once")) for n in range(100))
        )
    assert len({task.task_id for task in made}) == 1
    assert {task.status for task in made} == {"queued"}
    assert len((await store.page(TENANT, pb.ListTasksRequest())).tasks) == 1
    assert await claim(queue) == made[0].task_id
    assert await claim(queue) is None


async def test_a_key_used_with_another_request_is_a_conflict(store):
    task_id = await started(store, key="k")
    error = await refusal(store.create(new_task(key="k", request=b"other")))
    assert error.reason == Reason.CONFLICT
    assert error.details == {"task_id": task_id}


async def test_keys_are_the_tenants_own_and_last_a_day(store, redis):
    first = await started(store, key="k")
    assert await started(store, key="k", tenant_id="tenant_other") != first
    assert await started(store) != await started(store)
    [name] = await redis.execute("KEYS", "tenant:{tenant_acme}:idem:*")
    assert 86_390 < await redis.execute("TTL", name) <= 86_400


async def test_repeating_a_start_gets_the_first_answer_and_does_not_queue_it(store, redis, queue):
    task_id = await finished(store, redis, queue, key="k")
    again = await store.create(new_task(key="k"))
    assert (again.task_id, again.status, again.progress) == (task_id, "completed", 100)
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0


async def test_repeating_a_start_does_not_send_the_task_to_the_back(store):
    first = await started(store, key="first")
    await started(store)
    await store.create(new_task(key="first"))
    assert (await store.get(TENANT, first)).queue_position == 1


class CrashError(Exception):
    """The process dies here."""


async def crash_after(monkeypatch, store, redis, step: str) -> None:
    """Lets a create with the key "k" die after one of its writes."""

    async def crash(*_, **__):
        raise CrashError

    run = type(redis).run

    async def run_but_no_create(self, script, *arguments):
        await (crash() if script is store_module._CREATE else asyncio.sleep(0))
        return await run(self, script, *arguments)

    with monkeypatch.context() as patched:
        if step == "the key":
            patched.setattr(Queue, "reserve", crash)
        elif step == "the place":
            patched.setattr(type(redis), "run", run_but_no_create)
        else:
            patched.setattr(Queue, "enqueue", crash)
        with pytest.raises(CrashError):
            await store.create(new_task(key="k"))


@pytest.mark.parametrize("step", ["the key", "the place", "the record"])
async def test_a_start_that_died_is_finished_by_repeating_it(
    store, redis, queue, monkeypatch, step
):
    await crash_after(monkeypatch, store, redis, step)
    task_id = await started(store, key="k")
    await redis.execute("ZADD", keys.waiting(TENANT), "XX", 1, task_id)
    assert await claim(queue) == task_id
    assert (await held(redis, task_id)).attempt == 1
    assert await claim(queue) is None


async def test_a_start_that_died_after_the_record_runs_by_itself(store, redis, queue, monkeypatch):
    await crash_after(monkeypatch, store, redis, "the record")
    assert await claim(queue) is None, "it is not visible before the grace is over"
    [task_id] = [
        name.decode() for name in await redis.execute("ZRANGE", keys.waiting(TENANT), 0, -1)
    ]
    await redis.execute("ZADD", keys.waiting(TENANT), 1, task_id)
    assert await claim(queue) == task_id
    await held(redis, task_id)


async def test_a_start_that_died_before_the_record_leaves_nothing(store, redis, queue, monkeypatch):
    await crash_after(monkeypatch, store, redis, "the place")
    [task_id] = [
        name.decode() for name in await redis.execute("ZRANGE", keys.waiting(TENANT), 0, -1)
    ]
    await redis.execute("ZADD", keys.waiting(TENANT), 1, task_id)
    assert await claim(queue) == task_id
    begun = await begin(redis, task_id, name="w", lease_ms=1000)
    assert begun == holder.Refused("gone")
    await unqueue(queue, task_id)
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0


# Steering


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


async def test_cancel_of_a_paused_task(store):
    task_id = await started(store)
    await store.control(TENANT, task_id, "pause")
    assert await store.control(TENANT, task_id, "cancel")
    assert (await store.get(TENANT, task_id)).status == "cancelled"


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


async def in_status(status: str, store, redis, queue) -> str:
    if status in ("completed", "failed"):
        return await finished(store, redis, queue, status)
    task_id = await started(store)
    if status == "running":
        await held(redis, task_id)
    elif status != "queued":
        await store.control(TENANT, task_id, {"paused": "pause", "cancelled": "cancel"}[status])
    return task_id


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
    assert (again.status, again.partial, again.progress) == ("queued", False, 99)
    await claim(queue)
    await (await held(redis, task_id)).complete(skill_pb2.SkillDraft(name="whole"))
    shown = await store.get(TENANT, task_id)
    assert (shown.status, shown.partial, shown.progress) == ("completed", False, 100)
    assert skill_pb2.SkillDraft.FromString(await store.result(TENANT, task_id)).name == "whole"


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


async def test_a_cancel_that_dies_half_way_leaves_a_place_on_the_queue(store, redis, queue):
    """Whoever finds it there does what follows an end, such as a webhook."""
    task_id = await started(store)
    await store.control(TENANT, task_id, "pause")
    assert await queue.place(TENANT, task_id) is None
    with patch.object(Queue, "remove", side_effect=CrashError), pytest.raises(CrashError):
        await store.control(TENANT, task_id, "cancel")
    assert (await store.get(TENANT, task_id)).status == "cancelled"
    assert await queue.place(TENANT, task_id) is not None


# Ends


async def lifetimes(redis, task_id: str) -> dict[str, int]:
    existing = [n for n in keys.all_of(task_id) if await redis.execute("EXISTS", n)]
    return {name: await redis.execute("TTL", name) for name in existing}


async def full_task(store, redis):
    """A held task that has every key a task can have."""
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.write(
        Note("", plan=plan_pb2.Plan(engine="offline"), total_steps=1, expected_ms=1000)
    )
    spoken = run_pb2.AgentMessage(from_agent="a", to_agent="b", type="task", payload="x")
    await task.write(Note("message", "coder", payload=spoken))
    record = task_pb2.StepRecord(step="coder")
    await task.write(Note("step_started", "coder", step_record=record))
    await task.write(made("coder", skill_pb2.SkillDraft()))
    return task


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


async def test_the_time_left_follows_plan_and_progress(store, redis):
    task = await held(redis, await started(store))
    await task.write(Note("", plan=plan_pb2.Plan(), total_steps=2, expected_ms=100_000))
    await task.write(Note("progress", progress=50))
    shown = await store.get(TENANT, task.task_id)
    assert shown.eta == shown.eta_seconds
    assert 49 <= shown.eta <= 50


# Lists


async def listed(store, tenant_id: str = TENANT, **fields) -> list[str]:
    """All ids that a list answers, page by page."""
    names: list[str] = []
    request = pb.ListTasksRequest(**fields)
    for _ in range(100):
        page = await store.page(tenant_id, request)
        assert len(page.tasks) <= (request.page_size or 20)
        names += [task.task_id for task in page.tasks]
        if not page.next_page_token:
            return names
        request.page_token = page.next_page_token
    raise AssertionError("the list never ends")


async def test_the_list_is_the_newest_first(store):
    ids = []
    for _ in range(25):
        ids.append(await started(store))
        await asyncio.sleep(0.0015)
    await started(store, tenant_id="tenant_other")
    for size in (0, 1, 7, 25, 100):
        assert await listed(store, page_size=size) == ids[::-1]


@pytest.mark.parametrize("page_size", [20, 100])
async def test_tasks_of_one_millisecond_are_all_listed_once(store, redis, page_size):
    ids = [await started(store) for _ in range(230)]
    for name in ids:
        await redis.execute("ZADD", keys.tenant_tasks(TENANT), 1_700_000_000_000, name)
    found = await listed(store, page_size=page_size)
    assert sorted(found) == sorted(ids)


async def test_filters(store, redis, queue):
    ids = {
        status: await in_status(status, store, redis, queue)
        for status in ("completed", "failed", "cancelled", "paused", "queued", "running")
    }
    other = await started(store, job="refine-content")
    for status, name in ids.items():
        expected = {name, other} if status == "queued" else {name}
        assert set(await listed(store, status=status, page_size=1)) == expected
    assert await listed(store, job="refine-content") == [other]
    assert await listed(store, job="none") == []


async def test_filters_by_time(store):
    ids, times = [], []
    for _ in range(3):
        ids.append(await started(store))
        times.append((await store.get(TENANT, ids[-1])).created_at)
        await asyncio.sleep(0.002)
    assert await listed(store, created_after=times[1]) == [ids[2], ids[1]]
    assert await listed(store, created_before=times[1]) == [ids[0]]
    assert await listed(store, created_after=times[1], created_before=times[2]) == [ids[1]]


def token(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "page_token",
    [
        "x",
        "!!!!",
        "é",
        token("1:task_x"),
        token("1"),
        token(f"-1:task_{'0' * 32}"),
        token(f"{'9' * 16}:task_{'0' * 32}"),
        token(f"²:task_{'0' * 32}"),
    ],
)
async def test_a_token_that_is_none_is_refused(store, page_token):
    error = await refusal(store.page(TENANT, pb.ListTasksRequest(page_token=page_token)))
    assert error.reason == Reason.INVALID_ARGUMENT
    assert [v.field for v in error.violations] == ["page_token"]


async def test_another_tenants_token_shows_nothing_of_it(store):
    foreign = [await started(store, tenant_id="tenant_other") for _ in range(3)]
    page = await store.page("tenant_other", pb.ListTasksRequest(page_size=1))
    own = await started(store)
    found = await listed(store, page_token=page.next_page_token)
    assert set(found) <= {own}
    assert not set(found) & set(foreign)


async def test_the_list_skips_tasks_that_have_expired(store, redis):
    gone, kept = await started(store), await started(store)
    await redis.execute("DEL", *keys.all_of(gone))
    assert await listed(store) == [kept]
