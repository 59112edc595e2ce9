import asyncio
from dataclasses import replace
from functools import partial

import pytest

from jobs import actions
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.patterns import parallel, retrying
from meshkit.redis import connect
from meshkit.tasks import events, keys
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.holder import HeldTask
from meshkit.tasks.notes import Note
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from services.orchestrator import attempts, worker
from services.orchestrator.settings import WorkerSettings
from tests.support.eventually import eventually
from tests.support.tasks import PLAN, TENANT, expire_lease, held, made, skill_request, started

REQUEST = skill_request(2, skill_name="given").SerializeToString()


@pytest.fixture
async def task_id(store) -> str:
    return await started(store, request=REQUEST)


async def until(store, task_id: str, status: str, seconds: float = 10):
    """The task once it has a status."""

    async def is_so() -> bool:
        return (await store.get(TENANT, task_id)).status == status

    await eventually(is_so, seconds=seconds)
    return await store.get(TENANT, task_id)


async def kinds(redis, task_id: str) -> list[str]:
    return [event.type for event in await events.read(redis, task_id, after=0)]


class Gate:
    """An agent at work until it is let go on.

    Attributes:
        entered: Set when the call has begun.
        open: Set to let it finish.
        cancelled: Set when the call was cancelled.
    """

    def __init__(self) -> None:
        self.entered, self.open, self.cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, request, listener) -> None:
        self.entered.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def wait(self) -> None:
        async with asyncio.timeout(5):
            await self.entered.wait()


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
    assert await kinds(redis, task_id) == [
        "queued",
        "started",
        *["step_started", "step_completed"] * 3,
        "completed",
    ]
    assert await redis.execute("EXISTS", keys.waiting(TENANT), keys.leased(TENANT)) == 0


async def test_each_call_says_what_it_belongs_to(store, work, agents, task_id):
    async with work():
        await until(store, task_id, "completed")
    assert {context.task_id for context in agents.contexts} == {task_id}
    assert {context.tenant_id for context in agents.contexts} == {TENANT}
    assert [context.attempt for context in agents.contexts] == [1, 1, 1]


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


# Takeover


async def test_a_takeover_goes_on_from_the_last_finished_step(store, redis, work, agents, task_id):
    dead = await held(redis, task_id)
    usage = run_pb2.Usage(llm_calls=5)
    record = task_pb2.StepRecord(step="plan", status="completed", usage=usage)
    await dead.write(
        replace(made("plan", PLAN, request=actions.PLAN.request()), step_record=record)
    )
    asked = actions.WRITE_SKILL.request()
    await dead.write(made("one", skill_pb2.SkillDraft(name="by a"), request=asked))
    await expire_lease(redis, task_id)
    async with work():
        await until(store, task_id, "completed")
    assert agents.calls == {"two": 1}
    detail = (await store.detailed(TENANT, task_id)).detail
    assert detail.attempt == 2
    result = generate_skill_pb2.GenerateSkillResult.FromString(await store.result(TENANT, task_id))
    # What the dead holder's steps have cost is not forgotten.
    assert result.usage.llm_calls == 5


async def test_a_worker_that_lost_its_lease_stops_and_writes_nothing(
    store, redis, work, agents, task_id
):
    gate = Gate()
    agents.behaviours["one"] = gate
    async with work(lease_s=1, renew_s=0.05):
        await gate.wait()
        # Somebody else takes the task up, as if this worker had been frozen for a while.
        await redis.execute("HSET", keys.task(task_id), "lease_until", 1)
        other = await held(redis, task_id, name="b", lease_ms=60_000)
        async with asyncio.timeout(5):
            await gate.cancelled.wait()
        assert await store.get(TENANT, task_id)
        await other.complete(skill_pb2.SkillDraft(name="by b"))
    made = skill_pb2.SkillDraft.FromString(await store.result(TENANT, task_id))
    assert made.name == "by b"


