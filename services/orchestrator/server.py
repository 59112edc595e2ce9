"""Composition root of the orchestrator."""

import asyncio
from contextlib import AsyncExitStack

from jobs import JOBS
from meshkit import client, logs, middleware
from meshkit.auth.principal import InternalAuthenticator
from meshkit.redis import connect
from meshkit.server import instance_name, run_server
from meshkit.signals import signals
from meshkit.tasks.queue import Queue
from services.orchestrator.agents import Agents
from services.orchestrator.settings import OrchestratorSettings
from services.orchestrator.worker import Worker


async def serve() -> None:
    """Runs the orchestrator until SIGTERM."""
    settings = OrchestratorSettings()
    instance = instance_name(settings)
    logs.configure(service=instance, level=settings.log.level)
    url, timeout_s = settings.redis.url.get_secret_value(), settings.redis.timeout_s
    internal_key = settings.internal_key.get_secret_value()
    draining = asyncio.Event()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(connect(url, timeout_s=timeout_s))
        hub = await stack.enter_async_context(signals(url, timeout_s=timeout_s))
        channels = {
            agent: await stack.enter_async_context(client.channel(addresses))
            for agent, addresses in settings.agents.model_dump().items()
        }
        worker = Worker(
            settings.worker,
            instance=instance,
            redis=redis,
            signals=hub,
            queue=Queue(redis, max_per_tenant=settings.queue.max_per_tenant),
            agents=Agents(channels, internal_key=internal_key),
            jobs=JOBS,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run(draining))
            await run_server(
                settings,
                name="orchestrator",
                redis=redis,
                services=(),
                middlewares=middleware.standard(InternalAuthenticator(internal_key)),
                draining=draining,
                healthy=worker.healthy,
            )
