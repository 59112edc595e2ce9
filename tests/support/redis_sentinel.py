"""A real primary with a replica, watched by a real Redis Sentinel, all on loopback."""

import contextlib
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshkit.local import programs
from tests.support.redis import RedisServer

NAME: Final = "mesh"
"""Under which name the Sentinel knows the primary."""
_READY_TIMEOUT_S: Final = 90.0
_POLL_S: Final = 0.02
_SETTINGS: Final = ("repl-diskless-sync-delay 0", "appendfsync no")


class Sentinel(RedisServer):
    """A Sentinel, which from version 7 on does not know QUIT."""

    def lines(self, command: str) -> list[bytes]:
        """The lines of the reply to a command, over a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as link:
            link.sendall(f"AUTH {self.password}\r\n{command}\r\n".encode())
            link.shutdown(socket.SHUT_WR)
            return link.makefile("rb").read().splitlines()[1:]


@dataclass(frozen=True)
class RedisSet:
    """A primary, its replica and the Sentinel that replaces a dead primary once it is told to."""

    primary: RedisServer
    replica: RedisServer
    sentinel: Sentinel

    @property
    def sentinel_port(self) -> int:
        """Where the Sentinel listens."""
        return self.sentinel.port

    @property
    def sentinel_password(self) -> str:
        """What the Sentinel wants to be shown."""
        return self.sentinel.password

    def notice_deaths(self) -> None:
        """From now on a primary that is silent for 0.3 s is replaced."""
        command = f"SENTINEL SET {NAME} down-after-milliseconds 300"
        assert self.sentinel.ask(command) == b"+OK"

    def promote_replica(self) -> None:
        """Does what a Sentinel does when the primary is dead, at once and whatever it thinks."""
        assert self.replica.ask("REPLICAOF NO ONE") == b"+OK"
        self.announce(self.replica.port)

    def announce(self, port: int) -> None:
        """Lets the Sentinel name another port as the primary's, without looking after it."""
        for command in (f"REMOVE {NAME}", f"MONITOR {NAME} 127.0.0.1 {port} 1"):
            assert self.sentinel.ask(f"SENTINEL {command}") == b"+OK"

    def url(self, *before: int) -> str:
        """URL that names the Sentinel, after the other loopback ports in `before`."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in (*before, self.sentinel_port))
        return f"redis+sentinel://:{self.primary.password}@{hosts}/{NAME}"


@contextlib.contextmanager
def run(directory: Path) -> Iterator[RedisSet]:
    """A running set, replica in sync and known to the Sentinel; killed at the end of the block."""
    password, sentinel_password = secrets.token_hex(8), secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        primary = _server(directory / "primary", password, stack)
        primary.start()
        replica = _server(
            directory / "replica", password, stack, f"replicaof 127.0.0.1 {primary.port}"
        )
        replica.start()
        _wait(replica, "INFO replication", b"master_link_status:up")
        sentinel = Sentinel(directory / "sentinel")
        sentinel.password = sentinel_password
        stack.enter_context(_sentinel(directory / "sentinel", sentinel, primary))
        _wait(sentinel, f"SENTINEL REPLICAS {NAME}", str(replica.port).encode())
        yield RedisSet(primary, replica, sentinel)


def _server(
    directory: Path, password: str, stack: contextlib.ExitStack, *extra: str
) -> RedisServer:
    directory.mkdir()
    server = RedisServer(directory, f"masterauth {password}", *_SETTINGS, *extra)
    server.password = password
    stack.callback(server.kill)
    return server


@contextlib.contextmanager
def _sentinel(directory: Path, sentinel: Sentinel, primary: RedisServer) -> Iterator[None]:
    directory.mkdir()
    config = directory / "sentinel.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {sentinel.port}",
        f'dir "{directory}"',
        f"requirepass {sentinel.password}",
        f"sentinel monitor {NAME} 127.0.0.1 {primary.port} 1",
        f"sentinel auth-pass {NAME} {primary.password}",
        f"sentinel down-after-milliseconds {NAME} 60000",
        f"sentinel failover-timeout {NAME} 2000",
        "",
    ]
    config.write_text("\n".join(lines), encoding="utf-8")
    with (directory / "sentinel.log").open("ab") as log:
        process = subprocess.Popen(
            [programs.redis_server(), config, "--sentinel"], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _wait(server: RedisServer, command: str, line: bytes) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while True:
        with contextlib.suppress(OSError):
            if line in server.lines(command):
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"no {line.decode()} in the reply to {command}")
        time.sleep(_POLL_S)
