import asyncio

import pytest

from meshkit.errors import MeshError, Reason
from meshkit.redis import (
    Address,
    Connection,
    RedisAwayError,
    RedisReplyError,
    Script,
    _checked,
    pack,
    parse_url,
)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://h", Address("h", 6379, 0, None, None, tls=False)),
        ("redis://:p%40ss@h:1/3", Address("h", 1, 3, None, "p@ss", tls=False)),
        ("rediss://user:p@h:2/", Address("h", 2, 0, "user", "p", tls=True)),
        ("redis://[::1]:7", Address("::1", 7, 0, None, None, tls=False)),
    ],
)
def test_urls(url, address):
    assert parse_url(url) == address


@pytest.mark.parametrize(
    "url", ["", "h:1", "http://:hush@h", "redis://", "redis://:hush@h/x", "redis://:hush@h/-1"]
)
def test_a_wrong_url_is_refused_without_repeating_its_password(url):
    with pytest.raises(ValueError, match="Redis URL") as raised:
        parse_url(url)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["LOADING x", "READONLY x", "MISCONF x", "OOM x", "CLUSTERDOWN x", "NOREPLICAS x"]
)
def test_not_now_is_unavailable(text):
    with pytest.raises(RedisAwayError) as raised:
        _checked(Exception(text))
    assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE


def test_any_other_refusal_is_a_bug():
    with pytest.raises(RedisReplyError, match="WRONGTYPE"):
        _checked(Exception("WRONGTYPE x"))


def test_the_sha_of_a_script():
    assert Script.of("return 1").sha == "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self._connection = connection

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def abort(self) -> None:
        asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)


@pytest.fixture
async def connection():
    opened = Connection(asyncio.get_running_loop(), 1.5, None)
    opened.connection_made(Wire(opened))
    yield opened
    opened.connection_lost(None)


async def test_the_commands_of_one_turn_leave_in_one_write(connection):
    first, second = connection.send(pack(("GET", "a"))), connection.send(pack(("GET", "b")))
    await asyncio.sleep(0)
    assert len(connection._transport.writes) == 1
    connection.data_received(b"$1\r\n1\r\n$1\r\n")
    assert (first.result(), second.done()) == (b"1", False)
    connection.data_received(b"2\r\n")
    assert second.result() == b"2"


async def test_a_lost_connection_fails_all_who_wait(connection):
    waiting = [connection.send(pack(("INCR", "a"))) for _ in range(3)]
    connection.connection_lost(ConnectionResetError())
    for future in waiting:
        assert isinstance(future.exception(), RedisAwayError)
    with pytest.raises(RedisAwayError):
        connection.send(pack(("INCR", "a")))
    await asyncio.sleep(0)
    assert connection._transport.writes == []


async def test_what_is_no_redis_ends_the_connection(connection):
    waiting = connection.send(pack(("PING",)))
    connection.data_received(b"HTTP/1.1 400 Bad Request\r\n")
    with pytest.raises(RedisAwayError):
        await waiting


async def test_too_many_at_once_are_refused(connection, monkeypatch):
    monkeypatch.setattr("meshkit.redis._IN_FLIGHT_MAX", 2)
    connection.send(pack(("PING",)))
    connection.send(pack(("PING",)))
    with pytest.raises(MeshError) as raised:
        connection.send(pack(("PING",)))
    assert raised.value.reason == Reason.OVERLOADED
