"""The queue: one visibility-timeout queue a tenant and a fair ring over tenants.

A waiting, a leased and a delayed task are all one member of a sorted set whose score is the time
at which it may be taken. A lease that is not extended runs out and the task may be taken again, so
a dead worker needs no undertaker.
"""

from typing import Final

from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script
from meshkit.tasks import keys

_SCRIPTS: Final = "meshkit.tasks.scripts"
_ENQUEUE: Final = Script.load(_SCRIPTS, "enqueue.lua")
_CLAIM: Final = Script.load(_SCRIPTS, "claim.lua")
_EXTEND: Final = Script.load(_SCRIPTS, "extend.lua")

GRACE_MS: Final = 10_000
"""How long a task that is being written stays invisible to workers."""


class Queue:
    """Waiting tasks of all tenants.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis, *, max_per_tenant: int) -> None:
        self._redis = redis
        self._max_per_tenant = max_per_tenant

    async def reserve(self, tenant_id: str, task_id: str) -> None:
        """Puts a task that is about to be written on the queue, invisible for `GRACE_MS`.

        Raises:
            MeshError: OVERLOADED when the tenant's queue is full.
        """
        if await self._put(tenant_id, task_id, GRACE_MS, "new") == 0:
            message = "Too many tasks are waiting; try again when some have finished."
            raise MeshError(Reason.OVERLOADED, message, retry_after_s=10)

    async def enqueue(self, tenant_id: str, task_id: str, *, delay_ms: int = 0) -> None:
        """Makes a task claimable after a delay, whatever its place was, and wakes the workers."""
        await self._put(tenant_id, task_id, delay_ms, "again")
        if delay_ms == 0:
            await self._redis.execute("PUBLISH", keys.QUEUE_READY, task_id)

    async def keep(self, tenant_id: str, task_id: str) -> None:
        """Makes a task claimable if it has no place on the queue; a place it has stays."""
        await self._put(tenant_id, task_id, 0, "kept")

    async def claim(self, *, lease_ms: int, running_cap: int) -> tuple[str, str] | None:
        """Takes the next task: its id and tenant, or None when there is none to take.

        Args:
            lease_ms: How long it stays invisible to others unless extended.
            running_cap: How many tasks of one tenant may run at once.
        """
        reply = await self._redis.run(
            _CLAIM,
            [keys.QUEUE_TENANTS],
            [keys.WAITING_PREFIX, keys.LEASED_PREFIX, lease_ms, running_cap],
        )
        if not isinstance(reply, list):
            return None
        task_id, tenant_id = (item.decode() for item in reply if isinstance(item, bytes))
        return task_id, tenant_id

    async def extend(self, tenant_id: str, task_id: str, *, lease_ms: int) -> None:
        """Keeps a claimed task invisible for `lease_ms` from now."""
        queues = [keys.waiting(tenant_id), keys.leased(tenant_id)]
        await self._redis.run(_EXTEND, queues, [task_id, lease_ms])

    async def remove(self, tenant_id: str, task_id: str) -> None:
        """Takes a task off the queue, unless its owner has had it queued again meanwhile."""
        _, _, status = await self._redis.pipeline(
            ("ZREM", keys.waiting(tenant_id), task_id),
            ("ZREM", keys.leased(tenant_id), task_id),
            ("HGET", keys.task(task_id), "status"),
        )
        # The record is the truth: whoever queues a task again writes it before the queue.
        if status == b"queued":
            await self.enqueue(tenant_id, task_id)
        elif status == b"running":
            await self._put(tenant_id, task_id, GRACE_MS, "kept")

    async def position(self, tenant_id: str, task_id: str) -> int:
        """The task's place among the tenant's waiting ones, from 1; 0 when it does not wait."""
        rank = await self._redis.execute("ZRANK", keys.waiting(tenant_id), task_id)
        return rank + 1 if isinstance(rank, int) else 0

    async def _put(self, tenant_id: str, task_id: str, delay_ms: int, mode: str) -> int:
        reply = await self._redis.run(
            _ENQUEUE,
            [keys.QUEUE_TENANTS, keys.waiting(tenant_id), keys.leased(tenant_id)],
            [tenant_id, task_id, delay_ms, self._max_per_tenant, mode],
        )
        return reply if isinstance(reply, int) else 0
