"""What of tenants' and operators' calls is written down, and who may read it."""

import pytest

from manusmesh.task.v1 import dead_letter_service_pb2 as dead_pb
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.tenant.v1 import tenant_service_pb2
from meshkit import audit, policy
from meshkit.auth import keys
from meshkit.errors import Reason
from tests.integration.gateway.conftest import DESCRIPTORS
from tests.support.dead import buried
from tests.support.grpc_server import bearer, failure
from tests.support.tasks import TENANT, started


async def log(redis) -> list[audit.Entry]:
    """The entries, the oldest first."""
    entries, _ = await audit.page(redis, audit.Filter(), size=100)
    return entries[::-1]


def key_id(metadata) -> str:
    return keys.id_of(dict(metadata)["authorization"].removeprefix("Bearer "))


async def test_who_steered_a_task(tasks, store, redis, acme):
    task_id = await started(store)
    for action in ("Pause", "Resume", "Cancel", "Retry"):
        request = getattr(pb, f"{action}TaskRequest")(task_id=task_id)
        await getattr(tasks, f"{action}Task")(request, metadata=acme)
    refused = pb.ResumeTaskRequest(task_id=task_id)
    await failure(tasks.ResumeTask(refused, metadata=acme))
    entries = await log(redis)
    assert [(entry.action, entry.outcome) for entry in entries] == [
        ("TaskService.PauseTask", "ok"),
        ("TaskService.ResumeTask", "ok"),
        ("TaskService.CancelTask", "ok"),
        ("TaskService.RetryTask", "ok"),
        ("TaskService.ResumeTask", "CONFLICT"),
    ]
    for entry in entries:
        assert (entry.actor_kind, entry.actor_tenant_id) == ("tenant", TENANT)
        assert (entry.actor_key_id, entry.target) == (key_id(acme), task_id)


async def test_which_operator_read_a_tenants_data(dead_letters, store, redis, operator):
    task_id = await buried(redis, store)
    request = dead_pb.GetDeadLetterRequest(task_id=task_id)
    await dead_letters.GetDeadLetter(request, metadata=operator)
    (entry,) = await log(redis)
    assert (entry.action, entry.target) == ("DeadLetterService.GetDeadLetter", task_id)
    assert (entry.actor_kind, entry.actor_key_id) == ("admin", key_id(operator))


async def test_a_tenant_that_asks_for_an_operators_method(dead_letters, redis, acme):
    request = dead_pb.ListDeadLettersRequest()
    await failure(dead_letters.ListDeadLetters(request, metadata=acme))
    (entry,) = await log(redis)
    assert (entry.action, entry.outcome) == (
        "DeadLetterService.ListDeadLetters",
        Reason.PERMISSION_DENIED,
    )


@pytest.mark.parametrize("kind", ["steering", "intruding"])
async def test_a_call_over_its_limit_is_not_made_and_not_written_down(
    tasks, dead_letters, store, redis, kind
):
    """Else whoever may do nothing could fill the log."""
    limit = keys.Limit(per_hour=1, burst=1)
    await keys.set_limit(redis, tenant_id=TENANT, limit_class="status", limit=limit)
    metadata = bearer(await keys.issue(redis, tenant="acme", env="dev"))
    task_id = await started(store)
    # Takes the one token.
    await tasks.GetTask(pb.GetTaskRequest(task_id=task_id), metadata=metadata)
    if kind == "steering":
        call = tasks.PauseTask(pb.PauseTaskRequest(task_id=task_id), metadata=metadata)
    else:
        request = dead_pb.ListDeadLettersRequest()
        call = dead_letters.ListDeadLetters(request, metadata=metadata)
    assert (await failure(call)).error.reason == Reason.RATE_LIMITED
    assert await log(redis) == []


def test_whatever_changes_something_for_others_is_audited():
    """Every method of operators that is no plain read of the mesh's own state, and all steering."""
    tenants = tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"]
    rules = policy.read([*DESCRIPTORS, tenants])
    audited = {path.rpartition("/")[2] for path, rule in rules.items() if rule.audited}
    changing = ("Create", "Set", "Disable", "Enable", "Rotate", "Issue", "Revoke", "Requeue")
    steering = ("Cancel", "Pause", "Resume", "Retry", "Replay")
    expected = {
        name
        for name in (path.rpartition("/")[2] for path in rules)
        if name.startswith(changing + steering)
    }
    assert audited == expected | {"GetDeadLetter"}
