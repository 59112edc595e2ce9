"""Running a mesh until a signal, in this process: the supervisor."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from meshkit.entry import without_rich
from meshkit.local.births import Nursery
from meshkit.local.errors import LocalMeshError
from meshkit.local.mesh import Mesh, run_mesh
from meshkit.local.options import MeshOptions
from meshkit.local.supervisor import Report

_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str], nursery: Nursery) -> int:
    """The process that `meshkit.local.launch` starts: supervises until SIGTERM.

    Args:
        arguments: The file descriptor to tell on that it is ready or why not, and the options.
        nursery: Has been started already.
    """
    without_rich()
    descriptor, settings = int(arguments[0]), json.loads(arguments[1])
    settings["state_dir"] = Path(settings["state_dir"])
    settings["allow_private"] = tuple(settings["allow_private"])
    with os.fdopen(descriptor, "w", encoding="utf-8") as pipe:

        def on_ready(mesh: Mesh) -> None:
            log_line(f"ready at {mesh.url}")
            _tell(pipe, {"url": mesh.url})

        try:
            asked = MeshOptions(**settings)
            asyncio.run(supervise(asked, on_ready=on_ready, report=log_line, nursery=nursery))
        except LocalMeshError as error:
            _tell(pipe, {"error": str(error)})
            return 1
    return 0


async def supervise(
    options: MeshOptions,
    *,
    on_ready: Callable[[Mesh], None],
    report: Report,
    nursery: Nursery | None = None,
) -> None:
    """Runs a mesh until a signal to stop, then stops it; a second signal kills it at once.

    Args:
        options: Which mesh.
        on_ready: Called once, when it is ready.
        report: Hears of the signal, and of every process that had to be started again.
        nursery: Where somebody has started one already.

    Raises:
        LocalMeshError: when it cannot be started, with the reason.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        report("stopping")
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
            # From now on a signal ends this process, and its children die with it.
            signal.signal(number, signal.SIG_DFL)
        if task is not None:
            task.cancel()

    for number in _STOP_SIGNALS:
        # A signal that nohup has switched off stays off.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop)
    try:
        async with run_mesh(options, report=report, nursery=nursery) as mesh:
            on_ready(mesh)
            await loop.create_future()
    except asyncio.CancelledError:
        if not stopped:
            raise


def _tell(pipe: TextIO, answer: dict[str, str]) -> None:
    # Nobody listens any more when the command was killed; the mesh goes on all the same.
    with contextlib.suppress(BrokenPipeError):
        pipe.write(json.dumps(answer) + "\n")
        pipe.flush()


def log_line(message: str) -> None:
    """Writes a line of the supervisor's log."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"timestamp": now, "level": "info", "message": message, "service": "supervisor"}
    print(json.dumps(line), file=sys.stderr, flush=True)
