"""Composition root of the orchestrator."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

from jobs import JOBS
from jobs.job import Job
from meshkit import client, logs, middleware
from meshkit.auth.principal import InternalAuthenticator
from meshkit.outbound.addresses import parse_networks
from meshkit.redis import open_redis
from meshkit.server import instance_name, run_server
from meshkit.signals import open_signals
from meshkit.tasks import keys
from meshkit.tasks.queue import Queue
from meshkit.webhooks.sender import Sender
from services.orchestrator.agents import Agents
from services.orchestrator.settings import OrchestratorSettings
from services.orchestrator.sweeper import Sweeper
from services.orchestrator.worker import Worker


async def serve(jobs: Mapping[str, Job] = JOBS) -> None:
    """Runs the orchestrator until SIGTERM.

    Args:
        jobs: What it can do, by the names of the jobs.
    """
    settings = OrchestratorSettings()
    instance = instance_name(settings)
    logs.configure(service=instance, level=settings.log.level)
    internal_key = settings.internal_key.get_secret_value()
    draining = asyncio.Event()
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings.redis))
        hub = await stack.enter_async_context(open_signals(settings.redis))
        channels = {
            agent: await stack.enter_async_context(client.channel(addresses))
            for agent, addresses in settings.agents.model_dump().items()
        }
        wanted = settings.worker.sessions
        agents = Agents(
            channels,
            internal_key=internal_key,
            sessions={
                agent: client.replicas(addresses)
                for agent, addresses in settings.agents.model_dump().items()
                if wanted
            },
        )
        stack.push_async_callback(agents.close)
        agents.prepare()
        queue = Queue(redis, max_per_tenant=settings.queue.max_per_tenant)
        fast = settings.worker.model_copy(update={"slots": settings.worker.fast_slots})
        workers = [
            Worker(
                of_lane,
                instance=instance,
                redis=redis,
                signals=hub,
                queue=queue.of(lane),
                agents=agents,
                jobs=jobs,
            )
            for lane, of_lane in (("", settings.worker), (keys.FAST, fast))
        ]
        sender = Sender(
            redis,
            hub,
            {name: job.result for name, job in jobs.items()},
            allow_private=parse_networks(settings.fetch.allow_private),
        )
        sweeper = Sweeper(redis, queue, instance=instance, every_s=settings.worker.sweep_s)

        async def healthy() -> bool:
            return all([await worker.healthy() for worker in workers]) and await sender.healthy()

        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run(draining))
            group.create_task(sender.run(draining))
            group.create_task(sweeper.run(draining))
            await run_server(
                settings,
                name="orchestrator",
                redis=redis,
                services=(),
                middlewares=middleware.standard(InternalAuthenticator(internal_key)),
                draining=draining,
                healthy=healthy,
            )
