"""An HTTP server that receives webhooks and answers as a test tells it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

_REASONS = {200: "OK", 204: "No Content", 302: "Found", 410: "Gone"}


@dataclass(frozen=True, slots=True)
class Received:
    """A request: its path, its headers by lower-case name, its body."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """Remembers requests; answers 200 unless told otherwise.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        received: The requests, in their order.
        answers: Status and further headers of the next answers.
        go_on: Answers wait for it; set at first.
        at_once: The most requests that were open at one moment, by path.
    """

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Received] = []
        self.answers: deque[tuple[int, Mapping[str, str]]] = deque()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.at_once: dict[str, int] = {}
        self._open: dict[str, int] = {}

    def url(self, path: str = "/hook", *, host: str = "127.0.0.1") -> str:
        """Its address."""
        return f"http://{host}:{self.port}{path}"

    def ids(self) -> list[str]:
        """The webhook ids of the requests, in their order."""
        return [request.headers["webhook-id"] for request in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            headers = {}
            for line in filter(None, head[1:]):
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            path = head[0].split()[1]
            self.received.append(Received(path, headers, body))
            self._open[path] = self._open.get(path, 0) + 1
            self.at_once[path] = max(self.at_once.get(path, 0), self._open[path])
            try:
                await self.go_on.wait()
            finally:
                self._open[path] -= 1
            status, more = self.answers.popleft() if self.answers else (200, {})
            lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}", "Content-Length: 2"]
            lines += [f"{name}: {value}" for name, value in more.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\nok").encode())
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free loopback port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.go_on.set()
        server.close()
        await server.wait_closed()
