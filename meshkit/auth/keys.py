"""API keys in Redis: issuing and looking up. Only a hash of a key is stored.

A key is `sk_openmanus_<env>_<tenant>_<32 hex>` for a tenant and `ak_openmanus_<env>_<32 hex>` for
an operator. Its 128 random bits make a plain SHA-256 safe: there is nothing to guess from.

A key's owner is its tenant, or for "" all operators together. Everything about the keys of one
owner shares a hash tag, so that each step is one script; `keyring.py` lists, rotates and revokes.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from meshkit import tenants
from meshkit.redis import Redis, Script, as_mapping
from meshkit.tenants import Limit, set_limit

__all__ = [  # what a limit is belongs to the tenants; whoever deals with keys deals with it, too
    "ENVIRONMENTS",
    "KEPT_S",
    "KeyRecord",
    "Limit",
    "Replaced",
    "digest_of",
    "find",
    "id_of",
    "index_name",
    "issue",
    "issue_admin",
    "key_name",
    "owner_name",
    "set_limit",
    "valid_name",
    "well_formed",
]

ENVIRONMENTS: Final = ("prod", "dev", "test")
KEPT_S: Final = 90 * 86_400
"""How long the record of a key that has ended is kept."""
_LIFETIME_DAYS: Final[Mapping[str, int]] = {"prod": 90, "dev": 180, "test": 180}
_DAY_S: Final = 86_400
_TENANT_KEY: Final = re.compile(r"sk_openmanus_(?:prod|dev|test)_([a-z0-9]{1,32})_[0-9a-f]{32}")
_ADMIN_KEY: Final = re.compile(r"ak_openmanus_(?:prod|dev|test)_[0-9a-f]{32}")
_KEY_MAX: Final = 128
_KEY_ID_DIGITS: Final = 16
_ISSUE: Final = Script.load("meshkit.scripts", "key_issue.lua")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known about a valid key.

    Attributes:
        kind: "tenant" or "admin".
        tenant_id: "tenant_" and the tenant's name; empty for an admin.
        key_id: First 16 digits of the key's hash: names it in logs.
        expires_at: Unix seconds.
        limits: The tenant's own limits by class ("async", "sync", "status").
        caps: The tenant's own caps by name ("running", "queued", "watchers").
    """

    kind: str
    tenant_id: str
    key_id: str
    expires_at: int
    limits: Mapping[str, Limit] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """The key in whose place another is issued.

    Attributes:
        digest: Its hash.
        until: Unix seconds at which it ends, unless it does so earlier.
    """

    digest: str
    until: int


def key_name(digest: str, tenant_id: str = "") -> str:
    """Redis key (hash) of an API key, by its digest and its owner."""
    return f"{owner_tag(tenant_id)}:key:{digest}"


def index_name(tenant_id: str) -> str:
    """Redis key (sorted set) of all keys of an owner, `<ms of issue>:<digest>` in that order."""
    return f"{owner_tag(tenant_id)}:keys"


def valid_name(tenant_id: str) -> str:
    """Redis key (sorted set) of the digests of an owner's valid keys by their expiry."""
    return f"{owner_tag(tenant_id)}:valid-keys"


def owner_name(key_id: str) -> str:
    """Redis key (string) of whose key an id names, `<tenant id>:<digest>`."""
    return f"key-id:{{{key_id}}}"


def digest_of(key: str) -> str:
    """SHA-256 of a key, hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def id_of(key: str) -> str:
    """The id of a key: the first 16 digits of its hash."""
    return digest_of(key)[:_KEY_ID_DIGITS]


def well_formed(key: str) -> bool:
    """Whether a text can be a key at all, so that rubbish never reaches Redis."""
    return _owner_of(key) is not None


async def issue(
    redis: Redis,
    *,
    tenant: str,
    env: str,
    lifetime_s: int | None = None,
    label: str = "",
    replaces: Replaced | None = None,
) -> str:
    """Issues a tenant's key and answers it; it cannot be read again.

    Args:
        redis: Where it is stored.
        tenant: The tenant's name, 1 to 32 of `a-z0-9`; it is registered when it is new.
        env: "prod", "dev" or "test".
        lifetime_s: How long it holds; by default 90 days for prod and 180 for the others.
        label: What it is for.
        replaces: The tenant's key in whose place it is issued.

    Raises:
        ValueError: for a malformed name or environment.
        LookupError: when the replaced key has ended or has been replaced already.
    """
    tenant_id = tenants.id_of(tenant)
    key = f"sk_openmanus_{_checked(env)}_{tenant}_{secrets.token_hex(16)}"
    await tenants.ensure(redis, tenant)
    terms = _Terms(tenant_id, env, lifetime_s or _default_lifetime_s(env), label)
    await _store(redis, key, terms, replaces)
    return key


async def issue_admin(
    redis: Redis,
    *,
    env: str,
    lifetime_s: int | None = None,
    label: str = "",
    replaces: Replaced | None = None,
) -> str:
    """Issues an operator's key and answers it; it cannot be read again. Arguments as of `issue`."""
    key = f"ak_openmanus_{_checked(env)}_{secrets.token_hex(16)}"
    terms = _Terms("", env, lifetime_s or _default_lifetime_s(env), label)
    await _store(redis, key, terms, replaces)
    return key


