"""Tenants, keys, months and audit entries as the messages of `tenant.v1`, and limits back again."""

from collections.abc import Mapping
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.tenant.v1 import tenant_pb2 as pb
from meshkit import audit, budgets, tenants
from meshkit.auth import keyring
from meshkit.ratelimit import DEFAULTS
from meshkit.tenants import Limit, OwnLimits, Tenant


def own_limits(limits: pb.Limits) -> OwnLimits:
    """What a request sets: the fields that are there."""
    return OwnLimits(
        # "async" is a word of Python's own, so these fields are reached by their names.
        buckets={
            name: Limit(getattr(limits, name).per_hour, getattr(limits, name).burst)
            for name in tenants.BUCKETS
            if limits.HasField(name)
        },
        caps={name: getattr(limits, name) for name in tenants.CAPS if limits.HasField(name)},
        budget_micros=budgets.to_micros(limits.monthly_budget_usd),
    )


def tenant(one: Tenant, default_caps: Mapping[str, int]) -> pb.Tenant:
    """A tenant with what holds for it.

    Args:
        one: The tenant.
        default_caps: The caps of a tenant that has none of its own, by name.
    """
    own = one.own
    limits = pb.Limits(monthly_budget_usd=budgets.to_usd(own.budget_micros))
    for name in tenants.BUCKETS:
        limit = own.buckets.get(name, DEFAULTS[name])
        getattr(limits, name).CopyFrom(pb.RateLimit(per_hour=limit.per_hour, burst=limit.burst))
    for name in tenants.CAPS:
        setattr(limits, name, own.caps.get(name, default_caps[name]))
    return pb.Tenant(
        tenant_id=one.tenant_id,
        name=one.name,
        created_at=Timestamp(seconds=one.created_at),
        disabled_at=_time(one.disabled_at),
        limits=limits,
        overridden=[name for name in _LIMIT_NAMES if _is_own(name, own)],
    )


def api_key(key: keyring.IssuedKey) -> pb.ApiKey:
    """What is known about a key."""
    return pb.ApiKey(
        key_id=key.key_id,
        tenant_id=key.tenant_id,
        kind=key.kind,
        env=key.env,
        status=key.status,
        created_at=Timestamp(seconds=key.created_at),
        expires_at=Timestamp(seconds=key.expires_at),
        revoked_at=_time(key.revoked_at),
        last_used_at=_time(key.last_used_at),
        label=key.label,
        rotated_to=key.rotated_to,
    )


def month(one: budgets.Month) -> pb.MonthUsage:
    """What one month has cost."""
    return pb.MonthUsage(
        month=one.month,
        budget_usd=budgets.to_usd(one.budget),
        spent_usd=budgets.to_usd(one.spent),
        reserved_usd=budgets.to_usd(one.reserved),
    )


def audit_event(entry: audit.Entry) -> pb.AuditEvent:
    """One line of the audit log."""
    time = Timestamp()
    time.FromMilliseconds(entry.time_ms)
    return pb.AuditEvent(
        id=entry.entry_id,
        time=time,
        actor_kind=entry.actor_kind,
        actor_key_id=entry.actor_key_id,
        actor_tenant_id=entry.actor_tenant_id,
        action=entry.action,
        target=entry.target,
        outcome=entry.outcome,
        trace_id=entry.trace_id,
    )


_LIMIT_NAMES: Final = (*tenants.BUCKETS, *tenants.CAPS, tenants.BUDGET)


def _is_own(name: str, own: OwnLimits) -> bool:
    if name == tenants.BUDGET:
        return own.budget_micros > 0
    return name in own.buckets or name in own.caps


def _time(seconds: int | None) -> Timestamp | None:
    return Timestamp(seconds=seconds) if seconds is not None else None
