"""Sending webhooks: signed, once, again until accepted, and fair to every tenant."""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import json
import time

import pytest

from manusmesh.task.v1 import task_pb2
from meshkit import tenants
from meshkit.redis import connect
from meshkit.signals import signals
from meshkit.tasks import keys as tasks
from meshkit.webhooks import backoff, keys, sender, signing_secrets
from meshkit.webhooks.outbox import Outbox
from tests.support import webhooks
from tests.support.eventually import eventually


def signature(secret: str, request) -> str:
    """What the specification asks for, computed without the library that signs."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    names = ("webhook-id", "webhook-timestamp")
    signed = ".".join(request.headers[name] for name in names).encode() + b"." + request.body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


async def test_an_end_is_told_at_once_and_signed(redis, hub, receiver) -> None:
    async with webhooks.sending(redis, hub):
        began = time.monotonic()
        task_id = await webhooks.scheduled(redis, receiver.url("/hook?a=b"))
        await webhooks.has(redis, task_id, "delivered")
        assert time.monotonic() - began < 5
    (request,) = receiver.received
    assert request.path == "/hook?a=b"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == keys.webhook_id(task_id, 7)
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    (secret,) = await signing_secrets.current(redis, webhooks.TENANT)
    assert request.headers["webhook-signature"] == signature(secret, request)
    sent = json.loads(request.body)
    assert (sent["task_id"], sent["status"]) == (task_id, "completed")
    assert sent["result"]["skill_id"] == "skill_demo_v1"
    delivery = await webhooks.delivery(redis, task_id)
    assert [attempt.status_code for attempt in delivery.attempts] == [200]
    assert delivery.HasField("completed_at")
    assert not delivery.HasField("next_attempt_at")
    assert await webhooks.pending(redis) == []


async def test_while_secrets_overlap_both_sign(redis, hub, receiver) -> None:
    await tenants.ensure(redis, "acme")
    await signing_secrets.current(redis, webhooks.TENANT)
    await signing_secrets.rotate(redis, webhooks.TENANT, overlap_s=3600)
    secrets = await signing_secrets.current(redis, webhooks.TENANT)
    assert len(secrets) == 2
    async with webhooks.sending(redis, hub):
        await webhooks.scheduled(redis, receiver.url())
        await eventually(lambda: len(receiver.received) == 1)
    (request,) = receiver.received
    signatures = request.headers["webhook-signature"].split()
    assert signatures == [signature(secret, request) for secret in secrets]


async def test_a_failed_task_is_told_with_its_error(redis, hub, receiver) -> None:
    async with webhooks.sending(redis, hub):
        await webhooks.scheduled(redis, receiver.url(), status="failed")
        await eventually(lambda: len(receiver.received) == 1)
    sent = json.loads(receiver.received[0].body)
    assert sent["error"]["code"] == "INTERNAL"
    assert sent["result"] is None


@pytest.mark.parametrize("answer", [500, 404, 301, 429])
async def test_what_is_not_accepted_is_sent_again_with_the_same_id(
    redis, hub, receiver, answer
) -> None:
    receiver.answers.append((answer, {"Location": receiver.url("/elsewhere")}))
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await webhooks.attempted(redis, task_id, 1)
        waiting = await webhooks.delivery(redis, task_id)
        assert waiting.status == "pending"
        wait_ms = waiting.next_attempt_at.ToMilliseconds() - waiting.created_at.ToMilliseconds()
        assert 4000 < wait_ms < 12_000
        await webhooks.is_due_now(redis, task_id)
        await webhooks.has(redis, task_id, "delivered")
    assert len(set(receiver.ids())) == 1
    assert [request.path for request in receiver.received] == ["/hook", "/hook"]
    delivery = await webhooks.delivery(redis, task_id)
    assert [attempt.status_code for attempt in delivery.attempts] == [answer, 200]
    assert delivery.attempt_count == 2


async def test_a_partial_result_is_told_with_what_is_missing(redis, hub, receiver) -> None:
    task_id = await webhooks.ended(redis, receiver.url())
    gaps = task_pb2.Task(missing=[task_pb2.MissingPart(step="research_2", name="Acme")])
    await redis.execute("HSET", tasks.task(task_id), "missing", gaps.SerializeToString())
    await Outbox(redis).schedule(webhooks.TENANT, task_id)
    # A retry that begins meanwhile does not change what this end was.
    await redis.execute("HDEL", tasks.task(task_id), "missing")
    async with webhooks.sending(redis, hub):
        await webhooks.has(redis, task_id, "delivered")
    sent = json.loads(receiver.received[0].body)
    assert sent["partial"] is True
    assert [gap["step"] for gap in sent["missing"]] == ["research_2"]


async def test_retry_after_is_respected(redis, hub, receiver) -> None:
    receiver.answers.append((503, {"Retry-After": "600"}))
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await webhooks.attempted(redis, task_id, 1)
    waiting = await webhooks.delivery(redis, task_id)
    wait_ms = waiting.next_attempt_at.ToMilliseconds() - waiting.created_at.ToMilliseconds()
    assert wait_ms >= 600_000


async def test_an_endpoint_that_is_gone_fails_at_once(redis, hub, receiver) -> None:
    receiver.answers.append((410, {}))
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await webhooks.has(redis, task_id, "failed")
    assert await webhooks.pending(redis) == []


async def test_after_a_day_it_is_given_up(redis, hub, receiver) -> None:
    receiver.answers.extend([(500, {})] * 2)
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await webhooks.attempted(redis, task_id, 1)
        day_ago = int(time.time() * 1000) - backoff.WINDOW_MS
        await redis.execute("HSET", keys.delivery(task_id), "retry_from", day_ago)
        await webhooks.is_due_now(redis, task_id)
        await webhooks.has(redis, task_id, "failed")
    assert await webhooks.pending(redis) == []


async def test_the_latest_twenty_attempts_are_kept(redis, hub, receiver) -> None:
    receiver.answers.extend((500 + n, {}) for n in range(23))
    async with webhooks.sending(redis, hub):
        task_id = await webhooks.scheduled(redis, receiver.url())
        for count in range(1, 24):
            await webhooks.attempted(redis, task_id, count)
            await webhooks.is_due_now(redis, task_id)
        await webhooks.has(redis, task_id, "delivered")
    delivery = await webhooks.delivery(redis, task_id)
    assert delivery.attempt_count == 24
    codes = [attempt.status_code for attempt in delivery.attempts]
    assert codes == [*range(504, 523), 200]


async def test_a_private_address_is_not_called(redis, hub, receiver) -> None:
    async with webhooks.sending(redis, hub, allow_private=()):
        task_id = await webhooks.scheduled(redis, receiver.url())
        await webhooks.attempted(redis, task_id, 1)
    assert receiver.received == []
    (attempt,) = (await webhooks.delivery(redis, task_id)).attempts
    assert attempt.status_code == 0
    assert "not public" in attempt.error
    assert "127.0.0.1" not in attempt.error


async def test_a_name_is_judged_again_at_every_attempt(redis, hub, receiver) -> None:
    answers = [["1.1.1.1", "203.0.113.9"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[ipaddress.IPv4Address]:
        assert (host, port) == ("hooks.example.com", receiver.port)
        return [ipaddress.IPv4Address(text) for text in answers.pop(0)]

    url = receiver.url(host="hooks.example.com")
    async with webhooks.sending(redis, hub, resolver=rebinding):
        task_id = await webhooks.scheduled(redis, url)
        await webhooks.attempted(redis, task_id, 1)
        assert receiver.received == []
        await webhooks.is_due_now(redis, task_id)
        await webhooks.has(redis, task_id, "delivered")
    assert receiver.received[0].headers["host"] == f"hooks.example.com:{receiver.port}"


async def test_many_senders_send_each_delivery_once(redis, hub, receiver) -> None:
    async with (
        webhooks.sending(redis, hub),
        webhooks.sending(redis, hub),
        webhooks.sending(redis, hub),
    ):
        made = [await webhooks.scheduled(redis, receiver.url(f"/{n}")) for n in range(40)]
        for task_id in made:
            await webhooks.has(redis, task_id, "delivered")
    assert len(receiver.received) == 40
    assert len(set(receiver.ids())) == 40


async def test_a_tenant_with_a_slow_endpoint_starves_nobody(redis, hub, receiver) -> None:
    receiver.go_on.clear()
    for _ in range(60):
        await webhooks.scheduled(redis, receiver.url("/slow"))
    async with webhooks.sending(redis, hub):
        await eventually(lambda: len(receiver.received) == 4)
        made = []
        for n in range(3):
            tenant_id = f"tenant_other{n}"
            url = receiver.url(f"/{tenant_id}")
            made.append((await webhooks.scheduled(redis, url, tenant_id=tenant_id), tenant_id))
        await eventually(lambda: len(receiver.received) == 7)
        assert receiver.at_once["/slow"] == 4
        receiver.go_on.set()
        for task_id, tenant_id in made:
            await webhooks.has(redis, task_id, "delivered", tenant_id)
        await eventually(lambda: len(receiver.received) == 63)
    assert receiver.at_once["/slow"] == 4


async def test_a_tenant_whose_endpoint_does_not_answer_gets_one_place(redis, hub, receiver) -> None:
    async def unknown(host: str, port: int) -> list[ipaddress.IPv4Address]:
        return [ipaddress.IPv4Address(host)] if host[0] == "1" else []

    async with webhooks.sending(redis, hub, resolver=unknown):
        task_id = await webhooks.scheduled(redis, "http://nowhere.example.com/")
        await webhooks.attempted(redis, task_id, 1)
        receiver.go_on.clear()
        for _ in range(6):
            await webhooks.scheduled(redis, receiver.url("/mine"))
        await eventually(lambda: len(receiver.received) == 1)
        await webhooks.scheduled(redis, receiver.url("/other"), tenant_id="tenant_other")
        await eventually(lambda: len(receiver.received) == 2)
        assert receiver.at_once == {"/mine": 1, "/other": 1}
        receiver.go_on.set()
        await eventually(lambda: len(receiver.received) == 7)


async def test_a_result_that_cannot_be_read_is_no_end_of_the_sender(redis, hub, receiver) -> None:
    task_id = await webhooks.ended(redis, receiver.url())
    await redis.execute("HSET", f"task:{{{task_id}}}:artifacts", "result", b"\x09")
    async with webhooks.sending(redis, hub):
        await sender.Outbox(redis).schedule(webhooks.TENANT, task_id)
        await webhooks.attempted(redis, task_id, 1)
        other = await webhooks.scheduled(redis, receiver.url())
        await webhooks.has(redis, other, "delivered")
    assert "read" in (await webhooks.delivery(redis, task_id)).attempts[0].error


async def test_a_job_that_is_not_known_yet_waits(redis, hub, receiver) -> None:
    task_id = await webhooks.ended(redis, receiver.url())
    await redis.execute("HSET", f"task:{{{task_id}}}", "job", "newer")
    async with webhooks.sending(redis, hub):
        await sender.Outbox(redis).schedule(webhooks.TENANT, task_id)
        await webhooks.attempted(redis, task_id, 1)
    assert await webhooks.status(redis, task_id) == "pending"
    assert receiver.received == []


async def test_redis_may_go_away_and_come_back(own_redis, receiver) -> None:
    async with connect(own_redis.url) as redis, signals(own_redis.url) as hub:
        receiver.go_on.clear()
        async with webhooks.sending(redis, hub):
            task_id = await webhooks.scheduled(redis, receiver.url())
            await eventually(lambda: len(receiver.received) == 1)
            own_redis.kill()
            receiver.go_on.set()
            await asyncio.to_thread(own_redis.start)
            await eventually(redis.ping)
            await webhooks.has(redis, task_id, "delivered")
            other = await webhooks.scheduled(redis, receiver.url())
            await webhooks.has(redis, other, "delivered")
    assert len(receiver.received) == 2
