import asyncio
import itertools
import json
import time

import grpc
import pytest
import structlog

from manusmesh.task.v1 import task_service_pb2
from manusmesh.tenant.v1 import tenant_pb2, tenant_service_pb2, tenant_service_pb2_grpc
from meshkit import audit, middleware
from meshkit.audit import Entry, Filter
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.errors import MeshError, Reason
from meshkit.middleware import Call, current_call
from tests.support import grpc_server
from tests.support.eventually import eventually
from tests.support.grpc_server import bearer, failure

KEY = "0123456789abcdef"


class Tenants(tenant_service_pb2_grpc.TenantServiceServicer):
    """Does what a test sets, and tells what the log said of the call meanwhile."""

    def __init__(self, redis) -> None:
        self._redis = redis
        self.raises: Exception | None = None
        self.hangs = self.left = False
        self.meanwhile: list[Entry] = []
        self.call: Call | None = None

    async def DisableTenant(self, request, context):  # noqa: N802
        self.call = current_call.get()
        self.meanwhile, _ = await audit.page(self._redis, Filter(), size=9)
        if self.hangs:
            try:
                await asyncio.Event().wait()
            finally:
                self.left = True
        if self.raises is not None:
            raise self.raises
        return tenant_pb2.Tenant(tenant_id=request.tenant_id)

    CreateTenant = GetTenant = RevokeKey = DisableTenant


@pytest.fixture
def servicer(redis) -> Tenants:
    return Tenants(redis)


@pytest.fixture
async def stub(redis, servicer):
    descriptor = tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"]
    middlewares = middleware.standard(
        KeyAuthenticator(redis), audit=audit.audited(redis), refused=audit.refusals(redis)
    )

    def register(server: grpc.aio.Server) -> None:
        tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(servicer, server)

    async with grpc_server.serve([descriptor], [register], middlewares) as channel:
        yield tenant_service_pb2_grpc.TenantServiceStub(channel)


@pytest.fixture
async def key(redis) -> str:
    return await keys.issue_admin(redis, env="dev")


@pytest.fixture
def fail(stub, servicer, key):
    """Lets a call of a method fail."""

    async def called(method: str, request, error: Exception) -> None:
        servicer.raises = error
        await failure(getattr(stub, method)(request, metadata=bearer(key)))

    return called


DISABLE = tenant_service_pb2.DisableTenantRequest(tenant_id="tenant_acme")


async def log(redis, **wanted) -> list[Entry]:
    entries, more = await audit.page(redis, Filter(**wanted), size=1000)
    assert more == ""
    return entries


async def test_a_call_is_written_down_before_and_after(redis, stub, servicer, key):
    await stub.DisableTenant(DISABLE, metadata=bearer(key))
    (entry,) = await log(redis)
    assert abs(entry.time_ms / 1000 - time.time()) < 60
    assert entry == Entry(
        entry_id=entry.entry_id,
        actor_kind="admin",
        actor_key_id=keys.id_of(key),
        actor_tenant_id="",
        action="TenantService.DisableTenant",
        target="tenant_acme",
        outcome="ok",
        trace_id=servicer.call.trace.trace_id,
    )
    assert [one.outcome for one in servicer.meanwhile] == ["begun"]


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (MeshError(Reason.CONFLICT, "no"), "CONFLICT"),
        (MeshError(Reason.NOT_FOUND, "no"), "NOT_FOUND"),
        (RuntimeError("bug"), "INTERNAL"),
    ],
)
async def test_how_a_call_failed(redis, fail, raised, outcome):
    await fail("DisableTenant", DISABLE, raised)
    assert [one.outcome for one in await log(redis)] == [outcome]


async def test_a_call_that_its_caller_gives_up_stays_begun(redis, stub, servicer, key):
    servicer.hangs = True
    call = stub.DisableTenant(DISABLE, metadata=bearer(key))
    waits = asyncio.ensure_future(failure(call))
    await eventually(lambda: servicer.meanwhile != [])
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    await eventually(lambda: servicer.left)
    assert [one.outcome for one in await log(redis)] == ["begun"]


async def test_what_changes_nothing_is_not_written_down(redis, stub, key):
    request = tenant_service_pb2.GetTenantRequest(tenant_id="tenant_acme")
    await stub.GetTenant(request, metadata=bearer(key))
    assert await log(redis) == []


async def test_who_is_not_known_is_not_written_down(redis, stub):
    assert (await failure(stub.DisableTenant(DISABLE))).code == "UNAUTHENTICATED"
    unknown = bearer(f"sk_openmanus_dev_acme_{'0' * 32}")
    assert (await failure(stub.DisableTenant(DISABLE, metadata=unknown))).code == "UNAUTHENTICATED"
    assert await log(redis) == []


