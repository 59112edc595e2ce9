"""The keys that have been issued: listing, rotating and revoking them, by their ids."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from meshkit.auth import keys
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script, as_mapping

KEY_ID: Final = re.compile(r"[0-9a-f]{16}")
CURSOR: Final = re.compile(r"[0-9]{13}:[0-9a-f]{16}")
"""What a place in a list of keys looks like: when the last one was issued, and its id."""

_REVOKE: Final = Script.load("meshkit.scripts", "key_revoke.lua")


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """What is known about a key; the times are Unix seconds.

    Attributes:
        digest: Its SHA-256.
        tenant_id: Whose it is; empty for an operator's.
        kind: "tenant" or "admin".
        env: "prod", "dev" or "test".
        label: What it is for.
        created_at: When it was issued.
        expires_at: When it ends or has ended.
        lifetime_s: How long it was to hold when it was issued.
        revoked_at: When it was revoked, or None.
        last_used_at: The minute in which it was last used, or None.
        rotated_to: Id of the key in its place; empty unless it was rotated.
    """

    digest: str
    tenant_id: str
    kind: str
    env: str
    label: str
    created_at: int
    expires_at: int
    lifetime_s: int
    revoked_at: int | None
    last_used_at: int | None
    rotated_to: str

    @property
    def key_id(self) -> str:
        """Its id: the first 16 digits of its digest."""
        return self.digest[:16]

    @property
    def status(self) -> str:
        """What it is now: "active", "revoked" or "expired"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= time.time() else "active"


async def get(redis: Redis, key_id: str) -> IssuedKey:
    """One key.

    Raises:
        MeshError: NOT_FOUND, also when it ended more than 90 days ago.
    """
    if KEY_ID.fullmatch(key_id) is None:
        raise _not_found()
    owner = await redis.execute("GET", keys.owner_name(key_id))
    if not isinstance(owner, bytes):
        raise _not_found()
    tenant_id, _, digest = owner.decode().partition(":")
    record = as_mapping(await redis.execute("HGETALL", keys.key_name(digest, tenant_id)))
    if not record:
        raise _not_found()
    return _issued(digest, record)


async def page(
    redis: Redis, tenant_id: str, *, size: int, after: str = ""
) -> tuple[list[IssuedKey], str]:
    """The keys of a tenant, or with "" the operators', the latest first.

    Args:
        redis: Where they are.
        tenant_id: Whose.
        size: How many at most.
        after: Where to go on; empty to begin.

    Returns:
        The keys, and where to go on; empty at the end.
    """
    index = keys.index_name(tenant_id)
    upper = f"({after}" if after else "+"
    reply = await redis.execute("ZREVRANGEBYLEX", index, upper, "-", "LIMIT", 0, size + 1)
    items = reply if isinstance(reply, list) else []
    members = [item.decode() for item in items if isinstance(item, bytes)]
    shown = members[:size]
    digests = [member.partition(":")[2] for member in shown]
    replies = await redis.pipeline(*(("HGETALL", keys.key_name(d, tenant_id)) for d in digests))
    found = []
    for member, digest, record in zip(shown, digests, map(as_mapping, replies), strict=True):
        if record:
            found.append(_issued(digest, record))
        else:
            # It ended long ago; the index forgets it here.
            await redis.execute("ZREM", index, member)
    # A prefix of a member sorts just before it, so a cursor need not tell the whole digest.
    cursor = shown[-1][: 13 + 1 + 16] if len(members) > size else ""
    return found, cursor


async def rotate(redis: Redis, key_id: str, *, overlap_s: int) -> str:
    """Issues a key in the place of another and answers it; it cannot be read again.

    The new key has the owner, environment, label and lifetime of the old one.

    Args:
        redis: Where they are.
        key_id: The old key.
        overlap_s: How long the old one goes on, but never past its own expiry.

    Raises:
        MeshError: NOT_FOUND, or CONFLICT when the old key is revoked, expired or was rotated.
    """
    old = await get(redis, key_id)
    replaces = keys.Replaced(old.digest, until=int(time.time()) + overlap_s)
    name = old.tenant_id.removeprefix("tenant_")
    lifetime_s, label = old.lifetime_s, old.label
    try:
        if name:
            return await keys.issue(
                redis,
                tenant=name,
                env=old.env,
                lifetime_s=lifetime_s,
                label=label,
                replaces=replaces,
            )
        return await keys.issue_admin(
            redis, env=old.env, lifetime_s=lifetime_s, label=label, replaces=replaces
        )
    except LookupError as error:
        old = await get(redis, key_id)
        state = old.status if old.status != "active" else f"rotated to {old.rotated_to}"
        message = f"The key is {state}; issue a new one."
        raise MeshError(Reason.CONFLICT, message, details={"status": old.status}) from error


async def revoke(redis: Redis, key_id: str) -> IssuedKey:
    """Revokes a key; repeating it changes nothing.

    Raises:
        MeshError: NOT_FOUND, or CONFLICT for the last valid key of an operator: without it nobody
            could issue another.
    """
    key = await get(redis, key_id)
    names = [keys.key_name(key.digest, key.tenant_id), keys.valid_name(key.tenant_id)]
    left_min = 0 if key.tenant_id else 1
    now = int(time.time())
    outcome = await redis.run(_REVOKE, names, [key.digest, now, keys.KEPT_S, left_min])
    if outcome == b"missing":
        raise _not_found()
    if outcome == b"last":
        message = "This is the last valid key of an operator; issue another one first."
        raise MeshError(Reason.CONFLICT, message)
    return await get(redis, key_id)


def _not_found() -> MeshError:
    return MeshError(Reason.NOT_FOUND, "There is no such key.")


def _issued(digest: str, record: Mapping[bytes, bytes]) -> IssuedKey:
    def text(name: str) -> str:
        return record.get(name.encode(), b"").decode()

    return IssuedKey(
        digest=digest,
        tenant_id=text("tenant_id"),
        kind=text("kind"),
        env=text("env"),
        label=text("label"),
        created_at=int(text("created_at")),
        expires_at=int(text("expires_at")),
        lifetime_s=int(text("lifetime_s")),
        revoked_at=int(text("revoked_at")) if text("revoked_at") else None,
        last_used_at=int(text("last_used_at")) if text("last_used_at") else None,
        rotated_to=text("rotated_to"),
    )
