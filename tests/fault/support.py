"""What the fault tests share."""

import asyncio
import contextlib
import os
import signal
import socket
from typing import Any, Final

import httpx
import pytest

from chaos.clients import START, request
from chaos.history import FINAL
from chaos.mesh import Mesh
from chaos.streams import sse_events
from chaos.tenants import Tenant
from meshkit.local.process import alive
from meshkit.redis import Redis
from meshkit.tasks import keys
from tests.support.eventually import eventually

LEASE_S: Final = 2.0
"""A takeover then takes two seconds instead of ten."""
STEP_MS: Final = 200
REPLICAS: Final = {"gateway": 3, "orchestrator": 3}
BACK_S: Final = 20.0
"""A process that was killed is started again, imports what it needs and tells that it is there."""


async def eventually_ready(mesh: Mesh) -> None:
    """Waits until every process lives and each gateway says that the mesh can do its work."""
    async with mesh.client() as client:

        async def ready() -> bool:
            if not all(alive(record) for record in mesh.processes().values()):
                return False
            with contextlib.suppress(httpx.TransportError):
                # Envoy asks them in turn.
                answers = [await client.get("/ready") for _ in mesh.names("gateway")]
                return {answer.status_code for answer in answers} == {httpx.codes.OK}
            return False

        await eventually(ready, seconds=BACK_S)


def kill(mesh: Mesh, name: str) -> int:
    """Ends a process as a crash does; its id."""
    pid = mesh.processes()[name].pid
    os.kill(pid, signal.SIGKILL)
    return pid


async def started(tenant: Tenant, name: str = "plain") -> str:
    """The id of a new task."""
    answer = await tenant.http.post(START, json=request(name))
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["task_id"])


async def steered(tenant: Tenant, task_id: str, action: str) -> httpx.Response:
    """The answer to a cancel, pause, resume or retry."""
    return await tenant.http.post(f"/api/tasks/{task_id}/{action}", json={})


async def status_of(tenant: Tenant, task_id: str) -> dict[str, Any]:
    """The full record of a task."""
    answer = await tenant.http.get(f"/api/tasks/{task_id}")
    assert answer.status_code == httpx.codes.OK, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def until(
    tenant: Tenant, task_id: str, *statuses: str, seconds: float = 20.0
) -> dict[str, Any]:
    """The record of a task once it has one of the statuses; final ones when none is given."""
    wanted = set(statuses) or FINAL
    async with asyncio.timeout(seconds):
        while True:
            path = f"/api/generate-skill/status/{task_id}?wait_seconds=5"
            answer = await tenant.http.get(path)
            if answer.status_code == httpx.codes.OK and answer.json()["status"] in wanted:
                task: dict[str, Any] = answer.json()
                return task
            if answer.status_code != httpx.codes.OK:
                await asyncio.sleep(0.1)


async def until_step(tenant: Tenant, task_id: str, step: str) -> None:
    """Waits until a step of a task has begun."""
    stream = sse_events(tenant, task_id, after=0)
    async for event in stream:
        if (event.type, event.step) == ("step_started", step):
            await stream.aclose()
            return
    pytest.fail(f"{task_id} ended without {step}")


async def holder_of(redis: Redis, task_id: str) -> str:
    """The orchestrator that holds a task."""
    found = await redis.execute("HGET", keys.task(task_id), "holder")
    assert isinstance(found, bytes)
    return found.decode().rpartition("/")[0]


async def kill_redis(mesh: Mesh) -> None:
    """Ends Redis as a crash does and waits until its port is free; the supervisor is frozen."""
    port = redis_port(mesh)
    kill(mesh, "redis")

    def free() -> bool:
        # Its threads may outlive the process for a moment, and with them its socket.
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return True
        return False

    await eventually(free)


def redis_port(mesh: Mesh) -> int:
    """Where the Redis of a mesh listens, whether or not it does now."""
    port = httpx.URL(mesh.redis_url()).port
    assert port is not None
    return port
