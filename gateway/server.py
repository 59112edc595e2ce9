"""Composition root of the gateway."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from gateway.dead_letters import DeadLetterServicer
from gateway.jobs import JobRpcs
from gateway.system import SystemServicer
from gateway.tasks import TaskServicer
from gateway.tenants import TenantServicer
from gateway.waiting import TaskWaiter
from gateway.webhooks import WebhookServicer
from manusmesh.content.v1 import content_service_pb2
from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from manusmesh.task.v1 import (
    dead_letter_service_pb2,
    dead_letter_service_pb2_grpc,
    task_service_pb2,
    task_service_pb2_grpc,
)
from manusmesh.tenant.v1 import tenant_service_pb2, tenant_service_pb2_grpc
from manusmesh.webhook.v1 import webhook_service_pb2, webhook_service_pb2_grpc
from meshkit import logs, middleware, tenants
from meshkit.audit import audited
from meshkit.auth.principal import KeyAuthenticator
from meshkit.config import ServiceSettings
from meshkit.outbound.addresses import parse_networks
from meshkit.ratelimit import RateLimiter
from meshkit.redis import open_redis
from meshkit.server import Served, instance_name, run_server
from meshkit.signals import open_signals
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.queue import Queue
from meshkit.tasks.record import TENANT_CAP
from meshkit.tasks.store import TaskStore
from meshkit.webhooks.deliveries import Deliveries

_BODY_MAX: Final = 4 * 1024 * 1024
"""Bytes of one request over gRPC; over REST the edge holds the same limit."""


async def serve() -> None:
    """Serves the public RPCs until SIGTERM."""
    settings = ServiceSettings()
    logs.configure(service=instance_name(settings), level=settings.log.level)
    draining = asyncio.Event()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings.redis))
        hub = await stack.enter_async_context(open_signals(settings.redis))
        store = TaskStore(redis, Queue(redis, max_per_tenant=settings.queue.max_per_tenant))
        waiter = TaskWaiter(store, hub, draining)
        content = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
        allow_private = parse_networks(settings.fetch.allow_private)
        jobs = JobRpcs(store, waiter, allow_private=allow_private).handler(content)
        authenticator = KeyAuthenticator(redis)
        tasks = TaskServicer(redis, hub, store, waiter, draining, authenticator=authenticator)
        dead = DeadLetterServicer(DeadLetters(redis), store)
        system = SystemServicer(redis)
        admin = TenantServicer(
            redis,
            default_caps={
                "running": TENANT_CAP,
                "queued": settings.queue.max_per_tenant,
                "watchers": tenants.WATCHERS,
            },
        )
        webhooks = WebhookServicer(Deliveries(redis))
        await run_server(
            settings,
            name="gateway",
            redis=redis,
            services=[
                Served(content, lambda server: server.add_generic_rpc_handlers((jobs,))),
                Served(
                    task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
                    lambda server: task_service_pb2_grpc.add_TaskServiceServicer_to_server(
                        tasks, server
                    ),
                ),
                Served(
                    dead_letter_service_pb2.DESCRIPTOR.services_by_name["DeadLetterService"],
                    lambda server: (
                        dead_letter_service_pb2_grpc.add_DeadLetterServiceServicer_to_server(
                            dead, server
                        )
                    ),
                ),
                Served(
                    system_service_pb2.DESCRIPTOR.services_by_name["SystemService"],
                    lambda server: system_service_pb2_grpc.add_SystemServiceServicer_to_server(
                        system, server
                    ),
                ),
                Served(
                    tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"],
                    lambda server: tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
                        admin, server
                    ),
                ),
                Served(
                    webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
                    lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(
                        webhooks, server
                    ),
                ),
            ],
            middlewares=middleware.standard(
                authenticator, audit=audited(redis), limiter=RateLimiter(redis)
            ),
            draining=draining,
            received_max=_BODY_MAX,
        )
