"""Results of earlier tasks, for identical requests of the same tenant."""

import hashlib
from typing import Any, Final

from google.protobuf.message import Message

from manusmesh.task.v1 import task_pb2
from meshkit.library import keys
from meshkit.redis import Redis
from meshkit.tasks import artifacts

_NOT_THE_WORK: Final = ("tenant_id", "idempotency_key", "callback_url", "wait_seconds", "no_cache")
"""Fields that may differ between two requests that have the same result."""


class Results:
    """Remembers results for as long as their job says.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def recall(
        self, tenant_id: str, job: str, request: Message
    ) -> task_pb2.KeptResult | None:
        """The result of an identical request; None when there is none to be had."""
        stored = await self._redis.execute("GET", _key(tenant_id, job, request))
        if not isinstance(stored, bytes):
            return None
        return task_pb2.KeptResult.FromString(artifacts.unpack(stored))

    async def remember(
        self,
        tenant_id: str,
        job: str,
        request: Message,
        result: task_pb2.KeptResult,
        *,
        seconds: int,
    ) -> None:
        """Remembers a result instead of the one before."""
        key = _key(tenant_id, job, request)
        packed = artifacts.pack(result.SerializeToString())
        await self._redis.execute("SET", key, packed, "EX", seconds)


def _key(tenant_id: str, job: str, request: Message) -> str:
    # Any: what requests have in common they have by name.
    same: Any = type(request)()
    same.CopyFrom(request)
    for name in _NOT_THE_WORK:
        if name in same.DESCRIPTOR.fields_by_name:
            same.ClearField(name)
    content = same.SerializeToString(deterministic=True)
    return keys.results(tenant_id, job, hashlib.sha256(content).hexdigest())
