import asyncio
import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import events, keys
from meshkit.tasks.notes import Note
from tests.support.eventually import eventually
from tests.support.signals import subscribed
from tests.support.tasks import TENANT, expire_lease, held, started

pytestmark = pytest.mark.also_on_a_cluster

DRAFT = skill_pb2.SkillDraft(name="x")


@pytest.fixture
def stop():
    return asyncio.Event()


async def allowed() -> None:
    """The check of a stream that may stay open."""


async def collected(redis, hub, task_id: str, *, after: int = 0) -> list:
    """What a watcher of a task sees to its end; TimeoutError after 10 s."""
    async with asyncio.timeout(10):
        stop = asyncio.Event()
        stream = events.follow(redis, hub, task_id, after=after, stop=stop, check=allowed)
        return [event async for event in stream]


async def test_offsets_are_numbered_without_gap_whoever_writes(store, redis):
    task_id = await started(store)
    task = await held(redis, task_id)
    await asyncio.gather(*(task.write(Note("progress", progress=n)) for n in range(50)))
    await expire_lease(redis, task_id)
    task = await held(redis, task_id, name="b")
    await task.fail(MeshError(Reason.INTERNAL, "x"))
    await store.control(TENANT, task_id, "retry")
    read = await events.read(redis, task_id, after=0)
    assert [event.offset for event in read] == list(range(1, len(read) + 1))
    assert [read[n].type for n in (0, 1, 52, 53, 54)] == [
        "queued",
        "started",
        "started",
        "failed",
        "queued",
    ]
    times = [event.time.ToMilliseconds() for event in read]
    assert times == sorted(times)


async def test_each_kind_carries_its_payload(store, redis):
    task = await held(redis, await started(store))
    spoken = run_pb2.AgentMessage(from_agent="a", to_agent="b", type="task", payload="x")
    call = run_pb2.ToolCall(name="t", outcome="ok")
    usage = run_pb2.Usage(llm_calls=2)
    done = task_pb2.CompletedStep(step="coder", duration_ms=5)
    error = MeshError(Reason.OVERLOADED, "later")
    await task.write(Note("message", "coder", payload=spoken))
    await task.write(Note("tool_call", "coder", payload=call))
    await task.write(Note("usage", "coder", payload=usage))
    await task.write(Note("step_retried", "coder", payload=error.to_proto()))
    await task.write(Note("step_completed", "coder", "Grüße", payload=done, progress=40))
    await task.fail(error)
    read = await events.read(redis, task.task_id, after=2)
    assert [event.WhichOneof("payload") for event in read] == [
        "agent_message",
        "tool_call",
        "usage",
        "error",
        "completed_step",
        "error",
    ]
    assert (read[0].agent_message, read[1].tool_call, read[2].usage) == (spoken, call, usage)
    assert (read[4].completed_step, read[4].message, read[4].progress) == (done, "Grüße", 40)
    assert read[5].error.code == "OVERLOADED"


async def test_a_watcher_sees_what_was_and_what_comes_to_the_end(store, redis, hub):
    task = await held(redis, await started(store))
    watching = asyncio.create_task(collected(redis, hub, task.task_id))
    for number in range(5):
        await task.write(Note("progress", progress=number))
        await asyncio.sleep(0)
    await task.complete(DRAFT)
    seen = await watching
    assert [event.offset for event in seen] == list(range(1, 9))
    assert (seen[-1].type, seen[-1].progress) == ("completed", 100)


@pytest.mark.parametrize("after", [0, 1, 4, 7])
async def test_a_watcher_resumes_after_its_last_offset(store, redis, hub, after):
    task = await held(redis, await started(store))
    for number in range(5):
        await task.write(Note("progress", progress=number))
    await task.complete(DRAFT)
    seen = await collected(redis, hub, task.task_id, after=after)
    assert [event.offset for event in seen] == list(range(after + 1, 9))


@pytest.mark.parametrize("after", [8, 9, 2**31 - 1])
async def test_after_the_end_there_is_nothing_to_see(store, redis, hub, after):
    task = await held(redis, await started(store))
    for number in range(5):
        await task.write(Note("progress", progress=number))
    await task.complete(DRAFT)
    assert await collected(redis, hub, task.task_id, after=after) == []


