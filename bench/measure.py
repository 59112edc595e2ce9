"""The rounds: every load against the mesh, then against the floor, and again."""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bench import figures, floor, mesh, processes, tasks
from bench.load import Sample, closed_loop, connections, get, open_loop
from bench.system import System
from meshkit.local.state import StateDir

STATUS_RATE: Final = 200
"""Polls a second."""
START_RATE: Final = 50
"""Starts a second."""
WORKERS: Final = 32
"""Requests at once in a closed loop."""
TASK_WORKERS: Final = 16
"""Whole tasks at once."""
_OPEN_CONNECTIONS: Final = 128
_WARM_UP_S: Final = 1.0
_IDLE_S: Final = 2.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rounds measured, and in one more entry each what is measured once."""

    mesh: list[figures.Figures]
    floor: list[figures.Figures]


async def run(state: StateDir, bare: System, *, rounds: int, seconds: float, say: Say) -> Measured:
    """Measures.

    Args:
        state: Of the running mesh.
        bare: The floor, which may still be starting.
        rounds: How often each load is put on each system.
        seconds: How long each time.
        say: Hears what is going on.

    Raises:
        BenchError, TimeoutError: when one of the two does not work.
    """
    await floor.until_ready(bare)
    async with mesh.prepared(state) as full:
        measured = Measured([], [])
        for system in (full, bare):
            say(f"warming the {system.name} up")
            await _loads(system, _WARM_UP_S, lambda _: None)
        await mesh.forget_waiting(state)
        say("watching both do nothing")
        measured.mesh.append(await _idle(full))
        measured.floor.append(await _idle(bare))
        for number in range(1, rounds + 1):

            def tell(what: str, number: int = number) -> None:
                say(f"round {number} of {rounds}: {what}")

            of_mesh = await _loads(full, seconds, tell)
            of_mesh |= await _work(full, state, seconds, tell)
            measured.mesh.append(of_mesh)
            measured.floor.append(await _loads(bare, seconds, tell))
    for entries in (measured.mesh, measured.floor):
        failures = sum(n for entry in entries for name, n in entry.items() if ".failures" in name)
        entries.append({"failures": failures})
    return measured


async def _loads(system: System, seconds: float, tell: Say) -> dict[str, float]:
    """The loads that both systems get."""
    poll = get(f"/api/generate-skill/status/{system.task_id}", system.key)
    start = mesh.start_request(system.key)
    found: dict[str, float] = {}
    async with connections(system.port, _OPEN_CONNECTIONS) as pool:

        async def phase(name: str, load: Awaitable[Sample]) -> None:
            found.update(await _phase(system, name, load))

        tell(f"{STATUS_RATE} polls/s on the {system.name}")
        await phase("status_open", open_loop(pool, poll, rate=STATUS_RATE, seconds=seconds))
        tell(f"polls by {WORKERS} clients on the {system.name}")
        await phase("status_closed", closed_loop(pool, poll, workers=WORKERS, seconds=seconds))
        async with system.work_held():
            tell(f"{START_RATE} starts/s on the {system.name}")
            await phase("start_open", open_loop(pool, start, rate=START_RATE, seconds=seconds))
            tell(f"starts by {WORKERS} clients on the {system.name}")
            await phase("start_closed", closed_loop(pool, start, workers=WORKERS, seconds=seconds))
    return found


async def _work(system: System, state: StateDir, seconds: float, tell: Say) -> dict[str, float]:
    """The loads under which tasks are worked on: the mesh's alone."""
    start = mesh.start_request(system.key)
    async with connections(system.port, _OPEN_CONNECTIONS) as pool:
        tell(f"{TASK_WORKERS} tasks at once")
        load = tasks.closed_loop(pool, start, key=system.key, workers=TASK_WORKERS, seconds=seconds)
        found = await _phase(system, "task", load)
        tell(f"{START_RATE} starts/s while the mesh works on the tasks")
        load = open_loop(pool, start, rate=START_RATE, seconds=seconds)
        found |= await _phase(system, "start_worked", load)
    await mesh.forget_waiting(state)
    return found


async def _phase(system: System, name: str, load: Awaitable[Sample]) -> dict[str, float]:
    """The figures of one load, with what each request cost in CPU time."""
    gc.collect()
    before, client_before = processes.cpu_of(system.pids), time.process_time()
    machine_before = processes.machine_cpu_s()
    sample = await load
    machine_s = processes.machine_cpu_s() - machine_before
    client_s = time.process_time() - client_before
    after = processes.cpu_of(system.pids)
    found = figures.of_sample(name, sample)
    found[f"{name}.failures"] = sample.failures
    spent = {process: after[process] - before[process] for process in before}
    costs = {process: spent[process] for process in ("envoy", "gateway", "redis")}
    costs["rest"] = max(0.0, sum(spent.values()) - sum(costs.values()))
    costs["client"] = client_s
    requests = max(1, len(sample.latencies_s) + sample.failures)
    for process, cpu_s in costs.items():
        found[f"{name}.cpu_us.{process}"] = 1e6 * cpu_s / requests
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
