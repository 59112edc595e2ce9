"""Calls that answer the result itself: run, and the jobs that have no other call."""

import asyncio

import pytest

from manusmesh.content.v1 import (
    refine_content_pb2,
)
from manusmesh.task.v1 import task_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import keys
from meshkit.tasks.holder import HeldTask
from tests.integration.gateway.job_calls import RESULT, headers, waited_for
from tests.support.eventually import eventually
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT, held, skill_request


async def only_task(redis) -> str:
    """The only task, once there is one."""

    async def waits() -> bool:
        return await redis.execute("ZCARD", keys.tenant_tasks(TENANT)) == 1

    await eventually(waits)
    return (await redis.execute("ZRANGE", keys.tenant_tasks(TENANT), 0, -1))[0].decode()


async def test_run_answers_the_result_when_it_is_there(content, redis, acme):
    request = skill_request(wait_seconds=50, idempotency_key="k")
    async with asyncio.timeout(40):
        run = asyncio.ensure_future(content.RunGenerateSkill(request, metadata=acme))
        task_id = await only_task(redis)
        await waited_for(redis, task_id)
        await (await held(redis, task_id)).complete(RESULT)
        answer = await run
    assert (answer.task_id, answer.job, answer.status) == (task_id, "generate-skill", "completed")
    assert answer.result == RESULT
    assert not answer.partial
    assert not answer.HasField("error")
    # Asked again, it answers the same at once.
    call = content.RunGenerateSkill(request, metadata=acme)
    assert await call == answer
    assert (await headers(call))["taskstatus"] == "completed"


async def test_run_says_that_its_result_is_partial(content, redis, acme):
    request = skill_request(wait_seconds=50)
    async with asyncio.timeout(40):
        run = asyncio.ensure_future(content.RunGenerateSkill(request, metadata=acme))
        task_id = await only_task(redis)
        await waited_for(redis, task_id)
        gap = task_pb2.MissingPart(step="research_2", name="Acme")
        await (await held(redis, task_id)).complete(RESULT, [gap])
        answer = await run
    assert answer.partial
    assert answer.result == RESULT


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


REFINE = refine_content_pb2.RefineContentRequest(
    original_content=refine_content_pb2.OriginalContent(text="A text.", platform="twitter"),
    feedback="shorter",
    iteration=1,
)


async def refining(redis) -> HeldTask:
    """The task of a call that waits for its answer, taken up."""
    task_id = await only_task(redis)
    await waited_for(redis, task_id)
    return await held(redis, task_id)


async def test_an_answer_comes_in_the_call(content, redis, acme):
    call = content.RefineContent(REFINE, metadata=acme)
    task = await refining(redis)
    made = refine_content_pb2.RefineContentResult(rounds=1, task_id=task.task_id)
    await task.complete(made)
    assert await call == made
    told = await headers(call)
    assert (told["taskid"], told["taskstatus"]) == (task.task_id, "completed")


async def test_what_the_work_failed_with_is_the_calls_error(content, redis, acme):
    call = content.RefineContent(REFINE, metadata=acme)
    task = await refining(redis)
    await task.fail(MeshError(Reason.NOT_FOUND, "There is no such brand voice."))
    failed = await failure(call)
    assert failed.error.reason == Reason.NOT_FOUND
    assert failed.error.message == "There is no such brand voice."


async def test_a_cancelled_answer(content, redis, acme):
    call = content.RefineContent(REFINE, metadata=acme)
    task = await refining(redis)
    await task.cancelled()
    assert (await failure(call)).error.reason == Reason.TASK_CANCELLED


async def test_an_answer_that_is_not_ready_in_time(content, acme, monkeypatch):
    monkeypatch.setattr("gateway.jobs._ANSWER_S", 0.1)
    failed = await failure(content.RefineContent(REFINE, metadata=acme))
    assert failed.error.reason == Reason.DEADLINE_EXCEEDED
    assert keys.TASK_ID.fullmatch(failed.error.details["task_id"])


@pytest.mark.parametrize("iteration", [0, 6])
async def test_a_sixth_round_is_refused(content, acme, iteration):
    request = refine_content_pb2.RefineContentRequest()
    request.CopyFrom(REFINE)
    request.iteration = iteration
    failed = await failure(content.RefineContent(request, metadata=acme))
    assert failed.error.reason == Reason.INVALID_ARGUMENT
    assert [violation.field for violation in failed.error.violations] == ["iteration"]
