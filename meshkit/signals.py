"""Signals: wakes coroutines when something has changed in Redis, by publish and subscribe."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from meshkit.config import RedisSettings
from meshkit.redis import RedisAwayError, Trust, trust_of
from meshkit.redis.connection import Connection
from meshkit.redis.opening import Open, opener
from meshkit.redis.target import parse_url

_RECONNECT_PAUSE_S: Final = 0.2
_NO_TRUST: Final = Trust()


class Signals:
    """Wakes coroutines when something is published on a channel: one connection for all channels.

    It goes to the server, to the present master or to any node of a cluster, and is dropped when
    Redis falls silent on it. A signal is a hint, never the truth: after a lost connection every
    listener is woken, and listeners look at the data again.
    """

    def __init__(self, open_: Open) -> None:
        self._open = open_
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
            self._connection.post((verb, channel))

    async def _reopen(self) -> None:
        while not self._closed:
            try:
                connection = await self._open(self)
            except RedisAwayError:
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
async def signals(
    url: str, *, timeout_s: float = 1.5, trust: Trust = _NO_TRUST
) -> AsyncIterator[Signals]:
    """`Signals` that are closed at the end of the block; arguments and errors as `connect`."""
    hub = Signals(opener(parse_url(url), trust, timeout_s=timeout_s))
    await hub.open()
    try:
        yield hub
    finally:
        await hub.close()


def open_signals(settings: RedisSettings) -> contextlib.AbstractAsyncContextManager[Signals]:
    """`Signals` as the settings say; errors as `connect`."""
    url = settings.url.get_secret_value()
    return signals(url, timeout_s=settings.timeout_s, trust=trust_of(settings))
