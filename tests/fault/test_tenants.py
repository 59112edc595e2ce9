"""Tenants beside each other: fair shares, exact limits, one task a key, and closed doors."""

import asyncio
from collections import Counter
from typing import Any

import grpc
import httpx

from chaos.clients import START, request
from chaos.contract import calls
from chaos.flood import flood
from chaos.intruders import intrude
from chaos.mesh import Mesh
from meshkit.local.process import alive
from tests.fault.conftest import MakeTenant
from tests.fault.support import REPLICAS

LIMIT = 10
TRIES = 1000
QUEUED = 300
SLOTS = 48


async def test_eleven_starts_at_once_over_three_gateways_pass_ten(
    mesh: Mesh, operator: httpx.AsyncClient
) -> None:
    made = await operator.post("/api/admin/tenants", json={"name": "eleven", "env": "test"})
    assert made.status_code == httpx.codes.OK, made.text
    call = next(call for call in calls() if call.name == "ContentService.StartGenerateSkill")
    asked = call.message(request("plain")).SerializeToString()
    metadata = (("authorization", f"Bearer {made.json()['key']}"),)
    processes = mesh.processes()
    gateways = [processes[name] for name in mesh.names("gateway")]
    assert len(gateways) == REPLICAS["gateway"]
    assert all(alive(record) for record in gateways)
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{record.port}") for record in gateways]

    async def start(number: int) -> str:
        # Bytes in, bytes out, which the stubs have no type for.
        bare: Any = channels[number % len(channels)]
        try:
            await bare.unary_unary(call.path)(asked, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    try:
        answers = Counter(await asyncio.gather(*(start(n) for n in range(LIMIT + 1))))
    finally:
        await asyncio.gather(*(channel.close() for channel in channels))
    assert answers == {"OK": LIMIT, "RESOURCE_EXHAUSTED": 1}


async def test_a_hundred_identical_starts_at_once_make_one_task(tenant: MakeTenant) -> None:
    owner = await tenant()

    async def start() -> tuple[int, str]:
        headers = {"Idempotency-Key": "the same"}
        answer = await owner.http.post(START, json=request("plain"), headers=headers)
        return answer.status_code, answer.json().get("task_id", answer.text)

    answers = set(await asyncio.gather(*(start() for _ in range(100))))
    assert len(answers) == 1
    assert answers.pop()[0] == httpx.codes.OK
    assert len((await owner.http.get("/api/tasks")).json()["tasks"]) == 1
    headers = {"Idempotency-Key": "the same"}
    other = await owner.http.post(START, json=request("another"), headers=headers)
    assert other.json()["error"]["code"] == "CONFLICT"


async def test_a_flood_of_one_tenant_costs_another_one_slot_at_most(
    mesh: Mesh, tenant: MakeTenant
) -> None:
    flooder, other = await tenant(running=10_000), await tenant()
    found = await flood(mesh, flooder, other, tasks=QUEUED)
    # The floor: there was a queue to jump.
    assert found.queued >= SLOTS / 4
    # Whose turn it was when the other's task came.
    assert found.ahead <= 1, found


async def test_no_tenant_reaches_anothers_task(
    tenant: MakeTenant, channel: grpc.aio.Channel
) -> None:
    victim, attacker = await tenant(), await tenant()
    found = await intrude(victim, attacker, channel, tries=TRIES, seed=7)
    assert found.leaks == []
    assert found.tries >= TRIES * 0.9
    assert found.calls >= 20


async def test_an_intruder_with_the_right_key_is_noticed(
    tenant: MakeTenant, channel: grpc.aio.Channel
) -> None:
    victim = await tenant()
    found = await intrude(victim, victim, channel, tries=1, seed=7)
    assert any("TaskService.GetTask of" in leak for leak in found.leaks)
    assert any("StreamTaskEvents of" in leak for leak in found.leaks)
    assert any("tells a foreign id from an unknown one" in leak for leak in found.leaks)