@pytest.fixture
async def intruder(redis) -> str:
    """A tenant's key."""
    return await keys.issue(redis, tenant="intruder", env="dev")


@pytest.mark.parametrize("method", ["DisableTenant", "GetTenant"])
async def test_a_tenant_that_is_refused_an_operators_method(
    redis, stub, servicer, intruder, method
):
    """One entry that says all, also of what is not written down of operators."""
    call = getattr(stub, method)
    asked = {
        "DisableTenant": DISABLE,
        "GetTenant": tenant_service_pb2.GetTenantRequest(tenant_id="tenant_acme"),
    }[method]
    refused = await failure(call(asked, metadata=bearer(intruder)))
    assert refused.code == "PERMISSION_DENIED"
    (entry,) = await log(redis)
    assert entry == Entry(
        entry_id=entry.entry_id,
        actor_kind="tenant",
        actor_key_id=keys.id_of(intruder),
        actor_tenant_id="tenant_intruder",
        action=f"TenantService.{method}",
        target="tenant_acme",
        outcome="PERMISSION_DENIED",
        trace_id=refused.trailers["x-trace-id"],
    )
    assert await redis.execute("EXISTS", audit.outcome_key(entry.entry_id)) == 0
    assert servicer.call is None


async def test_whoever_goes_on_trying_is_written_down_once_a_minute(
    redis, stub, intruder, monkeypatch
):
    now = time.time()
    monkeypatch.setattr("meshkit.audit.time.time", lambda: now)
    get = tenant_service_pb2.GetTenantRequest(tenant_id="tenant_acme")
    for _ in range(3):
        await failure(stub.DisableTenant(DISABLE, metadata=bearer(intruder)))
        await failure(stub.GetTenant(get, metadata=bearer(intruder)))
    actions = [entry.action.partition(".")[2] for entry in await log(redis)]
    assert actions == ["GetTenant", "DisableTenant"]
    now += 60
    await failure(stub.DisableTenant(DISABLE, metadata=bearer(intruder)))
    assert len(await log(redis)) == 3


async def test_a_refusal_that_cannot_be_written_down_is_one(redis, stub, intruder, monkeypatch):
    execute = redis.execute

    async def without_log(*command):
        if command[0] == "XADD":
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")
        return await execute(*command)

    with monkeypatch.context() as patched, structlog.testing.capture_logs() as lines:
        patched.setattr(redis, "execute", without_log)
        refused = await failure(stub.DisableTenant(DISABLE, metadata=bearer(intruder)))
    assert refused.code == "PERMISSION_DENIED"
    assert "audit_refusal_unwritten" in [line["event"] for line in lines]
    # The next one is written down, as this one was not.
    await failure(stub.DisableTenant(DISABLE, metadata=bearer(intruder)))
    assert len(await log(redis)) == 1


@pytest.mark.parametrize(
    ("method", "request_", "target"),
    [
        ("CreateTenant", tenant_service_pb2.CreateTenantRequest(name="new"), "tenant_new"),
        ("RevokeKey", tenant_service_pb2.RevokeKeyRequest(key_id=KEY), KEY),
    ],
)
async def test_what_it_was_done_to(redis, fail, method, request_, target):
    await fail(method, request_, MeshError(Reason.NOT_FOUND, "no"))
    assert [one.target for one in await log(redis)] == [target]


@pytest.mark.parametrize("task_id", ["task_" + "0" * 32, "free text", "sk_openmanus_dev_acme_1"])
async def test_only_ids_are_kept_of_a_request(redis, stub, servicer, key, task_id):
    await stub.DisableTenant(DISABLE, metadata=bearer(key))
    call = servicer.call
    call.request = task_service_pb2.CancelTaskRequest(task_id=task_id, reason="because")

    async def nothing(_call):
        """Answers it."""

    await audit.audited(redis)(call, nothing)
    (entry, _) = await log(redis)
    assert entry.target == (task_id if task_id.startswith("task_") else "")
    stored = [await redis.execute("DUMP", name) for name in await redis.execute("KEYS", "*audit*")]
    assert all(b"because" not in one and key.encode() not in one for one in stored)


async def test_what_cannot_be_written_down_is_not_done(redis, stub, servicer, key, monkeypatch):
    execute = redis.execute

    async def without_log(*command):
        if command[0] == "XADD":
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")
        return await execute(*command)

    monkeypatch.setattr(redis, "execute", without_log)
    failed = await failure(stub.DisableTenant(DISABLE, metadata=bearer(key)))
    assert failed.error.reason == Reason.UPSTREAM_UNAVAILABLE
    assert servicer.call is None


