"""The real PostgreSQL with pgvector, from the wheel `pgserver`."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tests.support.redis import free_port

_START_TIMEOUT_S: Final = 120.0
_POLL_S: Final = 0.02


class PostgresServer:
    """A `postgres` on a free loopback port that a test may kill and start again.

    Attributes:
        port: The port, the same after a restart.
        directory: Where its files are.
    """

    def __init__(self, directory: Path) -> None:
        """A server that is not running yet."""
        self.port = free_port()
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of its one database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Starts it and waits until it takes connections; RuntimeError after 120 s."""
        data = self.directory / "data"
        if not data.exists():
            made = self._popen("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N")
            if made.wait():
                raise RuntimeError(self._log())
        self._process = self._popen(
            *("postgres", "-D", str(data), "-h", "127.0.0.1", "-p", str(self.port)),
            *("-k", "", "-c", "fsync=off"),
        )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < deadline:
            asked = self._popen("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))
            if asked.wait() == 0:
                return
            time.sleep(_POLL_S)
        raise RuntimeError(self._log())

    def stop(self) -> None:
        """Ends it at once, connections included."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def _popen(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.directory / "log").open("ab") as log:
            return subprocess.Popen(
                [_programs() / program, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                **_unprivileged(),
            )

    def _log(self) -> str:
        return (self.directory / "log").read_text(encoding="utf-8")


@contextlib.contextmanager
def run() -> Iterator[PostgresServer]:
    """A running server; ended with its files at the end of the block."""
    # Not pytest's directory, which nobody but root may enter, and root may not run PostgreSQL.
    directory = Path(tempfile.mkdtemp(prefix="postgres-"))
    for name, owner in _unprivileged().items():
        if name == "user":
            os.chown(directory, owner, -1)
    server = PostgresServer(directory)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


def _unprivileged() -> dict[str, Any]:
    return {"user": pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {}


def _programs() -> Path:
    spec = find_spec("pgserver")
    if spec is None or not spec.submodule_search_locations:
        msg = "pgserver is not installed: run `make env`"
        raise RuntimeError(msg)
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
