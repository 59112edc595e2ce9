"""What is due: the tenants' deliveries by when they may be taken, in one slot of a cluster.

The same structure as the task queue: an entry that is taken becomes visible again when its lease
runs out, and a retry waits under the time at which it is due.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from meshkit.redis import Argument, Redis, Script
from meshkit.webhooks import keys

_SCRIPTS: Final = "meshkit.webhooks.scripts"
_PUT: Final = Script.load(_SCRIPTS, "put.lua")
_CLAIM: Final = Script.load(_SCRIPTS, "claim.lua")
_SETTLE: Final = Script.load(_SCRIPTS, "settle.lua")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry that is taken.

    Attributes:
        tenant_id: Whose delivery it is.
        name: The entry, as `keys.entry` makes it.
        until_ms: When the lease ends, Unix milliseconds; it also names the lease.
    """

    tenant_id: str
    name: str
    until_ms: int


async def put(
    redis: Redis, tenant_id: str, entry: str, *, delay_ms: int = 0, again: bool = False
) -> None:
    """Makes an entry due after a delay; one that is there keeps its time, unless `again`."""
    await redis.run(
        _PUT,
        [keys.TENANTS, keys.due(tenant_id)],
        [tenant_id, entry, delay_ms, "again" if again else "new"],
    )


async def claim(
    redis: Redis, *, lease_ms: int, count: int, busy: Collection[str] = ()
) -> list[Claimed]:
    """Takes entries that are due, at most `count` and at most one a tenant, none of `busy`.

    Tenants take turns: no number of entries of one holds up those of another.
    """
    arguments: list[Argument] = [keys.DUE_PREFIX, lease_ms, count, *busy]
    reply = await redis.run(_CLAIM, [keys.TENANTS], arguments)
    if not isinstance(reply, list) or not isinstance(reply[0], int):
        return []
    names = [item.decode() for item in reply[1:] if isinstance(item, bytes)]
    return [
        Claimed(tenant_id, name, reply[0])
        for tenant_id, name in zip(names[::2], names[1::2], strict=True)
    ]


async def settle(redis: Redis, claimed: Claimed, next_ms: int | None) -> None:
    """Gives a claimed entry back until `next_ms` (Unix milliseconds), or drops it when None.

    Does nothing to an entry that has been made due again or claimed by another since.
    """
    await redis.run(
        _SETTLE,
        [keys.TENANTS, keys.due(claimed.tenant_id)],
        [
            claimed.tenant_id,
            claimed.name,
            claimed.until_ms,
            "" if next_ms is None else next_ms,
        ],
    )
