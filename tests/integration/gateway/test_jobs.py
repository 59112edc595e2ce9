import asyncio
import json

import pytest

from manusmesh.content.v1 import content_service_pb2, generate_skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys
from meshkit.tasks.notes import Note
from tests.support.eventually import eventually
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT, held, skill_request, started

JobTask = content_service_pb2.JobTaskRequest
RESULT = generate_skill_pb2.GenerateSkillResult(
    skill_id="skill_x_v1", report_markdown="# Bericht\n\nGrüße", rounds=1
)


async def start(content, metadata, **fields):
    return await content.StartGenerateSkill(skill_request(**fields), metadata=metadata)


async def listened_to(redis, task_id: str) -> None:
    """Waits until somebody waits for the task."""

    async def is_so() -> bool:
        return (await redis.execute("PUBSUB", "NUMSUB", keys.changed(task_id)))[1] > 0

    await eventually(is_so)


async def headers(call) -> dict[str, str]:
    await call
    return dict(await call.trailing_metadata())


async def test_start(content, store, acme):
    call = content.StartGenerateSkill(skill_request(), metadata=acme)
    made = await call
    assert (keys.TASK_ID.fullmatch(made.task_id) is not None, made.status) == (True, "queued")
    told = await headers(call)
    assert (told["taskid"], told["taskstatus"]) == (made.task_id, "queued")
    assert "ratelimit-remaining" in told
    task = await store.get(TENANT, made.task_id)
    assert task.job == "generate-skill"


async def test_what_is_started_is_what_was_asked_for(content, redis, acme):
    request = skill_request(3, skill_name="Größer")
    made = await content.StartGenerateSkill(request, metadata=acme)
    stored = (await held(redis, made.task_id)).request
    assert generate_skill_pb2.GenerateSkillRequest.FromString(stored) == request


async def test_the_task_stays_in_the_trace_of_its_start(content, store, acme):
    traced = (*acme, ("traceparent", f"00-{'a' * 32}-{'2' * 16}-01"))
    made = await start(content, traced)
    assert (await store.detailed(TENANT, made.task_id)).detail.trace_id == "a" * 32


@pytest.mark.parametrize("where", ["field", "header"])
async def test_the_same_idempotency_key_is_the_same_task(content, acme, where):
    def send(**fields):
        if where == "field":
            return start(content, acme, idempotency_key="k 1", **fields)
        return start(content, (*acme, ("idempotency-key", "k 1")), **fields)

    first = await send()
    assert (await send()).task_id == first.task_id
    # What does not concern the work may differ.
    assert (await send(tenant_id=TENANT, wait_seconds=5)).task_id == first.task_id
    failed = await failure(
        content.StartGenerateSkill(skill_request(3, idempotency_key="k 1"), metadata=acme)
    )
    assert failed.error.reason == Reason.CONFLICT
    assert failed.error.details["task_id"] == first.task_id


async def test_the_keys_of_field_and_header_must_be_the_same(content, acme):
    metadata = (*acme, ("idempotency-key", "header"))
    request = skill_request(idempotency_key="field")
    failed = await failure(content.StartGenerateSkill(request, metadata=metadata))
    assert failed.error.reason == Reason.INVALID_ARGUMENT
    assert [v.field for v in failed.error.violations] == ["idempotency_key"]
    first = await start(content, metadata, idempotency_key="header")
    assert (await start(content, metadata)).task_id == first.task_id


async def test_an_empty_key_is_none(content, acme):
    metadata = (*acme, ("idempotency-key", ""))
    assert (await start(content, metadata)).task_id != (await start(content, metadata)).task_id


async def test_a_key_that_is_too_long_is_refused(content, acme):
    metadata = (*acme, ("idempotency-key", "x" * 256))
    failed = await failure(content.StartGenerateSkill(skill_request(), metadata=metadata))
    assert [v.field for v in failed.error.violations] == ["idempotency_key"]


async def test_another_tenants_name_in_the_request_is_refused(content, acme, redis):
    assert (await start(content, acme, tenant_id=TENANT)).task_id
    for method in (content.StartGenerateSkill, content.RunGenerateSkill):
        failed = await failure(method(skill_request(tenant_id="tenant_other"), metadata=acme))
        assert failed.error.reason == Reason.PERMISSION_DENIED