async def test_a_held_task_is_left_alone(store, redis, work, *, agents, task_id, queue):
    other = await held(redis, task_id, lease_ms=400)
    await queue.enqueue(TENANT, task_id)
    async with work():
        await asyncio.sleep(0.2)
        assert agents.calls == {}
        await until(store, task_id, "completed")
    assert other.attempt == 1


async def test_a_step_of_another_request_is_done_again(store, redis, work, agents, task_id):
    """What it builds on has changed: another source has been read at last."""
    dead = await held(redis, task_id)
    await dead.write(made("plan", PLAN, request=actions.PLAN.request()))
    other = actions.WRITE_SKILL.request(skill_name="another")
    await dead.write(made("one", skill_pb2.SkillDraft(name="by a"), request=other))
    await expire_lease(redis, task_id)
    async with work():
        await until(store, task_id, "completed")
    assert agents.calls == {"one": 1, "two": 1}


async def test_a_task_that_kills_its_holders_becomes_a_dead_letter(
    store, redis, work, *, agents, task_id, queue
):
    record = task_pb2.StepRecord(step="plan", agent="planning", status="running")
    for number, name in enumerate(("a/1", "b/1", "c/1"), start=1):
        dying = await held(redis, task_id, name=name)
        if number > 1:
            attempts.interrupt(record)
        record.attempts = number
        await dying.write(Note("step_started", "plan", step_record=record))
        await expire_lease(redis, task_id)
    async with work():
        task = await until(store, task_id, "failed")
    assert agents.calls == {}
    assert task.error.code == "INTERNAL"
    last = (await store.detailed(TENANT, task_id)).detail.steps
    assert [(step.step, step.status, step.attempts) for step in last] == [("plan", "failed", 3)]
    assert [failed.attempt for failed in last[0].failed_attempts] == [1, 2, 3]
    # Names of replicas are for operators.
    assert dict(task.error.details) == {
        "dead_letter": True,
        "deaths": 3.0,
        "agent": "planning",
        "step": "plan",
    }
    assert list((await DeadLetters(redis).get(task_id)).holders) == ["a", "b", "c"]
    assert await queue.place(TENANT, task_id) is None
    assert [name async for name in dead_letters(redis)] == [task_id]


async def dead_letters(redis):
    for name in await redis.execute("ZRANGE", "{dead}:letters", 0, -1):
        yield name.decode()


async def test_a_worker_that_died_before_the_list_of_dead_letters_was_written(
    store, redis, work, *, task_id
):
    for name in ("a/1", "b/1", "c/1"):
        await held(redis, task_id, name=name)
        await expire_lease(redis, task_id)
    last = await held(redis, task_id, name="d/1")
    await last.fail(last.dead)
    async with work():
        await eventually(lambda: has_letter(redis))


async def has_letter(redis) -> bool:
    return await redis.execute("ZCARD", "{dead}:letters") == 1


# Retries


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
        async with asyncio.timeout(5):
            await resting.wait()
        # Three seconds of the plan's four are left.
        assert 14 <= (await store.get(TENANT, task_id)).eta_seconds <= 16
        go_on.set()
        await until(store, task_id, "completed")


async def test_attempts_that_broke_off_and_those_before_a_retry_stay_on_record(
    store, redis, work, *, agents, task_id, pauses
):
    died = await held(redis, task_id, name="a/1")
    record = task_pb2.StepRecord(step="one", agent="coder", status="running", attempts=1)
    await died.write(Note("step_started", "one", step_record=record))
    await expire_lease(redis, task_id)

    async def fail(request, listener):
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "no")

    agents.behaviours["one"] = fail
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
        other = await started(store, request=REQUEST)
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
    async def fail(request, listener):
        raise MeshError(Reason.RATE_LIMITED, "tomorrow", retry_after_s=86_400)

    agents.behaviours["one"] = fail
    async with work():
        task = await until(store, task_id, "failed")
    assert (task.error.code, task.error.message) == ("RATE_LIMITED", "tomorrow")


