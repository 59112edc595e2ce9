import time

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.tenants import TenantServicer
from manusmesh.tenant.v1 import tenant_pb2
from manusmesh.tenant.v1 import tenant_service_pb2 as pb
from manusmesh.tenant.v1 import tenant_service_pb2_grpc as rpc
from meshkit import middleware, paging
from meshkit.audit import audited
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.budgets import Ledger
from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.webhooks import signing_secrets
from tests.support import grpc_server
from tests.support.grpc_server import bearer, failure

SERVICE = pb.DESCRIPTOR.services_by_name["TenantService"]
CAPS = {"running": 8, "queued": 1000, "watchers": 100}
ACME = "tenant_acme"
HOUR = 3600
DAY = 86_400


class Operator:
    """Calls the tenant RPCs with an operator's key, by the names of their methods."""

    def __init__(self, channel: grpc.aio.Channel, key: str) -> None:
        self.stub = rpc.TenantServiceStub(channel)
        self.key = key

    def __getattr__(self, method: str):
        def call(request=None, **fields):
            asked = request or getattr(pb, f"{method}Request")(**fields)
            return getattr(self.stub, method)(asked, metadata=bearer(self.key))

        return call


@pytest.fixture(autouse=True)
def _one_slot(redis, monkeypatch):
    """No script touches keys of two hash tags: on a cluster these are two servers."""
    run = redis.run

    async def checked(script, names, arguments=()):
        tags = {name.partition("{")[2].partition("}")[0] for name in names}
        assert len(tags) == 1, names
        assert "" not in tags, names
        return await run(script, names, arguments)

    monkeypatch.setattr(redis, "run", checked)


@pytest.fixture
async def operator(redis):
    servicer = TenantServicer(redis, default_caps=CAPS)
    middlewares = (*middleware.standard(KeyAuthenticator(redis)), audited(redis))

    def register(server: grpc.aio.Server) -> None:
        rpc.add_TenantServiceServicer_to_server(servicer, server)

    async with grpc_server.serve([SERVICE], [register], middlewares) as channel:
        yield Operator(channel, await keys.issue_admin(redis, env="dev"))


@pytest.fixture
async def acme(operator) -> pb.CreatedTenant:
    return await operator.CreateTenant(name="acme")


async def reason_of(call) -> Reason:
    return (await failure(call)).error.reason


def limits(**fields) -> tenant_pb2.Limits:
    buckets = {
        name: tenant_pb2.RateLimit(per_hour=value[0], burst=value[1])
        for name, value in fields.items()
        if isinstance(value, tuple)
    }
    return tenant_pb2.Limits(**(fields | buckets))


async def test_a_tenant_with_all_defaults(acme, redis):
    assert acme.tenant_id == acme.tenant.tenant_id == ACME
    assert acme.tenant.name == "acme"
    assert acme.webhook_secret.startswith("whsec_")
    assert await signing_secrets.current(redis, ACME) == [acme.webhook_secret]
    assert acme.key.startswith("sk_openmanus_prod_acme_")
    assert acme.api_key.key_id == keys.id_of(acme.key)
    assert acme.api_key.expires_at.seconds - acme.api_key.created_at.seconds == 90 * DAY
    assert (await keys.find(redis, acme.key)).tenant_id == ACME
    assert acme.tenant.limits == limits(
        **{"async": (100, 10), "sync": (1000, 50), "status": (10_000, 100)},
        **CAPS,
        monthly_budget_usd=0,
    )
    assert list(acme.tenant.overridden) == []
    assert not acme.tenant.HasField("disabled_at")


async def test_a_tenant_with_limits_of_its_own(operator, redis):
    own = limits(**{"async": (1000, 100)}, running=2, monthly_budget_usd=25.5)
    created = await operator.CreateTenant(name="big", limits=own, env="test")
    assert created.key.startswith("sk_openmanus_test_big_")
    assert list(created.tenant.overridden) == ["async", "running", "monthly_budget_usd"]
    assert getattr(created.tenant.limits, "async").burst == 100
    assert created.tenant.limits.monthly_budget_usd == 25.5
    assert (await keys.find(redis, created.key)).limits == {"async": keys.Limit(1000, 100)}


async def test_a_tenant_exists_once(operator, acme):
    assert await reason_of(operator.CreateTenant(name="acme")) == Reason.CONFLICT


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("CreateTenant", {"name": "No!"}),
        ("CreateTenant", {"name": "a", "env": "live"}),
        ("CreateTenant", {"name": "a", "limits": limits(sync=(0, 1))}),
        ("CreateTenant", {"name": "a", "limits": limits(running=0)}),
        ("CreateTenant", {"name": "a", "limits": limits(monthly_budget_usd=float("nan"))}),
        ("GetTenant", {"tenant_id": "acme"}),
        ("SetLimits", {"tenant_id": ACME}),
        ("SetLimits", {"tenant_id": ACME, "limits": limits(), "reset": ["nothing"]}),
        ("IssueKey", {"tenant_id": ACME, "lifetime": Duration(seconds=59)}),
        ("IssueKey", {"tenant_id": ACME, "label": "x" * 101}),
        ("RevokeKey", {"key_id": "sk_openmanus_dev_acme_0"}),
        ("RotateKey", {"key_id": "0" * 16, "overlap": Duration(seconds=-1)}),
        ("RotateWebhookSecret", {"tenant_id": ACME, "overlap": Duration(seconds=2_592_001)}),
        ("ListTenants", {"page_size": 101}),
        ("ListTenants", {"page_token": "!"}),
        ("ListKeys", {"page_token": paging.encode("acme")}),
        ("ListAuditEvents", {"page_token": paging.encode("0-0")}),
        ("ListAuditEvents", {"about": "x" * 101}),
    ],
)
async def test_what_the_contract_forbids(operator, method, fields):
    assert await reason_of(getattr(operator, method)(**fields)) == Reason.INVALID_ARGUMENT


