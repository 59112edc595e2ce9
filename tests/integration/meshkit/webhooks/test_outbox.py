"""Handing ends in: one delivery each, whatever is repeated or cut short."""

import pytest

from meshkit.tasks import keys as task_keys
from meshkit.webhooks import due, keys
from meshkit.webhooks.outbox import Outbox
from tests.support import webhooks
from tests.support.eventually import eventually

URL = "https://hooks.example.com/x"


async def exists(redis, task_id: str) -> bool:
    return await redis.execute("EXISTS", keys.delivery(task_id)) == 1


async def test_an_end_handed_in_twice_makes_one_delivery(redis) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    before = await redis.execute("HGETALL", keys.delivery(task_id))
    await Outbox(redis).schedule(webhooks.TENANT, task_id)
    assert await redis.execute("HGETALL", keys.delivery(task_id)) == before
    assert await webhooks.pending(redis) == [f"{task_id}:7".encode()]
    delivery = await webhooks.delivery(redis, task_id)
    assert delivery.webhook_id == f"msg_{task_id.removeprefix('task_')}_7"
    assert (delivery.url, delivery.status) == (URL, "pending")
    assert delivery.HasField("created_at")
    assert delivery.HasField("next_attempt_at")


async def test_a_delivery_and_its_index_expire_with_the_task(redis) -> None:
    task_id = await webhooks.scheduled(redis, URL)
    for key in (keys.delivery(task_id), keys.of_tenant(webhooks.TENANT)):
        ttl = await redis.execute("TTL", key)
        assert task_keys.RETENTION_S - 5 <= ttl <= task_keys.RETENTION_S


async def test_a_delivered_end_is_not_delivered_again(redis, hub, receiver) -> None:
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)

        async def delivered() -> bool:
            return (await webhooks.delivery(redis, task_id)).status == "delivered"

        await eventually(delivered)
        await Outbox(redis).schedule(webhooks.TENANT, task_id)
        # Even when the two calls overlap, and the later one still saw a pending delivery.
        await due.put(redis, webhooks.TENANT, keys.entry(task_id, 7))
        await redis.execute("PUBLISH", keys.READY, "")

        async def settled() -> bool:
            return await webhooks.pending(redis) == []

        await eventually(settled)
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("url", "status", "tenant_id"),
    [
        ("", "completed", webhooks.TENANT),
        (URL, "queued", webhooks.TENANT),
        (URL, "running", webhooks.TENANT),
        (URL, "paused", webhooks.TENANT),
        (URL, "completed", "tenant_other"),
    ],
)
async def test_nothing_is_made_of_what_is_no_end_with_a_callback(
    redis, url, status, tenant_id
) -> None:
    task_id = await webhooks.ended(redis, url, status=status)
    await Outbox(redis).schedule(tenant_id, task_id)
    assert not await exists(redis, task_id)
    assert await webhooks.pending(redis, tenant_id) == []


async def test_a_task_that_does_not_exist(redis) -> None:
    await Outbox(redis).schedule(webhooks.TENANT, task_keys.new_task_id())
    assert await webhooks.pending(redis) == []
    with pytest.raises(ValueError, match="not a task id"):
        await Outbox(redis).schedule(webhooks.TENANT, "task_{x}")


async def test_a_call_cut_short_after_its_first_write_loses_nothing(redis, hub, receiver) -> None:
    task_id = await webhooks.ended(redis, receiver.url())
    await due.put(redis, webhooks.TENANT, keys.entry(task_id, 7))
    async with webhooks.sending(redis, hub):
        await eventually(lambda: len(receiver.received) == 1)
    assert (await webhooks.delivery(redis, task_id)).status == "delivered"


async def test_the_next_end_of_a_retried_task_replaces_the_one_before(redis, hub, receiver) -> None:
    task_id = await webhooks.scheduled(redis, receiver.url(), status="failed")
    await webhooks.ended(redis, receiver.url(), task_id=task_id, offset=12)
    await Outbox(redis).schedule(webhooks.TENANT, task_id)
    async with webhooks.sending(redis, hub):

        async def settled() -> bool:
            return await webhooks.pending(redis) == []

        await eventually(settled)
    assert receiver.ids() == [keys.webhook_id(task_id, 12)]
    delivery = await webhooks.delivery(redis, task_id)
    assert (delivery.webhook_id, delivery.status) == (receiver.ids()[0], "delivered")


async def test_each_end_is_delivered_with_an_id_of_its_own(redis, hub, receiver) -> None:
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url(), status="failed")
        await eventually(lambda: len(receiver.received) == 1)
        await webhooks.ended(redis, receiver.url(), task_id=task_id, offset=12)
        await Outbox(redis).schedule(webhooks.TENANT, task_id)
        await eventually(lambda: len(receiver.received) == 2)
    assert receiver.ids() == [keys.webhook_id(task_id, offset) for offset in (7, 12)]


async def test_an_entry_whose_task_has_gone_on_is_dropped(redis, hub, receiver) -> None:
    task_id = await webhooks.ended(redis, receiver.url(), status="running", offset=9)
    await due.put(redis, webhooks.TENANT, keys.entry(task_id, 7))
    async with webhooks.sending(redis, hub):

        async def settled() -> bool:
            return await webhooks.pending(redis) == []

        await eventually(settled)
    assert receiver.received == []
    assert not await exists(redis, task_id)
