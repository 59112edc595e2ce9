"""Redis hangs, is gone or loads: every call says so at once, and all goes on by itself then."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chaos.contract import calls
from chaos.mesh import Mesh
from chaos.tenants import Tenant
from meshkit.local.state import read_processes
from tests.fault.answers import AWAY, Caller, wrong
from tests.fault.support import (
    WAIT_S,
    answers,
    at_work,
    goes_on,
    holds_once,
    kill_redis,
    redis_port,
)
from tests.support.eventually import eventually

UNKNOWN: Final = f"task_{'0' * 32}"

Away = Callable[[Mesh], AbstractAsyncContextManager[None]]


@contextlib.asynccontextmanager
async def hanging(mesh: Mesh) -> AsyncIterator[None]:
    """Redis accepts connections and answers nothing."""
    with mesh.frozen("redis"):
        yield


@contextlib.asynccontextmanager
async def gone(mesh: Mesh) -> AsyncIterator[None]:
    """Redis is dead, and nobody starts it again before the end of the block."""
    with mesh.frozen("supervisor"):
        await kill_redis(mesh)
        yield


@contextlib.asynccontextmanager
async def loading(mesh: Mesh) -> AsyncIterator[None]:
    """Redis has started again, and says for the length of the block that it loads its data."""
    players: set[asyncio.Task[None] | None] = set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        players.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(10_000):
                    # Each command begins with the number of its parts, after the end of a line.
                    commands = (b"\n" + data).count(b"\n*")
                    writer.write(b"-LOADING Redis is loading the dataset in memory\r\n" * commands)
        finally:
            writer.close()

    async with gone(mesh), await asyncio.start_server(refuse, "127.0.0.1", redis_port(mesh)):
        try:
            yield
        finally:
            under_way = [player for player in players if player is not None]
            for player in under_way:
                player.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)


@pytest.mark.parametrize(
    ("away", "states"),
    [
        (hanging, {"silent", "unreachable"}),
        (gone, {"unreachable"}),
        (loading, {"loading its data"}),
    ],
)
async def test_every_call_says_so_and_all_goes_on_by_itself(
    *,
    away: Away,
    states: set[str],
    mesh: Mesh,
    owner: Tenant,
    operator: httpx.AsyncClient,
    caller: Caller,
    channel: grpc.aio.Channel,
) -> None:
    # The stubs of its types are for blocking channels.
    health: Any = health_pb2_grpc.HealthStub(channel)

    async def healthy() -> bool:
        return (await owner.http.get("/health")).status_code == httpx.codes.OK

    async def not_ready() -> bool:
        answer = await owner.http.get("/ready")
        if answer.status_code == httpx.codes.OK:
            return False
        # The edge's own answer, of a busy machine's gateway that took too long, names none.
        found = answer.json()["error"]["details"].get("dependencies", [])
        return bool(found) and found[0]["status"] == "down" and found[0]["reason"] in states

    async def not_serving() -> bool:
        with contextlib.suppress(grpc.aio.AioRpcError):
            answer = await health.Check(health_pb2.HealthCheckRequest())
            return bool(answer.status == health_pb2.HealthCheckResponse.NOT_SERVING)
        return False

    async def trial() -> list[str]:
        # Both keys are known to every replica: nothing but Redis stands in the way of an answer.
        for _ in range(6):
            await eventually(lambda: answers(owner.http, "/api/tasks"), seconds=WAIT_S)
            assert (await operator.get("/api/admin/tenants")).status_code == httpx.codes.OK
        task_id = await at_work(owner)
        before = read_processes(mesh.state)
        flaws = []
        async with away(mesh):
            # The first round finds connections open, the second one closed.
            for _ in range(2):
                told = await caller.make(calls(), UNKNOWN)
                flaws += [flaw for answer in told if (flaw := wrong(answer, AWAY))]
            await eventually(healthy, seconds=WAIT_S)
            await eventually(not_ready, seconds=WAIT_S)
            await eventually(not_serving, seconds=WAIT_S)
        flaws += await goes_on(mesh, owner, task_id)
        after = read_processes(mesh.state)
        assert {name for name in after if after[name].pid != before[name].pid} <= {"redis"}
        return flaws

    await holds_once(trial)
