"""The HTTP/1.1 server, over sockets: what a proxy sends it, and what it must never be sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from meshkit.http1 import Answer, HttpServer, Request

pytestmark = pytest.mark.asyncio

Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
WITHIN_S = 10.0


class Service:
    """Answers with what it was asked; holds "/slow" until it is let go."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.instead: Answer | None = None

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        self.begun.set()
        if request.target == "/broken":
            raise RuntimeError("a bug")
        if request.target == "/slow":
            try:
                await self.go_on.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return self.instead or Answer(200, [("x-target", request.target)], b"ok")


@pytest_asyncio.fixture
async def service() -> Service:
    return Service()


@pytest_asyncio.fixture
async def server(service: Service) -> AsyncIterator[HttpServer]:
    running = HttpServer(service.answer)
    yield running
    await running.stop(0)


@pytest_asyncio.fixture
async def connect(server: HttpServer) -> AsyncIterator[Open]:
    port = await server.start("127.0.0.1", 0)
    writers = []

    async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return reader, writer

    async with asyncio.timeout(WITHIN_S):
        yield opened
    for writer in writers:
        writer.close()


async def read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    return head[0], headers, await reader.readexactly(int(headers["content-length"]))


async def test_one_connection_serves_many_requests(connect: Open, service: Service) -> None:
    reader, writer = await connect()
    for number in range(3):
        writer.write(f"GET /{number}?q=1 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n\r\n".encode())
        status, headers, body = await read(reader)
        assert (status, headers["x-target"], body) == ("HTTP/1.1 200 OK", f"/{number}?q=1", b"ok")
        assert "connection" not in headers
    assert service.asked[0] == Request("GET", "/0?q=1", (("host", "a"), ("x-one", "1")))


async def test_bytes_may_come_one_by_one(connect: Open) -> None:
    reader, writer = await connect()
    for byte in b"GET /bytes HTTP/1.1\r\nHost: a\r\n\r\n":
        writer.write(bytes([byte]))
        await writer.drain()
    assert (await read(reader))[1]["x-target"] == "/bytes"


async def test_a_caller_may_want_the_connection_closed(connect: Open) -> None:
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (await read(reader))[1]["connection"] == "close"
    assert await reader.read() == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"rubbish\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbroken header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000, 413),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400),
    ],
)
async def test_what_is_no_plain_request_is_refused_and_closed(
    connect: Open, service: Service, sent: bytes, status: int
) -> None:
    reader, writer = await connect()
    writer.write(sent)
    line, headers, body = await read(reader)
    assert (line.split()[1], headers["connection"], body) == (str(status), "close", b"")
    assert await reader.read() == b""
    assert not service.asked


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 2\r\n\r\nhi",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nauthorization: Bearer k\r\n\r\n",
    ],
)
async def test_a_body_and_what_follows_it_count_for_nothing(
    connect: Open, service: Service, body: bytes
) -> None:
    reader, writer = await connect()
    writer.write(b"GET /one HTTP/1.1\r\nHost: a\r\n" + body)
    assert (await read(reader))[1]["x-target"] == "/one"
    writer.write(b"GET /two HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await read(reader))[1]["x-target"] == "/two"
    assert "authorization" not in dict(service.asked[0].headers)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, [("x", "a\r\nset-cookie: b")], b""),
        Answer(200, [("x", "\u20ac")], b""),
        Answer(999, [], b""),
    ],
)
async def test_an_answer_that_cannot_be_written_closes(
    connect: Open, service: Service, answer: Answer
) -> None:
    service.instead = answer
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)


async def test_a_second_request_before_the_answer_closes(connect: Open, service: Service) -> None:
    reader, writer = await connect()
    writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    await service.begun.wait()
    writer.write(b"GET /more HTTP/1.1\r\nHost: a\r\n\r\n")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    await service.cancelled.wait()
    assert [request.target for request in service.asked] == ["/slow"]


async def test_a_caller_who_leaves_cancels(connect: Open, service: Service) -> None:
    _, writer = await connect()
    writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    await service.begun.wait()
    writer.close()
    await service.cancelled.wait()


async def test_a_bug_closes_and_the_next_caller_is_served(connect: Open) -> None:
    reader, writer = await connect()
    writer.write(b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    reader, writer = await connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (await read(reader))[2] == b"ok"


async def test_a_stop_lets_calls_under_way_finish(
    connect: Open, server: HttpServer, service: Service
) -> None:
    idle, _ = await connect()
    reader, writer = await connect()
    writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    await service.begun.wait()
    stopping = asyncio.create_task(server.stop(WITHIN_S))
    assert await idle.read() == b""
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await connect()
    assert not stopping.done()
    service.go_on.set()
    status, headers, _ = await read(reader)
    assert (status, headers["connection"]) == ("HTTP/1.1 200 OK", "close")
    await stopping


async def test_a_stop_ends_what_takes_too_long(
    connect: Open, server: HttpServer, service: Service
) -> None:
    _, writer = await connect()
    writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    await service.begun.wait()
    await server.stop(0.01)
    await service.cancelled.wait()
