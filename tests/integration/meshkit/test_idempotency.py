"""The idempotency of POSTs that start no job: a servicer that counts, behind real middlewares."""

import asyncio
import contextlib

import pytest

from manusmesh.task.v1 import task_pb2, task_service_pb2, task_service_pb2_grpc
from manusmesh.tenant.v1 import tenant_pb2, tenant_service_pb2, tenant_service_pb2_grpc
from meshkit import idempotency, middleware
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.errors import MeshError, Reason
from meshkit.middleware import current_call
from meshkit.ratelimit import RateLimiter
from meshkit.redis import connect
from tests.support import grpc_server
from tests.support.eventually import eventually
from tests.support.grpc_server import bearer, failure

TASK = "task_" + "0" * 32
OTHER_TASK = "task_" + "1" * 32
PATH = "/manusmesh.task.v1.TaskService/CancelTask"
SECRET = "sk_openmanus_dev_acme_" + "0" * 32
DESCRIPTORS = [
    task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
    tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"],
]


class Counting(
    task_service_pb2_grpc.TaskServiceServicer, tenant_service_pb2_grpc.TenantServiceServicer
):
    """Tells in each answer which call it is, and fails or waits when a test says so."""

    def __init__(self) -> None:
        self.calls = 0
        self.raises: Exception | None = None
        self.go = asyncio.Event()
        self.go.set()

    async def CancelTask(self, request, context):  # noqa: N802
        self.calls += 1
        number = self.calls
        current_call.get().headers["taskid"] = request.task_id
        await self.go.wait()
        if self.raises is not None:
            raise self.raises
        return task_pb2.Task(task_id=request.task_id, job=f"call {number}")

    PauseTask = GetTask = CancelTask

    async def IssueKey(self, request, context):  # noqa: N802
        self.calls += 1
        key_id = f"{self.calls:016d}"
        api_key = tenant_pb2.ApiKey(key_id=key_id, tenant_id=request.tenant_id)
        return tenant_pb2.IssuedKey(key=SECRET, api_key=api_key)

    async def RotateWebhookSecret(self, request, context):  # noqa: N802
        self.calls += 1
        return tenant_service_pb2.WebhookSecret(webhook_secret=SECRET)


@contextlib.asynccontextmanager
async def gateway(redis, servicer):
    middlewares = middleware.standard(
        KeyAuthenticator(redis),
        limiter=RateLimiter(redis),
        once=idempotency.once(redis, DESCRIPTORS),
    )
    registers = [
        lambda server: task_service_pb2_grpc.add_TaskServiceServicer_to_server(servicer, server),
        lambda server: tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
            servicer, server
        ),
    ]
    async with grpc_server.serve(DESCRIPTORS, registers, middlewares) as channel:
        yield channel


@pytest.fixture
def servicer() -> Counting:
    return Counting()


@pytest.fixture
async def channel(redis, servicer):
    async with gateway(redis, servicer) as opened:
        yield opened


@pytest.fixture
def tasks(channel) -> task_service_pb2_grpc.TaskServiceStub:
    return task_service_pb2_grpc.TaskServiceStub(channel)


@pytest.fixture
def tenants(channel) -> tenant_service_pb2_grpc.TenantServiceStub:
    return tenant_service_pb2_grpc.TenantServiceStub(channel)


@pytest.fixture
async def acme(redis) -> tuple[tuple[str, str], ...]:
    return bearer(await keys.issue(redis, tenant="acme", env="dev"))


@pytest.fixture
async def operator(redis) -> tuple[tuple[str, str], ...]:
    return bearer(await keys.issue_admin(redis, env="dev"))


def keyed(metadata, key: str = "k"):
    return (*metadata, ("idempotency-key", key))


def cancel(task_id: str = TASK, **fields):
    return task_service_pb2.CancelTaskRequest(task_id=task_id, **fields)


async def test_a_repeat_gets_the_answer_of_the_first(tasks, servicer, redis, acme):
    # No token comes back meanwhile.
    limit = keys.Limit(per_hour=1, burst=9)
    await keys.set_limit(redis, tenant_id="tenant_acme", limit_class="status", limit=limit)
    first = tasks.CancelTask(cancel(), metadata=keyed(acme))
    assert (await first).job == "call 1"
    again = tasks.CancelTask(cancel(), metadata=keyed(acme))
    assert await again == await first
    assert servicer.calls == 1
    told, told_again = [dict(await call.trailing_metadata()) for call in (first, again)]
    assert told_again["taskid"] == told["taskid"] == TASK
    # What belongs to the call itself is its own.
    assert told_again["x-trace-id"] != told["x-trace-id"]
    assert int(told_again["ratelimit-remaining"]) < int(told["ratelimit-remaining"])
    name = idempotency.answer_name("tenant_acme", PATH, "k")
    assert idempotency.KEPT_S - 60 < await redis.execute("TTL", name) <= idempotency.KEPT_S


