"""Redis over one pipelined connection a process.

Commands of all coroutines share the connection: those of one turn of the event loop leave in one
write, and replies are matched in order. Measured beside the maintained clients this costs a fifth
to a tenth of their CPU time per command (docs/adr/0005-own-pipelined-redis-connection.md). Parsing
and packing are hiredis's.

A command is never sent twice: when the connection breaks while a command is under way its caller
gets UPSTREAM_UNAVAILABLE and decides.
"""

import asyncio
import contextlib
import hashlib
import ssl
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final, Protocol, cast
from urllib.parse import unquote, urlsplit

import hiredis

from meshkit import logs
from meshkit.errors import MeshError, Reason

Argument = str | bytes | int | float
Command = tuple[Argument, ...]
Reply = bytes | int | None | list["Reply"]

_IN_FLIGHT_MAX: Final = 20_000
_CONNECT_TIMEOUT_S: Final = 1.0
_RECONNECT_PAUSE_S: Final = 0.2
"""How long calls fail at once after a failed attempt to connect, so that a herd does not hammer."""
_WATCH_INTERVAL_S: Final = 0.25
_AWAY_CODES: Final = (
    "LOADING",
    "READONLY",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "MISCONF",
    "OOM",
    "NOREPLICAS",
)
"""Error replies that mean "not now" rather than a bug of ours."""

_log = logs.get("meshkit.redis")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Redis is and how to log in."""

    host: str
    port: int
    database: int
    username: str | None
    password: str | None
    tls: bool


def parse_url(url: str) -> Address:
    """Reads `redis[s]://[user][:password@]host[:port][/database]`.

    Raises:
        ValueError: for any other form; its message does not repeat the URL with its password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        msg = "a Redis URL has the form redis[s]://[user][:password@]host[:port][/database]"
        raise ValueError(msg)
    database = parts.path.strip("/")
    if database and not database.isdecimal():
        msg = "the database of a Redis URL is a number"
        raise ValueError(msg)
    return Address(
        host=parts.hostname,
        port=parts.port or 6379,
        database=int(database or 0),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "rediss",
    )


class RedisAwayError(MeshError):
    """Redis does not answer, or not now; a type of its own, as agents may be unavailable too."""

    def __init__(self) -> None:
        super().__init__(Reason.UPSTREAM_UNAVAILABLE, "Redis is not available; try again shortly.")


class RedisReplyError(Exception):
    """Redis refused a command: a bug of ours, such as a script error, not a state of the world."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script with its SHA-1, by which Redis knows it once it has been loaded."""

    source: str
    sha: str

    @classmethod
    def of(cls, source: str) -> "Script":
        """The script of a source text."""
        return cls(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())

    @classmethod
    def load(cls, package: str, *names: str) -> "Script":
        """The script whose source is the files `names` of `package`, one after another."""
        folder = resources.files(package)
        return cls.of("\n".join((folder / name).read_text(encoding="utf-8") for name in names))


