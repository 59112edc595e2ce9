"""TCP ports on loopback for the processes of a mesh, kept for them as long as the mesh lives."""

import random
import socket
from pathlib import Path
from typing import Final, Self

from meshkit.local.errors import LocalMeshError

_LOOPBACK: Final = "127.0.0.1"
_LOWEST: Final = 20_000
_RANGE_FILE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_ATTEMPTS: Final = 200


class Ports:
    """Reserves ports.

    Each port is bound by a socket that never listens, and marked by a socket in Linux's abstract
    namespace. The first keeps other programs away while a child is being restarted, yet lets the
    child listen, as it sets SO_REUSEADDR or SO_REUSEPORT; the second keeps other meshes away, even
    if they set the same options. The kernel releases both when the supervisor dies.
    """

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def __enter__(self) -> Self:
        """Holds until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Releases all ports."""
        for held in self._held:
            held.close()
        self._held.clear()

    def reserve(self, port: int) -> int:
        """Reserves a port, any free one for 0, and answers it.

        Raises:
            LocalMeshError: when the port is taken.
        """
        if port == 0:
            return self._reserve_any()
        try:
            self._hold(port)
        except OSError as error:
            msg = f"port {port} is not free ({error.strerror}); choose another with --port"
            raise LocalMeshError(msg) from error
        return port

    def _reserve_any(self) -> int:
        for _ in range(_ATTEMPTS):
            # Below the range from which the kernel takes ports for outgoing connections: one of
            # these could take the port of a child that is being started again.
            port = random.randrange(_LOWEST, _first_ephemeral())  # noqa: S311 (not a secret)
            try:
                self._hold(port)
            except OSError:
                continue
            return port
        msg = f"found no free port between {_LOWEST} and {_first_ephemeral()}"
        raise LocalMeshError(msg)

    def _hold(self, port: int) -> None:
        mark = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            mark.bind(f"\0manusmesh-port-{port}")
            # Connections of a mesh that has just stopped linger on the port and do no harm.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((_LOOPBACK, port))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        except OSError:
            mark.close()
            bound.close()
            raise
        self._held += [mark, bound]


def _first_ephemeral() -> int:
    try:
        first = int(_RANGE_FILE.read_text(encoding="ascii").split()[0])
    except OSError:
        first = 32_768
    return first if first > _LOWEST + 1000 else 32_768
