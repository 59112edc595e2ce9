"""The whole way of a webhook on a cluster, where its keys lie on different servers."""

from meshkit.redis import connect
from meshkit.signals import signals
from meshkit.webhooks.deliveries import Deliveries, pb
from tests.support import webhooks
from tests.support.eventually import eventually


async def test_webhooks_are_sent_listed_and_replayed_on_a_cluster(shared_cluster, receiver) -> None:
    shared_cluster.empty()
    async with connect(shared_cluster.url) as redis, signals(shared_cluster.url) as hub:
        deliveries = Deliveries(redis)

        async def delivered() -> bool:
            page = await deliveries.page(
                webhooks.TENANT, pb.ListWebhookDeliveriesRequest(status="delivered")
            )
            return len(page.deliveries) == 8

        async with webhooks.sending(redis, hub):
            made = [await webhooks.scheduled(redis, receiver.url()) for _ in range(8)]
            await eventually(delivered)
            await deliveries.replay(webhooks.TENANT, made[0])
            await eventually(lambda: len(receiver.received) == 9)
            await eventually(delivered)
    assert len(set(receiver.ids())) == 8
