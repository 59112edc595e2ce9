import asyncio
import json
from operator import attrgetter

import pytest

from manusmesh.task.v1 import task_pb2
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys
from meshkit.tasks.notes import Left, Note
from tests.support.eventually import eventually
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT, held, started

DRAFT = skill_pb2.SkillDraft(name="x")
METHODS = (
    (attrgetter("GetTask"), pb.GetTaskRequest),
    (attrgetter("WatchTask"), pb.WatchTaskRequest),
    (attrgetter("StreamTaskEvents"), pb.WatchTaskRequest),
    (attrgetter("CancelTask"), pb.CancelTaskRequest),
    (attrgetter("PauseTask"), pb.PauseTaskRequest),
    (attrgetter("ResumeTask"), pb.ResumeTaskRequest),
    (attrgetter("RetryTask"), pb.RetryTaskRequest),
)
"""The methods that name one task, with their requests."""


async def finished(store, redis) -> str:
    """A task with events 1 (queued), 2 (started), 3 (progress) and 4 (completed)."""
    task_id = await started(store)
    task = await held(redis, task_id)
    await task.write(Note("progress", "coder", "Grüße\nzweite Zeile", progress=40))
    await task.complete(DRAFT)
    return task_id


async def frames(tasks, metadata, task_id: str, **fields) -> list[dict[str, str]]:
    """The server-sent events of a task as a browser reads them."""
    call = tasks.StreamTaskEvents(pb.WatchTaskRequest(task_id=task_id, **fields), metadata=metadata)
    read = []
    async with asyncio.timeout(10):
        async for body in call:
            assert body.content_type == "text/event-stream"
            text = body.data.decode()
            assert text.endswith("\n\n")
            read.append(dict(line.split(": ", 1) for line in text.strip().split("\n")))
    return read


async def test_one_task_in_full(tasks, store, redis, acme):
    task_id = await started(store)
    task = await held(redis, task_id)
    task.note(Note("", plan=plan_pb2.Plan(engine="offline"), total_steps=4, left=Left(1000)))
    await task.flush()
    shown = await tasks.GetTask(pb.GetTaskRequest(task_id=task_id), metadata=acme)
    assert (shown.task_id, shown.status, shown.total_steps) == (task_id, "running", 4)
    assert shown.detail.plan.engine == "offline"


async def test_the_list(tasks, store, redis, acme, other):
    waiting = await started(store)
    done = await finished(store, redis)
    await started(store, tenant_id="tenant_other")
    page = await tasks.ListTasks(pb.ListTasksRequest(), metadata=acme)
    assert {task.task_id for task in page.tasks} == {waiting, done}
    request = pb.ListTasksRequest(status="completed")
    page = await tasks.ListTasks(request, metadata=acme)
    assert [task.task_id for task in page.tasks] == [done]
    assert len((await tasks.ListTasks(pb.ListTasksRequest(), metadata=other)).tasks) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "done"),
        ("page_size", 101),
        ("page_size", -1),
        ("page_token", "x"),
        ("job", "generate-skills"),
    ],
)
async def test_a_wrong_list_request(tasks, acme, field, value):
    failed = await failure(tasks.ListTasks(pb.ListTasksRequest(**{field: value}), metadata=acme))
    assert [violation.field for violation in failed.error.violations] == [field]


async def test_a_foreign_task_is_one_that_does_not_exist(tasks, store, redis, other):
    task_id = await finished(store, redis)
    for method, request in METHODS:
        call = method(tasks)
        foreign = await failure(call(request(task_id=task_id), metadata=other))
        unknown = await failure(call(request(task_id=keys.new_task_id()), metadata=other))
        assert foreign.error.reason == Reason.TASK_NOT_FOUND
        assert foreign.trailers["error-json"] == unknown.trailers["error-json"]


