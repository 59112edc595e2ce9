"""The protocol of one connection: what is joined, matched, given up and refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from unittest.mock import Mock

import pytest

from meshkit.errors import MeshError, Reason
from meshkit.redis import RedisAwayError
from meshkit.redis.connection import Connection


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self._connection = connection
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self._closing
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        self._closing = True
        asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)


@pytest.fixture
async def connection():
    opened = Connection(asyncio.get_running_loop(), 1.5, None)
    opened.connection_made(Wire(opened))
    yield opened
    opened.connection_lost(None)


async def test_what_is_sent_as_the_connection_closes_fails_with_it(connection):
    answer = connection.send(("PING",))
    connection.close()
    with pytest.raises(RedisAwayError):
        await answer
    assert connection._transport.writes == []


async def test_the_commands_of_one_turn_leave_in_one_write(connection):
    first, second = connection.send(("GET", "a")), connection.send(("GET", "b"))
    await asyncio.sleep(0)
    assert len(connection._transport.writes) == 1
    connection.data_received(b"$1\r\n1\r\n$1\r\n")
    assert (first.result(), second.done()) == (b"1", False)
    connection.data_received(b"2\r\n")
    assert second.result() == b"2"


async def test_a_lost_connection_fails_all_who_wait(connection):
    waiting = [connection.send(("INCR", "a")) for _ in range(3)]
    connection.connection_lost(ConnectionResetError())
    for future in waiting:
        assert isinstance(future.exception(), RedisAwayError)
    with pytest.raises(RedisAwayError):
        connection.send(("INCR", "a"))
    await asyncio.sleep(0)
    assert connection._transport.writes == []


async def test_what_is_no_redis_ends_the_connection(connection):
    waiting = connection.send(("PING",))
    connection.data_received(b"HTTP/1.1 400 Bad Request\r\n")
    with pytest.raises(RedisAwayError):
        await waiting


async def test_too_many_at_once_are_refused(connection, monkeypatch):
    monkeypatch.setattr("meshkit.redis.connection._IN_FLIGHT_MAX", 2)
    connection.send(("PING",))
    connection.send(("PING",))
    with pytest.raises(MeshError) as raised:
        connection.send(("PING",))
    assert raised.value.reason == Reason.OVERLOADED
    with pytest.raises(MeshError):
        connection.send_all([("PING",)])


async def test_commands_sent_together_are_all_or_none(connection, monkeypatch):
    monkeypatch.setattr("meshkit.redis.connection._IN_FLIGHT_MAX", 2)
    with pytest.raises(MeshError):
        connection.send_all([("PING",)] * 3)
    await asyncio.sleep(0)
    assert connection._transport.writes == []
    first, second = connection.send_all([("GET", "a"), ("GET", "b")])
    await asyncio.sleep(0)
    assert len(connection._transport.writes) == 1
    connection.data_received(b"$1\r\n1\r\n-ERR x\r\n")
    assert first.result() == b"1"
    assert isinstance(second.result(), Exception)


async def test_a_retired_connection_closes_after_the_last_reply(connection):
    waiting = connection.send(("GET", "a"))
    connection.retire()
    await asyncio.sleep(0.01)
    assert not connection.lost
    connection.data_received(b"$1\r\n1\r\n")
    assert waiting.result() == b"1"
    await asyncio.sleep(0.01)
    assert connection.lost


async def test_what_nobody_has_asked_for_ends_the_connection(connection):
    connection.data_received(b"-ERR max number of clients reached\r\n")
    await asyncio.sleep(0.01)
    assert connection.lost


class Loop:
    """A loop whose time is told, and whose timers go off when it is looked at."""

    def __init__(self) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        self._timers.append((self.now + delay, callback))
        return Mock()

    def call_soon(self, callback: Callable[[], None]) -> None:
        callback()

    def create_future(self) -> asyncio.Future[object]:
        return asyncio.get_running_loop().create_future()

    def looks(self, after_s: float) -> None:
        """Time passes, and the timers that are due go off."""
        self.now += after_s
        due = [callback for at, callback in self._timers if at <= self.now]
        self._timers = [(at, callback) for at, callback in self._timers if at > self.now]
        for callback in due:
            callback()


@pytest.fixture
async def watched() -> AsyncIterator[tuple[Connection, Loop, Wire]]:
    """A connection on which a command is given up after a second."""
    loop: Any = Loop()
    connection = Connection(loop, 1.0, None)
    wire = Wire(connection)
    connection.connection_made(wire)
    yield connection, loop, wire
    connection.connection_lost(None)


async def test_a_silent_redis_is_given_up_in_time(watched):
    connection, loop, wire = watched
    answer = connection.send(("PING",))
    for _ in range(9):
        loop.looks(0.1)
    assert not wire.is_closing()
    for _ in range(3):
        loop.looks(0.1)
    assert wire.is_closing()
    with pytest.raises(RedisAwayError):
        await answer


async def test_a_process_that_stood_still_reads_what_has_come_before_it_blames_anybody(watched):
    connection, loop, wire = watched
    answer = connection.send(("PING",))
    loop.looks(5.0)
    assert not wire.is_closing()
    connection.data_received(b"+PONG\r\n")
    assert await answer == b"PONG"


async def test_one_that_is_always_late_notices_a_silent_redis_too(watched):
    connection, loop, wire = watched
    answer = connection.send(("PING",))
    loop.looks(5.0)
    assert not wire.is_closing()
    loop.looks(5.0)
    assert wire.is_closing()
    with pytest.raises(RedisAwayError):
        await answer
