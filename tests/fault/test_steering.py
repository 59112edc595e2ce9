"""Steering tasks whose holders die, and a task that kills its holders."""

import json
import time
from collections import Counter

import httpx
import pytest

from chaos.mesh import Mesh
from meshkit.redis import Redis
from rig.job import STEPS
from tests.fault.conftest import MakeTenant
from tests.fault.support import (
    BACK_S,
    events_of,
    eventually_ready,
    holder_of,
    holds_once,
    kill,
    redone,
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


@pytest.mark.parametrize("settled", [True, False], ids=["paused", "about to be paused"])
async def test_a_paused_task_whose_holder_was_killed_goes_on_from_its_checkpoint(
    mesh: Mesh, tenant: MakeTenant, raw_redis: Redis, *, settled: bool
) -> None:
    owner = await tenant()
    # Its second step takes as long as the pause needs.
    with mesh.frozen("research"):
        task_id = await started(owner)
        await until_step(owner, task_id, "research")
        name = await holder_of(raw_redis, task_id)
        assert (await steered(owner, task_id, "pause")).status_code == httpx.codes.OK
        if not settled:
            kill(mesh, name)
    paused = await until(owner, task_id, "paused")
    if settled:
        kill(mesh, name)
    assert (await steered(owner, task_id, "resume")).status_code == httpx.codes.OK
    assert (await until(owner, task_id))["status"] == "completed"
    seen = [event async for event in events_of(owner, task_id)]
    done = Counter(event.step for event in seen if event.type == "step_completed")
    assert done == dict.fromkeys(STEPS, 1)
    # What its record called done when it was paused is not begun again.
    assert redone(seen) == []
    assert {step["step"] for step in paused["completed_steps"]} >= {"planning"}


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

    async def trial() -> list[str]:
        task_id = await started(owner, "slow-60000")
        await until_step(owner, task_id, "planning")
        asked = time.monotonic()
        assert (await steered(owner, task_id, "cancel")).status_code == httpx.codes.OK
        await until(owner, task_id, "cancelled")

        def agent_has_stopped() -> bool:
            log = mesh.state.log("planning").read_text(encoding="utf-8").splitlines()
            calls = [json.loads(line) for line in log if task_id in line]
            return any(call["message"] == "call" and call["code"] == "CANCELLED" for call in calls)

        await eventually(agent_has_stopped, seconds=BACK_S)
        took_s = time.monotonic() - asked
        return [] if took_s < CANCEL_S else [f"the agent went on for {took_s:.1f} s"]

    await holds_once(trial)


async def test_an_operator_finds_a_poisoned_task_reads_why_and_requeues_it(
    mesh: Mesh, tenant: MakeTenant, operator: httpx.AsyncClient
) -> None:
    owner = await tenant()
    task_id = await started(owner, "poison")
    failed = await until(owner, task_id)
    assert failed["status"] == "failed"
    seen = [event async for event in events_of(owner, task_id)]
    # More where a holder stood still for the length of its lease and lived.
    assert sum(1 for event in seen if event.type == "started") >= DEAD_HOLDERS

    async def listed() -> list[str]:
        asked = {"tenant_id": owner.tenant_id}
        answer = await operator.get("/api/admin/dead-letters", params=asked)
        return [letter["task_id"] for letter in answer.json()["dead_letters"]]

    async def is_listed() -> bool:
        # Its end is told before the letter is written.
        return await listed() == [task_id]

    await eventually(is_listed, seconds=BACK_S)
    letter = (await operator.get(f"/api/admin/dead-letters/{task_id}")).json()
    assert (letter["tenant_id"], letter["step"]) == (owner.tenant_id, "coder")
    assert len(letter["holders"]) == DEAD_HOLDERS
    assert all(name.startswith("orchestrator") for name in letter["holders"])
    assert letter["error"]["message"]
    where = ("--state-dir", str(mesh.state.root), "--json")
    shown = json.loads(manusmesh("dead-letters", "show", task_id, *where))
    assert shown["holders"] == letter["holders"]

    await eventually_ready(mesh)  # who is not born yet can't be frozen
    # It would only kill again: nobody is to take it up before it is cancelled.
    with mesh.frozen("supervisor", *mesh.names("orchestrator")):
        requeued = await operator.post(f"/api/admin/dead-letters/{task_id}/requeue", json={})
        assert requeued.status_code == httpx.codes.OK, requeued.text
        assert (await status_of(owner, task_id))["status"] == "queued"
        assert await listed() == []
        assert (await steered(owner, task_id, "cancel")).json()["status"] == "cancelled"