async def test_the_time_of_a_task_goes_on_over_takeovers(store, redis, work, *, agents, task_id):
    await held(redis, task_id)
    long_ago = int((await redis.execute("TIME"))[0]) * 1000 - 61_000
    await redis.execute("HSET", keys.task(task_id), "run_started_at", long_ago)
    await expire_lease(redis, task_id)
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "DEADLINE_EXCEEDED"
    assert agents.calls == {}


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
    async def fail(request, listener):
        raise MeshError(reason, "It does not work.")

    agents.behaviours["one"] = fail
    async with work():
        task = await until(store, task_id, "failed")
    assert agents.calls == {"plan": 1, "one": calls}
    assert (task.error.code, task.error.message) == (str(reason), "It does not work.")
    assert task.error.details["agent"] == "coder"
    assert task.error.details["step"] == "one"
    assert (await kinds(redis, task_id))[-2:] == ["step_failed", "failed"]
    assert await redis.execute("EXISTS", keys.waiting(TENANT), keys.leased(TENANT)) == 0


async def test_retry_of_a_failed_task_repeats_the_failed_step_alone(store, work, agents, task_id):
    async def fail(request, listener):
        raise MeshError(Reason.INVALID_ARGUMENT, "no")

    agents.behaviours["two"] = fail
    async with work():
        await until(store, task_id, "failed")
        agents.behaviours.clear()
        await store.control(TENANT, task_id, "retry")
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 2}


async def test_a_bug_fails_its_task_alone(store, work, agents, task_id, capsys):
    async def bug(request, listener):
        raise KeyError("hush")

    agents.behaviours["one"] = bug
    async with work():
        task = await until(store, task_id, "failed")
        agents.behaviours.clear()
        other = await started(store, request=REQUEST)
        await until(store, other, "completed")
    assert task.error.code == "INTERNAL"
    assert task.error.details["trace_id"] == "1" * 32
    assert "hush" not in str(task)
    assert "hush" in capsys.readouterr().out


async def test_a_job_that_this_mesh_lacks(store, work):
    task_id = await started(store, job="no-such-job")
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "INTERNAL"


async def test_a_request_that_is_none(store, work):
    task_id = await started(store, request=b"\xff\xff")
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "INTERNAL"


async def test_a_task_that_takes_too_long(store, work, agents, jobs, task_id):
    job = jobs["generate-skill"]
    jobs["generate-skill"] = replace(job, timeout_s=0.2)
    gate = agents.behaviours["one"] = Gate()
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "DEADLINE_EXCEEDED"
    assert gate.cancelled.is_set()


# Partial results


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

    async def fail(request, listener):
        raise MeshError(Reason.INVALID_ARGUMENT, "no such page")

    agents.behaviours["b"] = fail
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


# Redis away


async def test_a_step_outlives_a_restart_of_redis(own_redis, work, agents):
    gate = agents.behaviours["one"] = Gate()
    async with connect(own_redis.url, timeout_s=0.3) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task_id = await started(store, request=REQUEST)
        async with work(own_redis):
            await gate.wait()
            own_redis.kill()
            gate.open.set()
            await asyncio.sleep(0.3)
            own_redis.start()
            await until(store, task_id, "completed", seconds=15)
        assert agents.calls == {"plan": 1, "one": 1, "two": 1}
        assert (await store.detailed(TENANT, task_id)).detail.attempt == 1


async def test_a_task_that_redis_kept_from_renewing_is_given_back(own_redis, work, agents):
    """It is no death of its holder, and nobody has to wait for the lease."""
    gate = agents.behaviours["one"] = Gate()
    async with connect(own_redis.url, timeout_s=0.3) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task_id = await started(store, request=REQUEST)
        async with work(own_redis, lease_s=1, renew_s=0.2):
            await gate.wait()
            own_redis.kill()
            async with asyncio.timeout(5):
                await gate.cancelled.wait()
            gate.open.set()
            own_redis.start()
            await until(store, task_id, "completed", seconds=15)
        assert await redis.execute("HGET", keys.task(task_id), "deaths") is None
        assert agents.calls == {"plan": 1, "one": 2, "two": 1}


