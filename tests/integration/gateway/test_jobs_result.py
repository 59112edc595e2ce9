"""The result of a job's task, as a message and as markdown, or why there is none."""

import asyncio
import json

from meshkit.errors import MeshError, Reason
from meshkit.tasks.notes import Note
from tests.integration.gateway.job_calls import RESULT, JobTask, headers, waited_for
from tests.support.grpc_server import failure
from tests.support.tasks import held, started


async def test_the_result(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).complete(RESULT)
    call = content.GetGenerateSkillResult(JobTask(task_id=task_id), metadata=acme)
    assert await call == RESULT
    assert (await headers(call))["taskprogress"] == "100"


async def test_a_result_can_be_waited_for(content, store, redis, acme):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(40):
        poll = asyncio.ensure_future(content.GetGenerateSkillResult(request, metadata=acme))
        await waited_for(redis, task_id)
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
