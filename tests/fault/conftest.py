"""One rig for all fault tests: replicas of everything that matters, and short leases."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import grpc
import httpx
import pytest

from chaos.mesh import Mesh, running
from chaos.tenants import Tenant
from manusmesh.task.v1 import task_service_pb2_grpc
from meshkit.redis import Redis, connect
from tests.fault.answers import Caller
from tests.fault.support import LEASE_S, REPLICAS, STEP_MS, eventually_ready

MakeTenant = Callable[..., Awaitable[Tenant]]


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """A mesh whose processes these tests may kill and freeze."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESH_DRAIN__NOTICE_S", "0")
        directory = tmp_path_factory.mktemp("rig")
        with running(directory, replicas=REPLICAS, step_ms=STEP_MS, lease_s=LEASE_S) as mesh:
            yield mesh


@pytest.fixture
async def mesh(rig: Mesh) -> Mesh:
    """The rig, whole: the test before may have left a process that is still starting."""
    await eventually_ready(rig)
    return rig


@pytest.fixture
async def channel(mesh: Mesh) -> AsyncIterator[grpc.aio.Channel]:
    """A gRPC channel to the public port."""
    direct = (("grpc.enable_http_proxy", 0),)
    async with grpc.aio.insecure_channel(mesh.url.removeprefix("http://"), direct) as channel:
        yield channel


@pytest.fixture
async def tenant(
    mesh: Mesh, channel: grpc.aio.Channel, request: pytest.FixtureRequest
) -> AsyncIterator[MakeTenant]:
    """Makes tenants of the test's own, which no rate limit stops.

    They are patient unless they are not to be: to the mesh a machine that stands still for a second
    looks like a Redis that is away, and it says so.
    """
    stub = task_service_pb2_grpc.TaskServiceStub(channel)
    stem = re.sub("[^a-z0-9]", "", request.node.name)[5:20]
    async with AsyncExitStack() as stack:

        async def make(
            *, running: int | None = None, queued: int | None = None, patient: bool = True
        ) -> Tenant:
            name = f"{stem}{secrets.token_hex(4)}"
            new = await mesh.tenant(name, running=running, queued=queued)
            http = await stack.enter_async_context(mesh.client(new.key, patient=patient))
            return Tenant(new.tenant_id, new.key, new.webhook_secret, http, stub)

        yield make


@pytest.fixture
async def operator(mesh: Mesh) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the operator's key."""
    async with mesh.operator(patient=True) as client:
        yield client


@pytest.fixture
async def hasty_operator(mesh: Mesh) -> AsyncIterator[httpx.AsyncClient]:
    """The same, which takes the first answer that comes."""
    async with mesh.operator() as client:
        yield client


@pytest.fixture
async def raw_redis(mesh: Mesh) -> AsyncIterator[Redis]:
    """The mesh's own Redis, past every service."""
    async with connect(mesh.redis_url()) as redis:
        yield redis


@pytest.fixture
async def owner(tenant: MakeTenant) -> Tenant:
    """A tenant of the test, which takes the first answer that comes."""
    return await tenant(patient=False)


@pytest.fixture
def caller(
    mesh: Mesh, owner: Tenant, hasty_operator: httpx.AsyncClient, channel: grpc.aio.Channel
) -> Caller:
    """Makes calls of that tenant and of the operator."""
    return Caller(mesh, owner, hasty_operator, channel)
