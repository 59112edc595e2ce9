"""The tenant RPCs' thin adapter: tenants, keys, budgets and the audit log, for operators."""

from collections.abc import Mapping
from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from gateway import tenant_records as records
from manusmesh.tenant.v1 import tenant_pb2
from manusmesh.tenant.v1 import tenant_service_pb2 as pb
from manusmesh.tenant.v1 import tenant_service_pb2_grpc as rpc
from meshkit import audit, paging, tenants
from meshkit.auth import keyring, keys
from meshkit.budgets import Ledger
from meshkit.middleware import Context
from meshkit.redis import Redis
from meshkit.webhooks import signing_secrets

_PAGE: Final = 20
_ENV: Final = "prod"
_OVERLAP_S: Final = 86_400
"""How long an old key or secret goes on beside the new one, unless the caller says otherwise."""


class TenantServicer(rpc.TenantServiceServicer):
    """Speaks `tenant.v1`.

    Args:
        redis: Where everything is.
        default_caps: The caps of tenants that have none of their own: "running", "queued" and
            "watchers".
    """

    def __init__(self, redis: Redis, *, default_caps: Mapping[str, int]) -> None:
        self._redis = redis
        self._default_caps = default_caps
        self._ledger = Ledger(redis)

    async def CreateTenant(  # noqa: N802 - the contract's name
        self, request: pb.CreateTenantRequest, context: Context
    ) -> pb.CreatedTenant:
        """Creates a tenant with its first key and its webhook secret.

        When it fails midway there may be a tenant without a key; it takes another key as any does.
        """
        created = await tenants.create(
            self._redis, request.name, records.own_limits(request.limits)
        )
        secret, *_ = await signing_secrets.current(self._redis, created.tenant_id)
        key = await keys.issue(self._redis, tenant=created.name, env=request.env or _ENV)
        return pb.CreatedTenant(
            tenant_id=created.tenant_id,
            key=key,
            webhook_secret=secret,
            tenant=self._told(created),
            api_key=await self._api_key(key),
        )

    async def GetTenant(  # noqa: N802
        self, request: pb.GetTenantRequest, context: Context
    ) -> tenant_pb2.Tenant:
        """Answers one tenant."""
        return self._told(await tenants.get(self._redis, request.tenant_id))

    async def ListTenants(  # noqa: N802
        self, request: pb.ListTenantsRequest, context: Context
    ) -> pb.ListTenantsResponse:
        """Lists the tenants in the order of their names."""
        after = paging.decode(request.page_token, tenants.NAME)
        size = request.page_size or _PAGE
        found, more = await tenants.page(self._redis, size=size, after=after)
        return pb.ListTenantsResponse(
            tenants=map(self._told, found), next_page_token=paging.encode(more)
        )

    async def SetLimits(  # noqa: N802
        self, request: pb.SetLimitsRequest, context: Context
    ) -> tenant_pb2.Tenant:
        """Changes what a tenant may do."""
        reset = set(request.reset)
        if request.limits.HasField(tenants.BUDGET) and request.limits.monthly_budget_usd == 0:
            # No budget is the default.
            reset.add(tenants.BUDGET)
        own = records.own_limits(request.limits)
        return self._told(
            await tenants.change(self._redis, request.tenant_id, own, reset=sorted(reset))
        )

    async def DisableTenant(  # noqa: N802
        self, request: pb.DisableTenantRequest, context: Context
    ) -> tenant_pb2.Tenant:
        """Shuts a tenant out."""
        return self._told(await tenants.disable(self._redis, request.tenant_id))

    async def EnableTenant(  # noqa: N802
        self, request: pb.EnableTenantRequest, context: Context
    ) -> tenant_pb2.Tenant:
        """Lets a disabled tenant in again."""
        return self._told(await tenants.enable(self._redis, request.tenant_id))

    async def RotateWebhookSecret(  # noqa: N802
        self, request: pb.RotateWebhookSecretRequest, context: Context
    ) -> pb.WebhookSecret:
        """Gives a tenant a new webhook secret."""
        secret = await signing_secrets.rotate(
            self._redis, request.tenant_id, overlap_s=_overlap_s(request)
        )
        return pb.WebhookSecret(webhook_secret=secret)

    async def GetTenantUsage(  # noqa: N802
        self, request: pb.GetTenantUsageRequest, context: Context
    ) -> pb.TenantUsage:
        """Answers what models have cost a tenant."""
        tenant = await tenants.get(self._redis, request.tenant_id)
        months = await self._ledger.months(tenant.tenant_id)
        return pb.TenantUsage(months=map(records.month, months))

    async def IssueKey(  # noqa: N802
        self, request: pb.IssueKeyRequest, context: Context
    ) -> tenant_pb2.IssuedKey:
        """Issues a key of a tenant."""
        tenant = await tenants.get(self._redis, request.tenant_id)
        return await self._issued(
            await keys.issue(
                self._redis,
                tenant=tenant.name,
                env=request.env or _ENV,
                lifetime_s=_lifetime_s(request),
                label=request.label,
            )
        )

    async def IssueAdminKey(  # noqa: N802
        self, request: pb.IssueAdminKeyRequest, context: Context
    ) -> tenant_pb2.IssuedKey:
        """Issues an operator's key."""
        return await self._issued(
            await keys.issue_admin(
                self._redis,
                env=request.env or _ENV,
                lifetime_s=_lifetime_s(request),
                label=request.label,
            )
        )

    async def ListKeys(  # noqa: N802
        self, request: pb.ListKeysRequest, context: Context
    ) -> pb.ListKeysResponse:
        """Lists keys, the latest first."""
        after = paging.decode(request.page_token, keyring.CURSOR)
        if request.tenant_id:
            await tenants.get(self._redis, request.tenant_id)
        size = request.page_size or _PAGE
        found, more = await keyring.page(self._redis, request.tenant_id, size=size, after=after)
        return pb.ListKeysResponse(
            keys=map(records.api_key, found), next_page_token=paging.encode(more)
        )

    async def RotateKey(  # noqa: N802
        self, request: pb.RotateKeyRequest, context: Context
    ) -> tenant_pb2.IssuedKey:
        """Issues a key in the place of another."""
        return await self._issued(
            await keyring.rotate(self._redis, request.key_id, overlap_s=_overlap_s(request))
        )

    async def RevokeKey(  # noqa: N802
        self, request: pb.RevokeKeyRequest, context: Context
    ) -> tenant_pb2.ApiKey:
        """Revokes a key."""
        return records.api_key(await keyring.revoke(self._redis, request.key_id))

    async def ListAuditEvents(  # noqa: N802
        self, request: pb.ListAuditEventsRequest, context: Context
    ) -> pb.ListAuditEventsResponse:
        """Lists the audit log, the latest first."""
        after = paging.decode(request.page_token, audit.CURSOR)
        wanted = audit.Filter(
            about=request.about,
            after_ms=_ms(request.after) if request.HasField("after") else 0,
            before_ms=_ms(request.before) if request.HasField("before") else None,
        )
        size = request.page_size or _PAGE
        found, more = await audit.page(self._redis, wanted, size=size, after=after)
        return pb.ListAuditEventsResponse(
            events=map(records.audit_event, found), next_page_token=paging.encode(more)
        )

    def _told(self, tenant: tenants.Tenant) -> tenant_pb2.Tenant:
        return records.tenant(tenant, self._default_caps)

    async def _issued(self, key: str) -> tenant_pb2.IssuedKey:
        return tenant_pb2.IssuedKey(key=key, api_key=await self._api_key(key))

    async def _api_key(self, key: str) -> tenant_pb2.ApiKey:
        return records.api_key(await keyring.get(self._redis, keys.id_of(key)))


def _overlap_s(request: pb.RotateKeyRequest | pb.RotateWebhookSecretRequest) -> int:
    return _whole_seconds(request.overlap) if request.HasField("overlap") else _OVERLAP_S


def _lifetime_s(request: pb.IssueKeyRequest | pb.IssueAdminKeyRequest) -> int | None:
    return _whole_seconds(request.lifetime) if request.HasField("lifetime") else None


def _whole_seconds(duration: Duration) -> int:
    return int(duration.seconds)


def _ms(time: Timestamp) -> int:
    """The first whole millisecond at or after a time; never before 1970."""
    return max(0, -(-time.ToNanoseconds() // 1_000_000))
