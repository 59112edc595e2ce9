"""Signals: wakes coroutines when something has changed in Redis, by publish and subscribe."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from meshkit.errors import MeshError
from meshkit.redis import Address, Connection, open_connection, pack, parse_url

_RECONNECT_PAUSE_S: Final = 0.2


class Signals:
    """Wakes coroutines when something is published on a channel: one connection for all channels.

    A signal is a hint, never the truth: after a lost connection every listener is woken, and
    listeners look at the data again.
    """

    def __init__(self, address: Address, *, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._listeners: dict[bytes, set[asyncio.Event]] = {}
        self._connection: Connection | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._closed = False

    @contextlib.contextmanager
    def listen(self, channel: str) -> Iterator[asyncio.Event]:
        """An event that is set by each message on `channel`; the listener clears it."""
        name = channel.encode()
        event = asyncio.Event()
        listeners = self._listeners.setdefault(name, set())
        listeners.add(event)
        if len(listeners) == 1:
            self._post("SUBSCRIBE", name)
        try:
            yield event
        finally:
            listeners.discard(event)
            if not listeners:
                self._listeners.pop(name, None)
                self._post("UNSUBSCRIBE", name)

    def message(self, channel: bytes) -> None:
        """Wakes the listeners of a channel."""
        for event in self._listeners.get(channel, ()):
            event.set()

    def lost(self) -> None:
        """Wakes everybody and opens the connection again."""
        if self._connection is None:
            # It was lost while it was being opened: `_reopen` is at it.
            return
        self._connection = None
        self._wake_all()
        if not self._closed:
            self._reopening = asyncio.get_running_loop().create_task(self._reopen())

    async def open(self) -> None:
        """Starts connecting; does not wait for it."""
        self._reopening = asyncio.get_running_loop().create_task(self._reopen())

    async def close(self) -> None:
        """Closes the connection and wakes everybody."""
        self._closed = True
        if self._reopening is not None:
            self._reopening.cancel()
        if self._connection is not None:
            self._connection.close()
        self._wake_all()

    def _wake_all(self) -> None:
        for listeners in self._listeners.values():
            for event in listeners:
                event.set()

    def _post(self, verb: str, channel: bytes) -> None:
        if self._connection is not None and not self._connection.lost:
            self._connection.post(pack((verb, channel)))

    async def _reopen(self) -> None:
        while not self._closed:
            try:
                connection = await open_connection(
                    self._address, timeout_s=self._timeout_s, on_push=self
                )
            except (OSError, MeshError, TimeoutError):
                await asyncio.sleep(_RECONNECT_PAUSE_S)
                continue
            if connection.lost:
                continue
            self._connection = connection
            for channel in self._listeners:
                self._post("SUBSCRIBE", channel)
            self._wake_all()
            return


@contextlib.asynccontextmanager
async def signals(url: str, *, timeout_s: float = 1.5) -> AsyncIterator[Signals]:
    """`Signals` that are closed at the end of the block."""
    hub = Signals(parse_url(url), timeout_s=timeout_s)
    await hub.open()
    try:
        yield hub
    finally:
        await hub.close()
