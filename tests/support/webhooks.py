"""Ended tasks whose webhooks are to be sent, and senders that send them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.webhook.v1 import webhook_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.outbound.addresses import parse_networks
from meshkit.redis import Redis
from meshkit.signals import Signals
from meshkit.tasks import artifacts, keys
from meshkit.webhooks import keys as webhook_keys
from meshkit.webhooks.deliveries import Deliveries
from meshkit.webhooks.outbox import Outbox
from meshkit.webhooks.sender import Sender
from tests.support.eventually import eventually

TENANT = "tenant_acme"
JOB = "generate-skill"
RESULT = generate_skill_pb2.GenerateSkillResult(skill_id="skill_demo_v1")
LOOPBACK = parse_networks("127.0.0.0/8")


async def ended(
    redis: Redis,
    url: str,
    *,
    task_id: str = "",
    tenant_id: str = TENANT,
    status: str = "completed",
    offset: int = 7,
) -> str:
    """A task that has just ended, or ended again; its webhook is not scheduled."""
    task_id = task_id or keys.new_task_id()
    error = MeshError(Reason.INTERNAL, "It broke.").to_proto().SerializeToString()
    await redis.execute(
        *("HSET", keys.task(task_id), "callback_url", url, "status", status, "events", offset),
        *("tenant_id", tenant_id, "job", JOB, "completed_at", int(time.time() * 1000)),
        *("error", b"" if status == "completed" else error),
    )
    if status == "completed":
        packed = artifacts.pack(RESULT.SerializeToString())
        await redis.execute("HSET", keys.part(task_id, "artifacts"), "result", packed)
    return task_id


async def scheduled(redis: Redis, url: str, **more: Any) -> str:
    """A task that has just ended and whose webhook is due."""
    task_id = await ended(redis, url, **more)
    await Outbox(redis).schedule(more.get("tenant_id", TENANT), task_id)
    return task_id


async def delivery(redis: Redis, task_id: str, tenant_id: str = TENANT) -> pb.WebhookDelivery:
    """The delivery as its tenant sees it."""
    return await Deliveries(redis).get(tenant_id, task_id)


async def status(redis: Redis, task_id: str, tenant_id: str = TENANT) -> str:
    """The status of a delivery."""
    return (await delivery(redis, task_id, tenant_id)).status


async def has(redis: Redis, task_id: str, wanted: str, tenant_id: str = TENANT) -> None:
    """Waits until a delivery has a status."""

    async def holds() -> bool:
        return await status(redis, task_id, tenant_id) == wanted

    await eventually(holds)


async def attempted(redis: Redis, task_id: str, count: int) -> None:
    """Waits until there have been so many attempts."""

    async def holds() -> bool:
        return (await delivery(redis, task_id)).attempt_count == count

    await eventually(holds)


async def is_due_now(redis: Redis, task_id: str, tenant_id: str = TENANT) -> None:
    """Lets the time pass that a delivery has to wait, and leases that are held run out."""
    key = webhook_keys.delivery(task_id)
    await redis.execute("HSET", key, "lease_until", 0, "next_attempt_at", 1)
    due = webhook_keys.due(tenant_id)
    entries = await redis.execute("ZRANGE", due, 0, -1)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, bytes) and entry.decode().startswith(task_id):
            await redis.execute("ZADD", due, "XX", 1, entry)
    await redis.execute("ZADD", webhook_keys.TENANTS, 1, tenant_id)
    await redis.execute("PUBLISH", webhook_keys.READY, "")


async def pending(redis: Redis, tenant_id: str = TENANT) -> Sequence[bytes]:
    """The tenant's entries among what is due or taken."""
    reply = await redis.execute("ZRANGE", webhook_keys.due(tenant_id), 0, -1)
    return [item for item in reply if isinstance(item, bytes)] if isinstance(reply, list) else []


def sender(redis: Redis, signals: Signals, **more: Any) -> Sender:
    """A sender that may call loopback addresses, unless told otherwise."""
    settings = {"allow_private": LOOPBACK, **more}
    return Sender(redis, signals, {JOB: type(RESULT)}, **settings)


@contextlib.asynccontextmanager
async def sending(redis: Redis, signals: Signals, **more: Any) -> AsyncIterator[asyncio.Task[None]]:
    """A sender at work; at the end of the block it drains, or dies if it has been cancelled."""
    draining = asyncio.Event()
    task = asyncio.create_task(sender(redis, signals, **more).run(draining))
    try:
        yield task
    finally:
        draining.set()
        await asyncio.gather(task, return_exceptions=True)
