"""Reserved ports: closed to everybody but the child they are for."""

import socket

import pytest

from meshkit.local.errors import LocalMeshError
from meshkit.local.ports import Ports


def bind(port: int, *options: int) -> socket.socket:
    sock = socket.socket()
    for option in options:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    try:
        sock.bind(("127.0.0.1", port))
        sock.listen()
    except OSError:
        sock.close()
        raise
    return sock


@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, socket.SO_REUSEPORT])
def test_the_child_can_listen_and_others_cannot(option: int) -> None:
    with Ports() as ports:
        port = ports.reserve(0)
        with pytest.raises(OSError, match="in use"):
            bind(port)
        with bind(port, option), socket.create_connection(("127.0.0.1", port)):
            """The child serves, not the reservation."""


def test_another_mesh_cannot_reserve_it() -> None:
    with Ports() as ports, Ports() as others:
        port = ports.reserve(0)
        with pytest.raises(LocalMeshError, match=f"port {port} is not free"):
            others.reserve(port)
    with Ports() as others:
        assert others.reserve(port) == port


def test_a_port_that_somebody_serves_is_taken() -> None:
    with bind(0) as taken, Ports() as ports, pytest.raises(LocalMeshError, match="not free"):
        ports.reserve(taken.getsockname()[1])


def test_a_port_just_left_can_be_taken_again() -> None:
    with bind(0, socket.SO_REUSEADDR) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        connection, _ = server.accept()
        # The side that closes first keeps the port in TIME_WAIT.
        connection.close()
        client.close()
    with Ports() as ports:
        assert ports.reserve(port) == port


def test_ports_differ() -> None:
    with Ports() as ports:
        assert len({ports.reserve(0) for _ in range(20)}) == 20
