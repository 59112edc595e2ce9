"""Child processes: started so that they die with their supervisor, known by more than their id."""

import asyncio
import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshkit.local.lifeline import die_with_parent
from meshkit.local.state import ProcessRecord

_REAPED_WITHIN_S: Final = 3.0
_LOOK_S: Final = 0.02
_LOG_BYTES_MAX: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process to keep running.

    Attributes:
        name: Unique in the mesh, such as "research-2"; names its log.
        argv: The command.
        env: Its whole environment.
        port: The TCP port it serves.
        grace_s: Seconds between SIGTERM and SIGKILL when it is stopped.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    port: int
    grace_s: float = 10.0


async def spawn(spec: ProcessSpec, log: Path) -> asyncio.subprocess.Process:
    """Starts a process that writes to `log`, ignores the terminal and is killed with this one.

    Raises:
        OSError: when the program cannot be run.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *spec.argv,
            env=spec.env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in the terminal is for the supervisor, which stops its children in order.
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )


def start_time(pid: int) -> int | None:
    """When a living process was started, in clock ticks since boot; None when there is none.

    A zombie, which only waits for its parent to read its exit code, counts as none.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command in parentheses and may contain anything.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def alive(record: ProcessRecord) -> bool:
    """Whether the process of a record lives, rather than another with its id."""
    return start_time(record.pid) == record.started


def send(pid: int, number: signal.Signals, *, still: Callable[[], bool]) -> bool:
    """Sends a signal to a process, unless it is no longer the one that is meant.

    The process is pinned before `still` is asked, so that a reused id is never signalled.

    Returns:
        Whether the signal was sent.
    """
    try:
        pinned = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if not still():
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pinned, number)
            return True
        return False
    finally:
        os.close(pinned)


def wait_gone(record: ProcessRecord, timeout_s: float) -> bool:
    """Waits until the process of a record has ended; answers whether it has in time.

    One that has ended is given a moment more to be reaped, so that its id is free afterwards.
    """
    try:
        pinned = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return True
    try:
        ended = not alive(record) or bool(select.select([pinned], [], [], timeout_s)[0])
    finally:
        os.close(pinned)
    reaped_by = time.monotonic() + _REAPED_WITHIN_S
    while ended and Path(f"/proc/{record.pid}").exists() and time.monotonic() < reaped_by:
        time.sleep(_LOOK_S)
    return ended


def bound_log(log: Path) -> None:
    """Moves a log that has grown too large to `<name>.log.1`, which it replaces.

    Copies and truncates, since the process keeps its file open (for appending): lines written in
    between are lost.
    """
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_BYTES_MAX:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
