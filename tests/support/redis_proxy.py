"""A port in front of a Redis: it can point elsewhere, be slow, fall silent and speak TLS."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator
from typing import cast


class Proxy:
    """Forwards connections, as a DNS name, a router or a TLS terminator does.

    Attributes:
        port: Where it listens.
        target_port: Where new connections go.
        muted: Whether what arrives is swallowed, as on a half-open connection.
        delay_s: How much later what Redis says arrives.
        connections: How many there have been.
    """

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.target_port = target_port
        self.muted = False
        self.delay_s = 0.0
        self.connections = 0
        self.transports: set[asyncio.Transport] = set()
        self.joining: set[asyncio.Task[None]] = set()


class _End(asyncio.Protocol):
    """One of the two ends of a forwarded connection."""

    def __init__(self, proxy: Proxy, other: "_End | None" = None) -> None:
        self._from_redis = other is not None
        self.transport: asyncio.Transport | None = None
        self._proxy = proxy
        self._other = other
        self._early = b""
        self._late: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._proxy.transports.add(self.transport)
        if self._other is None:
            self._proxy.connections += 1
            task = asyncio.get_running_loop().create_task(self._join())
            self._proxy.joining.add(task)
            task.add_done_callback(self._proxy.joining.discard)

    def data_received(self, data: bytes) -> None:
        if self._proxy.muted:
            return
        if self._other is None or self._other.transport is None:
            self._early += data
        elif self._from_redis and (self._proxy.delay_s or self._late):
            self._late.append(data)
            asyncio.get_running_loop().call_later(self._proxy.delay_s, self._deliver)
        else:
            self._other.transport.write(data)

    def _deliver(self) -> None:
        # In order, though the delay may have changed meanwhile.
        if self._other is not None and self._other.transport is not None:
            self._other.transport.write(self._late.popleft())

    def connection_lost(self, exc: Exception | None) -> None:
        assert self.transport is not None
        self._proxy.transports.discard(self.transport)
        if self._other is not None and self._other.transport is not None:
            self._other.transport.abort()

    async def _join(self) -> None:
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        try:
            transport, self._other = await loop.create_connection(
                lambda: _End(self._proxy, self), "127.0.0.1", self._proxy.target_port
            )
        except OSError:
            self.transport.abort()
            return
        if self.transport.is_closing():
            transport.abort()
        transport.write(self._early)


@contextlib.asynccontextmanager
async def run(
    target_port: int, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Proxy]:
    """A proxy on a loopback port, a free one for 0; its connections end with the block."""
    proxy = Proxy(target_port)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: _End(proxy), "127.0.0.1", port, ssl=tls) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            for task in proxy.joining:
                task.cancel()
            while proxy.transports or proxy.joining:
                for transport in proxy.transports:
                    transport.abort()
                await asyncio.sleep(0)