@pytest.mark.parametrize("count", [97, 98, 99, 197, 198, 250])
async def test_long_stories_are_read_page_by_page(store, redis, hub, monkeypatch, count):
    monkeypatch.setattr(events, "_RECHECK_S", 60)  # the next page does not wait for anything
    task = await held(redis, await started(store))
    for _ in range(count):
        await task.write(Note("progress"))
    await task.complete(DRAFT)
    seen = await collected(redis, hub, task.task_id)
    assert [event.offset for event in seen] == list(range(1, count + 4))


async def test_a_watcher_of_a_retried_task_goes_on_over_the_first_end(store, redis, hub):
    task_id = await started(store)
    await (await held(redis, task_id)).fail(MeshError(Reason.INTERNAL, "x"))
    await store.control(TENANT, task_id, "retry")
    watching = asyncio.create_task(collected(redis, hub, task_id))
    await (await held(redis, task_id)).complete(DRAFT)
    assert [event.type for event in await watching] == [
        "queued",
        "started",
        "failed",
        "queued",
        "started",
        "completed",
    ]


async def test_a_watcher_of_a_paused_task_waits_with_heartbeats(
    store, redis, hub, stop, monkeypatch
):
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.02)
    monkeypatch.setattr(events, "_RECHECK_S", 0.01)
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.write(Note("progress", progress=40))
    await store.control(TENANT, task_id, "pause")
    await task.give_back()
    async with (
        asyncio.timeout(10),
        contextlib.aclosing(
            # It has seen all but the last: its heartbeats tell the progress all the same.
            events.follow(redis, hub, task_id, after=3, stop=stop, check=allowed)
        ) as stream,
    ):
        seen = [await anext(stream) for _ in range(3)]
        await store.control(TENANT, task_id, "resume")
        while (event := await anext(stream)).type == "heartbeat":
            pass
    assert [(e.type, e.offset, e.progress) for e in seen] == [
        ("paused", 4, 40),
        ("heartbeat", 4, 40),
        ("heartbeat", 4, 40),
    ]
    assert (event.type, event.offset) == ("resumed", 5)


async def test_a_heartbeat_before_the_first_event_tells_the_progress(
    store, redis, hub, stop, monkeypatch
):
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.0)
    task = await held(redis, await started(store))
    await task.write(Note("progress", progress=40))
    async with contextlib.aclosing(
        events.follow(redis, hub, task.task_id, after=3, stop=stop, check=allowed)
    ) as stream:
        event = await anext(stream)
    assert (event.type, event.offset, event.progress) == ("heartbeat", 3, 40)
    assert event.HasField("time")


async def test_a_stopping_process_ends_its_watches(store, redis, hub, stop):
    task_id = await started(store)
    stream = events.follow(redis, hub, task_id, after=0, stop=stop, check=allowed)
    assert (await anext(stream)).type == "queued"
    stop.set()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_watcher_is_woken_by_the_signal(store, redis, hub, monkeypatch):
    monkeypatch.setattr(events, "_RECHECK_S", 60)
    monkeypatch.setattr(events, "HEARTBEAT_S", 60)
    task = await held(redis, await started(store))
    watching = asyncio.create_task(collected(redis, hub, task.task_id))

    await eventually(lambda: keys.changed(task.task_id).encode() in hub._listeners)
    await subscribed(redis, hub)
    await task.complete(DRAFT)
    assert (await watching)[-1].type == "completed"


@given(
    page=st.integers(1, 4),
    visits=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=8),
    retried=st.booleans(),
)
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_reconnecting_anywhere_loses_and_doubles_nothing(
    *, store, redis, hub, page, visits, retried
):
    """A watcher that comes and goes, while others write, over bounds of pages and a retry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_PAGE", page)
        task = await held(redis, await started(store))
        written, seen = 2, []
        for writes, reads in visits:
            for _ in range(writes):
                await task.write(Note("progress"))
            await task.flush()
            written += writes
            stream = events.follow(
                redis, hub, task.task_id, after=len(seen), stop=asyncio.Event(), check=allowed
            )
            async with asyncio.timeout(10), contextlib.aclosing(stream):
                due = min(reads, written - len(seen))
                seen += [await anext(stream) for _ in range(due)]
        if retried:
            await task.fail(MeshError(Reason.INTERNAL, "x"))
            await store.control(TENANT, task.task_id, "retry")
            task = await held(redis, task.task_id)
            written += 3
        await task.complete(DRAFT)
        seen += await collected(redis, hub, task.task_id, after=len(seen))
        again = await collected(redis, hub, task.task_id)
    assert [event.offset for event in seen] == list(range(1, written + 2))
    assert seen == again
    assert seen[-1].type == "completed"
