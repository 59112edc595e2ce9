"""HTTP/1.1 for a reverse proxy: a small server on asyncio, for calls that need no gRPC.

httptools (llhttp) parses. The proxy in front holds the limits on clients; this holds what it needs
to trust nobody: requests are bounded, their bodies count for nothing, and a connection has one at a
time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple, cast

import httptools  # type: ignore[import-untyped]  # it ships no types

from meshkit import logs

_SIZE_MAX: Final = 64 * 1024  # bytes of a request; the edge takes 32 KiB of head and 16 of body

_log = logs.get("meshkit.http1")


class Request(NamedTuple):
    """A request, without its body.

    Attributes:
        method: "GET", …
        target: Path and query as sent.
        headers: Names in small letters, and values, in order.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]


class Answer(NamedTuple):
    """An answer.

    Attributes:
        status: HTTP status.
        headers: Names and values besides Content-Length; in Latin-1, without line ends.
        body: The body.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


Answerer = Callable[[Request], Awaitable[Answer]]
"""Answers a request. It is cancelled when the caller leaves; it must not raise."""


class HttpServer:
    """A running server."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._connections: set[_Connection] = set()
        self._closing = False
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens, and answers the port.

        Args:
            host: Address to bind.
            port: Port to bind, 0 for any free one.

        Raises:
            OSError: when the port is taken.
        """
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._connect, host, port)
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    async def stop(self, grace_s: float) -> None:
        """Takes no more requests, and gives those under way so many seconds to be answered."""
        self._closing = True
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.close_when_answered()
        under_way = [one.answering for one in self._connections if one.answering is not None]
        if under_way:
            await asyncio.wait(under_way, timeout=grace_s)
        for connection in list(self._connections):
            connection.abort()

    def _connect(self) -> "_Connection":
        return _Connection(self._answerer, self._connections, lambda: self._closing)


class _Connection(asyncio.Protocol):
    """One connection; httptools calls its `on_…` methods."""

    def __init__(
        self,
        answerer: Answerer,
        connections: set["_Connection"],
        is_closing: Callable[[], bool],
    ) -> None:
        self.answering: asyncio.Task[None] | None = None
        self._answerer = answerer
        self._connections = connections
        self._is_closing = is_closing
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._size = 0
        self._whole = False
        self._refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._transport = None
        if self.answering is not None:
            self.answering.cancel()

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refused = self._refused or HTTPStatus.BAD_REQUEST
        self._check_size()
        if self._refused:
            self._refuse()

    def on_message_begin(self) -> None:
        if self.answering is not None:  # a second request before the answer to the first
            self._refused = HTTPStatus.BAD_REQUEST
        self._target, self._headers, self._whole = b"", [], False

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_headers_complete(self) -> None:
        self._whole = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._whole:  # a trailer, which is no header
            return
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            self._refused = HTTPStatus.BAD_REQUEST
        self._check_size()
        if self._refused:
            return
        self._size = 0
        method = self._parser.get_method().decode("latin-1")
        request = Request(method, self._target.decode("latin-1"), tuple(self._headers))
        self.answering = asyncio.get_running_loop().create_task(
            self._answer(request, keep=self._parser.should_keep_alive())
        )

    def close_when_answered(self) -> None:
        """Closes at once when nobody waits for an answer."""
        if self.answering is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Closes, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    async def _answer(self, request: Request, *, keep: bool) -> None:
        try:
            answer = await self._answerer(request)
            self.answering = None
            self._write(answer, keep=keep and not self._is_closing())
        except Exception as error:  # noqa: BLE001 - a bug must not leave the caller waiting
            _log.error("unhandled", target=request.target, exc_info=error)
            self.abort()

    def _check_size(self) -> None:
        if self._size > _SIZE_MAX and not self._refused:
            self._refused = (
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                if self._whole
                else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            )

    def _refuse(self) -> None:
        if self.answering is not None:
            self.abort()
        else:
            self._write(Answer(self._refused, (), b""), keep=False)

    def _write(self, answer: Answer, *, keep: bool) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header of the answer has a line end")
        lines.append(f"content-length: {len(answer.body)}")
        if not keep:
            lines.append("connection: close")
        transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)
        if not keep:
            transport.close()
