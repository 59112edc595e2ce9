"""The protocol of one connection: joins writes, matches replies, notices silence.

Commands of all coroutines share it: those of one turn of the event loop leave in one write, and
replies are matched in order. Parsing and packing are hiredis's.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol, cast

import hiredis

from meshkit import logs
from meshkit.errors import MeshError, Reason
from meshkit.redis.budget import NEVER, SLOW, give_up
from meshkit.redis.replies import SILENT, RedisAwayError, Reply

Argument = str | bytes | int | float
Command = tuple[Argument, ...]
Answer = asyncio.Future[Reply | Exception]

_IN_FLIGHT_MAX: Final = 20_000
_WATCH_INTERVAL_S: Final = 0.1
_KEEPALIVE_S: Final = 2.0
"""After how long a silence Redis is asked whether it is there: a half-open connection is found."""

_log = logs.get("meshkit.redis")


class Push(Protocol):
    """Receives what Redis says unasked: the messages of a subscription."""

    def message(self, channel: bytes) -> None:
        """A message arrived on a channel."""

    def lost(self) -> None:
        """The connection is gone."""


class Connection(asyncio.Protocol):
    """One connection to one server, dropped when Redis leaves a command unanswered.

    With `on_push` it is a subscriber's, on which commands are sent before the first subscription
    only.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, timeout_s: float, on_push: Push | None = None
    ) -> None:
        self.lost = False
        self.clock = loop.time
        self._loop = loop
        self._timeout_s = timeout_s
        self._on_push = on_push
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._outgoing: list[bytes] = []
        self._waiting: deque[tuple[Answer, float, float]] = deque()
        self._turn_at = 0.0
        self._state = "unreachable"
        self._heard_at = loop.time()
        self._asked_at = 0.0
        self._retired = False
        self._watchdog: asyncio.TimerHandle | None = None
        self._watch_due = 0.0
        self._spared = False

    def send(self, command: Command, give_up_at: float = NEVER) -> Answer:
        """Queues a command; the future gets the reply, or an error reply as a value.

        Args:
            command: The command.
            give_up_at: When the caller stops waiting, by the loop's clock: the future then raises
                `RedisAwayError`, up to a tenth of a second late. The connection stays.

        Raises:
            RedisAwayError: when the connection is lost.
            MeshError: OVERLOADED when too many commands are under way.
        """
        if self.lost:
            raise RedisAwayError
        if len(self._waiting) >= _IN_FLIGHT_MAX:
            raise MeshError(Reason.OVERLOADED, "Too many calls at once; try again shortly.")
        self._post(pack(command))
        future = self._loop.create_future()
        self._waiting.append((future, self._turn_at, give_up_at))
        return future

    def send_all(self, commands: Iterable[Command], give_up_at: float = NEVER) -> list[Answer]:
        """Queues commands, all or none, that nobody else's come between; raises as `send`."""
        packed = [pack(command) for command in commands]
        if self.lost:
            raise RedisAwayError
        if len(self._waiting) + len(packed) > _IN_FLIGHT_MAX:
            raise MeshError(Reason.OVERLOADED, "Too many calls at once; try again shortly.")
        if packed:
            self._post(b"".join(packed))
        futures: list[Answer] = [self._loop.create_future() for _ in packed]
        self._waiting.extend([(future, self._turn_at, give_up_at) for future in futures])
        return futures

    def post(self, command: Command) -> None:
        """Queues a command whose reply is not matched to anybody: (un)subscribing."""
        self._post(pack(command))

    def close(self) -> None:
        """Closes the connection at once; commands under way fail."""
        if self._transport is not None:
            self._transport.abort()

    def retire(self) -> None:
        """Closes the connection when the commands under way are answered; no more are sent."""
        self._retired = True
        if not self._waiting:
            self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts watching for silence."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._watch_again(self._loop.time())

    def data_received(self, data: bytes) -> None:
        """Hands each complete reply to the caller that waits longest."""
        self._heard_at = self._loop.time()
        self._reader.feed(data)
        waiting = self._waiting
        while True:
            try:
                reply = self._reader.gets()
            except hiredis.ProtocolError:
                self.close()
                return
            if reply is False:
                break
            if waiting:
                future, _, _ = waiting.popleft()
                if not future.done():
                    future.set_result(reply)
            elif self._on_push is None:
                # Redis says something unasked when it has too many clients.
                self.close()
                return
            elif isinstance(reply, list) and reply[0] == b"message":
                self._on_push.message(reply[1])
        if self._retired and not waiting:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fails everybody who waits."""
        self.lost = True
        if self._watchdog is not None:
            self._watchdog.cancel()
        while self._waiting:
            future, _, _ = self._waiting.popleft()
            give_up(future, self._state)
        if self._on_push is not None:
            self._on_push.lost()

    def _post(self, packed: bytes) -> None:
        if not self._outgoing:
            # One look at the clock serves all commands of a turn.
            self._turn_at = self._loop.time()
            self._loop.call_soon(self._flush)
        self._outgoing.append(packed)

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        transport = self._transport
        # One that is being closed takes nothing more; those who wait hear of its loss.
        if transport is not None and not self.lost and not transport.is_closing():
            transport.write(b"".join(outgoing))

    def _watch_again(self, now: float) -> None:
        self._watch_due = now + _WATCH_INTERVAL_S
        self._watchdog = self._loop.call_later(_WATCH_INTERVAL_S, self._watch)

    def _watch(self) -> None:
        now = self._loop.time()
        if now - self._watch_due > _WATCH_INTERVAL_S and not self._spared:
            # This process stood still, not Redis: timers are looked at before what has arrived
            # meanwhile, which is read first. Once: one that is always late would never notice.
            self._spared = True
            self._watch_again(now)
            return
        self._spared = False
        overdue = now - self._timeout_s
        if self._waiting:
            silent = self._waiting[0][1] < overdue
        else:
            # A subscriber's PING is answered by anything that arrives.
            silent = self._heard_at < self._asked_at < overdue
        if silent:
            _log.warning("redis_unanswered", waiting=len(self._waiting))
            self._state = SILENT
            self.close()
            return
        if self._waiting and self._waiting[0][1] < now - _WATCH_INTERVAL_S:
            # Nobody waits that long for a Redis that is well: it costs nothing then.
            for future, _, give_up_at in self._waiting:
                if give_up_at <= now:
                    give_up(future, SLOW)
        if not self._waiting and self._asked_at <= self._heard_at < now - _KEEPALIVE_S:
            self._asked_at = now
            if self._on_push is None:
                self.send(("PING",))
            else:
                self.post(("PING",))
        self._watch_again(now)


pack = cast("Callable[[Command], bytes]", hiredis.pack_command)
"""The bytes of a command in the protocol of Redis; hiredis declares a tuple of one element."""
