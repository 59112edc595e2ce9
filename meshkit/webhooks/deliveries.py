"""Deliveries as their tenant sees them: read, list, send again."""

from typing import Final

from manusmesh.webhook.v1 import webhook_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Script, as_mapping
from meshkit.tasks import index
from meshkit.tasks import keys as tasks
from meshkit.tasks.record import Fields, number, text, timestamp
from meshkit.webhooks import due, keys

_REPLAY: Final = Script.load("meshkit.webhooks.scripts", "replay.lua")
_REPLAY_GRACE_MS: Final = 1000
"""After which a replay that was cut short between its writes goes on by itself."""
_SCAN_MAX: Final = 2000
"""Deliveries that one call looks at, when the filter passes few of them."""


class Deliveries:
    """The tenants' deliveries.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away, and NOT_FOUND for a delivery that
    is unknown, expired or another tenant's: the three can't be told apart.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, tenant_id: str, task_id: str) -> pb.WebhookDelivery:
        """The delivery of a task's latest end."""
        return to_proto(task_id, await self._fields(tenant_id, task_id))

    async def page(
        self, tenant_id: str, request: pb.ListWebhookDeliveriesRequest
    ) -> pb.ListWebhookDeliveriesResponse:
        """The tenant's deliveries that pass the filter, the latest first.

        Raises:
            MeshError: INVALID_ARGUMENT for a page token of nobody's.
        """
        size = request.page_size or 20
        cursor = index.cursor(request.page_token)
        response = pb.ListWebhookDeliveriesResponse()
        for _ in range(_SCAN_MAX // index.PAGE):
            entries = await index.read(self._redis, keys.of_tenant(tenant_id), cursor)
            if not entries:
                return response
            for entry, delivery in zip(entries, await self._read(tenant_id, entries), strict=True):
                cursor = entry
                if delivery is None or request.status not in ("", delivery.status):
                    continue
                response.deliveries.append(delivery)
                if len(response.deliveries) == size:
                    response.next_page_token = index.token(entry)
                    return response
        response.next_page_token = index.token(cursor)
        return response

    async def replay(self, tenant_id: str, task_id: str) -> pb.WebhookDelivery:
        """Sends a delivery again, from now and with the same id; answers it as it is then.

        The order makes a crash at any point harmless: a place among what is due a little later,
        the delivery, then a place at once.

        Raises:
            MeshError: CONFLICT while it is being tried.
        """
        webhook_id = text(await self._fields(tenant_id, task_id), "id")
        entry = keys.entry(task_id, int(webhook_id.rpartition("_")[2]))
        await due.put(self._redis, tenant_id, entry, delay_ms=_REPLAY_GRACE_MS)
        answer = await self._redis.run(_REPLAY, [keys.delivery(task_id)], [webhook_id])
        if answer == b"missing":
            raise not_found()
        if answer == b"pending":
            message = "This webhook is being tried; it can be sent again once it has ended."
            raise MeshError(Reason.CONFLICT, message, details={"status": "pending"})
        replayed = await self.get(tenant_id, task_id)
        await due.put(self._redis, tenant_id, entry, again=True)
        await self._redis.execute("PUBLISH", keys.READY, "")
        return replayed

    async def _fields(self, tenant_id: str, task_id: str) -> Fields:
        if tasks.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        fields = as_mapping(await self._redis.execute("HGETALL", keys.delivery(task_id)))
        if text(fields, "tenant_id") != tenant_id:
            raise not_found()
        return fields

    async def _read(
        self, tenant_id: str, entries: list[index.Entry]
    ) -> list[pb.WebhookDelivery | None]:
        """The deliveries of entries; None where one has expired or is not written yet."""
        replies = await self._redis.pipeline(
            *(("HGETALL", keys.delivery(task_id)) for _, task_id in entries)
        )
        every = [as_mapping(reply) for reply in replies]
        return [
            to_proto(task_id, fields) if text(fields, "tenant_id") == tenant_id else None
            for (_, task_id), fields in zip(entries, every, strict=True)
        ]


def to_proto(task_id: str, fields: Fields) -> pb.WebhookDelivery:
    """The public view of a delivery, from its fields as HGETALL answers them."""
    delivery = pb.WebhookDelivery(
        webhook_id=text(fields, "id"),
        task_id=task_id,
        url=text(fields, "url"),
        status=text(fields, "status"),
        attempts=attempts(fields),
        attempt_count=number(fields, "attempt_count"),
    )
    for name in ("created_at", "next_attempt_at", "completed_at"):
        if value := number(fields, name):
            timestamp(getattr(delivery, name), value)
    return delivery


def attempts(fields: Fields) -> list[pb.WebhookAttempt]:
    """The attempts that a delivery remembers, in their order."""
    return list(pb.WebhookDelivery.FromString(fields.get(b"attempts", b"")).attempts)


def not_found() -> MeshError:
    """The one answer for a delivery that is unknown, expired or another tenant's."""
    return MeshError(Reason.NOT_FOUND, "There is no such webhook.")
