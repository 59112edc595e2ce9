"""One tenant floods the queue; how long does another one's first task wait?"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from chaos.clients import START, request
from chaos.mesh import Mesh
from chaos.tenants import Tenant
from chaos.turns import watched_turns

_AT_ONCE: Final = 32
_NAME: Final = "slow-100"
"""Each task takes 0.4 s: long enough for slots to be taken, short enough to see the end."""
_PAGE: Final = 100
_FINAL_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of a flood.

    Attributes:
        queued: Tasks that the flooder had waiting when the other's task was accepted.
        ahead: Tasks of the flooder that were claimed while the other's could have been.
        waited_s: From the acceptance of the other's task to its beginning.
        drained_s: From the acceptance of the other's task to the end of the flooder's last one.
    """

    queued: int
    ahead: int
    waited_s: float
    drained_s: float


async def flood(mesh: Mesh, flooder: Tenant, other: Tenant, *, tasks: int) -> Flood:
    """Has one tenant queue tasks, and when they are being worked on, another one start its first.

    Args:
        mesh: Whose orchestrators are held for as long as the flooder starts its tasks.
        flooder: May run more tasks at once than there are slots.
        other: Has nothing on the queue.
        tasks: How many the flooder queues.

    Raises:
        httpx.HTTPStatusError: when a start is refused.
        TimeoutError: when the tasks do not end within five minutes beyond their share of it.
    """
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def start(tenant: Tenant) -> str:
        async with at_once:
            answer = await tenant.http.post(START, json=request(_NAME))
        answer.raise_for_status()
        return str(answer.json()["task_id"])

    with mesh.frozen(*mesh.names("orchestrator")):
        async with asyncio.TaskGroup() as group:
            starts = [group.create_task(start(flooder)) for _ in range(tasks)]
    async with asyncio.timeout(_FINAL_S + tasks / 10):
        # Until the first of them is begun, and with it as many as there are slots.
        await _until(flooder, starts[0].result(), {"running", "completed"})
        async with watched_turns(mesh.redis_url()) as turns:
            task_id = await start(other)
            ahead = await turns.passed(other.tenant_id, by=flooder.tenant_id)
        first = await _until(other, task_id, {"completed"})
        for status in ("queued", "running"):
            # Another process works on them.
            while await _listed(flooder, status=status, pages=1):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    flooded = await _listed(flooder)
    accepted_s, began_s = _at(first, "created_at"), _at(first, "started_at")
    begun = [_at(task, "started_at") for task in flooded]
    return Flood(
        queued=sum(1 for at_s in begun if at_s > accepted_s),
        ahead=ahead,
        waited_s=began_s - accepted_s,
        drained_s=max(_at(task, "completed_at") for task in flooded) - accepted_s,
    )


async def _until(tenant: Tenant, task_id: str, statuses: Collection[str]) -> dict[str, Any]:
    while True:
        path = f"/api/generate-skill/status/{task_id}?wait_seconds=10"
        answer = await tenant.http.get(path)
        answer.raise_for_status()
        task: dict[str, Any] = answer.json()
        if task["status"] in statuses:
            return task


async def _listed(tenant: Tenant, *, status: str = "", pages: int = 0) -> list[dict[str, Any]]:
    """The tenant's tasks, of all pages unless told how many."""
    listed: list[dict[str, Any]] = []
    token = ""
    while True:
        asked = {"page_size": str(_PAGE), "page_token": token, "status": status}
        answer = await tenant.http.get("/api/tasks", params=asked)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            await asyncio.sleep(0.2)
            continue
        answer.raise_for_status()
        page = answer.json()
        listed += page["tasks"]
        token, pages = page["next_page_token"], pages - 1
        if not token or pages == 0:
            return listed


def _at(task: dict[str, Any], name: str) -> float:
    return datetime.fromisoformat(task[name]).timestamp()
