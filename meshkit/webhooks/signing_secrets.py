"""The secrets that sign a tenant's webhooks: one, and beside it for a while the one before."""

import base64
import secrets
import time
from typing import Final

from meshkit import tenants
from meshkit.redis import Redis, Script

_BYTES: Final = 32
_ADD: Final = Script.load("meshkit.webhooks.scripts", "secret.lua")


def key(tenant_id: str) -> str:
    """Redis key (sorted set) of a tenant's secrets by the ms until which they sign.

    Raises:
        ValueError: for a malformed tenant id.
    """
    return f"{tenants.settings_key(tenant_id)}:webhook-secrets"


async def current(redis: Redis, tenant_id: str) -> list[str]:
    """The secrets that sign a tenant's webhooks now, the newest first; there is always one.

    Signing needs the secret itself, so it is stored as it is, unlike a key. It must never be
    logged, listed or sent anywhere; only the answer that made it shows it.

    Raises:
        ValueError: for a malformed tenant id.
    """
    while True:
        lower = f"({int(time.time() * 1000)}"
        reply = await redis.execute("ZREVRANGEBYSCORE", key(tenant_id), "+inf", lower)
        items = reply if isinstance(reply, list) else []
        members = [item.decode() for item in items if isinstance(item, bytes)]
        if members:
            # The one without an end is the newest; the others say when they were made.
            newest_first = [members[0], *sorted(members[1:], reverse=True)]
            return [member.partition(":")[2] for member in newest_first]
        # A tenant from before there were secrets; of two that make one here the first wins.
        await _add(redis, tenant_id, overlap_s=0, mode="first")


async def rotate(redis: Redis, tenant_id: str, *, overlap_s: float) -> str:
    """Gives a tenant a new secret and answers it.

    Args:
        redis: Where it is stored.
        tenant_id: The tenant.
        overlap_s: Seconds for which the secret before signs beside it.

    Raises:
        MeshError: NOT_FOUND.
    """
    await tenants.get(redis, tenant_id)
    return await _add(redis, tenant_id, overlap_s=overlap_s, mode="next")


async def _add(redis: Redis, tenant_id: str, *, overlap_s: float, mode: str) -> str:
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(_BYTES)).decode()}"
    now_ms = int(time.time() * 1000)
    until_ms = now_ms + round(overlap_s * 1000)
    member = f"{now_ms:013d}:{secret}"
    await redis.run(_ADD, [key(tenant_id)], [now_ms, member, until_ms, mode])
    return secret
