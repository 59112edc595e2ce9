"""`RateLimit-*`: what is left of the bucket is told with every answer to a tenant's key."""

from types import SimpleNamespace

import grpc
import pytest

from manusmesh.content.v1 import content_service_pb2
from manusmesh.system.v1 import system_service_pb2
from manusmesh.task.v1 import dead_letter_service_pb2 as dead_pb
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.tenant.v1 import tenant_service_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import policy
from meshkit.auth import keys
from meshkit.errors import MeshError, Reason
from meshkit.tasks.queue import set_caps
from tests.integration.gateway.conftest import DESCRIPTORS
from tests.support.grpc_server import bearer, failure
from tests.support.tasks import TENANT, skill_request, started

UNKNOWN = "task_" + "0" * 32
HEADERS = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}


def told(trailers) -> set[str]:
    return {name for name, _ in trailers if name.startswith("ratelimit-")}


@pytest.fixture
def mesh(*, channel, content, tasks, dead_letters, store, redis, monkeypatch) -> SimpleNamespace:
    """What the calls below are made with."""
    return SimpleNamespace(
        channel=channel,
        content=content,
        tasks=tasks,
        dead_letters=dead_letters,
        store=store,
        redis=redis,
        monkeypatch=monkeypatch,
    )


async def wrong_field(mesh, metadata):
    return mesh.tasks.GetTask(pb.GetTaskRequest(), metadata=metadata)


async def wrong_field_of_a_stream(mesh, metadata):
    return mesh.tasks.WatchTask(pb.WatchTaskRequest(), metadata=metadata)


async def no_message(mesh, metadata):
    method = mesh.channel.unary_unary("/manusmesh.task.v1.TaskService/GetTask")
    return method(b"\xff", metadata=metadata)


async def operators_method(mesh, metadata):
    return mesh.dead_letters.ListDeadLetters(dead_pb.ListDeadLettersRequest(), metadata=metadata)


async def another_tenant(mesh, metadata):
    request = skill_request(tenant_id="tenant_other")
    return mesh.content.StartGenerateSkill(request, metadata=metadata)


async def unknown(mesh, metadata):
    return mesh.tasks.GetTask(pb.GetTaskRequest(task_id=UNKNOWN), metadata=metadata)


async def unknown_of_a_stream(mesh, metadata):
    return mesh.tasks.StreamTaskEvents(pb.WatchTaskRequest(task_id=UNKNOWN), metadata=metadata)


async def not_ready(mesh, metadata):
    request = content_service_pb2.JobTaskRequest(task_id=await started(mesh.store))
    return mesh.content.GetGenerateSkillResult(request, metadata=metadata)


async def conflict(mesh, metadata):
    request = pb.ResumeTaskRequest(task_id=await started(mesh.store))
    return mesh.tasks.ResumeTask(request, metadata=metadata)


async def reused_key(mesh, metadata):
    again = (*metadata, ("idempotency-key", "k"))
    request = pb.CancelTaskRequest(task_id=await started(mesh.store))
    await mesh.tasks.CancelTask(request, metadata=again)
    return mesh.tasks.CancelTask(pb.CancelTaskRequest(task_id=UNKNOWN), metadata=again)


async def over_the_limit(mesh, metadata):
    limit = keys.Limit(per_hour=1, burst=1)
    await keys.set_limit(mesh.redis, tenant_id=TENANT, limit_class="status", limit=limit)
    fresh = bearer(await keys.issue(mesh.redis, tenant="acme", env="dev"))
    await mesh.tasks.ListTasks(pb.ListTasksRequest(), metadata=fresh)
    return mesh.tasks.ListTasks(pb.ListTasksRequest(), metadata=fresh)


async def full_queue(mesh, metadata):
    await set_caps(mesh.redis, TENANT, running=None, queued=1)
    await started(mesh.store)
    return mesh.content.StartGenerateSkill(skill_request(), metadata=metadata)


async def out_of_time(mesh, metadata):
    task_id = await started(mesh.store)
    request = content_service_pb2.JobTaskRequest(task_id=task_id, wait_seconds=50)
    # Half a minute before the caller's own clock ends it.
    mesh.monkeypatch.setattr("meshkit.middleware._DEADLINE_MARGIN_S", 30.0)
    return mesh.content.GetGenerateSkillStatus(request, metadata=metadata, timeout=30.5)


@pytest.mark.parametrize(
    ("status", "made"),
    [
        *(("400", wrong_field), ("400", wrong_field_of_a_stream), ("400", no_message)),
        *(("403", operators_method), ("403", another_tenant)),
        *(("404", unknown), ("404", unknown_of_a_stream), ("404", not_ready)),
        *(("409", conflict), ("409", reused_key)),
        *(("429", over_the_limit), ("503", full_queue), ("504", out_of_time)),
    ],
)
async def test_errors_tell_it(mesh, acme, status, made):
    failed = await failure(await made(mesh, acme))
    assert failed.trailers["error-status"] == status
    assert told(failed.trailers.items()) == HEADERS


async def test_a_bug_tells_it(tasks, store, acme, monkeypatch):
    async def bug(*_):
        raise RuntimeError

    monkeypatch.setattr(store, "detailed", bug)
    failed = await failure(tasks.GetTask(pb.GetTaskRequest(task_id=UNKNOWN), metadata=acme))
    assert failed.trailers["error-status"] == "500"
    assert told(failed.trailers.items()) == HEADERS


async def test_redis_that_goes_away_after_the_token_tells_it(tasks, store, acme, monkeypatch):
    async def away(*_):
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")

    monkeypatch.setattr(store, "detailed", away)
    failed = await failure(tasks.GetTask(pb.GetTaskRequest(task_id=UNKNOWN), metadata=acme))
    assert failed.trailers["error-status"] == "503"
    assert told(failed.trailers.items()) == HEADERS


async def test_answers_tell_it(tasks, store, acme):
    task_id = await started(store)
    unary = tasks.GetTask(pb.GetTaskRequest(task_id=task_id), metadata=acme)
    await unary
    assert told(await unary.trailing_metadata()) == HEADERS
    stream = tasks.WatchTask(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    assert await stream.read() is not grpc.aio.EOF
    assert told(await stream.initial_metadata()) == HEADERS
    stream.cancel()


async def test_where_there_is_no_bucket_nothing_is_told(
    tasks, dead_letters, system, *, acme, operator
):
    listed = dead_letters.ListDeadLetters(dead_pb.ListDeadLettersRequest(), metadata=operator)
    await listed
    health = system.GetHealth(system_service_pb2.GetHealthRequest())
    await health
    for call in (listed, health):
        assert told(await call.trailing_metadata()) == set()
    nobody = await failure(tasks.ListTasks(pb.ListTasksRequest()))
    refused = await failure(tasks.ListTasks(pb.ListTasksRequest(), metadata=operator))
    for failed, status in ((nobody, "401"), (refused, "403")):
        assert failed.trailers["error-status"] == status
        assert told(failed.trailers.items()) == set()


def test_every_method_of_tenants_has_a_bucket():
    tenants = tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"]
    rules = policy.read([*DESCRIPTORS, tenants])
    assert [
        path
        for path, rule in rules.items()
        if rule.access == policy_pb2.ACCESS_TENANT and not rule.limit_class
    ] == []
