"""Starting a supervisor as a process of its own. Imports little: everybody waits for it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from meshkit.local.errors import LocalMeshError
from meshkit.local.lifeline import die_with_parent
from meshkit.local.options import MeshOptions
from meshkit.local.state import StateDir, tail

_TAIL_LINES: Final = 15


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
    supervisor, started = _launch(options, before=die_with_parent(signal.SIGTERM))
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
    log_tail = "\n".join(f"  {text}" for text in tail(state.log("supervisor"), _TAIL_LINES))
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
