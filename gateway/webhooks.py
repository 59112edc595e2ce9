"""The webhook RPCs' thin adapter: reading deliveries and sending them again."""

from manusmesh.webhook.v1 import webhook_service_pb2 as pb
from manusmesh.webhook.v1 import webhook_service_pb2_grpc as rpc
from meshkit.middleware import Context, current_call
from meshkit.webhooks.deliveries import Deliveries


class WebhookServicer(rpc.WebhookServiceServicer):
    """Speaks `webhook.v1` for the tenant of the call."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    async def ListWebhookDeliveries(  # noqa: N802 - the contract's name
        self, request: pb.ListWebhookDeliveriesRequest, context: Context
    ) -> pb.ListWebhookDeliveriesResponse:
        """Lists the tenant's deliveries."""
        return await self._deliveries.page(_tenant_id(), request)

    async def GetWebhookDelivery(  # noqa: N802
        self, request: pb.GetWebhookDeliveryRequest, context: Context
    ) -> pb.WebhookDelivery:
        """Answers the latest delivery of a task."""
        return await self._deliveries.get(_tenant_id(), request.task_id)

    async def ReplayWebhookDelivery(  # noqa: N802
        self, request: pb.ReplayWebhookDeliveryRequest, context: Context
    ) -> pb.WebhookDelivery:
        """Sends a delivery again."""
        return await self._deliveries.replay(_tenant_id(), request.task_id)


def _tenant_id() -> str:
    return current_call.get().principal.tenant_id
