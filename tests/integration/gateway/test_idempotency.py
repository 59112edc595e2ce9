"""The real RPCs of steering and administration, sent again with the same idempotency key."""

import pytest

from gateway.tenants import TenantServicer
from manusmesh.task.v1 import dead_letter_service_pb2 as dead_pb
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.tenant.v1 import tenant_service_pb2 as tenant_pb
from manusmesh.tenant.v1 import tenant_service_pb2_grpc as tenant_rpc
from meshkit import idempotency, middleware, policy
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.errors import MeshError, Reason
from tests.integration.gateway.conftest import DESCRIPTORS
from tests.support import grpc_server
from tests.support.dead import buried
from tests.support.grpc_server import failure
from tests.support.tasks import held, skill_request, started

TENANT_SERVICE = tenant_pb.DESCRIPTOR.services_by_name["TenantService"]


def keyed(metadata, key: str = "k"):
    return (*metadata, ("idempotency-key", key))


@pytest.fixture
async def tenants(redis):
    """The tenant RPCs."""
    servicer = TenantServicer(redis, default_caps={"running": 1, "queued": 1, "watchers": 1})
    middlewares = middleware.standard(
        KeyAuthenticator(redis), once=idempotency.once(redis, [TENANT_SERVICE])
    )

    def register(server) -> None:
        tenant_rpc.add_TenantServiceServicer_to_server(servicer, server)

    async with grpc_server.serve([TENANT_SERVICE], [register], middlewares) as channel:
        yield tenant_rpc.TenantServiceStub(channel)


async def test_a_retry_whose_answer_was_lost(tasks, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).fail(MeshError(Reason.INTERNAL, "x"))
    request = pb.RetryTaskRequest(task_id=task_id)
    first = await tasks.RetryTask(request, metadata=keyed(acme))
    # Whatever has become of the task meanwhile.
    await held(redis, task_id)
    assert await tasks.RetryTask(request, metadata=keyed(acme)) == first
    refused = await failure(tasks.RetryTask(request, metadata=keyed(acme, "another")))
    assert refused.error.reason == Reason.CONFLICT


async def test_steering_with_one_key_for_several_actions(tasks, store, acme):
    task_id = await started(store)
    statuses = []
    for action in ("Pause", "Pause", "Resume", "Resume", "Cancel", "Cancel"):
        request = getattr(pb, f"{action}TaskRequest")(task_id=task_id)
        answer = await getattr(tasks, f"{action}Task")(request, metadata=keyed(acme))
        statuses.append(answer.status)
    assert statuses == ["paused", "paused", "queued", "queued", "cancelled", "cancelled"]


async def test_the_key_of_a_start_is_none_of_steering(content, tasks, acme):
    request = skill_request()
    made = await content.StartGenerateSkill(request, metadata=keyed(acme))
    cancel = pb.CancelTaskRequest(task_id=made.task_id)
    assert (await tasks.CancelTask(cancel, metadata=keyed(acme))).status == "cancelled"
    again = await content.StartGenerateSkill(request, metadata=keyed(acme))
    assert again.task_id == made.task_id


async def test_another_tenants_key_tells_nothing(tasks, store, *, acme, other):
    task_id = await started(store)
    request = pb.CancelTaskRequest(task_id=task_id)
    await tasks.CancelTask(request, metadata=keyed(acme))
    refused = await failure(tasks.CancelTask(request, metadata=keyed(other)))
    assert refused.error.reason == Reason.TASK_NOT_FOUND


async def test_a_requeue_whose_answer_was_lost(dead_letters, store, redis, operator):
    task_id = await buried(redis, store)
    request = dead_pb.RequeueDeadLetterRequest(task_id=task_id)
    first = await dead_letters.RequeueDeadLetter(request, metadata=keyed(operator))
    assert await dead_letters.RequeueDeadLetter(request, metadata=keyed(operator)) == first


async def test_keys_issued_once(tenants, redis, operator):
    create = tenant_pb.CreateTenantRequest(name="acme")
    created = await tenants.CreateTenant(create, metadata=keyed(operator))
    refused = await failure(tenants.CreateTenant(create, metadata=keyed(operator)))
    assert refused.error.details == {
        "tenant_id": "tenant_acme",
        "key_id": created.api_key.key_id,
    }
    issue = tenant_pb.IssueKeyRequest(tenant_id="tenant_acme")
    issued = await tenants.IssueKey(issue, metadata=keyed(operator))
    rotate = tenant_pb.RotateKeyRequest(key_id=issued.api_key.key_id)
    rotated = await tenants.RotateKey(rotate, metadata=keyed(operator))
    for call, request, key_id in (
        (tenants.IssueKey, issue, issued.api_key.key_id),
        (tenants.RotateKey, rotate, rotated.api_key.key_id),
    ):
        refused = await failure(call(request, metadata=keyed(operator)))
        assert refused.error.reason == Reason.CONFLICT
        assert refused.error.details["key_id"] == key_id
    listing = tenant_pb.ListKeysRequest(tenant_id="tenant_acme")
    listed = await tenants.ListKeys(listing, metadata=operator)
    assert {one.key_id for one in listed.keys} == {
        keys.id_of(key) for key in (rotated.key, issued.key, created.key)
    }
    for name in await redis.execute("KEYS", "{operators}:answer:*"):
        kept = await redis.execute("GET", name)
        for secret in (created.key, created.webhook_secret, issued.key, rotated.key):
            assert secret.encode() not in kept


def test_every_post_heeds_the_key():
    """Those that start no job by the middleware, the others by the store of tasks."""
    services = [*DESCRIPTORS, TENANT_SERVICE]
    heeding = {path for one in services for path, _ in idempotency._repeatable(one)}
    starting = {path for path, rule in policy.read(services).items() if rule.role}
    posts = {
        f"/{service.full_name}/{method.name}"
        for service in services
        for method in service.methods
        if idempotency._is_post(method)
    }
    assert posts <= heeding | starting
    assert heeding == posts - starting
