"""The rounds: every load against the mesh and right after, or before, against the floor.

What both can do is measured on a rig, whose agents do nothing, beside the floor; the work on real
tasks on a mesh as users have it, alone.
"""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import cold, figures, floor, mesh, processes, tasks
from bench.load import Pool, Sample, closed_loop, connections, get, open_loop
from bench.system import System

STATUS_RATE: Final = 200
"""Polls a second."""
START_RATE: Final = 50
"""Starts a second."""
WORKERS: Final = 32
"""Requests at once in a closed loop."""
TASK_WORKERS: Final = 16
"""Real tasks at once."""
NOOP_WORKERS: Final = 64
"""Tasks of four steps of nothing at once."""
NOOP_POLL_S: Final = 0.05
"""Seconds between the polls for such a task."""
_COLD_STARTS: Final = 3
_OPEN_CONNECTIONS: Final = 128
_WARM_UP_S: Final = 1.0
_IDLE_S: Final = 2.0

Say = Callable[[str], None]
Load = Callable[[System, Pool, float], Awaitable[Sample]]
"""Puts a load on a system over a pool of connections, for some seconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: one entry a round, and one each for what is measured apart.

    Attributes:
        mesh: Of the mesh.
        floor: Of the floor, as many entries in the same order.
    """

    mesh: list[dict[str, float]]
    floor: list[dict[str, float]]

    def add(self, mesh: Mapping[str, float], floor: Mapping[str, float]) -> None:
        """Adds a pair of entries."""
        self.mesh.append(dict(mesh))
        self.floor.append(dict(floor))


async def run(folder: Path, *, rounds: int, seconds: float, say: Say) -> Measured:
    """Measures.

    Args:
        folder: For the files of the systems.
        rounds: How often each load is put on each system.
        seconds: How long each time.
        say: Hears what is going on.

    Raises:
        BenchError, TimeoutError: when one of the systems does not work.
    """
    measured = Measured([], [])
    for number in range(1, _COLD_STARTS + 1):
        say(f"cold start {number} of {_COLD_STARTS}")
        measured.add(
            {"first_task_s": await cold.of_mesh()}, {"first_task_s": await cold.of_floor()}
        )
    of_floor = await _beside_floor(folder, measured, rounds, seconds, say)
    of_mesh = await _at_work(folder, measured, rounds, seconds, say)
    measured.add(of_mesh, of_floor)
    failures = [
        sum(n for entry in entries for name, n in entry.items() if name.endswith(".failures"))
        for entries in (measured.mesh, measured.floor)
    ]
    measured.add({"failures": failures[0]}, {"failures": failures[1]})
    return measured


async def _beside_floor(
    folder: Path, measured: Measured, rounds: int, seconds: float, say: Say
) -> dict[str, float]:
    """The loads that both systems get, and what the floor needs when it is idle."""
    bare_folder, rig_folder = folder / "floor", folder / "rig"
    bare_folder.mkdir()
    say("starting the rig and the floor")
    with mesh.running_rig(rig_folder) as state, floor.processes(bare_folder) as bare:
        await floor.until_ready(bare)
        async with mesh.prepared(state, mesh.noop_request, on_rig=True) as full:
            for system in (full, bare):
                say(f"warming the {system.name} up")
                for name in _LOADS:
                    await _phase(system, name, _WARM_UP_S)
            say("watching the floor do nothing")
            idle = await _idle(bare)
            for number in range(1, rounds + 1):
                found: dict[str, dict[str, float]] = {full.name: {}, bare.name: {}}
                # Each goes first as often as the other.
                pair = (full, bare) if number % 2 else (bare, full)
                for name, (says, _) in _LOADS.items():
                    for system in pair:
                        say(f"round {number} of {rounds}: {says} on the {system.name}")
                        found[system.name] |= await _phase(system, name, seconds)
                measured.add(found[full.name], found[bare.name])
    return idle


async def _at_work(
    folder: Path, measured: Measured, rounds: int, seconds: float, say: Say
) -> dict[str, float]:
    """The loads under which real tasks are worked on, the mesh's alone; and what it needs idle."""
    say("starting the mesh")
    with mesh.running(folder / "mesh") as state:
        async with mesh.prepared(state, mesh.start_request) as full:
            say("warming the mesh up")
            for name in _WORK:
                await _phase(full, name, _WARM_UP_S)
            await mesh.forget_waiting(state)
            say("watching the mesh do nothing")
            idle = await _idle(full)
            for number in range(1, rounds + 1):
                found: dict[str, float] = {}
                for name, (says, _) in _WORK.items():
                    say(f"round {number} of {rounds}: {says}")
                    found |= await _phase(full, name, seconds)
                await mesh.forget_waiting(state)
                measured.add(found, {})
    return idle


