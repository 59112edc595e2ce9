"""API keys in Redis: issuing and looking up. Only a hash of a key is stored.

A key is `sk_openmanus_<env>_<tenant>_<32 hex>` for a tenant and `ak_openmanus_<env>_<32 hex>` for
an operator. Its 128 random bits make a plain SHA-256 safe: there is nothing to guess from.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from meshkit.redis import Redis, as_mapping

ENVIRONMENTS: Final = ("prod", "dev", "test")
_LIFETIME_DAYS: Final[Mapping[str, int]] = {"prod": 90, "dev": 180, "test": 180}
_DAY_S: Final = 86_400
_TENANT_KEY: Final = re.compile(r"sk_openmanus_(prod|dev|test)_([a-z0-9]{1,32})_[0-9a-f]{32}")
_ADMIN_KEY: Final = re.compile(r"ak_openmanus_(prod|dev|test)_[0-9a-f]{32}")
_TENANT: Final = re.compile(r"[a-z0-9]{1,32}")
_KEY_MAX: Final = 128


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket's size.

    Attributes:
        per_hour: Tokens that come back in an hour.
        burst: Tokens it holds at most.
    """

    per_hour: int
    burst: int


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known about a valid key.

    Attributes:
        kind: "tenant" or "admin".
        tenant_id: "tenant_" and the tenant's name; empty for an admin.
        key_id: First 16 digits of the key's hash: names it in logs.
        expires_at: Unix seconds.
        limits: The tenant's own limits by class ("async", "sync", "status").
    """

    kind: str
    tenant_id: str
    key_id: str
    expires_at: int
    limits: Mapping[str, Limit] = field(default_factory=dict)


def key_name(digest: str) -> str:
    """Redis key (hash) of an API key, by its digest."""
    return f"key:{digest}"


def tenant_name(tenant_id: str) -> str:
    """Redis key (hash) of a tenant's settings; fields `limit_<class>` hold "per_hour/burst"."""
    return f"tenant:{{{tenant_id}}}"


def digest_of(key: str) -> str:
    """SHA-256 of a key, hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def well_formed(key: str) -> bool:
    """Whether a text can be a key at all, so that rubbish never reaches Redis."""
    if len(key) > _KEY_MAX:
        return False
    return _TENANT_KEY.fullmatch(key) is not None or _ADMIN_KEY.fullmatch(key) is not None


async def issue(redis: Redis, *, tenant: str, env: str) -> str:
    """Issues a tenant's key and answers it; it cannot be read again.

    Args:
        redis: Where it is stored.
        tenant: The tenant's name, 1 to 32 of `a-z0-9`.
        env: "prod", "dev" or "test".

    Raises:
        ValueError: for a malformed name or environment.
    """
    if _TENANT.fullmatch(tenant) is None:
        msg = "a tenant's name has 1 to 32 characters of a-z and 0-9"
        raise ValueError(msg)
    key = f"sk_openmanus_{_checked(env)}_{tenant}_{secrets.token_hex(16)}"
    await _store(redis, key, kind="tenant", tenant_id=f"tenant_{tenant}", env=env)
    return key


async def issue_admin(redis: Redis, *, env: str) -> str:
    """Issues an operator's key and answers it; it cannot be read again."""
    key = f"ak_openmanus_{_checked(env)}_{secrets.token_hex(16)}"
    await _store(redis, key, kind="admin", tenant_id="", env=env)
    return key


async def find(redis: Redis, key: str) -> KeyRecord | None:
    """The record of a key with its tenant's limits; None when unknown, revoked or expired."""
    if not well_formed(key):
        return None
    digest = digest_of(key)
    record = as_mapping(await redis.execute("HGETALL", key_name(digest)))
    if not record or b"revoked_at" in record:
        return None
    expires_at = int(record[b"expires_at"])
    if expires_at <= time.time():
        return None
    tenant_id = record[b"tenant_id"].decode()
    limits = {}
    if tenant_id:
        settings = as_mapping(await redis.execute("HGETALL", tenant_name(tenant_id)))
        if b"disabled_at" in settings:
            return None
        limits = _limits(settings)
    return KeyRecord(
        kind=record[b"kind"].decode(),
        tenant_id=tenant_id,
        key_id=digest[:16],
        expires_at=expires_at,
        limits=limits,
    )


async def set_limit(redis: Redis, *, tenant_id: str, limit_class: str, limit: Limit) -> None:
    """Overrides one limit of a tenant.

    Raises:
        ValueError: for a limit that lets nothing through; a tenant is shut out by disabling it.
    """
    if limit.per_hour < 1 or limit.burst < 1:
        msg = "a limit lets at least 1 call an hour through, and a burst of at least 1"
        raise ValueError(msg)
    value = f"{limit.per_hour}/{limit.burst}"
    await redis.execute("HSET", tenant_name(tenant_id), f"limit_{limit_class}", value)


def _limits(settings: Mapping[bytes, bytes]) -> dict[str, Limit]:
    limits = {}
    for name, value in settings.items():
        if name.startswith(b"limit_"):
            per_hour, _, burst = value.partition(b"/")
            limits[name.removeprefix(b"limit_").decode()] = Limit(int(per_hour), int(burst))
    return limits


def _checked(env: str) -> str:
    if env not in ENVIRONMENTS:
        msg = f"an environment is one of {', '.join(ENVIRONMENTS)}"
        raise ValueError(msg)
    return env


async def _store(redis: Redis, key: str, *, kind: str, tenant_id: str, env: str) -> None:
    now = int(time.time())
    name = key_name(digest_of(key))
    fields = ("kind", kind, "tenant_id", tenant_id, "env", env, "created_at", now)
    expires_at = now + _LIFETIME_DAYS[env] * _DAY_S
    await redis.execute("HSET", name, *fields, "expires_at", expires_at)
