"""The sweeper: forgets what has expired, and finds what has been lost.

A task's record and its place on the queue lie in different slots of Redis. On a cluster one of them
may lose its last writes in a failover while the other keeps them; and a start that dies before it
is acknowledged may leave a record without a place. One replica at a time goes over all tasks, a few
at once, and gives those that wait for nobody their place again.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

from meshkit import logs
from meshkit.errors import MeshError
from meshkit.redis import Redis
from meshkit.tasks import index, keys
from meshkit.tasks.queue import Queue
from meshkit.tenants import tenant_ids
from meshkit.waiting import wait_any

_PAGE_PAUSE_S: Final = 0.1
"""Between pages, so that a sweep over a million tasks is no load."""
_SETTLED_MS: Final = 30_000
"""What is younger may be in the middle of being written."""
_OPEN: Final = frozenset({"queued", "running"})

_log = logs.get("orchestrator.sweeper")


class Sweeper:
    """Goes over the tasks of all tenants, again and again."""

    def __init__(self, redis: Redis, queue: Queue, *, instance: str, every_s: float) -> None:
        self._redis = redis
        self._queue = queue
        self._instance = instance
        self._every_s = every_s

    async def run(self, draining: asyncio.Event) -> None:
        """Sweeps until `draining`, whenever no other replica has within the interval."""
        while not draining.is_set():
            try:
                if await self._may():
                    await self.sweep(draining)
            except MeshError as error:
                _log.info("sweep_put_off", reason=error.reason)
            await wait_any(draining, seconds=self._every_s)

    async def sweep(self, draining: asyncio.Event) -> None:
        """Goes over all tasks once."""
        forgotten = found = 0
        async for tenant_id in tenant_ids(self._redis):
            async for entries in self._pages(tenant_id):
                gone, lost = await self._page(tenant_id, entries)
                forgotten, found = forgotten + gone, found + lost
                await wait_any(draining, seconds=_PAGE_PAUSE_S)
                if draining.is_set():
                    return
        if found:
            _log.warning("tasks_found", count=found)
        if forgotten:
            _log.info("tasks_forgotten", count=forgotten)

    async def _may(self) -> bool:
        lapse = max(1, round(self._every_s))
        taken = await self._redis.execute("SET", keys.sweeping(), self._instance, "NX", "EX", lapse)
        return taken is not None

    async def _pages(self, tenant_id: str) -> AsyncIterator[list[index.Entry]]:
        """The tenant's index in pages, the newest first."""
        after: index.Entry | None = None
        while entries := await index.read(self._redis, keys.tenant_tasks(tenant_id), after):
            yield entries
            after = entries[-1]

    async def _page(self, tenant_id: str, entries: list[index.Entry]) -> tuple[int, int]:
        """Looks at some tasks; answers how many it forgot and how many it queued again."""
        now_ms = int(time.time() * 1000)
        gone, lost = 0, 0
        records = await self._redis.pipeline(
            *(("HMGET", keys.task(name), "status", "updated_at", "lane") for _, name in entries)
        )
        for (accepted_ms, name), reply in zip(entries, records, strict=True):
            match reply:
                case [bytes(status), bytes(updated_ms), lane]:
                    settled = now_ms - int(updated_ms) > _SETTLED_MS
                    if settled and status.decode() in _OPEN:
                        # A record that was written before there were lanes has none.
                        of = lane.decode() if isinstance(lane, bytes) else ""
                        lost += await self._found(tenant_id, name, self._queue.of(of))
                case _ if now_ms - accepted_ms > _SETTLED_MS:
                    await self._redis.execute("ZREM", keys.tenant_tasks(tenant_id), name)
                    gone += 1
        return gone, lost

    async def _found(self, tenant_id: str, task_id: str, queue: Queue) -> bool:
        """Gives a task that has lost its place another one."""
        if await queue.place(tenant_id, task_id) is not None:
            return False
        # It may have ended since: then whoever claims it clears the place.
        await queue.keep(tenant_id, task_id)
        _log.warning("task_found", task_id=task_id, tenant_id=tenant_id)
        return True
