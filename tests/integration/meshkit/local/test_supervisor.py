"""The supervisor with real processes: restarts, stops, and what it writes down."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from meshkit.local import supervisor as supervisor_module
from meshkit.local.errors import LocalMeshError
from meshkit.local.process import ProcessSpec, alive, start_time
from meshkit.local.state import ProcessRecord, StateDir, read_processes, write_processes
from meshkit.local.supervisor import Supervisor, end_leftovers


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir(tmp_path)
    state.create()
    return state


def shell(name: str, script: str, *, grace_s: float = 5.0) -> ProcessSpec:
    return ProcessSpec(name, ("/bin/sh", "-c", script), dict(os.environ), 1234, grace_s)


@contextlib.asynccontextmanager
async def running(
    state: StateDir, *specs: ProcessSpec
) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    lines: list[str] = []
    async with asyncio.TaskGroup() as tasks:
        supervisor = Supervisor(state, tasks, report=lines.append)
        for spec in specs:
            supervisor.start(spec)
        try:
            yield supervisor, lines
        finally:
            await supervisor.stop([spec.name for spec in specs])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (it waits for another process)
            await asyncio.sleep(0.005)


def pid(state: StateDir, name: str) -> int:
    record = read_processes(state).get(name)
    return record.pid if record is not None and alive(record) else 0


async def test_a_child_that_dies_is_started_again(state: StateDir) -> None:
    async with running(state, shell("a", "exec sleep 60")) as (_, lines):
        await until(lambda: pid(state, "a") != 0)
        first = pid(state, "a")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid(state, "a") not in (0, first))
        assert read_processes(state)["a"].port == 1234
        second = read_processes(state)["a"]
    assert lines == ["a was ended by signal 9; starting it again in 0.1 s"]
    assert not alive(second)


async def test_the_supervisor_is_on_the_list(state: StateDir) -> None:
    async with running(state):
        record = read_processes(state)["supervisor"]
    assert record == ProcessRecord(os.getpid(), None, start_time(os.getpid()) or 0)


async def test_who_does_not_stop_is_killed(state: StateDir) -> None:
    stubborn = shell("a", "trap '' TERM; echo ready; while :; do sleep 0.05; done", grace_s=0.1)
    async with running(state, stubborn) as (supervisor, lines):
        await until(lambda: "ready" in state.log("a").read_text() if pid(state, "a") else False)
        record = read_processes(state)["a"]
        await supervisor.stop(["a"])
        assert not alive(record)
    assert lines == ["a did not stop within 0.1 s: killed"]


async def test_who_cannot_stay_up_is_told_with_the_end_of_its_log(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE_S", 0.001)
    async with running(state, shell("a", "echo no such file; exit 3")) as (supervisor, lines):
        await until(lambda: len(lines) >= 2)
        with pytest.raises(LocalMeshError, match=r"(?s)a ends right after its start.*no such file"):
            supervisor.check(deaths_max=2)
        supervisor.check(deaths_max=99)
    assert "exited with code 3" in lines[0]


async def test_pauses_grow(state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(supervisor_module, "_LONGEST_PAUSE_S", 0.004)
    async with running(state, shell("a", "exit 1")) as (_, lines):
        await until(lambda: len(lines) >= 4)
    pauses = [float(line.split()[-2]) for line in lines[:4]]
    assert pauses == [0.001, 0.002, 0.004, 0.004]


async def test_a_program_that_does_not_exist(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE_S", 0.001)
    missing = ProcessSpec("a", ("/no/such/program",), {}, 1)
    async with running(state, missing) as (_, lines):
        await until(lambda: bool(lines))
    assert "cannot be started" in lines[0]


async def test_stopping_ends_a_pause(state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE_S", 60.0)
    async with running(state, shell("a", "exit 1")) as (supervisor, lines):
        await until(lambda: bool(lines))
        async with asyncio.timeout(5):
            await supervisor.stop(["a"])


def test_what_a_killed_supervisor_left_is_ended(state: StateDir) -> None:
    with (
        subprocess.Popen(["/bin/sleep", "60"]) as left,
        subprocess.Popen(["/bin/sleep", "60"]) as stranger,
    ):
        own, other = start_time(left.pid), start_time(stranger.pid)
        assert own is not None
        assert other is not None
        records = {
            "left": ProcessRecord(left.pid, 1, own),
            # Its id now belongs to somebody else.
            "gone": ProcessRecord(stranger.pid, 2, other - 1),
        }
        write_processes(state, records)
        assert end_leftovers(state)
        assert left.wait() == -signal.SIGKILL
        assert stranger.poll() is None
        stranger.kill()
    assert not end_leftovers(state)
