"""Who holds a delivery: leases that are renewed, run out, or outlast an outage of Redis."""

import asyncio
from functools import partial, partialmethod

from meshkit.redis import Redis, RedisAwayError
from meshkit.webhooks import due, keys, sender
from tests.support import webhooks
from tests.support.eventually import eventually


async def is_past(redis, time_ms: int) -> bool:
    seconds, _ = await redis.execute("TIME")
    return int(seconds) * 1000 > time_ms


async def test_a_sender_that_dies_is_followed_by_another(redis, hub, receiver) -> None:
    receiver.go_on.clear()
    async with webhooks.sending(redis, hub) as dying:
        task_id = await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
    assert await webhooks.status(redis, task_id) == "pending"
    receiver.go_on.set()
    async with webhooks.sending(redis, hub):
        await webhooks.is_due_now(redis, task_id)
        await webhooks.has(redis, task_id, "delivered")
    assert len(receiver.received) == 2
    assert len(set(receiver.ids())) == 1


async def test_what_a_call_took_whose_answer_was_lost_is_soon_sent(redis, hub, receiver) -> None:
    task_id = await webhooks.scheduled(redis, receiver.url())
    assert await due.claim(redis, lease_ms=sender._LEASE_MS, count=1)
    key, webhook_id = keys.delivery(task_id), keys.webhook_id(task_id, 7)
    taken = await redis.run(sender._BEGIN, [key], [webhook_id, sender._LEASE_MS])
    assert taken[0] == b"send"
    async with webhooks.sending(redis, hub):
        await webhooks.has(redis, task_id, "delivered")
    assert len(receiver.received) == 1


async def test_an_attempt_that_outlasts_a_lease_is_made_once(
    redis, hub, receiver, monkeypatch
) -> None:
    monkeypatch.setattr(sender, "_LEASE_MS", 1500)
    monkeypatch.setattr(sender, "_RENEWED_AFTER_S", 0.05)
    monkeypatch.setattr("meshkit.webhooks.attempt.TIMEOUT_S", 60.0)
    receiver.go_on.clear()
    async with webhooks.sending(redis, hub), webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)
        lease_end = int(await redis.execute("HGET", keys.delivery(task_id), "lease_until"))
        # Senders look every second.
        await eventually(partial(is_past, redis, lease_end + 1500))
        receiver.go_on.set()
        await webhooks.has(redis, task_id, "delivered")

        async def nothing_is_due() -> bool:
            return await webhooks.pending(redis) == []

        await eventually(nothing_is_due)
    assert len(receiver.received) == 1
    assert (await webhooks.delivery(redis, task_id)).attempt_count == 1


async def test_a_sender_that_lost_its_lease_records_nothing(
    redis, hub, receiver, monkeypatch
) -> None:
    monkeypatch.setattr(sender, "_RENEWED_AFTER_S", 60)
    receiver.go_on.clear()
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)
        key, webhook_id = keys.delivery(task_id), keys.webhook_id(task_id, 7)
        await redis.execute("HSET", key, "lease_until", 0)
        taken = await redis.run(sender._BEGIN, [key], [webhook_id, 60_000])
        assert taken[0] == b"send"
        receiver.go_on.set()
    # The first holder was accepted, yet only the second one's outcome will count.
    assert await webhooks.status(redis, task_id) == "pending"
    assert not (await webhooks.delivery(redis, task_id)).attempts


async def test_a_renewal_that_hangs_is_made_again_within_the_lease(
    redis, hub, receiver, monkeypatch
) -> None:
    # It fits: a renewal that hangs is made once more before the lease is over.
    renewed_twice_s = sender._RENEWED_AFTER_S + sender._RENEWAL_S + sender._RENEWED_AGAIN_AFTER_S
    assert renewed_twice_s < sender._LEASE_MS / 1000
    # And it is done, with more time to spare than a busy machine takes.
    monkeypatch.setattr(sender, "_RENEWED_AFTER_S", 0.05)
    monkeypatch.setattr(sender, "_RENEWAL_S", 0.1)
    monkeypatch.setattr(sender, "_RENEWED_AGAIN_AFTER_S", 0.05)
    monkeypatch.setattr("meshkit.webhooks.attempt.TIMEOUT_S", 60.0)
    hung = []
    run = Redis.run

    async def hang_first(self, script, *rest):
        if script is sender._RENEW and not hung:
            hung.append(True)
            await asyncio.sleep(60)
        return await run(self, script, *rest)

    monkeypatch.setattr(Redis, "run", hang_first)
    receiver.go_on.clear()
    async with webhooks.sending(redis, hub), webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)
        lease_end = int(await redis.execute("HGET", keys.delivery(task_id), "lease_until"))
        await eventually(partial(is_past, redis, lease_end + 1500))
        receiver.go_on.set()
        await webhooks.has(redis, task_id, "delivered")
    assert hung
    assert len(receiver.received) == 1


async def test_who_is_at_work_renews_before_others_claim_when_redis_is_back(
    redis, hub, receiver, monkeypatch
) -> None:
    away = asyncio.Event()

    async def may_be_away(call, self, *arguments):
        if away.is_set():
            raise RedisAwayError
        return await call(self, *arguments)

    # `run` goes through it.
    kind = type(redis)
    monkeypatch.setattr(kind, "execute", partialmethod(partial(may_be_away, kind.execute)))
    # Who did not wait would claim at once.
    monkeypatch.setattr(sender, "_POLL_S", 0.02)
    monkeypatch.setattr(sender, "_AWAY_PAUSE_S", 0.02)
    monkeypatch.setattr("meshkit.webhooks.attempt.TIMEOUT_S", 60.0)
    receiver.go_on.clear()
    async with webhooks.sending(redis, hub), webhooks.sending(redis, hub):
        made = [await webhooks.scheduled(redis, receiver.url(f"/{n}")) for n in range(4)]
        await eventually(lambda: len(receiver.received) == 4)
        away.set()
        await asyncio.sleep(1.2 * sender._LEASE_MS / 1000)
        away.clear()
        await asyncio.sleep(2 * sender._BACK_PAUSE_S)
        receiver.go_on.set()
        for task_id in made:
            await webhooks.has(redis, task_id, "delivered")
    assert len(receiver.received) == 4
