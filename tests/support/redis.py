"""The real Redis, started with the configuration that a local mesh has."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from meshkit.local import programs, redis_server

_START_TIMEOUT_S: Final = 90.0
_POLL_S: Final = 0.01


class RedisServer:
    """A `redis-server` on a free loopback port that a test may kill, pause and start again.

    Attributes:
        port: The port, the same after a restart.
        password: What clients have to show.
        directory: Where its files are.
    """

    def __init__(self, directory: Path, *extra: str) -> None:
        """A server that is not running yet; `extra` are lines of its configuration."""
        self.port = free_port()
        self.password = secrets.token_hex(8)
        self.directory = directory
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of database 0."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def running(self) -> bool:
        """Whether it has been started and not killed since."""
        return self._process is not None

    def start(self) -> None:
        """Starts it and waits until it has loaded its data; RuntimeError after 90 s."""
        config = self.directory / "redis.conf"
        lines = redis_server.render(
            port=self.port, password=self.password, directory=self.directory
        )
        config.write_text("\n".join((lines, *self._extra)), encoding="utf-8")
        with (self.directory / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs.redis_server(), config], stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError):
                if self.ask("PING") == b"+PONG":
                    return
            time.sleep(_POLL_S)
        raise RuntimeError((self.directory / "redis.log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        """Ends it as a crash does."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Lets it hang: it accepts connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen one go on."""
        self._signal(signal.SIGCONT)

    def ask(self, command: str) -> bytes:
        """First line of the reply to a command, over a connection of its own."""
        return self.lines(command)[0]

    def lines(self, command: str) -> list[bytes]:
        """The lines of the reply to a command, over a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as link:
            link.sendall(f"AUTH {self.password}\r\n{command}\r\nQUIT\r\n".encode())
            return link.makefile("rb").read().splitlines()[1:-1]

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)


@contextlib.contextmanager
def run(directory: Path) -> Iterator[RedisServer]:
    """A running server with its files in `directory`; killed at the end of the block."""
    # What is written survives a kill without the disk; a disk that stalls is no subject of tests.
    server = RedisServer(directory, "appendfsync no")
    try:
        server.start()
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """A loopback port that nobody has at the moment."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ones: those of one call after another may be the same."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