async def test_a_result_outlives_an_outage_longer_than_the_lease(own_redis, work, agents):
    gate = agents.behaviours["two"] = Gate()
    async with connect(own_redis.url, timeout_s=0.3) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task_id = await started(store, request=REQUEST)
        async with work(own_redis, lease_s=1, renew_s=0.2):
            await gate.wait()
            own_redis.kill()
            gate.open.set()
            # The work is over; its lease runs out before Redis is back.
            await asyncio.sleep(1.5)
            own_redis.start()
            await until(store, task_id, "completed", seconds=15)
        assert agents.calls == {"plan": 1, "one": 1, "two": 1}


# Steering


async def test_cancel_reaches_the_agent_at_work_within_2_seconds(
    store, redis, work, agents, task_id
):
    gate = agents.behaviours["one"] = Gate()
    async with work():
        await gate.wait()
        async with asyncio.timeout(2):
            assert not await store.control(TENANT, task_id, "cancel", "no longer wanted")
            await gate.cancelled.wait()
            task = await until(store, task_id, "cancelled")
    assert (task.error.code, task.error.message) == ("TASK_CANCELLED", "no longer wanted")
    assert "two" not in agents.calls
    assert await redis.execute("EXISTS", keys.waiting(TENANT)) == 0


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

    monkeypatch.setattr(HeldTask, "_sent", slow)
    async with work(renew_s=0.05, drain_s=0.05) as draining:
        async with asyncio.timeout(5):
            await writing.wait()
        if what == "cancel":
            await store.control(TENANT, task_id, "cancel")
        else:
            draining.set()
        for _ in range(3):
            await noticed(store, task_id, redis)
        go_on.set()
        await until(store, task_id, "completed")
        await eventually(lambda: cleared(queue, task_id))


async def cleared(queue, task_id: str) -> bool:
    return await queue.place(TENANT, task_id) is None


async def test_pause_lets_the_step_finish_and_resume_goes_on(store, redis, work, agents, task_id):
    gate = agents.behaviours["one"] = Gate()
    async with work():
        await gate.wait()
        await store.control(TENANT, task_id, "pause")
        await noticed(store, task_id, redis)
        gate.open.set()
        await until(store, task_id, "paused")
        assert not gate.cancelled.is_set()
        assert "two" not in agents.calls
        await store.control(TENANT, task_id, "resume")
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}


async def noticed(store, task_id: str, redis) -> None:
    """Waits until the worker has looked at what was asked of it."""
    lease = await redis.execute("HGET", keys.task(task_id), "lease_until")

    async def renewed() -> bool:
        return await redis.execute("HGET", keys.task(task_id), "lease_until") != lease

    await eventually(renewed)


async def test_resume_before_the_step_has_finished_takes_the_pause_back(
    store, redis, work, agents, task_id
):
    gate = agents.behaviours["one"] = Gate()
    async with work(renew_s=0.02):
        await gate.wait()
        await store.control(TENANT, task_id, "pause")
        await noticed(store, task_id, redis)
        await store.control(TENANT, task_id, "resume")
        for _ in range(2):
            await noticed(store, task_id, redis)
        gate.open.set()
        await until(store, task_id, "completed")
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 1
    assert "paused" not in await kinds(redis, task_id)


# Draining and load


async def test_a_draining_worker_finishes_the_step_and_gives_the_task_back(
    store, work, agents, task_id
):
    gate = agents.behaviours["one"] = Gate()
    async with work(renew_s=0.05) as draining:
        await gate.wait()
        draining.set()
        await asyncio.sleep(0.1)
        gate.open.set()
    assert (await store.get(TENANT, task_id)).status == "queued"
    assert agents.calls == {"plan": 1, "one": 1}
    async with work():
        # At once: nobody has to wait for the lease of the one that stopped.
        await until(store, task_id, "completed", seconds=2)
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}