NAMED = [
    "GetTenant",
    "SetLimits",
    "DisableTenant",
    "EnableTenant",
    "RotateWebhookSecret",
    "GetTenantUsage",
    "IssueKey",
    "ListKeys",
]


@pytest.mark.parametrize("method", NAMED)
async def test_an_unknown_tenant(operator, method):
    fields = {"limits": limits()} if method == "SetLimits" else {}
    call = getattr(operator, method)(tenant_id="tenant_nobody", **fields)
    assert await reason_of(call) == Reason.NOT_FOUND


@pytest.mark.parametrize("method", ["RotateKey", "RevokeKey"])
async def test_an_unknown_key(operator, method):
    assert await reason_of(getattr(operator, method)(key_id="0" * 16)) == Reason.NOT_FOUND


@pytest.mark.parametrize("method", [method.name for method in SERVICE.methods])
async def test_a_tenants_key_is_refused_everywhere(operator, acme, method):
    operator.key = acme.key
    assert await reason_of(getattr(operator, method)()) == Reason.PERMISSION_DENIED
    operator.key = "ak_openmanus_dev_" + "0" * 32
    assert await reason_of(getattr(operator, method)()) == Reason.UNAUTHENTICATED


async def test_setting_limits(operator, acme):
    own = limits(**{"async": (7, 3), "status": (5, 5)}, queued=20, monthly_budget_usd=10)
    changed = await operator.SetLimits(tenant_id=ACME, limits=own, reset=["status"])
    assert list(changed.overridden) == ["async", "queued", "monthly_budget_usd"]
    assert changed.limits.status.per_hour == 10_000
    # What a request does not name stays; no budget is the default.
    changed = await operator.SetLimits(tenant_id=ACME, limits=limits(monthly_budget_usd=0))
    assert list(changed.overridden) == ["async", "queued"]
    assert changed.limits.queued == 20
    reset = ["async", "queued", "monthly_budget_usd"]
    changed = await operator.SetLimits(tenant_id=ACME, limits=limits(), reset=reset)
    assert changed == acme.tenant
    assert await operator.GetTenant(tenant_id=ACME) == acme.tenant


async def test_disabling_and_enabling(operator, acme, redis):
    disabled = await operator.DisableTenant(tenant_id=ACME)
    assert disabled.HasField("disabled_at")
    assert await operator.DisableTenant(tenant_id=ACME) == disabled
    assert await keys.find(redis, acme.key) is None
    for _ in range(2):
        assert await operator.EnableTenant(tenant_id=ACME) == acme.tenant
    assert await keys.find(redis, acme.key) is not None


async def test_listing_tenants(operator):
    for name in ("b", "c", "a"):
        await operator.CreateTenant(name=name)
    first = await operator.ListTenants(page_size=2)
    assert [one.name for one in first.tenants] == ["a", "b"]
    last = await operator.ListTenants(page_size=2, page_token=first.next_page_token)
    assert [one.name for one in last.tenants] == ["c"]
    assert last.next_page_token == ""


async def test_rotating_the_webhook_secret(operator, acme, redis):
    new = (await operator.RotateWebhookSecret(tenant_id=ACME)).webhook_secret
    assert await signing_secrets.current(redis, ACME) == [new, acme.webhook_secret]
    until = await redis.execute(
        *("ZRANGE", signing_secrets.key(ACME), 0, 0, "WITHSCORES"),
    )
    assert abs(int(until[1]) / 1000 - time.time() - DAY) < 60
    overlap = Duration(seconds=0)
    newest = (await operator.RotateWebhookSecret(tenant_id=ACME, overlap=overlap)).webhook_secret
    assert await signing_secrets.current(redis, ACME) == [newest, acme.webhook_secret]


async def test_usage(operator, acme, redis):
    assert list((await operator.GetTenantUsage(tenant_id=ACME)).months) == []
    await operator.SetLimits(tenant_id=ACME, limits=limits(monthly_budget_usd=10))
    ledger = Ledger(redis)
    before = time.strftime("%Y-%m", time.gmtime())
    await ledger.reserve(ACME, 2.5, "a", 60)
    await ledger.settle(ACME, "b", 1.25)
    (month,) = (await operator.GetTenantUsage(tenant_id=ACME)).months
    assert (month.budget_usd, month.spent_usd, month.reserved_usd) == (10, 1.25, 2.5)
    assert month.month in (before, time.strftime("%Y-%m", time.gmtime()))


