"""How many streams of events each tenant has open, at all gateways together, and may have.

Who has a place is in Redis, so that the count is exact over replicas. A place is kept for some
seconds and renewed meanwhile, for all streams of a gateway by one loop, so that it does not depend
on whether a stream has a reader who takes what is sent: the places of a gateway that died lapse.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Collection
from typing import Final

from meshkit import logs, tenants
from meshkit.auth.principal import Principal
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script

_RETRY_AFTER_S: Final = 10.0
"""What a refused watcher is told: a stream ends with its task, and nobody knows when that is."""
_KEPT_MS: Final = 12_000
"""How long a place is kept that nobody renews."""
_RENEW_S: Final = 3.0
"""How often places are renewed: some renewals may fail before a place is lost."""
_PLACES: Final = Script.load("gateway", "watchers.lua")

_log = logs.get("gateway.watchers")


class Watchers:
    """The streams of events open at this process, and their places among those of all."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._open: dict[str, set[str]] = {}

    @contextlib.asynccontextmanager
    async def admit(self, principal: Principal) -> AsyncIterator[None]:
        """Counts one more stream of a tenant until the end of the block.

        Raises:
            MeshError: QUOTA_EXCEEDED when the tenant has as many open as it may;
                UPSTREAM_UNAVAILABLE while Redis is away.
        """
        tenant_id = principal.tenant_id
        cap = principal.caps.get("watchers", tenants.WATCHERS)
        here = len(self._open.get(tenant_id, ()))
        if here >= cap:
            # No need to ask: those of this process alone are too many.
            raise _refused(tenant_id, cap, here)
        stream = secrets.token_hex(8)
        self._open.setdefault(tenant_id, set()).add(stream)
        try:
            taken = await self._keep(tenant_id, [stream], cap=cap)
            if taken < 0:
                raise _refused(tenant_id, cap, -taken)
            try:
                yield
            finally:
                # First of all, so that no renewal takes the place again.
                self._forget(tenant_id, stream)
                await self._give_back(tenant_id, stream)
        finally:
            self._forget(tenant_id, stream)

    async def renew(self) -> None:
        """Keeps the places of all streams that are open here for another while.

        Places that were lost meanwhile, by a gateway that was frozen or a Redis that was restarted,
        are taken again whatever the cap: nobody's stream is closed for it.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE while Redis is away.
        """
        for tenant_id, streams in list(self._open.items()):
            await self._keep(tenant_id, list(streams))

    async def _keep(
        self, tenant_id: str, streams: Collection[str], *, cap: int | None = None
    ) -> int:
        arguments = ["" if cap is None else cap, _KEPT_MS, *streams]
        taken = await self._redis.run(_PLACES, [watchers_key(tenant_id)], arguments)
        if not isinstance(taken, int):
            msg = "the script of the watchers answers a number"
            raise TypeError(msg)
        return taken

    def _forget(self, tenant_id: str, stream: str) -> None:
        streams = self._open.get(tenant_id, set())
        streams.discard(stream)
        if not streams:
            self._open.pop(tenant_id, None)

    async def _give_back(self, tenant_id: str, stream: str) -> None:
        try:
            await self._redis.run(_PLACES, [watchers_key(tenant_id)], ["", 0, stream])
        except MeshError as error:
            # It lapses by itself; the stream has ended for reasons of its own.
            _log.info("watcher_place_left", tenant_id=tenant_id, error=error.message)


@contextlib.asynccontextmanager
async def open_watchers(redis: Redis) -> AsyncIterator[Watchers]:
    """Watchers whose places are renewed until the end of the block."""
    watchers = Watchers(redis)

    async def renewing() -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await watchers.renew()
            except MeshError as error:
                _log.info("watcher_places_unrenewed", error=error.message)

    async with asyncio.TaskGroup() as group:
        loop = group.create_task(renewing())
        try:
            yield watchers
        finally:
            loop.cancel()


def watchers_key(tenant_id: str) -> str:
    """Redis key (sorted set) of a tenant's open streams by the ms until which they count."""
    return f"{tenants.settings_key(tenant_id)}:watchers"


def _refused(tenant_id: str, cap: int, taken: int) -> MeshError:
    message = (
        f"The tenant's cap of {cap} open streams of events is reached; close one, or ask for the "
        "status instead."
    )
    return MeshError(
        Reason.QUOTA_EXCEEDED,
        message,
        details={"limit": cap, "open": taken},
        retry_after_s=_RETRY_AFTER_S,
        subject=f"tenant:{tenant_id}/watchers",
    )
