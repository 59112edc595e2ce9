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
_NO_CAP: Final = 2**53
"""More tasks than there can be."""


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

    Attributes:
        ready: Channel that tells of a task that may be taken.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        max_per_tenant: int,
        max_of_all: int | None = None,
        lane: str = "",
    ) -> None:
        """Works on the queue in a Redis.

        Args:
            redis: Where it is.
            max_per_tenant: How many tasks of one tenant may wait or run, unless it has its own cap.
            max_of_all: How many tasks of all tenants may; None for no cap. Only who reserves places
                needs to know the caps.
            lane: Which queue: tasks of one lane never wait for those of another. Caps hold for each
                lane by itself.
        """
        self._redis = redis
        self._max_per_tenant = max_per_tenant
        self._max_of_all = _NO_CAP if max_of_all is None else max_of_all
        self._lane = lane
        self.ready = keys.queue("ready", lane)

    def of(self, lane: str) -> "Queue":
        """The queue of a lane, with the same caps."""
        if lane == self._lane:
            return self
        return Queue(
            self._redis,
            max_per_tenant=self._max_per_tenant,
            max_of_all=self._max_of_all,
            lane=lane,
        )

    async def reserve(self, tenant_id: str, task_id: str) -> int:
        """Puts a task that is about to be queued on the queue, invisible for `GRACE_MS`.

        Returns:
            The time by the clock of Redis, Unix milliseconds.

        Raises:
            MeshError: OVERLOADED when the tenant, or all together, have as many tasks as they may.
        """
        now_ms, _ = await self._reserved(tenant_id, task_id)
        return now_ms

    async def reserve_again(self, tenant_id: str, task_id: str) -> int:
        """Does as `reserve` for a task that has left the queue, and answers its place."""
        _, at_ms = await self._reserved(tenant_id, task_id)
        return at_ms

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
            [self._name("tenants"), keys.QUEUE_CAPS],
            [self._waiting(""), self._leased(""), lease_ms, running_cap, count],
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
        queues = [self._waiting(claim.tenant_id), self._leased(claim.tenant_id)]
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
        queues = [self._waiting(tenant_id), self._leased(tenant_id), self._name("places")]
        await self._redis.run(_REMOVE, queues, [task_id, place_ms])

    async def place(self, tenant_id: str, task_id: str) -> int | None:
        """When a task may be taken, Unix milliseconds; None when it has no place."""
        score = await self._redis.execute("ZSCORE", self._waiting(tenant_id), task_id)
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
        caps, leases, *ranks = await self._redis.pipeline(
            ("HGET", keys.QUEUE_CAPS, tenant_id),
            ("ZMSCORE", self._leased(tenant_id), *task_ids),
            *(("ZRANK", self._waiting(tenant_id), task_id) for task_id in task_ids),
        )
        own = caps.decode().partition(":")[0] if isinstance(caps, bytes) else ""
        places = [rank + 1 if isinstance(rank, int) else 0 for rank in ranks]
        # One that a worker has claimed and not yet taken up lies behind the others by its lease.
        taken = leases if isinstance(leases, list) else []
        for at, lease in enumerate(taken):
            if lease is not None and places[at]:
                places[at] = 1
        return places, (int(own) if own else None)

    def _name(self, part: str) -> str:
        return keys.queue(part, self._lane)

    def _waiting(self, tenant_id: str) -> str:
        return keys.waiting(tenant_id, self._lane)

    def _leased(self, tenant_id: str) -> str:
        return keys.leased(tenant_id, self._lane)

    async def _reserved(self, tenant_id: str, task_id: str) -> tuple[int, int]:
        now_ms, at_ms = await self._put(tenant_id, task_id, GRACE_MS, "new")
        if not now_ms:
            message = "Too many tasks are waiting; try again when some have finished."
            raise MeshError(Reason.OVERLOADED, message, retry_after_s=10)
        return now_ms, at_ms

    async def _put(self, tenant_id: str, task_id: str, delay_ms: int, mode: str) -> tuple[int, int]:
        """Answers now and the task's place, both Unix milliseconds; zeros for a full queue."""
        channel = self.ready if delay_ms == 0 else ""
        reply = await self._redis.run(
            _ENQUEUE,
            [
                self._name("tenants"),
                self._waiting(tenant_id),
                self._leased(tenant_id),
                keys.QUEUE_CAPS,
                self._name("places"),
            ],
            [
                *(tenant_id, task_id, delay_ms),
                *(self._max_per_tenant, self._max_of_all),
                *(mode, channel, self._waiting("")),
            ],
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
