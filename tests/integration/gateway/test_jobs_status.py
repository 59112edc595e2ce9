"""The status of a job's task, and long polls: what wakes them, and what ends the right to them."""

import asyncio

import pytest

from gateway import waiting
from meshkit import tenants
from meshkit.auth import keyring, principal
from meshkit.auth import keys as auth_keys
from meshkit.errors import Reason
from meshkit.tasks import keys
from meshkit.tasks.notes import Note
from tests.integration.gateway.job_calls import RESULT, JobTask, headers, start, waited_for
from tests.support.grpc_server import bearer, failure
from tests.support.tasks import TENANT, held, skill_request, started


async def test_status_at_once(content, store, acme):
    task_id = await started(store)
    call = content.GetGenerateSkillStatus(JobTask(task_id=task_id), metadata=acme)
    assert (await call).status == "queued"
    told = await headers(call)
    assert (told["taskid"], told["taskstatus"], told["taskprogress"]) == (task_id, "queued", "0")


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


@pytest.mark.parametrize("wait_seconds", [-1, 51])
async def test_a_wait_has_bounds(content, store, acme, wait_seconds):
    request = JobTask(task_id=await started(store), wait_seconds=wait_seconds)
    failed = await failure(content.GetGenerateSkillStatus(request, metadata=acme))
    assert [v.field for v in failed.error.violations] == ["wait_seconds"]


@pytest.fixture
def signals_alone(monkeypatch) -> None:
    """A wait that misses its signal does not look by itself."""
    monkeypatch.setattr("gateway.waiting._RECHECK_S", 60.0)


@pytest.mark.usefixtures("signals_alone")
async def test_a_long_poll_wakes_when_the_status_changes(content, store, redis, acme):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(40):
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await waited_for(redis, task_id)
        task = await held(redis, task_id)
        assert (await poll).status == "running"
        await waited_for(redis, task_id, by=0)
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await waited_for(redis, task_id)
        await task.write(Note("tool_call"))  # nothing a poll waits for
        await task.write(Note("progress", progress=40))
        assert (await poll).progress == 40


async def test_a_long_poll_ends_with_its_time(content, store, acme):
    task_id = await started(store)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    request = JobTask(task_id=task_id, wait_seconds=1)
    async with asyncio.timeout(20):
        task = await content.GetGenerateSkillStatus(request, metadata=acme)
    assert task.status == "queued"
    assert loop.time() - begun > 0.9


async def test_a_long_poll_of_a_finished_task_answers_at_once(content, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).complete(RESULT)
    async with asyncio.timeout(40):
        request = JobTask(task_id=task_id, wait_seconds=50)
        task = await content.GetGenerateSkillStatus(request, metadata=acme)
    assert (task.status, task.result_available) == ("completed", True)


@pytest.mark.usefixtures("signals_alone")
async def test_a_draining_gateway_answers_long_polls(content, store, redis, acme, draining):
    task_id = await started(store)
    request = JobTask(task_id=task_id, wait_seconds=50)
    async with asyncio.timeout(40):
        poll = asyncio.ensure_future(content.GetGenerateSkillStatus(request, metadata=acme))
        await waited_for(redis, task_id)
        draining.set()
        assert (await poll).status == "queued"


@pytest.fixture
def waits(content, store):
    """The calls that wait long for a task, by what they do."""

    async def status(metadata):
        request = JobTask(task_id=await started(store), wait_seconds=50)
        return request.task_id, content.GetGenerateSkillStatus(request, metadata=metadata)

    async def result(metadata):
        request = JobTask(task_id=await started(store), wait_seconds=50)
        return request.task_id, content.GetGenerateSkillResult(request, metadata=metadata)

    async def run(metadata):
        made = await start(content, metadata, idempotency_key="k")
        request = skill_request(idempotency_key="k", wait_seconds=50)
        return made.task_id, content.RunGenerateSkill(request, metadata=metadata)

    return {"status": status, "result": result, "run": run}


async def revoked(redis, key: str) -> None:
    await keyring.revoke(redis, auth_keys.id_of(key))


async def expired(redis, key: str) -> None:
    name = auth_keys.key_name(auth_keys.digest_of(key), TENANT)
    await redis.execute("HSET", name, "expires_at", 1)


async def disabled(redis, key: str) -> None:
    await tenants.disable(redis, TENANT)


@pytest.mark.parametrize("end", [revoked, expired, disabled])
@pytest.mark.parametrize("kind", ["status", "result", "run"])
async def test_a_long_poll_does_not_outlive_the_right_to_it(redis, waits, kind, end, monkeypatch):
    monkeypatch.setattr("gateway.waiting._RECHECK_S", 0.02)
    monkeypatch.setattr("meshkit.auth.principal._CACHE_S", 0.02)
    await tenants.create(redis, "acme")
    key = await auth_keys.issue(redis, tenant="acme", env="dev")
    task_id, call = await waits[kind](bearer(key))
    refused = asyncio.create_task(failure(call))
    await waited_for(redis, task_id)
    assert not refused.done()
    await end(redis, key)
    async with asyncio.timeout(10):
        assert (await refused).error.reason == Reason.UNAUTHENTICATED


async def test_who_may_not_ask_any_more_is_not_told_the_result(
    content, store, redis, *, monkeypatch
):
    """Also when the task ends before the wait is looked at again."""
    monkeypatch.setattr("meshkit.auth.principal._CACHE_S", 0.0)
    key = await auth_keys.issue(redis, tenant="acme", env="dev")
    task_id = await started(store)
    task = await held(redis, task_id)
    request = JobTask(task_id=task_id, wait_seconds=50)
    refused = asyncio.create_task(
        failure(content.GetGenerateSkillResult(request, metadata=bearer(key)))
    )
    await waited_for(redis, task_id)
    await revoked(redis, key)
    await task.complete(RESULT)
    async with asyncio.timeout(10):
        assert (await refused).error.reason == Reason.UNAUTHENTICATED


def test_a_long_poll_is_revoked_within_five_seconds():
    """A lookup is believed for so long, and a wait asks as often as this."""
    assert waiting._RECHECK_S + principal._CACHE_S < 5
