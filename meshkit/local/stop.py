"""Stopping a mesh from another process."""

import signal
from pathlib import Path
from typing import Final

from meshkit.local import process
from meshkit.local.errors import LocalMeshError
from meshkit.local.state import ProcessRecord, StateDir, holder
from meshkit.local.supervisor import end_leftovers

_KILL_TIMEOUT_S: Final = 5.0


def stop_mesh(state_dir: Path, *, timeout_s: float = 60.0) -> bool:
    """Stops the mesh of a state directory and waits until none of its processes is left.

    Args:
        state_dir: Its state directory.
        timeout_s: Seconds that the mesh has to stop in order, before it is killed.

    Returns:
        Whether there was anything to stop.

    Raises:
        LocalMeshError: when a process outlives even that.
    """
    state = StateDir(state_dir.absolute())
    pid = holder(state)
    if pid is not None:
        _stop_supervisor(state, pid, timeout_s)
    return end_leftovers(state) or pid is not None


def _stop_supervisor(state: StateDir, pid: int, timeout_s: float) -> None:
    def still() -> bool:
        return holder(state) == pid

    started = process.start_time(pid)
    if started is None or not process.send(pid, signal.SIGTERM, still=still):
        return
    record = ProcessRecord(pid, None, started)
    if process.wait_gone(record, timeout_s):
        return
    process.send(pid, signal.SIGKILL, still=still)
    if not process.wait_gone(record, _KILL_TIMEOUT_S):
        msg = f"the supervisor (process {pid}) does not end"
        raise LocalMeshError(msg)
