"""The time left never grows without a reason that the status names, whatever happens to a task."""

from collections.abc import Awaitable, Callable
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chaos.rules import REASONS
from manusmesh.type.v1 import plan_pb2, run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, connect
from meshkit.tasks import keys
from meshkit.tasks.durations import Durations, Whole
from meshkit.tasks.holder import HeldTask
from meshkit.tasks.notes import Left, Note
from meshkit.tasks.queue import Queue, set_caps
from meshkit.tasks.store import TaskStore
from tests.support.tasks import (
    JOB,
    TENANT,
    expire_lease,
    held,
    made,
    new_task,
    started_in_turn,
)

WORK: Final = st.integers(0, 200_000)


class Story:
    """A running task and all that its status has shown so far."""

    def __init__(self, redis: Redis, task: HeldTask, others: int) -> None:
        self.redis, self.task, self.others = redis, task, others
        self.queue = Queue(redis, max_per_tenant=10_000)
        self.store = TaskStore(redis, self.queue)
        self.holders = 0
        self.shown: list[tuple[int, str]] = []

    async def look(self) -> None:
        status = await self.store.get(TENANT, self.task.task_id)
        self.shown.append((status.eta_seconds, status.current_step))

    async def usage(self, _: int) -> None:
        await self.task.write(Note("usage", "coder", payload=run_pb2.Usage(llm_calls=1)))

    async def progress(self, work_ms: int) -> None:
        note = Note("progress", "coder", progress=work_ms % 100, sentence="Do", left=Left(work_ms))
        await self.task.write(note)

    async def step_done(self, work_ms: int) -> None:
        self.task.note(made("coder", skill_pb2.SkillDraft()))
        await self.task.write(Note("progress", "coder", left=Left(work_ms)))

    async def step_started(self, work_ms: int) -> None:
        left = Left(work_ms, reason="slower than usual")
        await self.task.write(Note("step_started", "coder", sentence="Do", left=left))

    async def planned(self, work_ms: int) -> None:
        self.task.note(Note("", plan=plan_pb2.Plan(), total_steps=3))
        left = Left(work_ms, reason="the plan foresees more work than usual")
        self.task.note(Note("step_started", "one", sentence="Do one", left=left))
        # What comes in the same write must not hide the reason.
        await self.task.write(Note("progress", "one", sentence="Doing one", left=Left(work_ms)))

    async def retried(self, work_ms: int) -> None:
        left = Left(work_ms, work_ms // 3, "trying again")
        sentence = "Do: attempt 1 failed, trying again in 3 s"
        await self.task.write(Note("step_retried", "coder", sentence=sentence, left=left))

    async def time_passes(self, ms: int) -> None:
        record = keys.task(self.task.task_id)
        at = int(await self.redis.execute("HGET", record, "eta_at") or 0)  # type: ignore[arg-type]
        if at:
            await self.redis.execute("HSET", record, "eta_at", max(1, at - ms // 4))

    async def paused(self, _: int) -> None:
        await self.store.control(TENANT, self.task.task_id, "pause")
        await self.task.give_back()
        await self.look()
        await self.store.control(TENANT, self.task.task_id, "resume")
        await self._taken_up()

    async def given_back(self, _: int) -> None:
        await self.task.give_back()
        await self._others_wait()
        await self.queue.enqueue(TENANT, self.task.task_id)
        await self._taken_up()

    async def parked(self, work_ms: int) -> None:
        await self.retried(work_ms)
        await self.look()
        await self.task.give_back("Do: trying again in 20 s", pause_ms=work_ms // 3)
        await self.queue.enqueue(TENANT, self.task.task_id, delay_ms=work_ms // 3)
        await self._others_wait()
        await self.look()
        await self.time_passes(work_ms)
        await self._taken_up()

    async def taken_over(self, _: int) -> None:
        await expire_lease(self.redis, self.task.task_id)
        await self._taken_up()

    async def failed(self, _: int) -> None:
        await self.task.fail(MeshError(Reason.INTERNAL, "x"))
        await self.look()
        await self.store.control(TENANT, self.task.task_id, "retry")
        await self._taken_up()

    async def _others_wait(self) -> None:
        for _ in range(self.others):
            await self.store.create(new_task())

    async def _taken_up(self) -> None:
        await self.look()
        self.holders += 1
        # A step that it finishes keeps it from being given up.
        self.task = await held(self.redis, self.task.task_id, name=f"w{self.holders}/x")
        await self.look()
        await self.task.write(made("any", skill_pb2.SkillDraft()))


ACTIONS: Final[list[Callable[[Story, int], Awaitable[None]]]] = [
    *(Story.usage, Story.progress, Story.step_done, Story.step_started, Story.planned),
    *(Story.retried, Story.time_passes, Story.paused, Story.given_back, Story.parked),
    *(Story.taken_over, Story.failed),
]


def unnamed(shown: list[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """Where more is left than was shown at some time before, and no reason is named."""
    found, least = [], shown[0][0]
    for eta, sentence in shown:
        if eta > least and not any(reason in sentence.lower() for reason in REASONS):
            found.append((least, eta, sentence))
        least = min(least, eta)
    return found


def late(act: Callable[[Story, int], Awaitable[None]]) -> list[object]:
    """Something happens to a task whose expected end has come near, and it goes on."""
    return [(Story.time_passes, 4 * 25_000), (act, 60_000), (Story.progress, 50_000)]


@settings(max_examples=40)
@example(30_000, 0, late(Story.given_back))
@example(30_000, 0, late(Story.parked))
@example(30_000, 0, late(Story.taken_over))
@example(30_000, 0, late(Story.paused))
@example(30_000, 0, late(Story.failed))
@given(
    first_ms=st.sampled_from([0, 30_000]),
    others=st.integers(0, 20),
    actions=st.lists(st.tuples(st.sampled_from(ACTIONS), WORK), max_size=12),
)
async def test_the_time_left_never_grows_without_a_reason(shared_redis, first_ms, others, actions):
    # Neither an example nor another test may leave anything to this one, such as a cap.
    assert shared_redis.ask("FLUSHALL") == b"+OK"
    async with connect(shared_redis.url) as redis:
        store = TaskStore(redis, Queue(redis, max_per_tenant=10_000))
        task_id = (await store.create(new_task())).task_id
        estimate = ("left_ms", first_ms, "usual_ms", first_ms)
        await redis.execute("HSET", keys.task(task_id), *estimate)
        story = Story(redis, await held(redis, task_id), others)
        await story.look()
        for act, ms in actions:
            await act(story, ms)
            await story.look()
        assert unnamed(story.shown) == []


async def test_a_mere_usage_event_leaves_the_time_left_alone(store, redis):
    story = Story(redis, await held(redis, (await store.create(new_task())).task_id), 0)
    await story.planned(95_000)
    await story.look()
    await story.time_passes(160_000)
    await story.look()
    await story.usage(0)
    await story.look()
    etas = [eta for eta, _ in story.shown]
    # A machine that is busy takes its time, too, and every second of it is one less.
    assert all(late - 10 <= eta <= late for eta, late in zip(etas, (95, 55, 55), strict=True))
    assert etas == sorted(etas, reverse=True)


async def test_the_reason_goes_when_no_more_is_left_than_before(store, redis):
    story = Story(redis, await held(redis, (await store.create(new_task())).task_id), 0)
    await redis.execute("HSET", keys.task(story.task.task_id), "eta_at", 1, "left_ms", 100_000)
    await story.look()
    await story.step_started(40_000)
    await story.look()
    await story.time_passes(4 * 31_000)
    await story.look()
    assert [told for _, told in story.shown] == ["Starting", "Do (slower than usual)", "Do"]
    etas = [eta for eta, _ in story.shown]
    assert all(late - 5 <= eta <= late for eta, late in zip(etas, (10, 40, 9), strict=True))


async def test_a_little_more_is_not_worth_a_word(store, redis):
    story = Story(redis, await held(redis, (await store.create(new_task())).task_id), 0)
    await story.planned(40_000)
    await story.step_started(43_000)
    await story.time_passes(4 * 10_000)
    await story.look()
    eta, sentence = story.shown[-1]
    assert 20 <= eta <= 30
    assert "slower" not in sentence


async def test_a_task_that_a_worker_has_just_claimed_is_the_next(store, queue, redis):
    names = await started_in_turn(store, redis, 20)
    (claimed,) = await queue.claim(lease_ms=10_000, running_cap=8)
    assert claimed.task_id == names[0]
    assert await queue.ahead(TENANT, names[0]) == (1, None)
    assert await queue.ahead(TENANT, names[5]) == (5, None)


async def test_a_lowered_cap_is_named(store, redis):
    await Durations(redis).learn(TENANT, JOB, {}, Whole(10_000, 7))
    names = await started_in_turn(store, redis, 5)
    before = await store.get(TENANT, names[-1])
    await set_caps(redis, TENANT, running=1, queued=None)
    after = await store.get(TENANT, names[-1])
    assert (before.eta_seconds, after.eta_seconds) == (10, 50)
    assert "1 of the tenant's tasks run at once" in after.current_step
