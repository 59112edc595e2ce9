"""One HTTP request to a host that a tenant names, with bounds on what comes back.

Only gzip is asked for and understood, and what it decompresses to is bounded: 455 bytes of brotli
have been seen to become 859 MB in clients that decompress first and count later.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpcore

from meshkit.outbound.dialing import CheckedBackend, tls
from meshkit.outbound.urls import Target

Ready = Callable[[], Awaitable[None]]
"""Awaited when the connection is open, before the request is sent; its time is not counted."""
Wants = Callable[[int, Mapping[str, str]], bool]
"""From status and headers, whose names are in lower case: whether the body is to be read."""

_SENDING: Final = "http11.send_request_headers.started"
_CHUNK: Final = 64 * 1024
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip"})


class TooLargeError(Exception):
    """A body is larger than it may be, as received or as decompressed."""


class UnreadableError(Exception):
    """A body is encoded in a way that was not asked for, or broken."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take.

    Attributes:
        bytes_max: Bytes of the body, as received and as decompressed.
        timeout_s: Seconds for everything.
        connect_timeout_s: Seconds for looking up and connecting, and again for the TLS handshake.
    """

    bytes_max: int
    timeout_s: float
    connect_timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; of repeated ones the last.
        body: The body, decompressed; empty when it was not wanted.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


async def request(
    backend: CheckedBackend,
    target: Target,
    bounds: Bounds,
    *,
    method: str = "GET",
    headers: Mapping[str, str],
    content: bytes = b"",
    ready: Ready | None = None,
    wants: Wants | None = None,
) -> Response:
    """Sends one request over a connection of its own; follows no redirect.

    Args:
        backend: Opens the connection.
        target: Whom to ask.
        bounds: What it may take.
        method: The HTTP method.
        headers: Besides Host, Accept-Encoding and Content-Length.
        content: What to send.
        ready: See `Ready`.
        wants: See `Wants`; None reads every body.

    Raises:
        RefusedAddressError: as `CheckedBackend.connect_tcp`.
        TooLargeError, UnreadableError: for a body that is not read to its end.
        httpcore.TimeoutException, TimeoutError: when it takes too long.
        httpcore.NetworkError, httpcore.ProtocolError: for anything else that is not an answer.
    """
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    sent = {"Host": target.authority, "Accept-Encoding": "gzip", **headers}
    if content:
        sent["Content-Length"] = str(len(content))
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(bounds.timeout_s) as scope:

        async def trace(event: str, _info: Mapping[str, object]) -> None:
            if event != _SENDING or ready is None:
                return
            left = (scope.when() or 0.0) - loop.time()
            scope.reschedule(None)
            await ready()
            scope.reschedule(loop.time() + left)

        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=tls() if target.scheme == "https" else None,
                max_connections=1,
                max_keepalive_connections=0,
                network_backend=backend,
            ) as pool,
            pool.stream(
                method,
                url,
                headers=list(sent.items()),
                content=content or None,
                extensions={"timeout": {"connect": bounds.connect_timeout_s}, "trace": trace},
            ) as response,
        ):
            fields = {
                name.lower().decode("latin-1"): value.decode("latin-1")
                for name, value in response.headers
            }
            body = b""
            if wants is None or wants(response.status, fields):
                body = await _read(response, fields, bounds.bytes_max)
            return Response(response.status, fields, body)


async def _read(response: httpcore.Response, fields: Mapping[str, str], bytes_max: int) -> bytes:
    encoding = fields.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise UnreadableError
    length = fields.get("content-length", "")
    if length.isdecimal() and len(length) < 19 and int(length) > bytes_max:
        raise TooLargeError
    gunzip = _Gunzip(bytes_max) if "gzip" in encoding else None
    received, body = 0, bytearray()
    async for chunk in response.aiter_stream():
        received += len(chunk)
        if received > bytes_max:
            raise TooLargeError
        body += gunzip.feed(chunk) if gunzip is not None else chunk
    if gunzip is not None and not gunzip.complete:
        raise UnreadableError
    return bytes(body)


class _Gunzip:
    """Decompresses gzip of one member or more (RFC 1952) up to a bound."""

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self.complete = True

    def feed(self, data: bytes) -> bytes:
        """What further bytes decompress to.

        Raises:
            TooLargeError: when all together is more than it may be.
            UnreadableError: when it is no gzip.
        """
        out = bytearray()
        while data:
            try:
                # One byte more than is left, so that a bomb is told from a body that just fits.
                piece = self._member.decompress(data, min(_CHUNK, self._left + 1))
            except zlib.error as error:
                raise UnreadableError from error
            self._left -= len(piece)
            if self._left < 0:
                raise TooLargeError
            out += piece
            data = self._member.unconsumed_tail
            self.complete = self._member.eof
            if self._member.eof and (data := self._member.unused_data):
                self._member = zlib.decompressobj(_GZIP_WINDOW)
        return bytes(out)
