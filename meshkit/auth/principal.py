"""Who is calling: from the `authorization` metadata to a `Principal`, with a short-lived cache."""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

from meshkit.auth import keys
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis

Metadata = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling.

    Attributes:
        kind: "public", "tenant", "admin" or "internal".
        tenant_id: The tenant, for kind "tenant"; else empty.
        key_id: Names the key in logs, without telling it.
        limits: The tenant's own limits by class.
    """

    kind: str
    tenant_id: str = ""
    key_id: str = ""
    limits: Mapping[str, keys.Limit] = field(default_factory=dict)


PUBLIC: Final = Principal("public")
INTERNAL: Final = Principal("internal")

_CACHE_S: Final = 2.0
"""How long a lookup is believed. Revocation must be effective everywhere within 5 s."""
_CACHE_MAX: Final = 10_000


class Authenticator(Protocol):
    """Turns the metadata of a call into who is calling."""

    async def authenticate(self, metadata: Metadata) -> Principal:
        """Who is calling.

        Raises:
            MeshError: UNAUTHENTICATED for no key or a bad one, always with the same message.
        """


class KeyAuthenticator:
    """Knows the keys in Redis."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = monotonic) -> None:
        self._redis = redis
        self._clock = clock
        # Refusals are cached too, so that a client with a stale key costs Redis one lookup in 2 s.
        self._cache: OrderedDict[str, tuple[float, Principal | None]] = OrderedDict()

    async def authenticate(self, metadata: Metadata) -> Principal:
        """Who is calling, by an API key."""
        key = bearer(metadata)
        if key is None or not keys.well_formed(key):
            raise unauthenticated()
        digest = keys.digest_of(key)
        cached = self._cache.get(digest)
        now = self._clock()
        if cached is None or cached[0] <= now:
            record = await keys.find(self._redis, key)
            principal = (
                Principal(record.kind, record.tenant_id, record.key_id, record.limits)
                if record is not None
                else None
            )
            self._remember(digest, now, principal)
        else:
            principal = cached[1]
        if principal is None:
            raise unauthenticated()
        return principal

    def _remember(self, digest: str, now: float, principal: Principal | None) -> None:
        self._cache[digest] = (now + _CACHE_S, principal)
        self._cache.move_to_end(digest)
        while len(self._cache) > _CACHE_MAX:
            self._cache.popitem(last=False)


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
