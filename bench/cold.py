"""Cold starts: from launching the command to the end of the first task."""

import json
import tempfile
import time
from pathlib import Path

from bench import floor, mesh, tasks
from bench.load import AnswerError, connections

_POLL_S = 0.005


async def of_mesh() -> float:
    """Seconds from `python -m rig up` in an empty directory to the end of its first task.

    Raises:
        BenchError: when it does not start, or the task is not completed.
    """
    with tempfile.TemporaryDirectory(prefix="manusmesh-cold-") as folder:
        began = time.perf_counter()
        try:
            answer = json.loads(mesh.rig("up", "--state-dir", folder))
            port = int(answer["url"].rpartition(":")[2])
            await _first_task(port, answer["key"])
            return time.perf_counter() - began
        finally:
            mesh.rig("down", "--state-dir", folder)


async def of_floor() -> float:
    """Seconds from starting the floor's processes to the end of their first task.

    Raises:
        BenchError: when the task is not completed.
        TimeoutError: when the floor does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="manusmesh-cold-") as folder:
        began = time.perf_counter()
        with floor.processes(Path(folder)) as system:
            await floor.until_ready(system)
            await _first_task(system.port, system.key)
            return time.perf_counter() - began


async def _first_task(port: int, key: str) -> None:
    try:
        async with connections(port, 1) as pool:
            _, outcome = await tasks.run_one(pool, mesh.noop_request(key), key=key, poll_s=_POLL_S)
    except AnswerError as error:
        raise mesh.BenchError(f"the first task after a cold start: {error}") from error
    if outcome != "completed":
        raise mesh.BenchError(f"the first task after a cold start ended as {outcome}")