async def test_a_full_queue(content, acme, store, monkeypatch):
    monkeypatch.setattr(store._queue, "_max_per_tenant", 1)
    await start(content, acme)
    failed = await failure(content.StartGenerateSkill(skill_request(), metadata=acme))
    assert (failed.code, failed.error.reason) == ("UNAVAILABLE", Reason.OVERLOADED)
    assert int(failed.trailers["retry-after"]) >= 1


# Status


async def test_status_at_once(content, store, acme):
    task_id = await started(store)
    call = content.GetGenerateSkillStatus(JobTask(task_id=task_id), metadata=acme)
    assert (await call).status == "queued"
    told = await headers(call)
    assert (told["taskid"], told["taskstatus"], told["taskprogress"]) == (task_id, "queued", "0")


async def test_a_long_poll_wakes_when_the_status_changes(content, store, redis, acme):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(5):
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await listened_to(redis, task_id)
        task = await held(redis, task_id)
        assert (await poll).status == "running"
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await listened_to(redis, task_id)
        await task.write(Note("tool_call"))  # nothing a poll waits for
        await task.write(Note("progress", progress=40))
        assert (await poll).progress == 40


async def test_a_long_poll_ends_with_its_time(content, store, acme):
    task_id = await started(store)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    request = JobTask(task_id=task_id, wait_seconds=1)
    assert (await content.GetGenerateSkillStatus(request, metadata=acme)).status == "queued"
    assert 0.9 < loop.time() - begun < 3


async def test_a_long_poll_of_a_finished_task_answers_at_once(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).complete(RESULT)
    async with asyncio.timeout(2):
        request = JobTask(task_id=task_id, wait_seconds=50)
        task = await content.GetGenerateSkillStatus(request, metadata=acme)
    assert (task.status, task.result_available) == ("completed", True)


async def test_a_draining_gateway_answers_long_polls(content, store, redis, acme, draining):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(5):
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await listened_to(redis, task_id)
        draining.set()
        assert (await poll).status == "queued"


@pytest.mark.parametrize("wait_seconds", [-1, 51])
async def test_a_wait_has_bounds(content, store, acme, wait_seconds):
    request = JobTask(task_id=await started(store), wait_seconds=wait_seconds)
    failed = await failure(content.GetGenerateSkillStatus(request, metadata=acme))
    assert [v.field for v in failed.error.violations] == ["wait_seconds"]


async def test_a_foreign_task_is_one_that_does_not_exist(content, store, acme, other):
    task_id = await started(store)
    methods = (
        content.GetGenerateSkillStatus,
        content.GetGenerateSkillResult,
        content.GetGenerateSkillMarkdown,
    )
    for method in methods:
        foreign = await failure(method(JobTask(task_id=task_id, wait_seconds=1), metadata=other))
        unknown = await failure(method(JobTask(task_id=keys.new_task_id()), metadata=other))
        assert foreign.trailers["error-json"] == unknown.trailers["error-json"]
        assert foreign.error.reason == Reason.TASK_NOT_FOUND
        assert foreign.trailers["error-status"] == "404"


async def test_a_task_of_another_job(content, store, acme):
    task_id = await started(store, job="refine-content")
    failed = await failure(content.GetGenerateSkillStatus(JobTask(task_id=task_id), metadata=acme))
    assert failed.error.reason == Reason.TASK_NOT_FOUND


# Result


async def test_the_result(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).complete(RESULT)
    call = content.GetGenerateSkillResult(JobTask(task_id=task_id), metadata=acme)
    assert await call == RESULT
    assert (await headers(call))["taskprogress"] == "100"


async def test_a_result_can_be_waited_for(content, store, redis, acme):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(5):
        poll = asyncio.ensure_future(content.GetGenerateSkillResult(request, metadata=acme))
        await listened_to(redis, task_id)
        await (await held(redis, task_id)).complete(RESULT)
        assert await poll == RESULT


async def test_a_result_that_is_not_ready(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).write(Note("progress", progress=40))
    failed = await failure(content.GetGenerateSkillResult(JobTask(task_id=task_id), metadata=acme))
    assert failed.error.reason == Reason.RESULT_NOT_READY
    assert failed.error.details["progress"] == 40
    assert failed.trailers["error-status"] == "404"
    assert failed.trailers["taskprogress"] == "40"