class Redis:
    """One pipelined connection, opened on first use and again after every loss.

    Every method raises `RedisAwayError` while Redis is away, within the connect or command timeout,
    and `RedisReplyError` when Redis refuses the command itself.
    """

    def __init__(self, address: Address, *, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._retry_at = 0.0
        self._closed = False

    async def execute(self, *command: Argument) -> Reply:
        """Sends one command and answers its reply: bytes, int, None or a list of these."""
        connection = self._connection
        if connection is None or connection.lost:
            connection = await self._connect()
        return _checked(await connection.send(pack(command)))

    async def pipeline(self, *commands: Sequence[Argument]) -> list[Reply]:
        """Sends commands that Redis runs in this order, not waiting in between; no transaction.

        Raises the error of the first command that failed, after all have been answered.
        """
        connection = self._connection
        if connection is None or connection.lost:
            connection = await self._connect()
        waiting = [connection.send(pack(tuple(command))) for command in commands]
        return [_checked(reply) for reply in await asyncio.gather(*waiting)]

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = ()
    ) -> Reply:
        """Runs a script, which is loaded on its first use after a restart of Redis."""
        tail = (len(keys), *keys, *arguments)
        try:
            return await self.execute("EVALSHA", script.sha, *tail)
        except RedisReplyError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        return await self.execute("EVAL", script.source, *tail)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return await self.execute("PING") == b"PONG"
        except MeshError:
            return False

    async def close(self) -> None:
        """Closes the connection; commands under way fail."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.close()

    async def _connect(self) -> "Connection":
        if self._closed:
            raise RedisAwayError
        if self._connecting is None or self._connecting.done():
            if asyncio.get_running_loop().time() < self._retry_at:
                raise RedisAwayError
            self._connecting = asyncio.create_task(self._open())
        # Shielded: a caller that gives up must not take the connection away from the others.
        return await asyncio.shield(self._connecting)

    async def _open(self) -> "Connection":
        try:
            self._connection = await open_connection(self._address, timeout_s=self._timeout_s)
        except (OSError, MeshError, TimeoutError) as error:
            self._retry_at = asyncio.get_running_loop().time() + _RECONNECT_PAUSE_S
            # What Redis said, such as a refused password, is the cause; it repeats no secret.
            _log.warning("redis_connect_failed", error=repr(error.__cause__ or error))
            raise RedisAwayError from error
        return self._connection


@contextlib.asynccontextmanager
async def connect(url: str, *, timeout_s: float = 1.5) -> AsyncIterator[Redis]:
    """A `Redis`, closed at the end of the block. Opens lazily: Redis may still be starting."""
    redis = Redis(parse_url(url), timeout_s=timeout_s)
    try:
        yield redis
    finally:
        await redis.close()


async def open_connection(
    address: Address, *, timeout_s: float, on_push: "Push | None" = None
) -> "Connection":
    """Opens a connection, logs in and selects the database.

    Raises:
        OSError, TimeoutError: when nobody answers.
        MeshError: when Redis refuses the login or is still loading.
    """
    loop = asyncio.get_running_loop()
    tls = ssl.create_default_context() if address.tls else None
    async with asyncio.timeout(_CONNECT_TIMEOUT_S):
        _, connection = await loop.create_connection(
            lambda: Connection(loop, timeout_s, on_push), address.host, address.port, ssl=tls
        )
        try:
            if address.password is not None:
                user = (address.username,) if address.username else ()
                _checked(await connection.send(pack(("AUTH", *user, address.password))))
            if address.database:
                _checked(await connection.send(pack(("SELECT", address.database))))
            _checked(await connection.send(pack(("PING",))))
        except RedisReplyError as error:
            connection.close()
            raise RedisAwayError from error
        except BaseException:
            connection.close()
            raise
    return connection


class Push(Protocol):
    """Receives what Redis says unasked: the messages of a subscription."""

    def message(self, channel: bytes) -> None:
        """A message arrived on a channel."""

    def lost(self) -> None:
        """The connection is gone."""


class Connection(asyncio.Protocol):
    """The protocol: joins writes of one turn of the loop, matches replies to callers in order."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, timeout_s: float, on_push: Push | None
    ) -> None:
        self.lost = False
        self._loop = loop
        self._timeout_s = timeout_s
        self._on_push = on_push
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._outgoing: list[bytes] = []
        self._waiting: deque[tuple[asyncio.Future[Reply | Exception], float]] = deque()
        self._watchdog: asyncio.TimerHandle | None = None

    def send(self, packed: bytes) -> "asyncio.Future[Reply | Exception]":
        """Queues a packed command; the future gets the reply, or an error reply as a value."""
        if self.lost:
            raise RedisAwayError
        if len(self._waiting) >= _IN_FLIGHT_MAX:
            raise MeshError(Reason.OVERLOADED, "Too many calls at once; try again shortly.")
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(packed)
        future: asyncio.Future[Reply | Exception] = self._loop.create_future()
        if self._on_push is None:
            self._waiting.append((future, self._loop.time()))
        else:
            # A subscriber's connection has replies to match only before its first subscription.
            self._waiting.append((future, float("inf")))
        return future

    def post(self, packed: bytes) -> None:
        """Queues a command whose reply is not matched to anybody: (un)subscribing."""
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(packed)

    def close(self) -> None:
        """Closes the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts watching for commands that stay unanswered."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._watchdog = self._loop.call_later(_WATCH_INTERVAL_S, self._watch)

    def data_received(self, data: bytes) -> None:
        """Hands each complete reply to the caller that waits longest."""
        self._reader.feed(data)
        while True:
            try:
                reply = self._reader.gets()
            except hiredis.ProtocolError:
                self.close()
                return
            if reply is False:
                return
            if self._on_push is not None and isinstance(reply, list):
                if reply[0] == b"message":
                    self._on_push.message(reply[1])
                continue
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fails everybody who waits."""
        self.lost = True
        if self._watchdog is not None:
            self._watchdog.cancel()
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(RedisAwayError())
                # Somebody who has stopped waiting need not hear of it.
                future.exception()
        if self._on_push is not None:
            self._on_push.lost()

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if self._transport is not None and not self.lost:
            self._transport.write(b"".join(outgoing))

    def _watch(self) -> None:
        if self._waiting and self._loop.time() - self._waiting[0][1] > self._timeout_s:
            _log.warning("redis_unanswered", waiting=len(self._waiting))
            self.close()
            return
        self._watchdog = self._loop.call_later(_WATCH_INTERVAL_S, self._watch)


def as_mapping(reply: Reply) -> dict[bytes, bytes]:
    """The reply of HGETALL as a mapping."""
    if not isinstance(reply, list):
        return {}
    flat = [item for item in reply if isinstance(item, bytes)]
    return dict(zip(flat[::2], flat[1::2], strict=True))


def pack(command: Command) -> bytes:
    """The bytes of a command in the protocol of Redis."""
    # hiredis declares a tuple of one element; it packs any number.
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]
    return packed


def _checked(reply: Reply | Exception) -> Reply:
    if not isinstance(reply, Exception):
        return reply
    text = str(reply)
    if text.startswith(_AWAY_CODES):
        raise RedisAwayError from reply
    raise RedisReplyError(text) from reply
