"""What the fault tests share."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

import httpx
import pytest

from chaos.clients import START, request
from chaos.history import FINAL, Event
from chaos.mesh import Mesh
from chaos.streams import BrokenStreamError, sse_events
from chaos.tenants import Tenant
from meshkit.local.process import alive
from meshkit.redis import Redis, RedisAwayError
from meshkit.tasks import keys
from tests.support.eventually import eventually

LEASE_S: Final = 2.0
"""A takeover then takes two seconds instead of ten."""
STEP_MS: Final = 200
REPLICAS: Final = {"gateway": 3, "orchestrator": 3}
BACK_S: Final = 90.0
"""A process that was killed is started again, imports what it needs and tells that it is there: on
a machine that is busy with that of others, too."""
WAIT_S: Final = 90.0
"""What is to come by itself, however busy the machine is."""
SOON_S: Final = 5.0
"""After a fault all works again within this."""
AWAY_CODES: Final = frozenset({"UPSTREAM_UNAVAILABLE", "DEADLINE_EXCEEDED"})


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


async def answers(client: httpx.AsyncClient, path: str) -> bool:
    """Whether a path is answered well."""
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(path)).status_code == httpx.codes.OK
    return False


async def at_work(owner: Tenant) -> str:
    """A new task that runs, and does so for some seconds."""
    task_id = ""

    async def runs() -> bool:
        nonlocal task_id
        answer = await owner.http.post(START, json=request("slow-700"))
        if answer.status_code != httpx.codes.OK:
            return False
        task_id = str(answer.json()["task_id"])
        return (await until(owner, task_id, "running", *FINAL))["status"] == "running"

    await eventually(runs, seconds=WAIT_S)
    return task_id


async def goes_on(mesh: Mesh, owner: Tenant, task_id: str) -> list[str]:
    """Waits until all is as it was before a fault; what took longer than it may.

    A new task is done soon, and the one that was at work completes, with nobody's help.
    """
    since = time.monotonic()
    async with asyncio.timeout(WAIT_S):
        while (answer := await owner.http.post(START, json=request("plain"))).status_code != 200:
            assert answer.json()["error"]["code"] in AWAY_CODES
            await asyncio.sleep(0.1)
        await until(owner, answer.json()["task_id"], "completed")
    took_s = time.monotonic() - since
    assert (await until(owner, task_id))["status"] == "completed"
    await eventually_ready(mesh)
    return [] if took_s < SOON_S else [f"a new task was done after {took_s:.1f} s"]


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
    tenant: Tenant, task_id: str, *statuses: str, seconds: float = BACK_S
) -> dict[str, Any]:
    """The record of a task once it has one of the statuses; final ones when none is given."""
    wanted = set(statuses) or FINAL
    async with asyncio.timeout(seconds):
        while True:
            path = f"/api/generate-skill/status/{task_id}?wait_seconds=5"
            answer = await tenant.http.get(path)
            if answer.status_code != httpx.codes.OK:
                await asyncio.sleep(0.1)
                continue
            task: dict[str, Any] = answer.json()
            if task["status"] in wanted:
                return task
            assert task["status"] not in FINAL, task


async def events_of(tenant: Tenant, task_id: str) -> AsyncGenerator[Event, None]:
    """The events of a task to its end, over as many connections as it takes."""
    after, give_up_at = 0, time.monotonic() + BACK_S
    while True:
        try:
            async with contextlib.aclosing(sse_events(tenant, task_id, after=after)) as stream:
                async for event in stream:
                    after = event.offset
                    yield event
        except BrokenStreamError as error:
            if error.surprise or time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def until_step(tenant: Tenant, task_id: str, step: str) -> None:
    """Waits until a step of a task has begun."""
    async with contextlib.aclosing(events_of(tenant, task_id)) as events:
        async for event in events:
            if (event.type, event.step) == ("step_started", step):
                return
    pytest.fail(f"{task_id} ended without {step}")


def redone(events: Iterable[Event]) -> list[str]:
    """The steps that were begun again after they were done: never, whoever takes a task over."""
    done: set[str] = set()
    again = []
    for event in events:
        if event.type == "step_completed":
            done.add(event.step)
        elif event.type == "step_started" and event.step in done:
            again.append(event.step)
    return again


async def holder_of(redis: Redis, task_id: str) -> str:
    """The orchestrator that holds a task."""
    found: object = None

    async def held() -> bool:
        nonlocal found
        with contextlib.suppress(RedisAwayError):
            found = await redis.execute("HGET", keys.task(task_id), "holder")
        return isinstance(found, bytes)

    await eventually(held, seconds=BACK_S)
    assert isinstance(found, bytes)
    return found.decode().rpartition("/")[0]


async def holds_once(trial: Callable[[], Awaitable[Sequence[str]]], tries: int = 3) -> None:
    """A trial of what is promised within a time finds no flaw, in one of some tries.

    A defect is there each time; a machine that stands still for a second is not.
    """
    found: Sequence[str] = ()
    for _ in range(tries):
        found = await trial()
        if not found:
            return
    pytest.fail("\n".join(found))


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
