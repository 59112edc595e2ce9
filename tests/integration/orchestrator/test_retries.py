"""A step that failed is tried again: how often, after which pauses, and what is on record of it."""

from dataclasses import replace

from manusmesh.task.v1 import task_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import events, keys
from meshkit.tasks.notes import Note
from tests.support.eventually import eventually
from tests.support.tasks import SKILL_REQUEST, TENANT, expire_lease, held, started, until


async def test_what_may_pass_is_tried_again(store, redis, work, *, agents, task_id, pauses):
    failures = [Reason.UPSTREAM_UNAVAILABLE, Reason.DEADLINE_EXCEEDED, Reason.OVERLOADED]

    async def fail(request, listener):
        if failures:
            raise MeshError(failures.pop(0), "not now")

    agents.behaviours["one"] = fail
    async with work():
        await until(store, task_id, "completed")
    assert agents.calls["one"] == 4
    assert [c.attempt for c in agents.contexts if c.step_id == "one"] == [1, 2, 3, 4]
    assert len(pauses) == 3
    retried = [e for e in await events.read(redis, task_id, after=0) if e.type == "step_retried"]
    assert [event.error.code for event in retried] == [
        "UPSTREAM_UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "OVERLOADED",
    ]
    steps = {s.step: s for s in (await store.detailed(TENANT, task_id)).detail.steps}
    assert steps["one"].attempts == 4


async def test_every_failed_attempt_is_on_record(store, work, agents, task_id, pauses):
    async def fail(request, listener):
        if len(pauses) < 2:
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, f"no {len(pauses)}")

    agents.behaviours["one"] = fail
    async with work():
        await until(store, task_id, "completed")
    steps = {s.step: s for s in (await store.detailed(TENANT, task_id)).detail.steps}
    failed = steps["one"].failed_attempts
    assert [(one.attempt, one.error.message) for one in failed] == [(1, "no 0"), (2, "no 1")]
    assert [one.retry_in_seconds for one in failed] == [round(pause, 3) for pause in pauses]
    assert all(one.HasField("time") for one in failed)
    assert steps["two"].failed_attempts == []


async def test_attempts_that_broke_off_and_those_before_a_retry_stay_on_record(
    store, redis, work, *, agents, task_id, pauses
):
    died = await held(redis, task_id, name="a/1")
    record = task_pb2.StepRecord(step="one", agent="coder", status="running", attempts=1)
    await died.write(Note("step_started", "one", step_record=record))
    await expire_lease(redis, task_id)
    agents.fail("one", Reason.UPSTREAM_UNAVAILABLE, "no")
    async with work():
        await until(store, task_id, "failed")
        # The one that broke off does not count: there were four tries besides.
        assert agents.calls["one"] == 4
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await until(store, task_id, "completed")
    steps = {s.step: s for s in (await store.detailed(TENANT, task_id)).detail.steps}
    one = steps["one"]
    assert (one.status, one.attempts) == ("completed", 6)
    assert [failed.attempt for failed in one.failed_attempts] == [1, 2, 3, 4, 5]
    assert "stopped in the middle" in one.failed_attempts[0].error.message


async def test_a_long_pause_gives_the_slot_to_others(
    store, redis, work, *, agents, jobs, task_id, queue
):
    jobs["generate-skill"] = replace(jobs["generate-skill"], timeout_s=3600)
    waits = True

    async def fail(request, listener):
        if waits:
            raise MeshError(Reason.RATE_LIMITED, "later", retry_after_s=600)

    agents.behaviours["one"] = fail
    async with work(slots=1):
        await eventually(lambda: agents.calls["one"] == 1)
        task = await until(store, task_id, "queued")
        assert "trying again in 600 s" in task.current_step
        other = await started(store, request=SKILL_REQUEST)
        agents.behaviours.clear()
        await until(store, other, "completed")
        place = await queue.place(TENANT, task_id)
        assert place is not None
        now_s = int((await redis.execute("TIME"))[0])
        assert 590 < place / 1000 - now_s < 602
        agents.behaviours["one"] = fail
        waits = False
        await queue.enqueue(TENANT, task_id)
        await until(store, task_id, "completed")
    # It goes on counting where it had stopped.
    mine = [c for c in agents.contexts if c.task_id == task_id and c.step_id == "one"]
    assert [context.attempt for context in mine] == [1, 2]


async def test_a_pause_longer_than_the_tasks_time_fails_it_at_once(store, work, agents, task_id):
    agents.fail("one", Reason.RATE_LIMITED, "tomorrow", retry_after_s=86_400)
    async with work():
        task = await until(store, task_id, "failed")
    assert (task.error.code, task.error.message) == ("RATE_LIMITED", "tomorrow")


async def test_pauses_that_retries_ask_for_use_up_the_tasks_time(
    store, redis, work, *, agents, task_id, queue
):
    """Two pauses of 40 s do not fit into a task of 60 s, although nobody holds it meanwhile."""

    agents.fail("one", Reason.RATE_LIMITED, "later", retry_after_s=40)
    async with work():

        async def parked() -> bool:
            place = await queue.place(TENANT, task_id)
            now_s = int((await redis.execute("TIME"))[0])
            return agents.calls["one"] == 1 and place is not None and place > (now_s + 30) * 1000

        await eventually(parked)
        # As if the pause were over.
        record = keys.task(task_id)
        for name in ("run_started_at", "idle_since"):
            at = int(await redis.execute("HGET", record, name))
            await redis.execute("HSET", record, name, at - 40_000)
        await queue.enqueue(TENANT, task_id)
        task = await until(store, task_id, "failed")
    assert agents.calls["one"] == 2
    assert (task.error.code, task.error.message) == ("RATE_LIMITED", "later")
