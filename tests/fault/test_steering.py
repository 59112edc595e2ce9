"""Steering tasks whose holders die, and a task that kills its holders."""

import json
import time
from collections import Counter

import httpx
import pytest

from chaos.history import Event
from chaos.mesh import Mesh
from chaos.streams import sse_events
from chaos.tenants import Tenant
from meshkit.redis import Redis
from rig.job import STEPS
from tests.fault.conftest import MakeTenant
from tests.fault.support import (
    holder_of,
    kill,
    started,
    status_of,
    steered,
    until,
    until_step,
)
from tests.support.eventually import eventually
from tests.support.mesh import manusmesh

CANCEL_S = 2.0
DEAD_HOLDERS = 3


async def events(tenant: Tenant, task_id: str) -> list[Event]:
    """All events of a final task."""
    return [event async for event in sse_events(tenant, task_id, after=0)]


@pytest.mark.parametrize("settled", [True, False], ids=["paused", "about to be paused"])
async def test_a_paused_task_whose_holder_was_killed_goes_on_from_its_checkpoint(
    mesh: Mesh, tenant: MakeTenant, raw_redis: Redis, *, settled: bool
) -> None:
    owner = await tenant()
    task_id = await started(owner, "slow-400")
    await until_step(owner, task_id, "research")
    name = await holder_of(raw_redis, task_id)
    assert (await steered(owner, task_id, "pause")).status_code == httpx.codes.OK
    if settled:
        await until(owner, task_id, "paused")
    kill(mesh, name)
    paused = await until(owner, task_id, "paused")
    assert (await steered(owner, task_id, "resume")).status_code == httpx.codes.OK
    assert (await until(owner, task_id))["status"] == "completed"
    seen = await events(owner, task_id)
    done = Counter(event.step for event in seen if event.type == "step_completed")
    assert done == dict.fromkeys(STEPS, 1)
    begun = Counter(event.step for event in seen if event.type == "step_started")
    # What its record called done when it was paused is not begun again.
    assert {begun[step["step"]] for step in paused["completed_steps"]} == {1}
    assert begun["planning"] == 1


async def test_a_finished_task_cannot_be_steered(tenant: MakeTenant) -> None:
    owner = await tenant()
    task_id = await started(owner)
    await until(owner, task_id, "completed")
    for action in ("cancel", "pause", "resume", "retry"):
        answer = await steered(owner, task_id, action)
        assert answer.status_code == httpx.codes.CONFLICT, answer.text
        assert answer.json()["error"]["code"] == "CONFLICT"
    assert (await status_of(owner, task_id))["status"] == "completed"


async def test_a_cancel_reaches_the_work_of_the_agent(mesh: Mesh, tenant: MakeTenant) -> None:
    owner = await tenant()
    task_id = await started(owner, "slow-60000")
    await until_step(owner, task_id, "planning")
    asked = time.monotonic()
    assert (await steered(owner, task_id, "cancel")).status_code == httpx.codes.OK
    await until(owner, task_id, "cancelled")

    def agent_has_stopped() -> bool:
        log = mesh.state.log("planning").read_text(encoding="utf-8").splitlines()
        calls = [json.loads(line) for line in log if task_id in line]
        return any(call["message"] == "call" and call["code"] == "CANCELLED" for call in calls)

    await eventually(agent_has_stopped)
    assert time.monotonic() - asked < CANCEL_S


async def test_an_operator_finds_a_poisoned_task_reads_why_and_requeues_it(
    mesh: Mesh, tenant: MakeTenant, operator: httpx.AsyncClient
) -> None:
    owner = await tenant()
    task_id = await started(owner, "poison")
    failed = await until(owner, task_id, seconds=40)
    assert failed["status"] == "failed"
    seen = await events(owner, task_id)
    assert sum(1 for event in seen if event.type == "started") == DEAD_HOLDERS

    answer = await operator.get("/api/admin/dead-letters", params={"tenant_id": owner.tenant_id})
    assert [letter["task_id"] for letter in answer.json()["dead_letters"]] == [task_id]
    letter = (await operator.get(f"/api/admin/dead-letters/{task_id}")).json()
    assert (letter["tenant_id"], letter["step"]) == (owner.tenant_id, "coder")
    assert len(letter["holders"]) == DEAD_HOLDERS
    assert all(name.startswith("orchestrator") for name in letter["holders"])
    assert letter["error"]["message"]
    where = ("--state-dir", str(mesh.state.root), "--json")
    shown = json.loads(manusmesh("dead-letters", "show", task_id, *where))
    assert shown["holders"] == letter["holders"]

    # It would only kill again: nobody is to take it up before it is cancelled.
    with mesh.frozen(*mesh.names("orchestrator")):
        requeued = await operator.post(f"/api/admin/dead-letters/{task_id}/requeue", json={})
        assert requeued.status_code == httpx.codes.OK, requeued.text
        assert (await status_of(owner, task_id))["status"] == "queued"
        left = await operator.get("/api/admin/dead-letters", params={"tenant_id": owner.tenant_id})
        assert left.json()["dead_letters"] == []
        assert (await steered(owner, task_id, "cancel")).json()["status"] == "cancelled"