async def test_the_result_of_a_failed_task(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).fail(
        MeshError(Reason.UPSTREAM_UNAVAILABLE, "Gone.").of_step("research", "research")
    )
    failed = await failure(content.GetGenerateSkillResult(JobTask(task_id=task_id), metadata=acme))
    body = json.loads(failed.trailers["error-json"])["error"]
    assert (body["code"], body["message"]) == ("TASK_FAILED", "Gone.")
    assert body["details"] == {
        "cause": "UPSTREAM_UNAVAILABLE",
        "agent": "research",
        "step": "research",
        "retryable": True,
        "retry_after": 2,
    }
    assert failed.trailers["error-status"] == "404"


async def test_the_result_as_markdown(content, store, redis, acme):
    task_id = await started(store)
    failed = await failure(
        content.GetGenerateSkillMarkdown(JobTask(task_id=task_id), metadata=acme)
    )
    assert failed.error.reason == Reason.RESULT_NOT_READY
    await (await held(redis, task_id)).complete(RESULT)
    body = await content.GetGenerateSkillMarkdown(JobTask(task_id=task_id), metadata=acme)
    assert body.content_type == "text/markdown; charset=utf-8"
    assert body.data.decode() == "# Bericht\n\nGrüße"


async def test_a_failure_as_markdown(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).fail(MeshError(Reason.INVALID_ARGUMENT, "No posts."))
    body = await content.GetGenerateSkillMarkdown(JobTask(task_id=task_id), metadata=acme)
    assert "No posts." in body.data.decode()


# Run


async def test_run_answers_the_result_when_it_is_there(content, redis, acme):
    request = skill_request(wait_seconds=50, idempotency_key="k")
    async with asyncio.timeout(5):
        run = asyncio.ensure_future(content.RunGenerateSkill(request, metadata=acme))
        task_id = await only_task(redis)
        await listened_to(redis, task_id)
        await (await held(redis, task_id)).complete(RESULT)
        answer = await run
    assert (answer.task_id, answer.job, answer.status) == (task_id, "generate-skill", "completed")
    assert answer.result == RESULT
    assert not answer.HasField("error")
    # Asked again, it answers the same at once.
    call = content.RunGenerateSkill(request, metadata=acme)
    assert await call == answer
    assert (await headers(call))["taskstatus"] == "completed"


async def only_task(redis) -> str:
    async def waits() -> bool:
        return await redis.execute("ZCARD", keys.tenant_tasks(TENANT)) == 1

    await eventually(waits)
    return (await redis.execute("ZRANGE", keys.tenant_tasks(TENANT), 0, -1))[0].decode()


async def test_run_of_a_task_that_goes_on_is_a_409_with_its_id(content, redis, acme):
    request = skill_request(idempotency_key="k")
    failed = await failure(content.RunGenerateSkill(request, metadata=acme))
    task_id = await only_task(redis)
    assert failed.error.reason == Reason.RESULT_NOT_READY
    assert failed.trailers["error-status"] == "409"
    assert failed.error.details["task_id"] == task_id
    assert failed.trailers["taskid"] == task_id
    again = await failure(content.RunGenerateSkillMarkdown(request, metadata=acme))
    assert again.error.details["task_id"] == task_id
    assert again.trailers["error-status"] == "409"


@pytest.mark.parametrize("how", ["failed", "cancelled"])
async def test_run_of_a_task_that_did_not_complete_is_an_answer(content, store, redis, acme, how):
    request = skill_request(idempotency_key="k", wait_seconds=1)
    task_id = (await content.StartGenerateSkill(request, metadata=acme)).task_id
    if how == "failed":
        await (await held(redis, task_id)).fail(MeshError(Reason.INVALID_ARGUMENT, "No posts."))
    else:
        await store.control(TENANT, task_id, "cancel", "No posts.")
    # As the contract says: "answers when the task is final, also when it failed".
    answer = await content.RunGenerateSkill(request, metadata=acme)
    assert (answer.status, answer.error.message) == (how, "No posts.")
    assert not answer.HasField("result")
    body = await content.RunGenerateSkillMarkdown(request, metadata=acme)
    assert "No posts." in body.data.decode()


async def test_every_content_method_is_served(channel, acme):
    service = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
    for method in service.methods:
        call = channel.unary_unary(f"/{service.full_name}/{method.name}")
        assert (await failure(call(b"", metadata=acme))).error.reason == Reason.INVALID_ARGUMENT
