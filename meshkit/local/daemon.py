"""Running a mesh until a signal, in this process or in one that outlives the command."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from meshkit.entry import without_rich
from meshkit.local import process
from meshkit.local.births import Nursery
from meshkit.local.errors import LocalMeshError
from meshkit.local.mesh import Mesh, run_mesh
from meshkit.local.options import MeshOptions
from meshkit.local.state import StateDir
from meshkit.local.supervisor import Report

_TAIL_LINES: Final = 15
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Started:
    """A mesh that another process runs.

    Attributes:
        url: Where its public port is.
        state: Where its files are, its key among them.
    """

    url: str
    state: StateDir

    def key(self) -> str:
        """A key of the development tenant."""
        return self.state.key.read_text(encoding="ascii").strip()


def start_detached(options: MeshOptions) -> Started:
    """Starts a mesh that outlives this process, and returns when it is ready.

    Raises:
        LocalMeshError: with the reason why it could not be started; nothing is left running then.
        KeyboardInterrupt: when interrupted while it starts; what had started is stopped.
    """
    supervisor, started = _launch(options, before=None)
    # It goes on without us: nobody here waits for it.
    supervisor.returncode = 0
    return started


@contextlib.contextmanager
def mesh_beside(options: MeshOptions) -> Iterator[Started]:
    """A mesh for the length of the block, which also ends when this process is killed.

    Raises:
        LocalMeshError: with the reason why it could not be started.
    """
    supervisor, started = _launch(options, before=process.die_with_parent(signal.SIGTERM))
    try:
        yield started
    finally:
        _end(supervisor)


def _launch(
    options: MeshOptions, *, before: Callable[[], None] | None
) -> tuple[subprocess.Popen[bytes], Started]:
    state = StateDir(options.state_dir.absolute())
    state.create()
    reading, writing = os.pipe()
    settings = {**asdict(options), "state_dir": str(state.root)}
    with state.log("supervisor").open("ab") as log:
        supervisor = subprocess.Popen(  # noqa: S603 (this very program)
            [sys.executable, "-m", "meshkit.local", str(writing), json.dumps(settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writing],
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 (it only makes a system call)
        )
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="utf-8") as pipe:
            line = pipe.readline()
    except BaseException:
        _end(supervisor)
        raise
    answer: dict[str, str] = json.loads(line) if line else {}
    if "url" in answer:
        return supervisor, Started(answer["url"], state)
    supervisor.wait()
    if "error" in answer:
        raise LocalMeshError(answer["error"])
    log_tail = "\n".join(f"  {text}" for text in process.tail(state.log("supervisor"), _TAIL_LINES))
    msg = f"the supervisor ended before the mesh was ready:\n{log_tail}"
    raise LocalMeshError(msg)


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait()
    except KeyboardInterrupt:
        # Impatience: the second signal ends it at once, and its children with it.
        supervisor.terminate()
        supervisor.wait()
        raise


def main(arguments: list[str], nursery: Nursery) -> int:
    """The process that `start_detached` starts: supervises until SIGTERM.

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