async def test_a_draining_worker_breaks_a_long_step_off(store, work, agents, task_id):
    gate = agents.behaviours["one"] = Gate()
    async with work(drain_s=0.1):
        await gate.wait()
    assert gate.cancelled.is_set()
    assert (await store.get(TENANT, task_id)).status == "queued"
    async with work():
        gate.open.set()
        await until(store, task_id, "completed")
    assert agents.calls == {"plan": 1, "one": 2, "two": 1}
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 2


async def test_no_more_tasks_than_slots(store, work, agents):
    gate = agents.behaviours["plan"] = Gate()
    ids = [await started(store, request=REQUEST) for _ in range(4)]
    async with work(slots=2):
        await eventually(lambda: agents.calls["plan"] == 2)
        await asyncio.sleep(0.15)
        assert agents.calls["plan"] == 2
        gate.open.set()
        for name in ids:
            await until(store, name, "completed")


async def test_no_more_tasks_of_a_tenant_than_its_cap(store, work, agents):
    gate = agents.behaviours["plan"] = Gate()
    for _ in range(3):
        await started(store, request=REQUEST)
    await started(store, request=REQUEST, tenant_id="tenant_other")
    async with work(tenant_cap=1):
        await eventually(lambda: agents.calls["plan"] == 2)
        await asyncio.sleep(0.15)
        assert {context.tenant_id for context in agents.contexts} == {TENANT, "tenant_other"}
        assert agents.calls["plan"] == 2
        gate.open.set()
        await eventually(lambda: agents.calls["two"] == 4)


async def test_a_busy_worker_does_not_spin(store, work, agents, monkeypatch):
    """All slots are taken, and a signal says that a task waits."""
    waits = 0
    wait_any = worker.wait_any

    async def counted(*arguments, seconds):
        nonlocal waits
        waits += 1
        await wait_any(*arguments, seconds=seconds)

    monkeypatch.setattr(worker, "wait_any", counted)
    gate = agents.behaviours["plan"] = Gate()
    await started(store, request=REQUEST)
    async with work(slots=1, poll_s=0.1):
        await gate.wait()
        for _ in range(3):
            await started(store, request=REQUEST)
        waits = 0
        await asyncio.sleep(0.3)
        assert waits < 20
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


# Redis away


@pytest.mark.parametrize("moment", ["in a step", "between a write and its reply"])
async def test_redis_restarts_in_the_middle_of_a_task(own_redis, work, agents, pauses, moment):
    gate = agents.behaviours["one"] = Gate()
    async with connect(own_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task_id = await started(store, request=REQUEST)
        async with work(own_redis, lease_s=1, renew_s=0.2):
            await gate.wait()
            own_redis.kill()
            if moment == "in a step":
                own_redis.start()
                gate.open.set()
            else:
                # The step ends while Redis is away: its result can't be written.
                gate.open.set()
                await asyncio.sleep(0.1)
                own_redis.start()
            await eventually(redis.ping)
            await until(store, task_id, "completed", seconds=8)
        read = await events.read(redis, task_id, after=0)
        assert [event.offset for event in read] == list(range(1, len(read) + 1))
        assert [event.type for event in read].count("completed") == 1
        assert agents.calls["plan"] == 1
        assert agents.calls["two"] == 1


async def test_the_end_of_a_task_waits_for_redis(own_redis, work, agents, jobs):
    job = jobs["generate-skill"]

    async def kill_at_the_end(request, steps):
        result = await job.run(request, steps)
        own_redis.kill()
        return result

    jobs[job.name] = replace(job, run=kill_at_the_end)
    async with connect(own_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task_id = await started(store, request=REQUEST)
        async with work(own_redis, renew_s=0.2):
            await eventually(lambda: agents.calls["two"] == 1)
            await eventually(lambda: not own_redis.running)
            own_redis.start()
            await eventually(redis.ping)
            await until(store, task_id, "completed", seconds=5)
        assert (await store.detailed(TENANT, task_id)).detail.attempt == 1
    assert agents.calls == {"plan": 1, "one": 1, "two": 1}
