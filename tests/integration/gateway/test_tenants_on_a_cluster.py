"""Everything of tenants on a real Redis Cluster: no step touches two slots at once."""

from collections.abc import AsyncIterator

import pytest

from gateway.tenants import TenantServicer
from manusmesh.tenant.v1 import tenant_service_pb2 as pb
from manusmesh.type.v1 import policy_pb2
from meshkit import audit, middleware, tenants
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.budgets import Ledger
from meshkit.redis import Redis, connect
from meshkit.webhooks import signing_secrets
from tests.support.eventually import eventually
from tests.support.redis_cluster import RedisCluster

CAPS = {"running": 8, "queued": 1000, "watchers": 100}


@pytest.fixture
async def client(shared_cluster: RedisCluster) -> AsyncIterator[Redis]:
    shared_cluster.empty()
    async with connect(shared_cluster.url) as opened:
        yield opened


async def test_a_tenants_life(client):
    servicer = TenantServicer(client, default_caps=CAPS)
    assert list((await servicer.ListTenants(pb.ListTenantsRequest(), None)).tenants) == []
    names = [f"t{number}" for number in range(8)]
    for name in names:
        created = await servicer.CreateTenant(pb.CreateTenantRequest(name=name), None)
    tenant_id, key_id = created.tenant_id, created.api_key.key_id
    listed = await servicer.ListTenants(pb.ListTenantsRequest(page_size=7), None)
    assert [one.name for one in listed.tenants] == names[:7]
    assert [one async for one in tenants.tenant_ids(client)] == [f"tenant_{n}" for n in names]

    authenticator = KeyAuthenticator(client)
    caller = await authenticator.authenticate([("authorization", f"Bearer {created.key}")])
    assert caller.tenant_id == tenant_id

    async def listed_keys() -> dict[str, str]:
        request = pb.ListKeysRequest(tenant_id=tenant_id)
        answer = await servicer.ListKeys(request, None)
        return {key.key_id: key.status for key in answer.keys if key.HasField("last_used_at")}

    await eventually(lambda: _is(listed_keys(), {key_id: "active"}))
    rotated = await servicer.RotateKey(pb.RotateKeyRequest(key_id=key_id), None)
    await servicer.RevokeKey(pb.RevokeKeyRequest(key_id=key_id), None)
    assert await keys.find(client, created.key) is None
    assert await keys.find(client, rotated.key) is not None
    request = pb.RotateWebhookSecretRequest(tenant_id=tenant_id)
    new = (await servicer.RotateWebhookSecret(request, None)).webhook_secret
    secrets = await signing_secrets.current(client, tenant_id)
    assert secrets == [new, created.webhook_secret]
    disabled = await servicer.DisableTenant(pb.DisableTenantRequest(tenant_id=tenant_id), None)
    assert disabled.HasField("disabled_at")


async def _is(value, expected) -> bool:
    return await value == expected


async def test_costs(client):
    ledger = Ledger(client)
    await ledger.reserve("tenant_payer", 2, "a", 60)
    await ledger.settle("tenant_payer", "a", 1.5)
    await ledger.release("tenant_payer", "b")
    (month,) = await ledger.months("tenant_payer")
    assert (month.spent, month.reserved) == (1_500_000, 0)


async def nothing(_call):
    """Answers a call."""


async def test_the_audit_log(client):
    policy = policy_pb2.MethodPolicy(audited=True)
    request = pb.DisableTenantRequest(tenant_id="tenant_a")
    call = middleware.Call("/a.B/C", policy, None, (), request, streaming=False)
    for _ in range(3):
        await audit.audited(client)(call, nothing)
    entries, _ = await audit.page(client, audit.Filter("tenant_a"), size=9)
    assert [entry.outcome for entry in entries] == ["ok"] * 3
