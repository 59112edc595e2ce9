import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import RedisAwayError, connect
from meshkit.tasks import events, keys
from meshkit.tasks.holder import LeaseLostError, Refused, Requests
from meshkit.tasks.notes import Left, Note
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore
from tests.support.eventually import eventually
from tests.support.tasks import TENANT, begin, claim, expire_lease, held, made, new_task, started

pytestmark = pytest.mark.also_on_a_cluster

DRAFT = skill_pb2.SkillDraft(name="first")


async def test_taking_a_task_up(store, redis):
    task = await held(redis, await started(store, request=b"\x00bytes"))
    assert (task.tenant_id, task.job, task.attempt) == (TENANT, "generate-skill", 1)
    assert task.traceparent == f"00-{'1' * 32}-{'2' * 16}-01"
    assert (task.request, task.fresh, task.dead) == (b"\x00bytes", True, None)
    assert await task.checkpoint("coder") is None
    shown = await store.get(TENANT, task.task_id)
    assert shown.status == "running"
    assert shown.HasField("started_at")


async def test_a_held_task_is_refused_to_others_until_its_lease_ends(store, redis):
    task_id = await started(store)
    await held(redis, task_id, lease_ms=60_000)
    refused = await begin(redis, task_id, name="b", lease_ms=1000)
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
    assert await begin(redis, task_id, name="b", lease_ms=1000) == Refused(how)


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
        zombie.renew,
        zombie.requests,
        lambda: zombie.write(made("coder", DRAFT, progress=99)),
        lambda: zombie.write(Note("", plan=plan_pb2.Plan(), total_steps=9, left=Left(9))),
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
    assert await task.renew() == Requests(cancel=False, pause=False)


async def test_a_checkpoint(store, redis):
    task = await held(redis, await started(store))
    await task.write(made("coder", DRAFT, progress=50, duration_ms=7))
    done = await task.checkpoint("coder")
    assert skill_pb2.SkillDraft.FromString(done.artifact) == DRAFT
    assert done.request == b"digest"
    shown = await store.get(TENANT, task.task_id)
    assert [(s.step, s.duration_ms) for s in shown.completed_steps] == [("coder", 7)]
    assert shown.progress == 50


async def test_a_step_that_is_done_again_counts_once(store, redis):
    task = await held(redis, await started(store))
    for step, duration_ms in (("one", 1), ("one_2", 2), ("one", 3)):
        await task.write(made(step, DRAFT, duration_ms=duration_ms))
    shown = await store.get(TENANT, task.task_id)
    assert [(s.step, s.duration_ms) for s in shown.completed_steps] == [("one_2", 2), ("one", 3)]


async def test_concurrent_holders_of_one_step_agree_on_one_result(store, redis, redis_url):
    """Two processes believe they hold the task; one does."""
    task_id = await started(store)
    async with connect(redis_url) as other:
        zombie = await held(redis, task_id)
        await expire_lease(redis, task_id)
        task = await held(other, task_id, name="b")
        note = made("coder", DRAFT)
        results = await asyncio.gather(zombie.write(note), task.write(note), return_exceptions=True)
    assert isinstance(results[0], LeaseLostError)
    assert results[1] is None


@pytest.mark.usefixtures("redis_server")
async def test_notes_that_come_together_leave_together(store, redis):
    await (await held(redis, await started(store))).complete(DRAFT)  # loads the script
    task = await held(redis, await started(store))
    before = await commands(redis)
    for number in range(10):
        task.note(Note("progress", progress=number))
    await task.complete(DRAFT)
    assert (await commands(redis)) - before == 1
    told = [event.progress for event in await events.read(redis, task.task_id, after=2)]
    assert told == [*range(10), 100]


async def commands(redis) -> int:
    """How many scripts have been run."""
    info = (await redis.execute("INFO", "commandstats")).decode()
    return sum(
        int(line.partition("calls=")[2].partition(",")[0])
        for line in info.splitlines()
        if line.startswith(("cmdstat_evalsha", "cmdstat_eval"))
    )


async def test_a_note_that_nobody_waits_for_is_written_all_the_same(store, redis):
    task = await held(redis, await started(store))
    task.note(Note("progress", progress=33))

    async def shown() -> bool:
        return (await store.get(TENANT, task.task_id)).progress == 33

    await eventually(shown)


async def test_a_write_whose_answer_was_lost_counts_once(store, redis, monkeypatch):
    task = await held(redis, await started(store))
    run, lost = redis.run, []

    async def losing(script, names, arguments=()):
        reply = await run(script, names, arguments)
        if len(lost) < 2:
            lost.append(reply)
            raise RedisAwayError
        return reply

    monkeypatch.setattr(redis, "run", losing)
    await task.write(Note("progress", progress=10))
    assert lost == [1, 1]
    lost.clear()
    await task.complete(DRAFT)
    kinds = [event.type for event in await events.read(redis, task.task_id, after=0)]
    assert kinds == ["queued", "started", "progress", "completed"]


async def test_writes_wait_for_redis(own_redis):
    async with connect(own_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task = await held(redis, await started(store), lease_ms=60_000)
        own_redis.kill()
        writing = asyncio.create_task(task.write(Note("progress", progress=1)))
        await asyncio.sleep(0.3)
        own_redis.start()
        async with asyncio.timeout(60):
            await writing
        assert (await store.get(TENANT, task.task_id)).progress == 1


async def test_a_write_that_was_broken_off_is_made_good_by_the_next(own_redis):
    async with connect(own_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10))
        task = await held(redis, await started(store), lease_ms=60_000)
        own_redis.kill()
        task.note(made("one", DRAFT))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await task.write(Note("progress", progress=1))
        own_redis.start()
        assert await task.give_back() == "queued"
        kinds = [event.type for event in await events.read(redis, task.task_id, after=2)]
        assert kinds == ["step_completed", "progress", "queued"]


# Holders that die


async def test_a_task_that_kills_its_holders_is_given_up(store, redis):
    task_id = await started(store)
    for number in range(3):
        task = await held(redis, task_id, name=f"replica-{number}/x")
        assert task.dead is None
        await expire_lease(redis, task_id)
    task = await held(redis, task_id, name="last/x")
    assert task.dead.reason == Reason.INTERNAL
    assert task.dead.details["deaths"] == 3
    await task.fail(task.dead)
    shown = await store.get(TENANT, task_id)
    assert shown.status == "failed"
    assert shown.error.details["dead_letter"]
    assert (await begin(redis, task_id)).dead


async def test_a_finished_step_clears_the_count_of_deaths(store, redis):
    task_id = await started(store)
    for number in range(6):
        task = await held(redis, task_id, name=f"replica-{number}/x")
        assert task.dead is None, number
        await task.write(made(f"step_{number}", DRAFT))
        await expire_lease(redis, task_id)


async def test_a_holder_that_gives_back_or_asks_again_has_not_died(store, redis):
    task_id = await started(store)
    for _ in range(5):
        task = await held(redis, task_id, name="same/x")
        await expire_lease(redis, task_id)
    await task.give_back()
    for number in range(5):
        task = await held(redis, task_id, name=f"replica-{number}/x")
        assert task.dead is None
        await task.give_back()


async def test_a_pause_whose_holder_died_is_kept(store, redis):
    task_id = await started(store)
    await held(redis, task_id, name="a/x")
    await store.control(TENANT, task_id, "pause")
    await expire_lease(redis, task_id)
    assert await begin(redis, task_id, name="b/x") == Refused("paused")
    assert (await store.get(TENANT, task_id)).status == "paused"
    await store.control(TENANT, task_id, "resume")
    assert (await held(redis, task_id, name="b/x")).attempt == 2


