"""Leases: who takes a task over, from where it goes on, and when it is given up."""

import asyncio
from dataclasses import replace

from jobs import actions
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.task.v1 import dead_letter_service_pb2, task_pb2
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.tasks import keys
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.holder import HeldTask, Refused
from meshkit.tasks.notes import Note
from services.orchestrator import attempts
from tests.support.eventually import eventually
from tests.support.tasks import PLAN, TENANT, begin, event_types, expire_lease, held, made, until


async def dead_letters(redis) -> list[str]:
    """The tasks of all dead letters."""
    page = await DeadLetters(redis).page(dead_letter_service_pb2.ListDeadLettersRequest())
    return [letter.task_id for letter in page.dead_letters]


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


async def test_the_time_of_a_task_goes_on_over_takeovers(store, redis, work, *, agents, task_id):
    await held(redis, task_id)
    long_ago = int((await redis.execute("TIME"))[0]) * 1000 - 61_000
    await redis.execute("HSET", keys.task(task_id), "run_started_at", long_ago)
    await expire_lease(redis, task_id)
    async with work():
        task = await until(store, task_id, "failed")
    assert task.error.code == "DEADLINE_EXCEEDED"
    assert agents.calls == {}


async def test_a_held_task_is_left_alone(store, redis, work, *, agents, task_id, queue):
    await held(redis, task_id, lease_ms=600_000)
    held_until_ms = int(await redis.execute("HGET", keys.task(task_id), "lease_until"))
    await queue.enqueue(TENANT, task_id)

    async def put_off() -> bool:
        return await queue.place(TENANT, task_id) > held_until_ms - 1000

    async with work():
        # A worker's own claim would end long before: it was refused, and comes back in time.
        await eventually(put_off)
        assert agents.calls == {}
        await expire_lease(redis, task_id)
        await until(store, task_id, "completed")
    assert (await store.detailed(TENANT, task_id)).detail.attempt == 2


async def test_a_worker_that_lost_its_lease_stops_and_writes_nothing(
    store, redis, work, agents, task_id
):
    gate = agents.gate("one")
    async with work(lease_s=1, renew_s=0.05):
        await gate.wait()
        # Somebody else takes the task up, as if this worker had been frozen for a while.
        other: HeldTask | Refused | None = None
        async with asyncio.timeout(60):
            while not isinstance(other, HeldTask):  # this one renews its lease all the time
                await redis.execute("HSET", keys.task(task_id), "lease_until", 1)
                other = await begin(redis, task_id, name="b", lease_ms=600_000)
        before = await event_types(redis, task_id)
        async with asyncio.timeout(60):
            await gate.cancelled.wait()
        await other.complete(skill_pb2.SkillDraft(name="by b"))
    assert await event_types(redis, task_id) == [*before, "completed"]
    made = skill_pb2.SkillDraft.FromString(await store.result(TENANT, task_id))
    assert made.name == "by b"


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
    assert await dead_letters(redis) == [task_id]


async def test_a_worker_that_died_before_the_list_of_dead_letters_was_written(
    store, redis, work, *, task_id
):
    for name in ("a/1", "b/1", "c/1"):
        await held(redis, task_id, name=name)
        await expire_lease(redis, task_id)
    last = await held(redis, task_id, name="d/1")
    await last.fail(last.dead)

    async def listed() -> bool:
        return await dead_letters(redis) == [task_id]

    async with work():
        await eventually(listed)
