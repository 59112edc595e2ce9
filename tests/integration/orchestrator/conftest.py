"""A worker with fake agents on a real Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest

from jobs import actions
from jobs.job import Job
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import skill_pb2
from meshkit.patterns import retrying
from meshkit.redis import connect
from meshkit.signals import signals
from meshkit.tasks.queue import Queue
from services.orchestrator.settings import WorkerSettings
from services.orchestrator.worker import Worker
from tests.integration.orchestrator.fake_agents import FakeAgents
from tests.support.redis import RedisServer
from tests.support.tasks import SKILL_REQUEST, started


async def three_steps(request, steps) -> generate_skill_pb2.GenerateSkillResult:
    """Plans, then does the two steps of the plan."""
    await steps.follow(await steps.run("plan", actions.PLAN, actions.PLAN.request(), title="Plan"))
    for step in ("one", "two"):
        draft = await steps.run(
            step, actions.WRITE_SKILL, actions.WRITE_SKILL.request(), title=f"Do {step}"
        )
    return generate_skill_pb2.GenerateSkillResult(
        skill_name=draft.name, skill_id=request.skill_name, usage=steps.usage()
    )


Start = Callable[..., AbstractAsyncContextManager[asyncio.Event]]


@pytest.fixture
async def task_id(store) -> str:
    """A task that waits for a worker."""
    return await started(store, request=SKILL_REQUEST)


@pytest.fixture
def agents() -> FakeAgents:
    return FakeAgents()


@pytest.fixture
def jobs() -> dict[str, Job]:
    job = Job(
        name="generate-skill",
        request=generate_skill_pb2.GenerateSkillRequest,
        result=skill_pb2.SkillDraft,
        run=three_steps,
        timeout_s=60,
    )
    return {job.name: job}


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long retries would have waited; they don't."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("services.orchestrator.attempts.retrying", partial(retrying, sleep=sleep))
    return waited


async def _run(
    server: RedisServer, agents: FakeAgents, jobs: dict[str, Job], settings: dict[str, float]
) -> AsyncIterator[tuple[Worker, asyncio.Event]]:
    async with connect(server.url) as redis, signals(server.url) as hub:
        worker = Worker(
            WorkerSettings.model_validate({"poll_s": 0.05, **settings}),
            instance="test",
            redis=redis,
            signals=hub,
            queue=Queue(redis, max_per_tenant=1000),
            agents=agents,  # type: ignore[arg-type]
            jobs=jobs,
        )
        draining = asyncio.Event()
        running = asyncio.create_task(worker.run(draining))
        try:
            yield worker, draining
        finally:
            draining.set()
            async with asyncio.timeout(60):
                await running


@pytest.fixture
def work(redis_server, agents, jobs) -> Start:
    """Runs a worker for a block; at its end it drains and gives its tasks back."""

    @asynccontextmanager
    async def start(
        server: RedisServer = redis_server, others: FakeAgents = agents, **settings: float
    ) -> AsyncIterator[asyncio.Event]:
        opened = contextlib.asynccontextmanager(_run)(server, others, jobs, settings)
        async with opened as (_, draining):
            yield draining

    return start
