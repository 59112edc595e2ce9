"""Keeps child processes running until they are stopped."""

import asyncio
import os
import signal
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from meshkit.local import process
from meshkit.local.births import Child
from meshkit.local.errors import LocalMeshError
from meshkit.local.process import ProcessSpec
from meshkit.local.state import ProcessRecord, StateDir, read_processes, tail, write_processes

Report = Callable[[str], None]
"""Takes a line for the person who watches."""

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 10.0
_STEADY_S: Final = 10.0
"""A process that ran this long is started again at once when it ends."""
_LOG_CHECK_S: Final = 10.0
_TAIL_LINES: Final = 15
_KILL_TIMEOUT_S: Final = 5.0


def end_leftovers(state: StateDir) -> bool:
    """Ends what a supervisor that was killed has left, and waits for it; blocks for 5 s at most.

    To be called when no supervisor holds the state directory. The kernel kills the children of a
    dead supervisor; this makes sure that it is done.

    Returns:
        Whether anything was left.

    Raises:
        LocalMeshError: when a process does not end.
    """
    left = [(n, r) for n, r in read_processes(state).items() if process.alive(r)]
    for _, record in left:
        process.send(record.pid, signal.SIGKILL, still=partial(process.alive, record))
    for name, record in left:
        if not process.wait_gone(record, _KILL_TIMEOUT_S):
            msg = f"{name} (process {record.pid}) does not end"
            raise LocalMeshError(msg)
    state.processes.unlink(missing_ok=True)
    return bool(left)


@dataclass(slots=True)
class _Kept:
    spec: ProcessSpec
    first: asyncio.Future[Child | None] | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    process: Child | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0


class Supervisor:
    """Runs processes, restarts those that end, and tells in processes.json which they are.

    Args:
        state: Where the logs and processes.json are.
        tasks: What watches the children; it ends once all of them have been stopped.
        report: Hears of every end of a child.
    """

    def __init__(self, state: StateDir, tasks: asyncio.TaskGroup, *, report: Report) -> None:
        self._state = state
        self._tasks = tasks
        self._report = report
        self._children: dict[str, _Kept] = {}
        self._records: dict[str, ProcessRecord] = {}
        self._record("supervisor", os.getpid(), None)

    def start(
        self, spec: ProcessSpec, *, first: asyncio.Future[Child | None] | None = None
    ) -> None:
        """Begins to keep a process running.

        Args:
            spec: The process.
            first: Somebody else starts it the first time; None as a result leaves it to us.
        """
        child = _Kept(spec, first)
        self._children[spec.name] = child
        self._tasks.create_task(self._keep(child), name=f"keep {spec.name}")

    def check(self, *, deaths_max: int) -> None:
        """Does nothing as long as the children fare well.

        Raises:
            LocalMeshError: when one has ended `deaths_max` times, with the end of its log.
        """
        for name, child in self._children.items():
            if child.deaths >= deaths_max:
                raise LocalMeshError(self.describe_failure(name, "ends right after its start"))

    def describe_failure(self, name: str, what: str) -> str:
        """A message about a child with the end of its log."""
        log = self._state.log(name)
        lines = tail(log, _TAIL_LINES) or ["(empty)"]
        return "\n".join([f"{name} {what}; the end of {log}:", *(f"  {line}" for line in lines)])

    async def bound_logs(self) -> None:
        """Keeps the logs from growing without end; runs until it is cancelled."""
        while True:
            await asyncio.sleep(_LOG_CHECK_S)
            for name in self._children:
                process.bound_log(self._state.log(name))

    async def stop(self, names: Collection[str]) -> None:
        """Stops processes together: SIGTERM, then SIGKILL to those that outlive their grace."""
        async with asyncio.TaskGroup() as group:
            for name in names:
                if name in self._children:
                    group.create_task(self._stop(self._children[name]))

    def kill(self) -> None:
        """Kills every child at once and restarts none."""
        for child in self._children.values():
            child.stop.set()
            self._signal(child, signal.SIGKILL)

    async def _stop(self, child: _Kept) -> None:
        child.stop.set()
        self._signal(child, signal.SIGTERM)
        try:
            async with asyncio.timeout(child.spec.grace_s):
                await child.ended.wait()
        except TimeoutError:
            self._report(f"{child.spec.name} did not stop within {child.spec.grace_s:g} s: killed")
            self._signal(child, signal.SIGKILL)
            await child.ended.wait()

    async def _keep(self, child: _Kept) -> None:
        pause_s = _FIRST_PAUSE_S
        clock = asyncio.get_running_loop().time
        try:
            while not child.stop.is_set():
                began = clock()
                outcome = await self._run(child)
                if child.stop.is_set():
                    return
                child.deaths += 1
                if clock() - began > _STEADY_S:
                    pause_s = _FIRST_PAUSE_S
                self._report(f"{child.spec.name} {outcome}; starting it again in {pause_s:g} s")
                try:
                    async with asyncio.timeout(pause_s):
                        await child.stop.wait()
                except TimeoutError:
                    pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        finally:
            child.ended.set()

    async def _run(self, child: _Kept) -> str:
        spec = child.spec
        try:
            if child.first is not None:
                child.process, child.first = await child.first, None
            if child.process is None:
                child.process = await process.spawn(spec, self._state.log(spec.name))
        except OSError as error:
            return f"cannot be started ({error})"
        self._record(spec.name, child.process.pid, spec.port)
        if child.stop.is_set():
            # Asked to stop while it was being started, when there was nobody to signal yet.
            self._signal(child, signal.SIGTERM)
        code = await child.process.wait()
        child.process = None
        return f"was ended by signal {-code}" if code < 0 else f"exited with code {code}"

    def _record(self, name: str, pid: int, port: int | None) -> None:
        started = process.start_time(pid)
        # None when it has ended already, which its watcher is about to see.
        self._records[name] = ProcessRecord(pid, port, started if started is not None else 0)
        write_processes(self._state, self._records)

    def _signal(self, child: _Kept, number: signal.Signals) -> None:
        if child.process is not None:
            record = self._records[child.spec.name]
            process.send(record.pid, number, still=lambda: process.alive(record))
