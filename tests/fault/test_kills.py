"""Single kills, looked at closely: what goes on where, and what is not done again."""

from collections import Counter
from typing import Final

from chaos.history import Event
from chaos.mesh import Mesh
from meshkit.redis import Redis
from rig.job import STEPS, expected
from tests.fault.conftest import MakeTenant
from tests.fault.support import (
    events_of,
    holder_of,
    kill,
    redone,
    started,
    until,
    until_step,
)

TASKS: Final = 6


def begun(events: list[Event]) -> Counter[str]:
    """How often each step was begun."""
    return Counter(event.step for event in events if event.type == "step_started")


async def test_the_tasks_of_killed_orchestrators_go_on_from_their_last_finished_step(
    mesh: Mesh, tenant: MakeTenant, raw_redis: Redis
) -> None:
    owner = await tenant()
    with mesh.frozen("coder"):
        task_ids = [await started(owner) for _ in range(TASKS)]
        for task_id in task_ids:
            await until_step(owner, task_id, "coder")
        for name in {await holder_of(raw_redis, task_id) for task_id in task_ids}:
            kill(mesh, name)
    for task_id in task_ids:
        task = await until(owner, task_id, "completed")
        assert [step["step"] for step in task["completed_steps"]] == list(STEPS)
        events = [event async for event in events_of(owner, task_id)]
        attempts = sum(1 for event in events if event.type == "started")
        # More than two where a holder stood still for the length of its lease and lived.
        assert attempts >= 2
        # What was done before the kill is not done again; what was at work is.
        assert redone(events) == []
        assert begun(events)["coder"] >= 2
        detail = (await owner.http.get(f"/api/tasks/{task_id}")).json()["detail"]
        assert detail["attempt"] == attempts
        assert {step["step"]: step["status"] for step in detail["steps"]} == dict.fromkeys(
            STEPS, "completed"
        )
        result = await owner.http.get(f"/api/generate-skill/result/{task_id}")
        assert result.json()["patterns_found"] == expected(task_id)


async def test_a_killed_agent_fails_no_task(mesh: Mesh, tenant: MakeTenant) -> None:
    agent = "coder"
    owner = await tenant()
    with mesh.frozen(agent):
        task_id = await started(owner)
        await until_step(owner, task_id, agent)
        kill(mesh, agent)
    await until(owner, task_id, "completed")
    events = [event async for event in events_of(owner, task_id)]
    assert "step_failed" not in {event.type for event in events}
    assert begun(events)[agent] >= 2
