"""Composition root of the gateway."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from gateway.jobs import JobRpcs
from gateway.system import SystemServicer
from gateway.tasks import TaskServicer
from gateway.waiting import TaskWaiter
from manusmesh.content.v1 import content_service_pb2
from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from manusmesh.task.v1 import task_service_pb2, task_service_pb2_grpc
from meshkit import logs, middleware
from meshkit.auth.principal import KeyAuthenticator
from meshkit.config import ServiceSettings
from meshkit.ratelimit import RateLimiter
from meshkit.redis import connect
from meshkit.server import Served, instance_name, run_server
from meshkit.signals import signals
from meshkit.tasks.queue import Queue
from meshkit.tasks.store import TaskStore

_BODY_MAX: Final = 4 * 1024 * 1024
"""Bytes of one request over gRPC; over REST the edge holds the same limit."""


async def serve() -> None:
    """Serves the public RPCs until SIGTERM."""
    settings = ServiceSettings()
    logs.configure(service=instance_name(settings), level=settings.log.level)
    url, timeout_s = settings.redis.url.get_secret_value(), settings.redis.timeout_s
    draining = asyncio.Event()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(url, timeout_s=timeout_s))
        hub = await stack.enter_async_context(signals(url, timeout_s=timeout_s))
        store = TaskStore(redis, Queue(redis, max_per_tenant=settings.queue.max_per_tenant))
        waiter = TaskWaiter(store, hub, draining)
        content = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
        jobs = JobRpcs(store, waiter).handler(content)
        tasks = TaskServicer(redis, hub, store, waiter, draining)
        system = SystemServicer(redis)
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
                    system_service_pb2.DESCRIPTOR.services_by_name["SystemService"],
                    lambda server: system_service_pb2_grpc.add_SystemServiceServicer_to_server(
                        system, server
                    ),
                ),
            ],
            middlewares=middleware.standard(KeyAuthenticator(redis), limiter=RateLimiter(redis)),
            draining=draining,
            received_max=_BODY_MAX,
        )
