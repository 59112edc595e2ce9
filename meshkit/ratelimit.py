"""Rate limits: one token bucket a tenant and class, exact over replicas: Redis does the step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from meshkit.auth.keys import Limit
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script

DEFAULTS: Final[Mapping[str, Limit]] = {
    "async": Limit(per_hour=100, burst=10),
    "sync": Limit(per_hour=1000, burst=50),
    "status": Limit(per_hour=10_000, burst=100),
}
"""The limits of the public contract, by class."""

_TAKE: Final = Script.load("meshkit", "ratelimit.lua")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a bucket says about one call.

    Attributes:
        limit: Its size.
        allowed: Whether the call may go on; a token is then spent.
        remaining: Whole tokens left.
        retry_after_s: Seconds until a token is there; 0 when one is.
        reset_s: Seconds until the bucket is full.
    """

    limit: Limit
    allowed: bool
    remaining: int
    retry_after_s: float
    reset_s: float

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The `RateLimit-*` headers of the answer."""
        return (
            ("ratelimit-limit", str(self.limit.burst)),
            ("ratelimit-remaining", str(self.remaining)),
            ("ratelimit-reset", str(-int(-self.reset_s // 1))),
        )

    def error(self) -> MeshError:
        """The refusal."""
        return MeshError(
            Reason.RATE_LIMITED,
            f"Too many calls: {self.limit.per_hour} an hour with a burst of {self.limit.burst} are "
            f"allowed. Try again in {max(1, -int(-self.retry_after_s // 1))} s.",
            details={"limit": self.limit.per_hour, "window": 3600, "remaining": self.remaining},
            retry_after_s=self.retry_after_s,
        )


class RateLimiter:
    """Spends tokens of tenants."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, tenant_id: str, limit_class: str, limit: Limit | None) -> Allowance:
        """Takes one token; the answer says whether there was one.

        Args:
            tenant_id: Whose bucket.
            limit_class: "async", "sync" or "status".
            limit: The tenant's own limit, or None for the default of the class.
        """
        size = limit or DEFAULTS[limit_class]
        bucket = f"limit:{{{tenant_id}}}:{limit_class}"
        reply = await self._redis.run(_TAKE, [bucket], [size.burst, size.per_hour / 3600])
        allowed, remaining, wait_ms, full_ms = _integers(reply)
        return Allowance(size, allowed == 1, remaining, wait_ms / 1000, full_ms / 1000)


def _integers(reply: object) -> tuple[int, int, int, int]:
    if not isinstance(reply, list):
        msg = "the rate limit script answers a list"
        raise TypeError(msg)
    allowed, remaining, wait_ms, full_ms = (int(item) for item in reply)
    return allowed, remaining, wait_ms, full_ms
