"""A full queue refuses at once, and refusals hold no memory.

`MESH_TEST_REFUSALS=10000 pytest -s tests/fault/test_overload.py` is the long form and tells how
fast.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from chaos.clients import START, request
from chaos.figures import spread
from chaos.mesh import Mesh
from tests.fault.conftest import MakeTenant
from tests.fault.support import started, until

ROOM: Final = 2
WARM: Final = 500
REFUSALS: Final = int(os.environ.get("MESH_TEST_REFUSALS", "1500"))
AT_ONCE: Final = 8
GROWTH_MAX_KIB: Final = 8 * 1024


@pytest.mark.timeout(300)
async def test_a_full_queue_refuses_at_once_and_holds_nothing(
    mesh: Mesh, tenant: MakeTenant
) -> None:
    flooder = await tenant(queued=ROOM)
    took: list[float] = []
    body = request("plain")

    async def refused() -> None:
        asked = time.monotonic()
        answer = await flooder.http.post(START, json=body)
        took.append(time.monotonic() - asked)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
        assert answer.json()["error"]["code"] == "OVERLOADED"
        assert int(answer.headers["retry-after"]) >= 1

    async def flood(count: int, at_once: int) -> list[float]:
        left = iter(range(count))
        took.clear()

        async def one_after_another() -> None:
            for _ in left:
                await refused()

        await asyncio.gather(*(one_after_another() for _ in range(at_once)))
        return list(took)

    with mesh.frozen(*mesh.names("orchestrator")):
        waiting = [await started(flooder) for _ in range(ROOM)]
        alone = await flood(WARM, 1)
        before = memory_kib(mesh)
        together = await flood(REFUSALS, AT_ONCE)
        after = memory_kib(mesh)
    growth = {name: after[name] - before[name] for name in before}
    for at_once, seconds in ((1, alone), (AT_ONCE, together)):
        times = spread([1000 * one for one in seconds])
        print(
            f"{times.count} refusals, {at_once} at once: "
            f"P50 {times.p50:.1f} ms, P95 {times.p95:.1f} ms, P99 {times.p99:.1f} ms"
        )
    print(f"memory grew by {max(growth.values())} KiB at most")
    assert max(growth.values()) < GROWTH_MAX_KIB, growth
    for task_id in waiting:
        assert (await until(flooder, task_id))["status"] == "completed"


def memory_kib(mesh: Mesh) -> dict[str, int]:
    """Resident memory of each gateway, of Envoy and of Redis."""
    found = {}
    for name, record in mesh.processes().items():
        if name.startswith(("gateway", "envoy", "redis")):
            status = Path(f"/proc/{record.pid}/status").read_text(encoding="ascii")
            [line] = [one for one in status.splitlines() if one.startswith("VmRSS:")]
            found[name] = int(line.split()[1])
    return found
