"""A load generator: HTTP/1.1 over keep-alive connections, little enough to be no bottleneck.

Each connection has one request under way. The answers have a Content-Length or are chunked; what
they say beyond their status is read only where a caller asks for it.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

_OK: Final = 200
_ANSWER_TIMEOUT_S: Final = 30.0
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "
_CHUNKED: Final = b"\r\ntransfer-encoding: chunked"
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"

Request = bytes
"""A whole request, head and body."""


class AnswerError(Exception):
    """The server broke the connection off, or its answer is not one this client can read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer.

    Attributes:
        status: The HTTP status code.
        body: The body; of a chunked answer with the chunks' frames around it.
    """

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """What one phase of load measured.

    Attributes:
        latencies_s: Of the answers with status 200, in order of arrival.
        failures: Requests with another status, or no answer.
        elapsed_s: From the first request to the last answer.
        late_s: How long after its intended time each request of an open loop was due to be sent;
            empty for a closed loop. Part of the latencies.
    """

    latencies_s: Sequence[float]
    failures: int
    elapsed_s: float
    late_s: Sequence[float] = ()


def get(path: str, key: str) -> Request:
    """A GET request."""
    return _request("GET", path, key, b"")


def post(path: str, key: str, body: bytes) -> Request:
    """A POST request with a JSON body."""
    return _request("POST", path, key, body)


def _request(method: str, path: str, key: str, body: bytes) -> Request:
    kind = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nhost: mesh\r\nauthorization: Bearer {key}\r\n{kind}\r\n"
    return head.encode() + body


def parse(data: bytes) -> Answer | None:
    """The answer that `data` holds; None while it is incomplete.

    Raises:
        AnswerError: when it says neither how long it is nor that it is chunked.
    """
    end = data.find(_HEAD_END)
    if end < 0:
        return None
    head = data[:end].lower()
    body = data[end + len(_HEAD_END) :]
    # "HTTP/1.1 200 OK"
    status = int(head[9:12])
    at = head.find(_LENGTH)
    if at >= 0:
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        return Answer(status, body) if len(body) >= length else None
    if _CHUNKED in head:
        return Answer(status, body) if body.endswith(_LAST_CHUNK) else None
    raise AnswerError(f"an answer of unknown length: {head.decode(errors='replace')}")


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Completes the answer that is awaited."""
        self._data += data
        try:
            answer = parse(self._data)
        except (AnswerError, ValueError) as error:
            self._fail(str(error))
            return
        if answer is not None:
            self._data = b""
            waiting, self._answer = self._answer, None
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fails the answer that is awaited."""
        self._transport = None
        self._fail(str(exc or "the connection was closed"))

    async def send(self, request: Request) -> Answer:
        """Sends a request and answers what comes back.

        Raises:
            AnswerError: when nothing readable does within 30 s; the connection is of no more use.
        """
        if self._transport is None:
            raise AnswerError("the connection was closed")
        self._answer = self._loop.create_future()
        self._transport.write(request)
        # A timeout context per request would be a fifth of the client's work.
        watchdog = self._loop.call_later(_ANSWER_TIMEOUT_S, self._fail, "no answer in time")
        try:
            return await self._answer
        finally:
            watchdog.cancel()

    def close(self) -> None:
        """Closes at once."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, why: str) -> None:
        waiting, self._answer = self._answer, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(AnswerError(why))
        self.close()


class Pool:
    """Connections of which each serves one request at a time; broken ones are replaced."""

    def __init__(self, port: int, size: int) -> None:
        self._port = port
        self._size = size
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self._all: set[Connection] = set()

    async def fill(self) -> None:
        """Opens the connections."""
        for _ in range(self._size):
            self._idle.put_nowait(await self._open())

    async def send(self, request: Request) -> Answer:
        """Sends a request over the next free connection, for which it waits.

        Raises:
            AnswerError: as `Connection.send`.
        """
        connection = await self._idle.get()
        try:
            return await connection.send(request)
        except BaseException:
            self._all.discard(connection)
            connection.close()
            connection = await self._open()
            raise
        finally:
            self._idle.put_nowait(connection)

    def close(self) -> None:
        """Closes all connections."""
        for connection in self._all:
            connection.close()

    async def _open(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
        self._all.add(connection)
        return connection


@asynccontextmanager
async def connections(port: int, size: int) -> AsyncIterator[Pool]:
    """A pool of open connections to a loopback port, closed at the end of the block."""
    pool = Pool(port, size)
    try:
        await pool.fill()
        yield pool
    finally:
        pool.close()


async def open_loop(pool: Pool, request: Request, *, rate: float, seconds: float) -> Sample:
    """Sends requests at a fixed rate, however slowly the answers come.

    Latency counts from the time at which a request was due: what had to wait because the server
    was slow to answer others is measured as slow (no coordinated omission).

    Args:
        pool: Connections, more than are ever busy at once.
        request: What to send.
        rate: Requests a second.
        seconds: How long to send.
    """
    loop = asyncio.get_running_loop()
    count = round(rate * seconds)
    latencies: list[float] = []
    late: list[float] = []
    failures = 0
    pending: set[asyncio.Task[None]] = set()
    all_sent = asyncio.Event()
    clock = time.perf_counter

    async def one(due: float) -> None:
        nonlocal failures
        try:
            answer = await pool.send(request)
        except (AnswerError, OSError):
            failures += 1
            return
        if answer.status == _OK:
            latencies.append(clock() - due)
        else:
            failures += 1

    def fire(due: float, last: bool) -> None:  # noqa: FBT001 (call_soon passes no keywords)
        late.append(clock() - due)
        task = loop.create_task(one(due))
        pending.add(task)
        task.add_done_callback(pending.discard)
        if last:
            all_sent.set()

    def pace(started: float) -> None:
        # A thread, because the timers of event loops are only good to a millisecond.
        for number in range(count):
            due = started + number / rate
            time.sleep(max(0.0, due - clock()))
            loop.call_soon_threadsafe(fire, due, number == count - 1)

    started = clock()
    threading.Thread(target=pace, args=(started,), daemon=True).start()
    await all_sent.wait()
    await asyncio.gather(*pending)
    return Sample(latencies, failures, clock() - started, late)


async def closed_loop(pool: Pool, request: Request, *, workers: int, seconds: float) -> Sample:
    """Sends the next request of each worker as soon as its last one has been answered.

    Args:
        pool: At least as many connections as workers.
        request: What to send.
        workers: Requests under way at once.
        seconds: How long to send.
    """
    latencies: list[float] = []
    failures = 0
    clock = time.perf_counter
    started = clock()

    async def work() -> None:
        nonlocal failures
        while (begun := clock()) - started < seconds:
            try:
                answer = await pool.send(request)
            except (AnswerError, OSError):
                failures += 1
                continue
            if answer.status == _OK:
                latencies.append(clock() - begun)
            else:
                failures += 1

    await asyncio.gather(*(work() for _ in range(workers)))
    return Sample(latencies, failures, clock() - started)