async def find(redis: Redis, key: str) -> KeyRecord | None:
    """The record of a key with its tenant's limits; None when unknown, revoked or expired."""
    tenant_id = _owner_of(key)
    if tenant_id is None:
        return None
    digest = digest_of(key)
    commands = [("HGETALL", key_name(digest, tenant_id))]
    if tenant_id:
        commands.append(("HGETALL", tenants.settings_key(tenant_id)))
    record, *rest = map(as_mapping, await redis.pipeline(*commands))
    if not record or b"revoked_at" in record:
        return None
    expires_at = int(record[b"expires_at"])
    if expires_at <= time.time():
        return None
    settings = rest[0] if rest else {}
    if b"disabled_at" in settings:
        return None
    own = tenants.own_limits(settings)
    return KeyRecord(
        kind=record[b"kind"].decode(),
        tenant_id=tenant_id,
        key_id=digest[:_KEY_ID_DIGITS],
        expires_at=expires_at,
        limits=own.buckets,
        caps=own.caps,
    )


def _owner_of(key: str) -> str | None:
    """The tenant id of a tenant's key, "" for an operator's, None for anything else."""
    if len(key) > _KEY_MAX:
        return None
    if found := _TENANT_KEY.fullmatch(key):
        return tenants.id_of(found[1])
    return "" if _ADMIN_KEY.fullmatch(key) else None


def owner_tag(tenant_id: str) -> str:
    """What the Redis keys of an owner begin with: a tenant's, or with "" the operators'."""
    return tenants.settings_key(tenant_id) if tenant_id else "{operators}"


def _checked(env: str) -> str:
    if env not in ENVIRONMENTS:
        msg = f"an environment is one of {', '.join(ENVIRONMENTS)}"
        raise ValueError(msg)
    return env


@dataclass(frozen=True, slots=True)
class _Terms:
    tenant_id: str
    env: str
    lifetime_s: int
    label: str


def _default_lifetime_s(env: str) -> int:
    return _LIFETIME_DAYS[env] * _DAY_S


async def _store(redis: Redis, key: str, terms: _Terms, replaces: Replaced | None) -> None:
    digest = digest_of(key)
    tenant_id = terms.tenant_id
    now_ms = int(time.time() * 1000)
    now = now_ms // 1000
    expires_at = now + terms.lifetime_s
    names = [key_name(digest, tenant_id), index_name(tenant_id), valid_name(tenant_id)]
    fields = {
        "kind": "tenant" if tenant_id else "admin",
        "created_at": now,
        "expires_at": expires_at,
        **asdict(terms),
    }
    # Another slot of a cluster, so a step of its own, and before the key: an id that leads to no
    # key is as good as none, but a key without an id could not be revoked.
    owner = owner_name(digest[:_KEY_ID_DIGITS])
    await redis.execute("SET", owner, f"{tenant_id}:{digest}", "EXAT", expires_at + KEPT_S)
    stored = await redis.run(
        _ISSUE,
        [*names, key_name(replaces.digest, tenant_id)] if replaces else names,
        [
            *(digest, f"{now_ms:013d}", expires_at, KEPT_S, now),
            *((replaces.digest, replaces.until) if replaces else ("", 0)),
            *(part for item in fields.items() for part in item),
        ],
    )
    if stored != 1:
        await redis.execute("DEL", owner)
        msg = "the key to replace has ended or has been replaced"
        raise LookupError(msg)