async def test_issuing_keys(operator, acme, redis):
    issued = await operator.IssueKey(tenant_id=ACME, env="dev", label="Dify")
    assert issued.key.startswith("sk_openmanus_dev_acme_")
    assert (issued.api_key.status, issued.api_key.label) == ("active", "Dify")
    assert issued.api_key.expires_at.seconds - issued.api_key.created_at.seconds == 180 * DAY
    short = await operator.IssueAdminKey(lifetime=Duration(seconds=HOUR))
    assert short.key.startswith("ak_openmanus_prod_")
    assert (short.api_key.kind, short.api_key.tenant_id) == ("admin", "")
    assert short.api_key.expires_at.seconds - short.api_key.created_at.seconds == HOUR
    for key in (issued.key, short.key):
        assert await keys.find(redis, key) is not None


async def test_listing_keys(operator, acme):
    second = await operator.IssueKey(tenant_id=ACME)
    first_page = await operator.ListKeys(tenant_id=ACME, page_size=1)
    rest = await operator.ListKeys(tenant_id=ACME, page_token=first_page.next_page_token)
    listed = [*first_page.keys, *rest.keys]
    assert sorted(one.key_id for one in listed) == sorted(
        [second.api_key.key_id, acme.api_key.key_id]
    )
    assert rest.next_page_token == ""
    (admin,) = (await operator.ListKeys()).keys
    assert admin.key_id == keys.id_of(operator.key)


async def test_rotating_a_key(operator, acme, redis):
    old = acme.api_key.key_id
    new = await operator.RotateKey(key_id=old, overlap=Duration(seconds=HOUR))
    assert new.api_key.tenant_id == ACME
    rotated = next(k for k in (await operator.ListKeys(tenant_id=ACME)).keys if k.key_id == old)
    assert rotated.rotated_to == new.api_key.key_id
    assert abs(rotated.expires_at.seconds - time.time() - HOUR) < 60
    assert await keys.find(redis, acme.key) is not None
    assert await reason_of(operator.RotateKey(key_id=old)) == Reason.CONFLICT
    last = await operator.RotateKey(key_id=new.api_key.key_id)
    until = next(
        k.expires_at.seconds
        for k in (await operator.ListKeys(tenant_id=ACME)).keys
        if k.rotated_to == last.api_key.key_id
    )
    assert abs(until - time.time() - DAY) < 60


async def test_revoking_a_key(operator, acme, redis):
    revoked = await operator.RevokeKey(key_id=acme.api_key.key_id)
    assert revoked.status == "revoked"
    assert revoked.HasField("revoked_at")
    assert await operator.RevokeKey(key_id=acme.api_key.key_id) == revoked
    assert await keys.find(redis, acme.key) is None
    assert await reason_of(operator.RotateKey(key_id=acme.api_key.key_id)) == Reason.CONFLICT


async def test_the_last_operator_stays(operator):
    assert await reason_of(operator.RevokeKey(key_id=keys.id_of(operator.key))) == Reason.CONFLICT


async def test_the_audit_log(operator, acme):
    await operator.RevokeKey(key_id=acme.api_key.key_id)
    await failure(operator.CreateTenant(name="acme"))
    await operator.GetTenant(tenant_id=ACME)
    events = (await operator.ListAuditEvents()).events
    assert [(one.action, one.target, one.outcome) for one in events] == [
        ("TenantService.CreateTenant", ACME, "CONFLICT"),
        ("TenantService.RevokeKey", acme.api_key.key_id, "ok"),
        ("TenantService.CreateTenant", ACME, "ok"),
    ]
    assert {one.actor_key_id for one in events} == {keys.id_of(operator.key)}
    about = await operator.ListAuditEvents(about=ACME, page_size=1)
    assert [one.id for one in about.events] == [events[0].id]
    rest = await operator.ListAuditEvents(about=ACME, page_token=about.next_page_token)
    assert [one.id for one in rest.events] == [events[2].id]
    since = Timestamp()
    since.CopyFrom(events[1].time)
    found = (await operator.ListAuditEvents(after=since)).events
    assert [one.id for one in found][:2] == [events[0].id, events[1].id]
    # What happened in the same millisecond is not before it.
    since.nanos += 1
    found = (await operator.ListAuditEvents(before=since, about=acme.api_key.key_id)).events
    assert [one.id for one in found] == [events[1].id]
    before = (await operator.ListAuditEvents(before=events[2].time)).events
    assert list(before) == []


async def test_while_redis_is_away(own_redis):
    async with connect(own_redis.url) as redis:
        servicer = TenantServicer(redis, default_caps=CAPS)
        own_redis.kill()
        for method, fields in (("GetTenant", {"tenant_id": ACME}), ("CreateTenant", {"name": "a"})):
            request = getattr(pb, f"{method}Request")(**fields)
            with pytest.raises(MeshError) as raised:
                await getattr(servicer, method)(request, None)
            assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE
