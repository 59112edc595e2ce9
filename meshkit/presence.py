"""Presence: each process tells Redis that it can work, so that readiness knows who is missing."""

import time
from typing import Final

from meshkit.redis import Redis

_KEY: Final = "presence"
"""Sorted set: `service/instance` by the Unix millisecond at which it counts as gone."""
_LIFETIME_MS: Final = 4000


async def announce(redis: Redis, service: str, instance: str) -> None:
    """Says that a process can work, for the next 4 seconds."""
    await redis.execute("ZADD", _KEY, _now_ms() + _LIFETIME_MS, f"{service}/{instance}")


async def withdraw(redis: Redis, service: str, instance: str) -> None:
    """Says that a process stops."""
    await redis.execute("ZREM", _KEY, f"{service}/{instance}")


async def present(redis: Redis) -> dict[str, int]:
    """How many replicas of each service can work.

    Raises:
        RedisAwayError: also when Redis can be read but takes no writes, for then nobody can work.
    """
    now = _now_ms()
    *_, members = await redis.pipeline(
        # Changes nothing and costs no sync, and is refused as any write would be.
        ("ZADD", _KEY, "XX", now, "nobody"),
        ("ZREMRANGEBYSCORE", _KEY, "-inf", now - 60_000),
        ("ZRANGEBYSCORE", _KEY, now, "+inf"),
    )
    counts: dict[str, int] = {}
    for member in members if isinstance(members, list) else []:
        if isinstance(member, bytes):
            service = member.decode().partition("/")[0]
            counts[service] = counts.get(service, 0) + 1
    return counts


def _now_ms() -> int:
    return int(time.time() * 1000)
