"""Who is calling: from the `authorization` metadata to a `Principal`, with a short-lived cache."""

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

from meshkit import logs
from meshkit.auth import keys
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script, budget

Metadata = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling.

    Attributes:
        kind: "public", "tenant", "admin" or "internal".
        tenant_id: The tenant, for kind "tenant"; else empty.
        key_id: Names the key in logs, without telling it.
        limits: The tenant's own limits by class.
        caps: The tenant's own caps by name, such as "watchers".
    """

    kind: str
    tenant_id: str = ""
    key_id: str = ""
    limits: Mapping[str, keys.Limit] = field(default_factory=dict)
    caps: Mapping[str, int] = field(default_factory=dict)


PUBLIC: Final = Principal("public")
INTERNAL: Final = Principal("internal")

_CACHE_S: Final = 2.0
"""How long a lookup is believed. Revocation must be effective everywhere within 5 s."""
_CACHE_MAX: Final = 10_000
_USED: Final = Script.load("meshkit.scripts", "key_used.lua")

_log = logs.get("meshkit.auth")


class Authenticator(Protocol):
    """Turns the metadata of a call into who is calling."""

    async def authenticate(self, metadata: Metadata) -> Principal:
        """Who is calling.

        Raises:
            MeshError: UNAUTHENTICATED for no key or a bad one, always with the same message.
        """


class KeyAuthenticator:
    """Knows the keys in Redis.

    Args:
        redis: Where they are.
        clock: Seconds of any origin, for the cache.
        last_use: Told of each use of a valid key; by default it writes to `redis`.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Callable[[], float] = monotonic,
        last_use: "LastUse | None" = None,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._last_use = last_use or LastUse(redis)
        # Refusals are cached too, so that a client with a stale key costs Redis one lookup in 2 s.
        self._cache: OrderedDict[str, tuple[float, Principal | None]] = OrderedDict()

    async def authenticate(self, metadata: Metadata) -> Principal:
        """Who is calling, by an API key."""
        key = bearer(metadata)
        if key is None:
            raise unauthenticated()
        digest = keys.digest_of(key)
        cached = self._cache.get(digest)
        now = self._clock()
        if cached is None or cached[0] <= now:
            if not keys.well_formed(key):
                raise unauthenticated()
            record = await keys.find(self._redis, key)
            principal = (
                Principal(record.kind, record.tenant_id, record.key_id, record.limits, record.caps)
                if record is not None
                else None
            )
            self._remember(digest, now, principal)
        else:
            principal = cached[1]
        if principal is None:
            raise unauthenticated()
        self._last_use.note(principal.tenant_id, digest)
        return principal

    def _remember(self, digest: str, now: float, principal: Principal | None) -> None:
        self._cache[digest] = (now + _CACHE_S, principal)
        self._cache.move_to_end(digest)
        while len(self._cache) > _CACHE_MAX:
            self._cache.popitem(last=False)


class LastUse:
    """Notes the minute in which each key was last used.

    Off the path of the call: a note is written by a task of its own, once a key and minute, all
    that have gathered meanwhile at once. What cannot be written is forgotten.

    Args:
        redis: Where the keys are.
        clock: Unix seconds.
    """

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._minute = 0
        self._noted: set[str] = set()
        self._waiting: list[str] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, tenant_id: str, digest: str) -> None:
        """Notes that a key is used now."""
        minute = int(self._clock()) // 60
        if minute != self._minute:
            self._minute = minute
            self._noted.clear()
        if digest in self._noted:
            return
        self._noted.add(digest)
        self._waiting.append(keys.key_name(digest, tenant_id))
        if self._writing is None or self._writing.done():
            self._writing = budget.apart(self._write())

    async def _write(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                for name in waiting:
                    await self._redis.run(_USED, [name], [self._minute * 60])
            except MeshError as error:
                _log.info("last_use_unwritten", keys=len(waiting), error=error.message)


class InternalAuthenticator:
    """Knows the one key that the processes of a mesh share."""

    def __init__(self, internal_key: str) -> None:
        self._internal_key = internal_key.encode()

    async def authenticate(self, metadata: Metadata) -> Principal:
        """Who is calling, by the internal key."""
        key = bearer(metadata)
        if key is None or not hmac.compare_digest(key.encode(), self._internal_key):
            raise unauthenticated()
        return INTERNAL


def bearer(metadata: Metadata) -> str | None:
    """The key of `authorization: Bearer KEY`, or None."""
    for name, value in metadata:
        if name == "authorization" and isinstance(value, str):
            scheme, _, key = value.partition(" ")
            if scheme.lower() == "bearer" and key.strip():
                return key.strip()
    return None


def unauthenticated() -> MeshError:
    """The one answer to every missing or bad key, so that it tells nothing about keys."""
    return MeshError(
        Reason.UNAUTHENTICATED,
        "A valid API key is required: send it as 'Authorization: Bearer sk_openmanus_…'.",
    )
