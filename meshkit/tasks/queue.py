"""The queue: one visibility-timeout queue a tenant and a fair ring over tenants.

A waiting, a leased and a delayed task are all one member of a sorted set whose score is the time
at which it may be taken: its place. A lease that is not extended runs out and the task may be taken
again, so a dead worker needs no undertaker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script
from meshkit.tasks import keys

_SCRIPTS: Final = "meshkit.tasks.scripts"
_ENQUEUE: Final = Script.load(_SCRIPTS, "enqueue.lua")
_CLAIM: Final = Script.load(_SCRIPTS, "claim.lua")
_EXTEND: Final = Script.load(_SCRIPTS, "extend.lua")
_REMOVE: Final = Script.load(_SCRIPTS, "remove.lua")

GRACE_MS: Final = 10_000
"""How long a task that is being written stays invisible to workers."""


@dataclass(slots=True)
class Claim:
    """A task that a worker has taken off the others' sight.

    Attributes:
        task_id: The task.
        tenant_id: Whose it is.
        until_ms: When others may take it, Unix milliseconds; moves with each extension.
    """

    task_id: str
    tenant_id: str
    until_ms: int


class Queue:
    """Waiting tasks of all tenants.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis, *, max_per_tenant: int) -> None:
        self._redis = redis
        self._max_per_tenant = max_per_tenant

    async def reserve(self, tenant_id: str, task_id: str) -> int:
        """Puts a task that is about to be written on the queue, invisible for `GRACE_MS`.

        Returns:
            The time by the clock of Redis, Unix milliseconds.

        Raises:
            MeshError: OVERLOADED when the tenant's queue is full.
        """
        now_ms, _ = await self._put(tenant_id, task_id, GRACE_MS, "new")
        if not now_ms:
            message = "Too many tasks are waiting; try again when some have finished."
            raise MeshError(Reason.OVERLOADED, message, retry_after_s=10)
        return now_ms

    async def enqueue(self, tenant_id: str, task_id: str, *, delay_ms: int = 0) -> None:
        """Makes a task claimable after a delay, whatever its place was, and wakes the workers."""
        await self._put(tenant_id, task_id, delay_ms, "again")

    async def keep(self, tenant_id: str, task_id: str, *, delay_ms: int = 0) -> int:
        """Gives a task that has no place one that is claimable after a delay; answers its place."""
        _, at_ms = await self._put(tenant_id, task_id, delay_ms, "kept")
        return at_ms

    async def claim(self, *, lease_ms: int, running_cap: int, count: int = 1) -> list[Claim]:
        """Takes the next tasks, at most `count`.

        Args:
            lease_ms: How long they stay invisible to others unless extended.
            running_cap: How many tasks of one tenant may run at once, unless it has its own cap.
            count: How many to take at most, at least 1.
        """
        reply = await self._redis.run(
            _CLAIM,
            [keys.QUEUE_TENANTS, keys.QUEUE_CAPS],
            [keys.WAITING_PREFIX, keys.LEASED_PREFIX, lease_ms, running_cap, count],
        )
        items = reply if isinstance(reply, list) else []
        names = [item.decode() for item in items if isinstance(item, bytes)]
        until_ms = items[-1] if items and isinstance(items[-1], int) else 0
        return [
            Claim(task_id, tenant_id, until_ms)
            for task_id, tenant_id in zip(names[::2], names[1::2], strict=True)
        ]

    async def extend(self, claim: Claim, *, lease_ms: int) -> None:
        """Keeps a claimed task invisible for `lease_ms` from now."""
        queues = [keys.waiting(claim.tenant_id), keys.leased(claim.tenant_id)]
        until_ms = await self._redis.run(_EXTEND, queues, [claim.task_id, lease_ms])
        if isinstance(until_ms, int):
            claim.until_ms = until_ms

    async def remove(self, tenant_id: str, task_id: str, place_ms: int) -> None:
        """Takes a task off the queue, unless somebody has given it another place meanwhile.

        Args:
            tenant_id: Whose task.
            task_id: Which.
            place_ms: The place that the caller knows: a claim's end, or what `place` answered.
        """
        queues = [keys.waiting(tenant_id), keys.leased(tenant_id)]
        await self._redis.run(_REMOVE, queues, [task_id, place_ms])

    async def place(self, tenant_id: str, task_id: str) -> int | None:
        """When a task may be taken, Unix milliseconds; None when it has no place."""
        score = await self._redis.execute("ZSCORE", keys.waiting(tenant_id), task_id)
        return int(float(score)) if isinstance(score, bytes) else None

    async def ahead(self, tenant_id: str, task_id: str) -> tuple[int, int | None]:
        """A waiting task's place among the tenant's, and how many of them run at once.

        Returns:
            The place from 1, 0 when it does not wait; the tenant's own cap or None.
        """
        [place], cap = await self.all_ahead(tenant_id, [task_id])
        return place, cap

    async def all_ahead(
        self, tenant_id: str, task_ids: Sequence[str]
    ) -> tuple[list[int], int | None]:
        """The places of several tasks in one round trip; otherwise as `ahead`."""
        caps, *ranks = await self._redis.pipeline(
            ("HGET", keys.QUEUE_CAPS, tenant_id),
            *(("ZRANK", keys.waiting(tenant_id), task_id) for task_id in task_ids),
        )
        own = caps.decode().partition(":")[0] if isinstance(caps, bytes) else ""
        places = [rank + 1 if isinstance(rank, int) else 0 for rank in ranks]
        return places, (int(own) if own else None)

    async def _put(self, tenant_id: str, task_id: str, delay_ms: int, mode: str) -> tuple[int, int]:
        """Answers now and the task's place, both Unix milliseconds; zeros for a full queue."""
        channel = keys.QUEUE_READY if delay_ms == 0 else ""
        reply = await self._redis.run(
            _ENQUEUE,
            [
                keys.QUEUE_TENANTS,
                keys.waiting(tenant_id),
                keys.leased(tenant_id),
                keys.QUEUE_CAPS,
            ],
            [tenant_id, task_id, delay_ms, self._max_per_tenant, mode, channel],
        )
        match reply:
            case [1, int(now_ms), int(at_ms)]:
                return now_ms, at_ms
            case _:
                return 0, 0


async def set_caps(
    redis: Redis, tenant_id: str, *, running: int | None, queued: int | None
) -> None:
    """Sets how many tasks of a tenant may run and how many may be queued; None for the default.

    A tenant with 0 running tasks is shut out: what it has queued stays where it is.
    """
    if running is None and queued is None:
        await redis.execute("HDEL", keys.QUEUE_CAPS, tenant_id)
        return
    parts = ("" if cap is None else str(cap) for cap in (running, queued))
    await redis.execute("HSET", keys.QUEUE_CAPS, tenant_id, ":".join(parts))
