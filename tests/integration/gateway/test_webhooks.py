"""The webhook RPCs behind the real interceptors."""

from collections.abc import AsyncIterator

import pytest

from gateway.webhooks import WebhookServicer
from manusmesh.webhook.v1 import webhook_service_pb2 as pb
from manusmesh.webhook.v1 import webhook_service_pb2_grpc as rpc
from meshkit import middleware
from meshkit.auth.principal import KeyAuthenticator
from meshkit.errors import Reason
from meshkit.ratelimit import RateLimiter
from meshkit.tasks import keys as task_keys
from meshkit.webhooks import due, keys
from meshkit.webhooks.deliveries import Deliveries
from tests.support import grpc_server, webhooks
from tests.support.eventually import eventually
from tests.support.receiver import Receiver, receiving

URL = "https://hooks.example.com/x"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def stub(redis) -> AsyncIterator[rpc.WebhookServiceStub]:
    servicer = WebhookServicer(Deliveries(redis))
    middlewares = middleware.standard(KeyAuthenticator(redis), limiter=RateLimiter(redis))
    async with grpc_server.serve(
        [pb.DESCRIPTOR.services_by_name["WebhookService"]],
        [lambda server: rpc.add_WebhookServiceServicer_to_server(servicer, server)],
        middlewares,
    ) as channel:
        yield rpc.WebhookServiceStub(channel)


async def in_status(redis, task_id: str, status: str) -> None:
    """Sets the status of a delivery as the end of its attempts would."""
    await redis.execute("HSET", keys.delivery(task_id), "status", status)


async def listed(stub, metadata, **fields) -> pb.ListWebhookDeliveriesResponse:
    request = pb.ListWebhookDeliveriesRequest(**fields)
    return await stub.ListWebhookDeliveries(request, metadata=metadata)


async def test_deliveries_are_listed_the_latest_first_page_by_page(redis, stub, acme) -> None:
    made = []
    for n in range(5):
        task_id = await webhooks.ended(redis, URL)
        await redis.execute("HSET", task_keys.task(task_id), "completed_at", 1_760_000_000_000 + n)
        await webhooks.Outbox(redis).schedule(webhooks.TENANT, task_id)
        made.append(task_id)
    seen, token = [], ""
    for size in (2, 2, 1):
        page = await listed(stub, acme, page_size=2, page_token=token)
        assert len(page.deliveries) == size
        seen += [delivery.task_id for delivery in page.deliveries]
        token = page.next_page_token
    assert seen == made[::-1]
    assert token == ""


async def test_deliveries_of_one_moment_are_all_listed_once(redis, stub, acme) -> None:
    made = set()
    for _ in range(7):
        task_id = await webhooks.ended(redis, URL)
        await redis.execute("HSET", task_keys.task(task_id), "completed_at", 1_760_000_000_000)
        await webhooks.Outbox(redis).schedule(webhooks.TENANT, task_id)
        made.add(task_id)
    seen, token = [], ""
    while True:
        page = await listed(stub, acme, page_size=3, page_token=token)
        seen += [delivery.task_id for delivery in page.deliveries]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == 7
    assert set(seen) == made


async def test_the_list_can_be_filtered(redis, stub, acme) -> None:
    made = [await webhooks.scheduled(redis, URL) for _ in range(3)]
    await in_status(redis, made[0], "failed")
    page = await listed(stub, acme, status="failed")
    assert [delivery.task_id for delivery in page.deliveries] == [made[0]]
    assert len((await listed(stub, acme)).deliveries) == 3


async def test_an_expired_delivery_is_left_out(redis, stub, acme) -> None:
    made = [await webhooks.scheduled(redis, URL) for _ in range(2)]
    await redis.execute("DEL", keys.delivery(made[0]))
    page = await listed(stub, acme)
    assert [delivery.task_id for delivery in page.deliveries] == [made[1]]


@pytest.mark.parametrize("fields", [{"page_token": "%"}, {"page_token": "YTpi"}, {"status": "new"}])
async def test_a_list_that_cannot_be(stub, acme, fields) -> None:
    failed = await grpc_server.failure(listed(stub, acme, **fields))
    assert failed.error.reason == Reason.INVALID_ARGUMENT