async def _status_open(system: System, pool: Pool, seconds: float) -> Sample:
    return await open_loop(pool, _poll(system), rate=STATUS_RATE, seconds=seconds)


async def _status_closed(system: System, pool: Pool, seconds: float) -> Sample:
    return await closed_loop(pool, _poll(system), workers=WORKERS, seconds=seconds)


async def _start_open(system: System, pool: Pool, seconds: float) -> Sample:
    start = mesh.start_request(system.key)
    async with system.work_held():
        return await open_loop(pool, start, rate=START_RATE, seconds=seconds)


async def _start_closed(system: System, pool: Pool, seconds: float) -> Sample:
    start = mesh.start_request(system.key)
    async with system.work_held():
        return await closed_loop(pool, start, workers=WORKERS, seconds=seconds)


async def _noop(system: System, pool: Pool, seconds: float) -> Sample:
    return await tasks.closed_loop(
        pool,
        mesh.noop_request(system.key),
        key=system.key,
        workers=NOOP_WORKERS,
        seconds=seconds,
        poll_s=NOOP_POLL_S,
    )


async def _task(system: System, pool: Pool, seconds: float) -> Sample:
    start = mesh.start_request(system.key)
    return await tasks.closed_loop(
        pool, start, key=system.key, workers=TASK_WORKERS, seconds=seconds
    )


async def _start_worked(system: System, pool: Pool, seconds: float) -> Sample:
    start = mesh.start_request(system.key)
    return await open_loop(pool, start, rate=START_RATE, seconds=seconds)


def _poll(system: System) -> bytes:
    return get(f"/api/generate-skill/status/{system.task_id}", system.key)


_LOADS: Final[Mapping[str, tuple[str, Load]]] = {
    "noop": (f"{NOOP_WORKERS} no-op tasks at once", _noop),
    "status_open": (f"{STATUS_RATE} polls/s", _status_open),
    "status_closed": (f"polls by {WORKERS} clients", _status_closed),
    "start_open": (f"{START_RATE} starts/s", _start_open),
    "start_closed": (f"starts by {WORKERS} clients", _start_closed),
}
_WORK: Final[Mapping[str, tuple[str, Load]]] = {
    "task": (f"{TASK_WORKERS} tasks at once", _task),
    "start_worked": (f"{START_RATE} starts/s while the mesh works on them", _start_worked),
}


async def _phase(system: System, name: str, seconds: float) -> dict[str, float]:
    """The figures of one load, with what each request or task cost in CPU time."""
    load = (_LOADS.get(name) or _WORK[name])[1]
    async with connections(system.port, _OPEN_CONNECTIONS) as pool:
        gc.collect()
        before, client_before = processes.cpu_of(system.pids), time.process_time()
        machine_before = processes.machine_cpu_s()
        sample = await load(system, pool, seconds)
        machine_s = processes.machine_cpu_s() - machine_before
        client_s = time.process_time() - client_before
        after = processes.cpu_of(system.pids)
    found = figures.of_sample(name, sample)
    found[f"{name}.failures"] = sample.failures
    spent = {process: after[process] - before[process] for process in before}
    costs = {process: spent.pop(process) for process in processes.NAMED}
    costs["agents"] = sum(spent.values())
    costs["client"] = client_s
    requests = max(1, len(sample.latencies_s) + sample.failures)
    for process, cpu_s in costs.items():
        found[f"{name}.cpu_us.{process}"] = 1e6 * cpu_s / requests
    found[f"{name}.cpu_us.all"] = 1e6 * (sum(costs.values()) - client_s) / requests
    available_s = sample.elapsed_s * len(os.sched_getaffinity(0))
    found[f"{name}.client_share"] = client_s / available_s
    # Of neighbours on the machine, and of the system that is not under load.
    others_s = machine_s - sum(costs.values())
    found[f"{name}.others_share"] = max(0.0, others_s / available_s)
    if sample.late_s:
        found[f"{name}.late_p99_ms"] = 1000 * figures.percentile(sample.late_s, 0.99)
    return found


async def _idle(system: System) -> dict[str, float]:
    """Memory, and CPU time in percent of a core, of a system that nobody calls."""
    before = processes.cpu_of(system.pids)
    await asyncio.sleep(_IDLE_S)
    after = processes.cpu_of(system.pids)
    cpu_s = sum(after.values()) - sum(before.values())
    memory = processes.pss_mib(system.pids)
    return {
        "memory_mib": sum(memory.values()),
        **{f"memory_mib.{name}": size for name, size in memory.items()},
        "processes": len(system.pids),
        "idle_cpu_percent": 100 * cpu_s / _IDLE_S,
    }
