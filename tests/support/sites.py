"""Web sites on loopback that answer as a test tells them, and write down who asked when."""

import asyncio
import contextlib
import gzip
import ipaddress
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from meshkit.config import FetchSettings
from meshkit.outbound.addresses import Address

Write = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered for a path.

    Attributes:
        body: The body.
        type: Its media type.
        status: HTTP status.
        headers: Further headers.
        stream: Writes what follows the status line itself, instead of headers and body.
    """

    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Write | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it came (monotonic seconds), and for what."""

    at: float
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class Sites:
    """All sites of a test behind one port of 127.0.0.1, told apart by the header Host.

    Attributes:
        port: The port.
        asked: The requests in their order.
        addresses: Host name → addresses that it resolves to; 127.0.0.1 for those not here.
    """

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[Asked] = []
        self.addresses: dict[str, Sequence[str]] = {}
        self._pages: dict[tuple[str, str], list[Page]] = {}
        self._serving: set[asyncio.Task[None]] = set()

    def add(self, host: str, path: str, *pages: Page | str) -> str:
        """Publishes pages under an address, and answers it; the last one is answered for ever."""
        self._pages[host, path] = [
            page if isinstance(page, Page) else Page(page.encode()) for page in pages
        ]
        return self.url(host, path)

    def robots(self, host: str, text: str) -> None:
        """Publishes a robots.txt; without one a host answers 404."""
        self.add(host, "/robots.txt", Page(text.encode(), "text/plain"))

    def url(self, host: str, path: str = "/") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def paths(self, host: str) -> list[str]:
        """What has been asked of a host, in its order."""
        return [asked.path for asked in self.asked if asked.host == host]

    def gaps(self, host: str) -> list[float]:
        """Seconds between the requests that a host got."""
        times = [asked.at for asked in self.asked if asked.host == host]
        return [after - before for before, after in itertools.pairwise(times)]

    async def resolve(self, host: str, _port: int) -> Sequence[Address]:
        """A resolver that knows the hosts of the test."""
        found = self.addresses.get(host, ("127.0.0.1",))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [ipaddress.ip_address(address) for address in found]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            # asyncio logs a handler that ends as cancelled, though `close` cancels it on purpose.
            with contextlib.suppress(asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._serving.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        """Ends the connections that are open."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            at = time.monotonic()
            headers = {}
            for line in filter(None, head[1:]):
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            host, path = headers["host"].partition(":")[0], head[0].split()[1]
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(at, host, path, headers, body))
            pages = self._pages.get((host, path.partition("?")[0]), [])
            page = pages.pop(0) if len(pages) > 1 else pages[0] if pages else Page(status=404)
            writer.write(f"HTTP/1.1 {page.status} Status\r\n".encode())
            if page.stream is not None:
                await page.stream(reader, writer)
            else:
                lines = [f"Content-Type: {page.type}", f"Content-Length: {len(page.body)}"]
                lines += [f"{name}: {value}" for name, value in page.headers.items()]
                writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + page.body)
            await writer.drain()


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Sites]:
    """Sites on a free loopback port."""
    sites = Sites()
    server = await asyncio.start_server(sites.serve, "127.0.0.1", 0)
    sites.port = server.sockets[0].getsockname()[1]
    try:
        yield sites
    finally:
        server.close()
        await sites.close()
        await server.wait_closed()


def settings(**more: float | str) -> FetchSettings:
    """Settings for loopback that do not make a test wait."""
    return FetchSettings.model_validate(
        {"allow_private": "127.0.0.0/8", "interval_s": 0.0, "timeout_s": 5.0, **more}
    )


def redirect(location: str, status: int = 302) -> Page:
    """A page that is elsewhere."""
    return Page(status=status, headers={"Location": location})


def gzipped(body: bytes) -> Page:
    """A compressed page."""
    return Page(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def as_json(value: object, media_type: str = "application/json") -> Page:
    """A JSON document."""
    return Page(json.dumps(value).encode(), media_type)


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body that never ends."""
    writer.write(b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        await writer.drain()


async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A body that comes so slowly that no read of it takes long and all of it does."""
    writer.write(b"Content-Type: text/html\r\nContent-Length: 60000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """No answer until the client has gone."""
    await reader.read()