async def test_an_outcome_that_cannot_be_written_is_not_the_callers_fault(
    redis, stub, key, monkeypatch
):
    execute = redis.execute

    async def without_outcomes(*command):
        if command[0] == "SET":
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")
        return await execute(*command)

    monkeypatch.setattr(redis, "execute", without_outcomes)
    with structlog.testing.capture_logs() as lines:
        await stub.DisableTenant(DISABLE, metadata=bearer(key))
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == [
        "audit_outcome_unwritten"
    ]
    assert key not in json.dumps(lines, default=str)
    assert [one.outcome for one in await log(redis)] == ["begun"]


_counter = itertools.count(1)


async def write(redis, at_ms: int, **fields: str) -> str:
    """Writes an entry of a time."""
    row = {"actor_kind": "admin", "actor_key_id": KEY, "action": "A.B", "target": "tenant_a"}
    row |= fields
    flat = [part for item in row.items() for part in item]
    return (await redis.execute("XADD", audit.LOG, f"{at_ms}-{next(_counter)}", *flat)).decode()


async def test_filters(redis):
    now = int(time.time() * 1000)
    first = await write(redis, now - 3000, target="tenant_b", actor_tenant_id="tenant_a")
    second = await write(redis, now - 2000)
    third = await write(redis, now - 1000, target=KEY)

    async def ids(**wanted) -> list[str]:
        return [entry.entry_id for entry in await log(redis, **wanted)]

    assert await ids() == [third, second, first]
    assert await ids(about="tenant_a") == [second, first]
    assert await ids(about="tenant_b") == [first]
    assert await ids(about=KEY) == [third]
    assert await ids(about="tenant_") == []
    assert await ids(after_ms=now - 2000) == [third, second]
    assert await ids(before_ms=now - 2000) == [first]
    assert await ids(after_ms=now - 2500, before_ms=now - 1000, about="tenant_a") == [second]
    assert await ids(before_ms=0) == []
    assert await ids(after_ms=now + 10_000_000) == []


async def test_pages(redis, monkeypatch):
    monkeypatch.setattr(audit, "_SCAN_PAGE", 4)
    now = int(time.time() * 1000)
    written = [
        await write(redis, now, target="tenant_a" if number % 3 else "tenant_b")
        for number in range(20)
    ]
    for about, expected in (
        ("", written),
        ("tenant_b", written[::3]),
    ):
        seen, after, pages = [], "", 0
        while pages == 0 or after:
            found, after = await audit.page(redis, Filter(about), size=4, after=after)
            seen += [entry.entry_id for entry in found]
            pages += 1
        assert seen == expected[::-1]
        assert pages == -(-len(expected) // 4)


async def test_a_page_looks_at_a_bounded_part_of_the_log(redis, monkeypatch):
    monkeypatch.setattr(audit, "_SCAN_PAGE", 2)
    monkeypatch.setattr(audit, "_SCAN_MAX", 4)
    now = int(time.time() * 1000)
    wanted = await write(redis, now, target="tenant_b")
    for _ in range(6):
        await write(redis, now)
    found, after = await audit.page(redis, Filter("tenant_b"), size=1)
    assert found == []
    found, after = await audit.page(redis, Filter("tenant_b"), size=1, after=after)
    assert [entry.entry_id for entry in found] == [wanted]
    assert after == ""


async def test_what_is_older_than_90_days_is_gone(redis, stub, key):
    now = int(time.time() * 1000)
    await write(redis, now - 91 * 86_400_000)
    kept = await write(redis, now - 89 * 86_400_000)
    assert [entry.entry_id for entry in await log(redis)] == [kept]
    await stub.DisableTenant(DISABLE, metadata=bearer(key))
    entry, _ = await log(redis)
    assert 0 < await redis.execute("TTL", audit.outcome_key(entry.entry_id)) <= audit.KEPT_S
    # Whole nodes of old entries are dropped, so that the log does not grow for ever.
    for _ in range(300):
        await redis.execute("XADD", audit.LOG, "*", "a", "b")
    await stub.DisableTenant(DISABLE, metadata=bearer(key))
    assert await redis.execute("XLEN", audit.LOG) >= 302
    await redis.execute("DEL", audit.LOG)
    for number in range(300):
        await redis.execute("XADD", audit.LOG, f"{1000 + number}-0", "a", "b")
    await stub.DisableTenant(DISABLE, metadata=bearer(key))
    assert await redis.execute("XLEN", audit.LOG) < 300
