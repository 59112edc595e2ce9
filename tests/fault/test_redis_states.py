"""Redis takes no writes, or is slow: what cannot be done is said in time, what can be read is."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

import httpx
import pytest

from chaos.contract import Call, calls
from chaos.mesh import Mesh
from chaos.tenants import Tenant
from meshkit.local import programs
from meshkit.redis import Redis, RedisAwayError, connect
from tests.fault.answers import AWAY, OK, Answer, Caller, wrong
from tests.fault.support import (
    WAIT_S,
    at_work,
    goes_on,
    holds_once,
    kill_redis,
    redis_port,
    started,
    until,
)
from tests.support import redis_proxy
from tests.support.eventually import eventually
from tests.support.redis import free_port

SLOW_S: Final = 0.4
"""Of a command: a start makes more of them than it has time for."""

State = Callable[[Mesh], AbstractAsyncContextManager[None]]


def told(*broken: str, mended: str) -> State:
    """The state in which Redis is between some commands and another."""

    @contextlib.asynccontextmanager
    async def between(mesh: Mesh) -> AsyncIterator[None]:
        async with connect(mesh.redis_url()) as redis:
            for command in broken:
                await redis.execute(*command.split())
            try:
                yield
            finally:
                # What is left broken breaks every test that follows.
                await eventually(lambda: _told(redis, mended), seconds=WAIT_S)

    return between


async def _told(redis: Redis, command: str) -> bool:
    try:
        await redis.execute(*command.split())
    except RedisAwayError:
        return False
    return True


full: Final = told("CONFIG SET maxmemory 1", mended="CONFIG SET maxmemory 0")
alone: Final = told(
    "CONFIG SET min-replicas-max-lag 1",
    "CONFIG SET min-replicas-to-write 1",
    mended="CONFIG SET min-replicas-to-write 0",
)
replica: Final = told("REPLICAOF 127.0.0.1 1", mended="REPLICAOF NO ONE")


@contextlib.asynccontextmanager
async def slow(mesh: Mesh) -> AsyncIterator[None]:
    """Redis, with everything that it holds, is at the end of a long line."""
    port, far = redis_port(mesh), free_port()
    with mesh.frozen("supervisor"):
        await kill_redis(mesh)
        config = str(mesh.state.redis / "redis.conf")
        process = await asyncio.create_subprocess_exec(
            *(programs.redis_server(), config, "--port", str(far)),
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            url = mesh.redis_url().replace(f":{port}/", f":{far}/")
            async with connect(url) as redis:
                await eventually(redis.ping, seconds=WAIT_S)
            async with redis_proxy.run(far, port=port) as line:
                line.delay_s = SLOW_S
                yield
        finally:
            process.kill()
            await process.wait()


def reads(call: Call) -> bool:
    if call.name.startswith("KnowledgeService."):
        # Of the class "sync", whose buckets are on disk: each takes a token, which is a write.
        return False
    if call.name == "DeadLetterService.GetDeadLetter":
        # It shows operators a tenant's task: what can't be written down is not shown.
        return False
    return call.verb == "GET" or call.name == "TaskService.WatchTask"


def refusals(answer: Answer) -> tuple[str, ...]:
    """What a call that writes may be answered: for two of them, that there is nothing to write."""
    idle = answer.to.endswith(("TaskService.ResumeTask", "TaskService.RetryTask"))
    return (AWAY, "CONFLICT") if idle else (AWAY,)


@pytest.mark.parametrize(
    ("state", "named", "readable"),
    [
        (full, "full", True),
        # What they could answer may be outdated: another server may be the primary by now.
        (alone, "without the replicas it wants", False),
        (replica, "a replica", False),
    ],
)
async def test_a_redis_that_takes_no_writes(
    *,
    state: State,
    named: str,
    readable: bool,
    mesh: Mesh,
    owner: Tenant,
    caller: Caller,
) -> None:
    reading = [call for call in calls() if reads(call)]
    writing = [call for call in calls() if not reads(call)]

    async def healthy() -> bool:
        return (await owner.http.get("/health")).status_code == httpx.codes.OK

    async def told_so() -> bool:
        answer = await owner.http.get("/ready")
        if answer.status_code == httpx.codes.OK:
            return False
        found = answer.json()["error"]["details"].get("dependencies", [])
        return any(one["name"] == "redis" and one["reason"] == named for one in found)

    async def trial() -> list[str]:
        running = await at_work(owner)
        done = await started(owner)
        await until(owner, done, "completed")
        before = await caller.make(reading, done)
        assert {"REST TaskService.GetTask", "gRPC TaskService.GetTask"} <= {
            answer.to for answer in before if answer.code == OK
        }
        async with state(mesh):
            written = await caller.make(writing, running)
            flaws = [flaw for one in written if (flaw := wrong(one, *refusals(one)))]
            seen = await caller.make(reading, done)
            served = () if readable else (AWAY,)
            flaws += [
                flaw
                for one, as_before in zip(seen, before, strict=True)
                if (flaw := wrong(one, as_before.code, *served))
            ]
            await eventually(healthy, seconds=WAIT_S)
            await eventually(told_so, seconds=WAIT_S)
        return flaws + await goes_on(mesh, owner, running)

    await holds_once(trial)


async def test_a_slow_redis(mesh: Mesh, owner: Tenant, caller: Caller) -> None:
    reading = [call for call in calls() if reads(call)]
    parts = (reading[::2], reading[1::2])
    starts = [call for call in calls() if call.name == "ContentService.StartGenerateSkill"]

    async def ready() -> bool:
        return (await owner.http.get("/ready")).status_code == httpx.codes.OK

    async def trial() -> list[str]:
        running = await at_work(owner)
        before = [await caller.make(part, running) for part in parts]
        async with slow(mesh):
            # The first finds connections closed.
            refused = await caller.make(starts, running)
            flaws = [flaw for one in refused if (flaw := wrong(one, AWAY))]
            for part, as_before in zip(parts, before, strict=True):
                seen = await caller.make(part, running)
                flaws += [
                    flaw
                    for one, healthy in zip(seen, as_before, strict=True)
                    if (flaw := wrong(one, healthy.code, AWAY))
                ]
            # Slow is not away.
            await eventually(ready, seconds=WAIT_S)
        return flaws + await goes_on(mesh, owner, running)

    await holds_once(trial)
