"""Who looks on: at Redis itself, at who holds which task, and at how a bystander is served."""

import asyncio
import contextlib
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import httpx

from chaos.history import Held, History, Outage, Probe
from meshkit.errors import MeshError
from meshkit.redis import Redis, connect
from meshkit.tasks import keys

_LOOK_S: Final = 0.2
_PING_S: Final = 0.05
_PING_TIMEOUT_S: Final = 0.3
_PROBE_S: Final = 0.1
_FIELDS: Final = ("fence", "attempt", "holder", "status")
_ASK_TIMEOUT_S: Final = 0.5


class Lookout:
    """Watches Redis from outside the mesh until it is cancelled."""

    def __init__(self, history: History, redis_url: str, active: Collection[set[str]]) -> None:
        self._history = history
        self._url = redis_url
        self._active = active
        self._hurt_s: float | None = None
        self._latest: Mapping[str, Held] = {}

    def redis_hurt(self, at_s: float) -> None:
        """Tells that Redis has been killed or frozen."""
        if self._hurt_s is None:
            self._hurt_s = at_s

    async def run(self) -> None:
        """Looks on until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ping())
            group.create_task(self._look())

    async def held_by(self, name: str) -> list[str]:
        """The tasks that a process holds that has just been killed or frozen."""
        async with connect(self._url, timeout_s=_ASK_TIMEOUT_S) as redis:
            # When Redis is away at the same time, what was seen last has to do.
            with contextlib.suppress(MeshError):
                self._latest = await self._holds(redis)
        return [
            task_id
            for task_id, look in self._latest.items()
            if look.status == "running" and look.holder.rpartition("/")[0] == name
        ]

    async def cut_redis_clients(self) -> None:
        """Closes all connections to Redis, those of subscribers too."""
        async with connect(self._url, timeout_s=_ASK_TIMEOUT_S) as redis:
            with contextlib.suppress(MeshError):
                await redis.pipeline(
                    ("CLIENT", "KILL", "TYPE", "pubsub"), ("CLIENT", "KILL", "TYPE", "normal")
                )

    async def _look(self) -> None:
        async with connect(self._url, timeout_s=_ASK_TIMEOUT_S) as redis:
            while True:
                with contextlib.suppress(MeshError):
                    self._latest = await self._holds(redis)
                await asyncio.sleep(_LOOK_S)

    async def _holds(self, redis: Redis) -> dict[str, Held]:
        task_ids = [task_id for tasks in self._active for task_id in tasks]
        if not task_ids:
            return {}
        replies = await redis.pipeline(
            *(("HMGET", keys.task(task_id), *_FIELDS) for task_id in task_ids)
        )
        at_s = time.time()
        found = {}
        for task_id, reply in zip(task_ids, replies, strict=True):
            if isinstance(reply, list) and isinstance(reply[0], bytes):
                fence, attempt, holder, status = (
                    item.decode() if isinstance(item, bytes) else "" for item in reply
                )
                look = Held(task_id, at_s, int(fence), int(attempt or 0), holder, status)
                before = self._latest.get(task_id)
                if before is None or replace(look, at_s=before.at_s) != before:
                    self._history.held.append(look)
                found[task_id] = look
        return found

    async def _ping(self) -> None:
        while True:
            if self._hurt_s is not None and await self._answers():
                # Struck again meanwhile, it has only seemed to be back.
                self._history.outages.append(Outage(self._hurt_s, time.time()))
                self._hurt_s = None
            await asyncio.sleep(_PING_S)

    async def _answers(self) -> bool:
        """Whether Redis answers a connection of its own."""
        parts = urlsplit(self._url)
        asked = f"AUTH {parts.password}\r\nPING\r\n".encode()
        try:
            async with asyncio.timeout(_PING_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
                try:
                    writer.write(asked)
                    await reader.readline()
                    return await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return False


async def probe(history: History, client: httpx.AsyncClient) -> None:
    """Asks for a list of tasks ten times a second, answered or not, until it is cancelled."""
    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(_probed(history, client))
            await asyncio.sleep(_PROBE_S)


async def _probed(history: History, client: httpx.AsyncClient) -> None:
    sent_s = time.time()
    try:
        http = (await client.get("/api/tasks?page_size=1")).status_code
    except httpx.TransportError:
        http = 0
    history.probes.append(Probe(sent_s, time.time(), http))