async def test_another_tenants_delivery_does_not_exist(redis, stub, acme, other) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    await in_status(redis, task_id, "failed")
    assert list((await listed(stub, other)).deliveries) == []
    unknown = task_keys.new_task_id()
    for ask, request in (
        (stub.GetWebhookDelivery, pb.GetWebhookDeliveryRequest),
        (stub.ReplayWebhookDelivery, pb.ReplayWebhookDeliveryRequest),
    ):
        failures = [
            await grpc_server.failure(ask(request(task_id=name), metadata=other))
            for name in (task_id, unknown, "task_{x}", "*")
        ]
        assert {failed.error.reason for failed in failures} == {Reason.NOT_FOUND}
        assert len({failed.text for failed in failures}) == 1
    assert (await webhooks.delivery(redis, task_id)).status == "failed"


async def test_a_failed_delivery_is_sent_again(redis, hub, stub, acme, receiver) -> None:
    receiver.answers.append((410, {}))
    request = pb.ReplayWebhookDeliveryRequest()
    async with webhooks.sending(redis, hub):
        request.task_id = task_id = await webhooks.scheduled(redis, receiver.url())
        for status in ("failed", "delivered"):

            async def ended(wanted: str = status) -> bool:
                return (await webhooks.delivery(redis, task_id)).status == wanted

            await eventually(ended)
            replayed = await stub.ReplayWebhookDelivery(request, metadata=acme)
            assert replayed.status == "pending"
            assert replayed.HasField("next_attempt_at")
            assert not replayed.HasField("completed_at")
        await eventually(lambda: len(receiver.received) == 3)
        await eventually(ended)
    assert len(set(receiver.ids())) == 1
    asked = pb.GetWebhookDeliveryRequest(task_id=task_id)
    delivery = await stub.GetWebhookDelivery(asked, metadata=acme)
    assert [attempt.status_code for attempt in delivery.attempts] == [410, 200, 200]
    assert delivery.attempt_count == 3


async def test_the_time_for_retries_begins_anew_with_a_replay(redis, stub, acme) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    fields = ("retry_from", 1, "tries", 9, "attempt_count", 9)
    await redis.execute("HSET", keys.delivery(task_id), *fields)
    await in_status(redis, task_id, "failed")
    request = pb.ReplayWebhookDeliveryRequest(task_id=task_id)
    await stub.ReplayWebhookDelivery(request, metadata=acme)
    names = ("retry_from", "tries", "attempt_count")
    since, tries, count = await redis.execute("HMGET", keys.delivery(task_id), *names)
    assert int(since) > 1_700_000_000_000
    assert (tries, count) == (b"0", b"9")


async def test_a_delivery_that_is_being_tried_is_not_replayed(redis, stub, acme) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    entry = keys.entry(task_id, 7)
    before = await redis.execute("ZSCORE", keys.due(webhooks.TENANT), entry)
    request = pb.ReplayWebhookDeliveryRequest(task_id=task_id)
    failed = await grpc_server.failure(stub.ReplayWebhookDelivery(request, metadata=acme))
    assert failed.error.reason == Reason.CONFLICT
    assert await redis.execute("ZSCORE", keys.due(webhooks.TENANT), entry) == before


async def test_a_replay_cut_short_goes_on_by_itself(redis, stub, acme, monkeypatch) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    (claimed,) = await due.claim(redis, lease_ms=1000, count=1)
    await due.settle(redis, claimed, None)
    await in_status(redis, task_id, "failed")
    put = due.put

    async def dies(*arguments, again: bool = False, **more) -> None:
        assert not again
        await put(*arguments, **more)

    monkeypatch.setattr(due, "put", dies)
    request = pb.ReplayWebhookDeliveryRequest(task_id=task_id)
    await grpc_server.failure(stub.ReplayWebhookDelivery(request, metadata=acme))
    assert (await webhooks.delivery(redis, task_id)).status == "pending"
    assert await webhooks.pending(redis) == [keys.entry(task_id, 7).encode()]
