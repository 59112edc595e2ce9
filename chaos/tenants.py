"""Tenants and their connections."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

import grpc
import httpx

from chaos.mesh import Mesh
from manusmesh.task.v1 import task_service_pb2_grpc

_DIRECT: Final = (("grpc.enable_http_proxy", 0),)


@dataclass(slots=True)
class Tenant:
    """A tenant and its connections.

    Attributes:
        tenant_id: Its id.
        key: Its API key.
        webhook_secret: What its webhooks are signed with.
        http: Its HTTP client.
        tasks: Its gRPC stub of the task service.
        active: Its tasks that are acknowledged and not known to be final.
    """

    tenant_id: str
    key: str
    webhook_secret: str
    http: httpx.AsyncClient
    tasks: "task_service_pb2_grpc.TaskServiceAsyncStub"
    active: set[str] = field(default_factory=set)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a gRPC call carries."""
        return (("authorization", f"Bearer {self.key}"),)


@contextlib.asynccontextmanager
async def new_tenants(
    mesh: Mesh,
    count: int,
    *,
    running: int | None = None,
    queued: int | None = None,
    patient: bool = False,
) -> AsyncIterator[list[Tenant]]:
    """New tenants, connected for the length of the block.

    Args:
        mesh: Whose tenants they are.
        count: How many.
        running: How many tasks of each run at once, where other than by default.
        queued: How many tasks of each wait or run, where other than by default.
        patient: Whether they ask again where the mesh says that it is away.

    Raises:
        httpx.HTTPError: when one cannot be created.
    """
    async with contextlib.AsyncExitStack() as stack:
        address = mesh.url.removeprefix("http://")
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address, _DIRECT))
        stub = task_service_pb2_grpc.TaskServiceStub(channel)
        made = []
        for _ in range(count):
            name = f"chaos{secrets.token_hex(6)}"
            new = await mesh.tenant(name, running=running, queued=queued)
            http = await stack.enter_async_context(mesh.client(new.key, patient=patient))
            made.append(Tenant(new.tenant_id, new.key, new.webhook_secret, http, stub))
        yield made
