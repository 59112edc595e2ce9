"""Processes: their identity, their logs, and that they die with their parent."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshkit.local import process
from meshkit.local.process import alive, send, start_time, wait_gone
from meshkit.local.state import ProcessRecord, tail


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        yield child
        child.kill()


def record_of(pid: int) -> ProcessRecord:
    started = start_time(pid)
    assert started is not None
    return ProcessRecord(pid, None, started)


def test_identity(child: subprocess.Popen[bytes]) -> None:
    record = record_of(child.pid)
    assert alive(record)
    # The same id, started at another time, is another process.
    assert not alive(ProcessRecord(record.pid, None, record.started - 1))
    assert not wait_gone(record, 0)
    child.kill()
    assert wait_gone(record, 5)
    # Not yet reaped, but dead.
    assert not alive(record)
    child.wait()
    assert start_time(child.pid) is None
    assert wait_gone(record, 0)


def test_only_the_process_that_is_meant_is_signalled(child: subprocess.Popen[bytes]) -> None:
    assert not send(child.pid, signal.SIGKILL, still=lambda: False)
    assert child.poll() is None
    assert send(child.pid, signal.SIGTERM, still=lambda: True)
    assert child.wait() == -signal.SIGTERM
    assert not send(child.pid, signal.SIGTERM, still=lambda: True)


def test_a_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from meshkit.local.process import ProcessSpec, spawn\n"
        "async def main():\n"
        "    spec = ProcessSpec('x', ('sleep', '60'), dict(os.environ), 0)\n"
        "    child = await spawn(spec, Path(sys.argv[1]))\n"
        "    print(child.pid, flush=True)\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path / "x.log")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        record = record_of(int(parent.stdout.readline()))
        parent.kill()
    assert wait_gone(record, 5)


def test_tail(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert tail(log, 3) == []
    log.write_bytes(b"\xff\n" * 50_000 + b"one\ntwo\nthree\n")
    assert tail(log, 2) == ["two", "three"]


def test_a_log_that_grows_too_large_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_LOG_BYTES_MAX", 10)
    log = tmp_path / "a.log"
    process.bound_log(log)
    with log.open("ab", buffering=0) as writer:
        writer.write(b"ten bytes\n")
        process.bound_log(log)
        assert log.stat().st_size == 10
        writer.write(b"more\n")
        process.bound_log(log)
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"
    assert (tmp_path / "a.log.1").read_bytes() == b"ten bytes\nmore\n"


def test_the_own_process_is_alive() -> None:
    assert alive(record_of(os.getpid()))