async def test_waiting_is_not_working(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.give_back()
    # As if it had begun a minute ago and waited for fifty seconds of it.
    now_ms = await redis_ms(redis)
    await redis.execute("HSET", keys.task(task_id), "run_started_at", now_ms - 60_000)
    await redis.execute("HSET", keys.task(task_id), "idle_since", now_ms - 50_000)
    task = await held(redis, task_id)
    assert 10_000 <= task.worked_ms < 12_000


async def test_the_pause_that_a_retry_asks_for_is_part_of_the_work(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.give_back(pause_ms=50_000)
    # As if all of this had been a minute ago: fifty seconds of pause, and ten of waiting.
    record = keys.task(task_id)
    idle_since = int(await redis.execute("HGET", record, "idle_since"))
    await redis.execute("HSET", record, "idle_since", idle_since - 60_000)
    started_at = int(await redis.execute("HGET", record, "run_started_at"))
    await redis.execute("HSET", record, "run_started_at", started_at - 60_000)
    assert 49_000 <= (await held(redis, task_id)).worked_ms < 52_000


async def test_an_owners_pause_ends_the_one_that_a_retry_asks_for(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.give_back(pause_ms=50_000)
    await store.control(TENANT, task_id, "pause")
    now_ms = await redis_ms(redis)
    idle_since = int(await redis.execute("HGET", keys.task(task_id), "idle_since"))
    assert now_ms - 5000 < idle_since <= now_ms
    await store.control(TENANT, task_id, "resume")
    assert (await held(redis, task_id)).worked_ms < 5000


async def test_a_pause_of_a_task_that_waits_does_not_make_its_wait_work(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.give_back()
    waits_since = await redis_ms(redis) - 50_000
    await redis.execute(
        *("HSET", keys.task(task_id), "idle_since", waits_since, "run_started_at", waits_since)
    )
    await store.control(TENANT, task_id, "pause")
    await store.control(TENANT, task_id, "resume")
    assert (await held(redis, task_id)).worked_ms < 5000


async def test_what_was_waited_before_the_first_work_is_not_taken_off_it(store, redis):
    task_id = await started(store)
    await store.control(TENANT, task_id, "pause")
    long_ago = await redis_ms(redis) - 600_000
    await redis.execute("HSET", keys.task(task_id), "idle_since", long_ago)
    await store.control(TENANT, task_id, "resume")
    await held(redis, task_id)
    began = await redis_ms(redis) - 30_000
    await redis.execute("HSET", keys.task(task_id), "run_started_at", began)
    await expire_lease(redis, task_id)
    assert 30_000 <= (await held(redis, task_id, name="b")).worked_ms < 35_000


async def test_looking_at_what_the_owner_asks_for_writes_nothing(store, redis):
    task = await held(redis, await started(store))
    before = await snapshot(redis, task.task_id)
    assert await task.requests() == Requests(cancel=False, pause=False)
    assert await snapshot(redis, task.task_id) == before
    await store.control(TENANT, task.task_id, "pause")
    assert await task.requests() == Requests(cancel=False, pause=True)
    await store.control(TENANT, task.task_id, "cancel")
    assert await task.requests() == Requests(cancel=True, pause=True)
    await expire_lease(redis, task.task_id)
    await begin(redis, task.task_id, name="b")
    with pytest.raises(LeaseLostError):
        await task.requests()


async def redis_ms(redis) -> int:
    seconds, micros = await redis.execute("TIME")
    return int(seconds) * 1000 + int(micros) // 1000


@given(steps=st.lists(st.integers(-10, 150), max_size=10))
async def test_progress_never_falls_and_is_not_100_before_the_end(shared_redis, steps):
    async with connect(shared_redis.url) as redis:
        await redis.execute("FLUSHALL")  # caps of other tests
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
    task = await held(redis, await started(store), lease_ms=60_000)
    await expire_lease(redis, task.task_id)
    await task.renew()
    other = await begin(redis, task.task_id, name="b", lease_ms=1)
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
