"""The outbox: makes one durable delivery of each end of a task that has a callback URL.

A delivery lies in three slots of a cluster: what is due, the tenant's index, and the delivery
itself beside its task. They are written in this order: an entry that is due is enough for a sender
to write the rest from the task's record, so a crash in between loses nothing.
"""

import asyncio
from typing import Final

from meshkit.redis import Redis, Script
from meshkit.tasks import keys as tasks
from meshkit.tasks.record import FINAL
from meshkit.webhooks import due, keys

_OPEN: Final = Script.load("meshkit.webhooks.scripts", "open.lua")


class Outbox:
    """Where the ends of tasks are handed in."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def schedule(self, tenant_id: str, task_id: str) -> None:
        """Makes the delivery of a task's end, and has it sent at once.

        Any number of calls for one end make one delivery: its id comes from the task and from the
        offset of the terminal event. Does nothing for a task that has no callback URL, has not
        ended or is not the tenant's. A call that failed is to be repeated.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE while Redis is away.
        """
        (url, status, offset, owner, ended_at), (known, state) = await self._states(task_id)
        if not url or status not in FINAL or owner != tenant_id or not ended_at:
            return
        webhook_id = keys.webhook_id(task_id, int(offset))
        if known == webhook_id and state != "pending":
            return
        index = keys.of_tenant(tenant_id)
        await asyncio.gather(
            due.put(self._redis, tenant_id, keys.entry(task_id, int(offset))),
            self._redis.pipeline(
                ("ZADD", index, ended_at, task_id),
                ("ZREMRANGEBYSCORE", index, "-inf", int(ended_at) - keys.RETENTION_S * 1000),
                ("EXPIRE", index, keys.RETENTION_S),
            ),
        )
        await self._redis.run(
            _OPEN,
            [tasks.task(task_id), keys.delivery(task_id)],
            [offset, webhook_id, keys.RETENTION_S, keys.SCHEMA],
        )
        await self._redis.execute("PUBLISH", keys.READY, "")

    async def _states(self, task_id: str) -> tuple[list[str], list[str]]:
        """What the task and its delivery say; empty texts for what they don't."""
        names = ("callback_url", "status", "events", "tenant_id", "completed_at")
        replies = await self._redis.pipeline(
            ("HMGET", tasks.task(task_id), *names),
            ("HMGET", keys.delivery(task_id), "id", "status"),
        )
        task, delivery = (
            [value.decode() if isinstance(value, bytes) else "" for value in reply]
            for reply in replies
            if isinstance(reply, list)
        )
        return task, delivery