@pytest.mark.parametrize("key", ["", None])
async def test_without_a_key_each_call_is_made(tasks, servicer, redis, acme, key):
    metadata = acme if key is None else keyed(acme, key)
    for _ in range(2):
        await tasks.CancelTask(cancel(), metadata=metadata)
    assert servicer.calls == 2
    assert await redis.execute("KEYS", "*answer*") == []


async def test_the_same_key_with_another_request_is_a_conflict(tasks, servicer, acme):
    await tasks.CancelTask(cancel(), metadata=keyed(acme))
    for other in (cancel(OTHER_TASK), cancel(reason="why")):
        refused = await failure(tasks.CancelTask(other, metadata=keyed(acme)))
        assert refused.error.reason == Reason.CONFLICT
        assert refused.error.retry_after_s is None
    assert servicer.calls == 1


async def test_a_key_belongs_to_its_method_and_its_tenant(tasks, servicer, redis, acme):
    other = bearer(await keys.issue(redis, tenant="other", env="dev"))
    second = bearer(await keys.issue(redis, tenant="acme", env="dev"))
    pause = task_service_pb2.PauseTaskRequest(task_id=TASK)
    answers = [
        await tasks.CancelTask(cancel(), metadata=keyed(acme)),
        await tasks.CancelTask(cancel(OTHER_TASK), metadata=keyed(other)),
        await tasks.PauseTask(pause, metadata=keyed(acme)),
        await tasks.CancelTask(cancel(), metadata=keyed(acme, "another")),
        # Another key of the same tenant is the same caller.
        await tasks.CancelTask(cancel(), metadata=keyed(second)),
        await tasks.CancelTask(cancel(OTHER_TASK), metadata=keyed(other)),
    ]
    assert [answer.job for answer in answers] == [f"call {n}" for n in (1, 2, 3, 4, 1, 2)]


async def test_reading_needs_no_key_and_heeds_none(tasks, servicer, acme):
    get = task_service_pb2.GetTaskRequest(task_id=TASK)
    jobs = [(await tasks.GetTask(get, metadata=keyed(acme))).job for _ in range(2)]
    assert jobs == ["call 1", "call 2"]


@pytest.mark.parametrize(
    "raised", [MeshError(Reason.CONFLICT, "no"), MeshError(Reason.UPSTREAM_UNAVAILABLE, "no")]
)
async def test_failures_are_not_kept(tasks, servicer, acme, raised):
    servicer.raises = raised
    refused = await failure(tasks.CancelTask(cancel(), metadata=keyed(acme)))
    assert refused.error.reason == raised.reason
    servicer.raises = None
    assert (await tasks.CancelTask(cancel(), metadata=keyed(acme))).job == "call 2"


async def test_a_malformed_request_takes_no_key(tasks, acme):
    wrong = await failure(tasks.CancelTask(cancel(""), metadata=keyed(acme)))
    assert wrong.error.reason == Reason.INVALID_ARGUMENT
    assert (await tasks.CancelTask(cancel(), metadata=keyed(acme))).job == "call 1"


async def test_a_malformed_key(tasks, servicer, acme):
    refused = await failure(tasks.CancelTask(cancel(), metadata=keyed(acme, "k" * 256)))
    assert [v.field for v in refused.error.violations] == ["idempotency_key"]
    assert servicer.calls == 0
    assert (await tasks.CancelTask(cancel(), metadata=keyed(acme, "k" * 255))).job == "call 1"


async def test_repeats_wait_for_the_first_wherever_they_are_sent(
    *, tasks, servicer, redis_server, acme, monkeypatch
):
    monkeypatch.setattr(idempotency, "_WAIT_S", 30.0)
    servicer.go.clear()
    async with (
        connect(redis_server.url) as other_redis,
        gateway(other_redis, servicer) as other_channel,
    ):
        elsewhere = task_service_pb2_grpc.TaskServiceStub(other_channel)
        calls = [
            asyncio.ensure_future(
                (tasks, elsewhere)[number % 2].CancelTask(cancel(), metadata=keyed(acme))
            )
            for number in range(20)
        ]
        await eventually(lambda: servicer.calls == 1)
        servicer.go.set()
        assert {answer.job for answer in await asyncio.gather(*calls)} == {"call 1"}


async def test_a_repeat_does_not_wait_for_long(tasks, servicer, acme, monkeypatch):
    monkeypatch.setattr(idempotency, "_WAIT_S", 0.1)
    servicer.go.clear()
    first = asyncio.ensure_future(tasks.CancelTask(cancel(), metadata=keyed(acme)))
    await eventually(lambda: servicer.calls == 1)
    refused = await failure(tasks.CancelTask(cancel(), metadata=keyed(acme)))
    assert refused.error.reason == Reason.CONFLICT
    assert refused.trailers["retry-after"] == "1"
    other = await failure(tasks.CancelTask(cancel(OTHER_TASK), metadata=keyed(acme)))
    assert other.error.retry_after_s is None
    servicer.go.set()
    assert (await first).job == "call 1"


