"""The gateway's own servicers in process, behind the real interceptors, on a real Redis."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from gateway.access import check_with
from gateway.dead_letters import DeadLetterServicer
from gateway.jobs import JobRpcs
from gateway.library import LibraryServicer
from gateway.system import SystemServicer
from gateway.tasks import TaskServicer
from gateway.waiting import TaskWaiter
from gateway.watchers import Watchers, open_watchers
from gateway.webhooks import WebhookServicer
from manusmesh.content.v1 import content_service_pb2, content_service_pb2_grpc
from manusmesh.library.v1 import library_service_pb2, library_service_pb2_grpc
from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from manusmesh.task.v1 import (
    dead_letter_service_pb2,
    dead_letter_service_pb2_grpc,
    task_service_pb2,
    task_service_pb2_grpc,
)
from manusmesh.webhook.v1 import webhook_service_pb2, webhook_service_pb2_grpc
from meshkit import audit, idempotency, middleware
from meshkit.auth import keys
from meshkit.auth.principal import KeyAuthenticator
from meshkit.library import Library
from meshkit.ratelimit import RateLimiter
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.webhooks.deliveries import Deliveries
from tests.support import grpc_server

CONTENT = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
DESCRIPTORS = [
    CONTENT,
    task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
    dead_letter_service_pb2.DESCRIPTOR.services_by_name["DeadLetterService"],
    library_service_pb2.DESCRIPTOR.services_by_name["LibraryService"],
    webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
    system_service_pb2.DESCRIPTOR.services_by_name["SystemService"],
]


@pytest.fixture
def draining() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def watchers(redis) -> AsyncIterator[Watchers]:
    async with open_watchers(redis) as opened:
        yield opened


@pytest.fixture
def redis_budget_s() -> float:
    """How long a call may wait for Redis in all: longer than any machine stands still."""
    return 60.0


@pytest.fixture
async def channel(
    *, redis, hub, store, draining, watchers, redis_budget_s
) -> AsyncIterator[grpc.aio.Channel]:
    authenticator = KeyAuthenticator(redis)
    check = check_with(authenticator)
    waiter = TaskWaiter(store, hub, draining, check=check)
    jobs = JobRpcs(store, waiter).handler(CONTENT)
    tasks = TaskServicer(redis, hub, store, waiter, draining, check=check, watchers=watchers)
    dead = DeadLetterServicer(DeadLetters(redis), store)
    registers = [
        lambda server: server.add_generic_rpc_handlers((jobs,)),
        lambda server: task_service_pb2_grpc.add_TaskServiceServicer_to_server(tasks, server),
        lambda server: dead_letter_service_pb2_grpc.add_DeadLetterServiceServicer_to_server(
            dead, server
        ),
        lambda server: library_service_pb2_grpc.add_LibraryServiceServicer_to_server(
            LibraryServicer(Library(redis)), server
        ),
        lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(
            WebhookServicer(Deliveries(redis)), server
        ),
        lambda server: system_service_pb2_grpc.add_SystemServiceServicer_to_server(
            SystemServicer(redis), server
        ),
    ]
    middlewares = middleware.standard(
        authenticator,
        audit=audit.audited(redis),
        refused=audit.refusals(redis),
        limiter=RateLimiter(redis),
        once=idempotency.once(redis, DESCRIPTORS),
        redis_budget_s=redis_budget_s,
    )
    async with grpc_server.serve(DESCRIPTORS, registers, middlewares) as opened:
        yield opened


@pytest.fixture
async def acme(redis) -> tuple[tuple[str, str], ...]:
    """The metadata of tenant acme's calls."""
    # Many calls of one test must not meet the limits.
    limit = keys.Limit(per_hour=100_000, burst=1000)
    await keys.set_limit(redis, tenant_id="tenant_acme", limit_class="async", limit=limit)
    return grpc_server.bearer(await keys.issue(redis, tenant="acme", env="dev"))


@pytest.fixture
async def other(redis) -> tuple[tuple[str, str], ...]:
    """The metadata of another tenant's calls."""
    return grpc_server.bearer(await keys.issue(redis, tenant="other", env="dev"))


@pytest.fixture
async def operator(redis) -> tuple[tuple[str, str], ...]:
    """The metadata of an operator's calls."""
    return grpc_server.bearer(await keys.issue_admin(redis, env="dev"))


@pytest.fixture
def content(channel) -> content_service_pb2_grpc.ContentServiceStub:
    return content_service_pb2_grpc.ContentServiceStub(channel)


@pytest.fixture
def library(channel) -> library_service_pb2_grpc.LibraryServiceStub:
    return library_service_pb2_grpc.LibraryServiceStub(channel)


@pytest.fixture
def tasks(channel) -> task_service_pb2_grpc.TaskServiceStub:
    return task_service_pb2_grpc.TaskServiceStub(channel)


@pytest.fixture
def dead_letters(channel) -> dead_letter_service_pb2_grpc.DeadLetterServiceStub:
    return dead_letter_service_pb2_grpc.DeadLetterServiceStub(channel)


@pytest.fixture
def system(channel) -> system_service_pb2_grpc.SystemServiceStub:
    return system_service_pb2_grpc.SystemServiceStub(channel)
