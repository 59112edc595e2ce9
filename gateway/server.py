"""Composition root of the gateway."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from gateway.access import check_with
from gateway.dead_letters import DeadLetterServicer
from gateway.jobs import JobRpcs
from gateway.knowledge import KnowledgeServicer
from gateway.library import LibraryServicer
from gateway.polls import polls
from gateway.settings import GatewaySettings
from gateway.system import SystemServicer
from gateway.tasks import TaskServicer
from gateway.tenants import TenantServicer
from gateway.waiting import TaskWaiter
from gateway.watchers import open_watchers
from gateway.webhooks import WebhookServicer
from manusmesh.content.v1 import content_service_pb2
from manusmesh.knowledge.v1 import knowledge_service_pb2, knowledge_service_pb2_grpc
from manusmesh.library.v1 import library_service_pb2, library_service_pb2_grpc
from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from manusmesh.task.v1 import (
    dead_letter_service_pb2,
    dead_letter_service_pb2_grpc,
    task_service_pb2,
    task_service_pb2_grpc,
)
from manusmesh.tenant.v1 import tenant_service_pb2, tenant_service_pb2_grpc
from manusmesh.webhook.v1 import webhook_service_pb2, webhook_service_pb2_grpc
from meshkit import audit, client, idempotency, logs, middleware, tenants
from meshkit.auth.principal import KeyAuthenticator
from meshkit.library import Library
from meshkit.outbound.addresses import parse_networks
from meshkit.ratelimit import RateLimiter
from meshkit.redis import open_redis
from meshkit.server import HttpSide, Served, instance_name, run_server
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
    settings = GatewaySettings()
    logs.configure(service=instance_name(settings), level=settings.log.level)
    draining = asyncio.Event()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings.redis))
        hub = await stack.enter_async_context(open_signals(settings.redis))
        caps = settings.queue
        queue = Queue(redis, max_per_tenant=caps.max_per_tenant, max_of_all=caps.max)
        store = TaskStore(redis, queue)
        authenticator = KeyAuthenticator(redis)
        check = check_with(authenticator)
        waiter = TaskWaiter(store, hub, draining, check=check)
        content = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
        allow_private = parse_networks(settings.fetch.allow_private)
        jobs = JobRpcs(store, waiter, allow_private=allow_private).handler(content)
        watchers = await stack.enter_async_context(open_watchers(redis))
        tasks = TaskServicer(redis, hub, store, waiter, draining, check=check, watchers=watchers)
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
        library = LibraryServicer(Library(redis))
        research = await stack.enter_async_context(client.channel(settings.agents.research))
        internal_key = settings.internal_key.get_secret_value()
        knowledge = KnowledgeServicer(research, internal_key=internal_key)
        services = [
            Served(content, lambda server: server.add_generic_rpc_handlers((jobs,))),
            Served(
                task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
                lambda server: task_service_pb2_grpc.add_TaskServiceServicer_to_server(
                    tasks, server
                ),
            ),
            Served(
                dead_letter_service_pb2.DESCRIPTOR.services_by_name["DeadLetterService"],
                lambda server: dead_letter_service_pb2_grpc.add_DeadLetterServiceServicer_to_server(
                    dead, server
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
                library_service_pb2.DESCRIPTOR.services_by_name["LibraryService"],
                lambda server: library_service_pb2_grpc.add_LibraryServiceServicer_to_server(
                    library, server
                ),
            ),
            Served(
                knowledge_service_pb2.DESCRIPTOR.services_by_name["KnowledgeService"],
                lambda server: knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(
                    knowledge, server
                ),
            ),
            Served(
                webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
                lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(
                    webhooks, server
                ),
            ),
        ]
        await run_server(
            settings,
            name="gateway",
            redis=redis,
            services=services,
            middlewares=middleware.standard(
                authenticator,
                audit=audit.audited(redis),
                refused=audit.refusals(redis),
                limiter=RateLimiter(redis),
                once=idempotency.once(redis, [served.descriptor for served in services]),
                redis_budget_s=settings.redis.call_budget_s,
            ),
            draining=draining,
            received_max=_BODY_MAX,
            http=HttpSide(settings.polls.port, polls(content)),
        )
