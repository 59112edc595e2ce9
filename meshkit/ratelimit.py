"""Rate limits: one token bucket a tenant and class, exact over replicas: Redis does the step."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from meshkit.auth.keys import Limit
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script, budget

DEFAULTS: Final[Mapping[str, Limit]] = {
    "async": Limit(per_hour=100, burst=10),
    "sync": Limit(per_hour=1000, burst=50),
    "status": Limit(per_hour=10_000, burst=100),
}
"""The limits of the public contract, by class."""

_GATHER_S: Final = 0.003
"""How long callers of a bucket that several use at once gather for the next step. With 32 clients
that poll, calls without it cost a third more CPU time; longer, up to 6 ms, saves nothing more."""
_IN_MEMORY: Final = frozenset({"status"})
"""Classes whose buckets Redis neither syncs to disk nor replicates: a poll writes nothing to disk.
After a restart or a failover of Redis such a bucket is full."""
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

    def headers(self) -> dict[str, str]:
        """The `RateLimit-*` headers of the answer."""
        return {
            "ratelimit-limit": str(self.limit.burst),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(math.ceil(self.reset_s)),
        }

    def error(self, *, subject: str = "") -> MeshError:
        """The refusal.

        Args:
            subject: Whose bucket and which, as in `google.rpc.QuotaFailure`.
        """
        return MeshError(
            Reason.RATE_LIMITED,
            f"Too many calls: {self.limit.per_hour} an hour with a burst of {self.limit.burst} are "
            f"allowed. Try again in {max(1, -int(-self.retry_after_s // 1))} s.",
            details={"limit": self.limit.per_hour, "window": 3600, "remaining": self.remaining},
            retry_after_s=self.retry_after_s,
            subject=subject,
        )


class RateLimiter:
    """Spends tokens of tenants.

    Calls of one bucket that come at about the same time share one step in Redis: a call that comes
    alone is served at once, those that come while a step is under way gather for the next one, and
    for as long as they come together, for some milliseconds more. No token is held in advance, so
    the count stays exact over replicas, whatever becomes of one.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: dict[_Bucket, list[asyncio.Future[Allowance]]] = {}
        self._steps: set[asyncio.Task[None]] = set()

    async def take(self, tenant_id: str, limit_class: str, limit: Limit | None) -> Allowance:
        """Takes one token; the answer says whether there was one.

        Args:
            tenant_id: Whose bucket.
            limit_class: "async", "sync" or "status".
            limit: The tenant's own limit, or None for the default of the class.

        Raises:
            RedisAwayError: when Redis is away, or takes longer than the call may wait for it.
        """
        bucket = (tenant_id, limit_class, limit or DEFAULTS[limit_class])
        mine: asyncio.Future[Allowance] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(bucket)
        if waiting is not None:
            waiting.append(mine)
        else:
            self._waiting[bucket] = [mine]
            step = budget.apart(self._serve(bucket))
            self._steps.add(step)
            step.add_done_callback(self._steps.discard)
        allowance: Allowance = await budget.bounded(mine)
        return allowance

    async def _serve(self, bucket: "_Bucket") -> None:
        """Takes tokens for all who wait, and for those who come meanwhile."""
        together = False
        while self._waiting[bucket]:
            callers = [one for one in self._waiting[bucket] if not one.done()]
            self._waiting[bucket] = []
            try:
                answers = await self._take(bucket, len(callers)) if callers else []
            except Exception as error:  # noqa: BLE001 - each caller raises it
                # Those who have come meanwhile have waited too: another try would double it.
                callers += self._waiting[bucket]
                self._waiting[bucket] = []
                for caller in callers:
                    if not caller.done():
                        caller.set_exception(error)
            else:
                for caller, allowance in zip(callers, answers, strict=True):
                    if not caller.done():
                        caller.set_result(allowance)
            together = together or len(callers) > 1
            if together:
                await asyncio.sleep(_GATHER_S)
        del self._waiting[bucket]

    async def _take(self, bucket: "_Bucket", wanted: int) -> list[Allowance]:
        """The answers to so many callers, in their order."""
        tenant_id, limit_class, limit = bucket
        rate = limit.per_hour / 3600
        name = bucket_name(tenant_id, limit_class)
        durable = 0 if limit_class in _IN_MEMORY else 1
        reply = await self._redis.run(_TAKE, [name], [limit.burst, rate, wanted, durable])
        taken, left, wait_ms, full_ms = _integers(reply)
        answers = []
        for later in range(taken - 1, -1, -1):
            # As if the calls had come one after another: `later` of them have yet to take theirs.
            remaining = left + later
            retry_after_s = 0.0 if remaining else wait_ms / 1000
            reset_s = max(0.0, full_ms / 1000 - later / rate)
            answers.append(
                Allowance(
                    limit,
                    allowed=True,
                    remaining=remaining,
                    retry_after_s=retry_after_s,
                    reset_s=reset_s,
                )
            )
        refusal = Allowance(
            limit,
            allowed=False,
            remaining=left,
            retry_after_s=wait_ms / 1000,
            reset_s=full_ms / 1000,
        )
        return answers + [refusal] * (wanted - taken)


_Bucket = tuple[str, str, Limit]
"""Tenant, class and size of a bucket."""


def bucket_name(tenant_id: str, limit_class: str) -> str:
    """Redis key (string) of a bucket; lives a second longer than the bucket takes to be full."""
    return f"tokens:{{{tenant_id}}}:{limit_class}"


def _integers(reply: object) -> tuple[int, int, int, int]:
    if not isinstance(reply, list):
        msg = "the rate limit script answers a list"
        raise TypeError(msg)
    taken, left, wait_ms, full_ms = (int(item) for item in reply)
    return taken, left, wait_ms, full_ms