@pytest.mark.parametrize("how", ["goes away", "runs out of time"])
async def test_whose_answer_is_lost_gets_it_by_asking_again(tasks, servicer, acme, how):
    servicer.go.clear()
    timeout = None if how == "goes away" else 2.0
    lost = tasks.CancelTask(cancel(), metadata=keyed(acme), timeout=timeout)
    waits = asyncio.ensure_future(failure(lost))
    await eventually(lambda: servicer.calls == 1)
    if how == "goes away":
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
    else:
        assert (await waits).code == "DEADLINE_EXCEEDED"
    again = asyncio.ensure_future(tasks.CancelTask(cancel(), metadata=keyed(acme)))
    servicer.go.set()
    assert (await again).job == "call 1"
    assert servicer.calls == 1


async def test_a_call_whose_process_died_is_made_again(tasks, servicer, redis, acme, monkeypatch):
    """Nobody knows how far it came; until it has lapsed its repeats are held up."""
    monkeypatch.setattr(idempotency, "_WAIT_S", 0.01)
    name = idempotency.answer_name("tenant_acme", PATH, "k")
    dead = idempotency._Known(idempotency._fingerprint(cancel()), call="dead")
    await redis.execute("SET", name, dead.to_bytes())
    refused = await failure(tasks.CancelTask(cancel(), metadata=keyed(acme)))
    assert refused.error.reason == Reason.CONFLICT
    await redis.execute("DEL", name)
    assert (await tasks.CancelTask(cancel(), metadata=keyed(acme))).job == "call 1"


async def test_a_failed_call_forgets_nothing_of_others(redis):
    """One that lasted too long must not let a third one in."""
    await redis.execute("SET", "{x}", "another's")
    assert await redis.run(idempotency._DELETE_IF, ["{x}"], ["mine"]) == 0
    assert await redis.run(idempotency._DELETE_IF, ["{x}"], ["another's"]) == 1
    assert await redis.execute("EXISTS", "{x}") == 0


@pytest.mark.parametrize("away", ["keep", "forget"])
async def test_what_cannot_be_remembered_is_answered_all_the_same(
    tasks, servicer, redis, *, acme, monkeypatch, away
):
    execute = redis.execute

    async def flaky(*command):
        lost = (command[0] == "SET" and "EX" in command) or "EVALSHA" in command
        if lost and any("answer" in str(part) for part in command):
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")
        return await execute(*command)

    monkeypatch.setattr(redis, "execute", flaky)
    if away == "keep":
        assert (await tasks.CancelTask(cancel(), metadata=keyed(acme))).job == "call 1"
    else:
        servicer.raises = MeshError(Reason.CONFLICT, "of its own")
        refused = await failure(tasks.CancelTask(cancel(), metadata=keyed(acme)))
        assert refused.text == "of its own"


# Secrets


@pytest.mark.parametrize("method", ["IssueKey", "RotateWebhookSecret"])
async def test_a_secret_is_shown_once_and_never_kept(tenants, servicer, redis, operator, method):
    request = getattr(tenant_service_pb2, f"{method}Request")(tenant_id="tenant_acme")
    call = getattr(tenants, method)
    shown = await call(request, metadata=keyed(operator))
    assert SECRET.encode() in shown.SerializeToString()
    for _ in range(2):
        refused = await failure(call(request, metadata=keyed(operator)))
        assert refused.error.reason == Reason.CONFLICT
        assert SECRET not in str(refused.trailers)
    made = {"tenant_id": "tenant_acme"}
    if method == "IssueKey":
        made["key_id"] = shown.api_key.key_id
    assert refused.error.details == made
    assert servicer.calls == 1
    [name] = await redis.execute("KEYS", "*answer*")
    assert name.startswith(b"{operators}:answer:")
    assert SECRET.encode() not in await redis.execute("GET", name)


def test_every_answer_that_shows_a_secret_says_so():
    """By the names that secrets have in the contracts; a new one must be marked as well."""
    secrets = {"key", "webhook_secret"}
    methods = dict(idempotency._repeatable(DESCRIPTORS[1]))
    for path, method in methods.items():
        names = {one.name for one in method.answer.DESCRIPTOR.fields}
        assert method.secret == bool(names & secrets), path
    assert sum(method.secret for method in methods.values()) == 5


async def test_operators_and_tenants_do_not_meet(tasks, tenants, redis, *, acme, operator):
    issue = tenant_service_pb2.IssueKeyRequest(tenant_id="tenant_acme")
    await tenants.IssueKey(issue, metadata=keyed(operator))
    await tasks.CancelTask(cancel(), metadata=keyed(acme))
    names = sorted(name.decode() for name in await redis.execute("KEYS", "*answer*"))
    assert [name.partition(":answer:")[0] for name in names] == [
        "tenant:{tenant_acme}",
        "{operators}",
    ]


async def test_a_caller_without_an_idempotency_key_is_cut_off_as_ever(tasks, servicer, acme):
    servicer.go.clear()
    cut_off = asyncio.ensure_future(failure(tasks.CancelTask(cancel(), metadata=acme, timeout=2.0)))
    await eventually(lambda: servicer.calls == 1)
    assert (await cut_off).error.reason == Reason.DEADLINE_EXCEEDED
    servicer.go.set()
    await tasks.CancelTask(cancel(), metadata=acme)
    assert servicer.calls == 2