@pytest.mark.parametrize("task_id", ["task_x", "*", "{a}:x", "task_" + "0" * 32 + "\r\n"])
async def test_what_is_no_id_is_not_found(tasks, acme, task_id):
    for method, request in METHODS:
        failed = await failure(method(tasks)(request(task_id=task_id), metadata=acme))
        assert failed.error.reason == Reason.TASK_NOT_FOUND


@pytest.mark.parametrize("task_id", ["", "x" * 101])
async def test_an_id_has_bounds(tasks, acme, task_id):
    failed = await failure(tasks.GetTask(pb.GetTaskRequest(task_id=task_id), metadata=acme))
    assert [violation.field for violation in failed.error.violations] == ["task_id"]


async def test_watching_to_the_end(tasks, store, redis, acme):
    task_id = await finished(store, redis)
    call = tasks.WatchTask(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    seen = [event async for event in call]
    assert [event.offset for event in seen] == [1, 2, 3, 4]
    assert seen[2].message == "Grüße\nzweite Zeile"


async def test_frames_have_id_event_and_data(tasks, store, redis, acme):
    task_id = await finished(store, redis)
    read = await frames(tasks, acme, task_id)
    assert [(frame["id"], frame["event"]) for frame in read] == [
        ("1", "queued"),
        ("2", "started"),
        ("3", "progress"),
        ("4", "completed"),
    ]
    data = json.loads(read[2]["data"])
    assert (data["offset"], data["type"], data["progress"]) == (3, "progress", 40)
    assert data["message"] == "Grüße\nzweite Zeile"
    assert data["time"].endswith("Z")
    # Numbers are always present, also when they are zero.
    assert json.loads(read[0]["data"])["progress"] == 0


@pytest.mark.parametrize("last", ["2", " 2 ", "0"])
async def test_a_watcher_resumes_by_its_last_event_id(tasks, store, redis, acme, last):
    task_id = await finished(store, redis)
    read = await frames(tasks, (*acme, ("last-event-id", last)), task_id)
    assert [frame["id"] for frame in read] == [str(n) for n in range(int(last) + 1, 5)]


async def test_the_query_overrules_the_header(tasks, store, redis, acme):
    task_id = await finished(store, redis)
    read = await frames(tasks, (*acme, ("last-event-id", "1")), task_id, after=3)
    assert [frame["id"] for frame in read] == ["4"]


@pytest.mark.parametrize("last", ["x", "-1", "1.5", str(2**31), "9" * 5000])
@pytest.mark.parametrize("method", ["WatchTask", "StreamTaskEvents"])
async def test_a_wrong_last_event_id_is_refused_before_the_stream_begins(
    tasks, store, redis, *, acme, last, method
):
    task_id = await finished(store, redis)
    metadata = (*acme, ("last-event-id", last))
    call = getattr(tasks, method)(pb.WatchTaskRequest(task_id=task_id), metadata=metadata)
    assert (await failure(call)).error.reason == Reason.INVALID_ARGUMENT


async def test_redis_gone_before_the_first_frame_is_an_error_not_a_200(
    tasks, store, redis, acme, monkeypatch
):
    task_id = await finished(store, redis)

    async def away(*_, **__):
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "Redis is not available.")

    monkeypatch.setattr("meshkit.tasks.events.read", away)
    call = tasks.StreamTaskEvents(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    assert (await failure(call)).error.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_redis_gone_later_is_the_last_frame(tasks, store, redis, acme, monkeypatch):
    task_id = await started(store)
    call = tasks.StreamTaskEvents(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    stream = aiter(call)
    assert b"event: queued" in (await anext(stream)).data

    async def away(*_, **__):
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "Redis is not available.")

    monkeypatch.setattr("meshkit.tasks.events.read", away)
    await held(redis, task_id)  # wakes the watcher
    last = (await anext(stream)).data.decode()
    assert last.startswith("event: error\ndata: ")
    body = json.loads(last.split("data: ")[1])
    assert body["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert [frame async for frame in stream] == []


async def test_a_heartbeat_has_no_id(tasks, store, acme, monkeypatch):
    monkeypatch.setattr("meshkit.tasks.events.HEARTBEAT_S", 0.0)
    task_id = await started(store)
    call = tasks.StreamTaskEvents(pb.WatchTaskRequest(task_id=task_id, after=1), metadata=acme)
    text = (await anext(aiter(call))).data.decode()
    call.cancel()
    assert text.startswith("event: heartbeat\ndata: ")


# Steering


async def test_cancel_of_a_waiting_task(tasks, store, acme):
    task_id = await started(store)
    request = pb.CancelTaskRequest(task_id=task_id, reason="no longer wanted")
    task = await tasks.CancelTask(request, metadata=acme)
    assert (task.status, task.error.message) == ("cancelled", "no longer wanted")


async def test_cancel_waits_for_the_holder(tasks, store, redis, acme, monkeypatch):
    task_id = await started(store)
    task = await held(redis, task_id)
    request = pb.CancelTaskRequest(task_id=task_id)
    monkeypatch.setattr("gateway.tasks._CANCEL_WAIT_S", 50.0)
    async with asyncio.timeout(90):
        call = asyncio.ensure_future(tasks.CancelTask(request, metadata=acme))

        async def asked() -> bool:
            return (await task.renew()).cancel

        await eventually(asked)
        await task.cancelled()
        assert (await call).status == "cancelled"


async def test_cancel_of_a_task_that_does_not_stop_says_so(tasks, store, redis, acme, monkeypatch):
    monkeypatch.setattr("gateway.tasks._CANCEL_WAIT_S", 0.05)
    task_id = await started(store)
    await held(redis, task_id)
    task = await tasks.CancelTask(pb.CancelTaskRequest(task_id=task_id), metadata=acme)
    assert task.status == "running"


async def test_pause_resume_and_retry(tasks, store, redis, queue, acme):
    task_id = await started(store)
    assert (
        await tasks.PauseTask(pb.PauseTaskRequest(task_id=task_id), metadata=acme)
    ).status == "paused"
    assert (
        await tasks.ResumeTask(pb.ResumeTaskRequest(task_id=task_id), metadata=acme)
    ).status == "queued"
    await (await held(redis, task_id)).fail(MeshError(Reason.INTERNAL, "x"))
    again = await tasks.RetryTask(pb.RetryTaskRequest(task_id=task_id), metadata=acme)
    assert (again.status, again.queue_position) == ("queued", 1)


async def test_retry_of_a_partial_result(tasks, store, redis, acme):
    task_id = await started(store)
    away = MeshError(Reason.UPSTREAM_UNAVAILABLE, "no answer").to_proto()
    missing = [task_pb2.MissingPart(step="research_2", name="Rival", error=away)]
    await (await held(redis, task_id)).complete(DRAFT, missing)
    shown = await tasks.GetTask(pb.GetTaskRequest(task_id=task_id), metadata=acme)
    assert (shown.status, shown.partial, list(shown.missing)) == ("completed", True, missing)
    call = tasks.RetryTask(pb.RetryTaskRequest(task_id=task_id), metadata=acme)
    again = await call
    assert (again.status, again.partial, again.queue_position) == ("queued", False, 1)
    headers = dict(await call.trailing_metadata())
    assert (headers["taskid"], headers["taskstatus"]) == (task_id, "queued")
    await (await held(redis, task_id)).complete(DRAFT)
    whole = await failure(tasks.RetryTask(pb.RetryTaskRequest(task_id=task_id), metadata=acme))
    assert whole.error.reason == Reason.CONFLICT
    assert whole.trailers["taskstatus"] == "completed"


async def test_a_conflict_says_why(tasks, store, redis, acme):
    task_id = await finished(store, redis)
    failed = await failure(tasks.CancelTask(pb.CancelTaskRequest(task_id=task_id), metadata=acme))
    assert (failed.code, failed.error.reason) == ("ABORTED", Reason.CONFLICT)
    assert failed.error.details == {"status": "completed"}
    assert failed.trailers["error-status"] == "409"
    assert (await store.get(TENANT, task_id)).status == "completed"
