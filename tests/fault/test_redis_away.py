"""Redis hangs or is gone: every call says so at once, and all goes on by itself when it is back."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from chaos.clients import START, Tenant, request
from chaos.contract import Call, calls
from chaos.mesh import Mesh
from meshkit.local.state import read_processes
from tests.fault.conftest import MakeTenant
from tests.fault.support import eventually_ready, started, until
from tests.support.eventually import eventually

ANSWER_S: Final = 2.0
BACK_S: Final = 5.0
UNKNOWN: Final = f"task_{'0' * 32}"
AWAY: Final = "UPSTREAM_UNAVAILABLE"


@contextlib.contextmanager
def hanging(mesh: Mesh) -> Iterator[None]:
    """Redis accepts connections and answers nothing."""
    with mesh.frozen("redis"):
        yield


@contextlib.contextmanager
def gone(mesh: Mesh) -> Iterator[None]:
    """Redis is dead, and nobody starts it again before the end of the block."""
    with mesh.frozen("supervisor"):
        os.kill(mesh.processes()["redis"].pid, signal.SIGKILL)
        yield


def values(tenant: Tenant) -> dict[str, Any]:
    """What the requests of all calls are made of."""
    return {
        **request("plain"),
        "task_id": UNKNOWN,
        "tenant_id": tenant.tenant_id,
        "key_id": "0" * 16,
        "name": "fault",
        "limits": {"running": 5},
    }


async def rest_refusal(client: httpx.AsyncClient, call: Call, tenant: Tenant) -> str:
    """What is wrong with the answer to a call over REST; nothing when it is as promised."""
    verb, path, body = call.rest(values(tenant))
    asked = time.monotonic()
    answer = await client.request(verb, path, json=body)
    took_s = time.monotonic() - asked
    try:
        told = answer.json()
        code, success = told["error"]["code"], told["success"]
    except (ValueError, KeyError, TypeError):
        return f"REST {call.name}: {answer.status_code} {answer.text}"
    if (answer.status_code, code, success) != (503, AWAY, False):
        return f"REST {call.name}: {answer.status_code} {code}"
    if int(answer.headers.get("retry-after", 0)) < 1:
        return f"REST {call.name}: Retry-After is {answer.headers.get('retry-after')}"
    return "" if took_s < ANSWER_S else f"REST {call.name}: took {took_s:.2f} s"


async def grpc_refusal(channel: grpc.aio.Channel, key: str, call: Call, tenant: Tenant) -> str:
    """What is wrong with the answer to a call over gRPC; nothing when it is as promised."""
    # Bytes in, bytes out, which the stubs have no type for.
    bare: Any = channel
    asked = call.message(values(tenant)).SerializeToString()
    metadata = (("authorization", f"Bearer {key}"),)
    began = time.monotonic()
    try:
        if call.streams:
            await bare.unary_stream(call.path)(asked, metadata=metadata).read()
        else:
            await bare.unary_unary(call.path)(asked, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        took_s = time.monotonic() - began
        # It has all that a Call has which is looked at.
        ended: Any = error
        status = rpc_status.from_call(ended)
        details = {detail.TypeName(): detail for detail in (status.details if status else ())}
        info = error_details_pb2.ErrorInfo()
        if "google.rpc.ErrorInfo" in details:
            details["google.rpc.ErrorInfo"].Unpack(info)
        if (error.code(), info.reason) != (grpc.StatusCode.UNAVAILABLE, AWAY):
            return f"gRPC {call.name}: {error.code()} {info.reason} {error.details()}"
        if "google.rpc.RetryInfo" not in details:
            return f"gRPC {call.name}: no RetryInfo"
        return "" if took_s < ANSWER_S else f"gRPC {call.name}: took {took_s:.2f} s"
    return f"gRPC {call.name}: was answered"


@pytest.mark.parametrize("away", [hanging, gone])
async def test_every_call_says_so_and_all_goes_on_by_itself(
    away: Callable[[Mesh], AbstractContextManager[None]],
    mesh: Mesh,
    tenant: MakeTenant,
    operator: httpx.AsyncClient,
    channel: grpc.aio.Channel,
) -> None:
    owner = await tenant()
    admin_key = mesh.state.admin_key.read_text(encoding="ascii").strip()
    # The stubs of its types are for blocking channels.
    health: Any = health_pb2_grpc.HealthStub(channel)
    # Both keys are known to every replica: nothing but Redis stands in the way of an answer.
    for _ in range(6):
        assert (await owner.http.get("/api/tasks")).status_code == httpx.codes.OK
        assert (await operator.get("/api/admin/tenants")).status_code == httpx.codes.OK
    task_id = await started(owner, "slow-500")
    await until(owner, task_id, "running")
    before = read_processes(mesh.state)
    with away(mesh):
        # The first round finds connections open, the second one closed.
        for _ in range(2):
            told = await asyncio.gather(
                *(
                    rest_refusal(operator if call.admin else owner.http, call, owner)
                    for call in calls()
                    if call.verb
                ),
                *(
                    grpc_refusal(channel, admin_key if call.admin else owner.key, call, owner)
                    for call in calls()
                ),
            )
            assert [wrong for wrong in told if wrong] == []
        assert (await owner.http.get("/health")).status_code == httpx.codes.OK

        async def not_ready() -> bool:
            return (await owner.http.get("/ready")).status_code == 503

        async def not_serving() -> bool:
            answer = await health.Check(health_pb2.HealthCheckRequest())
            return bool(answer.status == health_pb2.HealthCheckResponse.NOT_SERVING)

        await eventually(not_ready)
        await eventually(not_serving)

    async def completes_another() -> None:
        while (answer := await owner.http.post(START, json=request("plain"))).status_code != 200:
            assert answer.json()["error"]["code"] == AWAY
            await asyncio.sleep(0.1)
        await until(owner, answer.json()["task_id"], "completed")

    async with asyncio.timeout(BACK_S):
        await completes_another()
    assert (await until(owner, task_id))["status"] == "completed"
    await eventually_ready(mesh)
    after = read_processes(mesh.state)
    assert {name for name in after if after[name].pid != before[name].pid} <= {"redis"}
