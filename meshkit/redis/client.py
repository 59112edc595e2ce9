"""What the mesh calls: commands, pipelines and scripts, whatever way Redis runs."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from meshkit import logs
from meshkit.errors import MeshError
from meshkit.redis.budget import NEVER, current
from meshkit.redis.connection import Argument, Command, Connection
from meshkit.redis.opening import Open
from meshkit.redis.replies import (
    SILENT,
    RedisAwayError,
    RedisReplyError,
    Reply,
    checked,
    is_elsewhere,
)

_RECONNECT_PAUSE_S: Final = 0.2
"""How long calls fail at once after a failed attempt to connect, so that a herd does not hammer."""

_log = logs.get("meshkit.redis")


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


class Redis(ABC):
    """Redis, opened on first use and again after every loss.

    Every method raises `RedisAwayError` while Redis is away, within the command timeout and a
    tenth of a second, and when the call that is being answered has waited for Redis as long as it
    may (`budget.py`), and `RedisReplyError` when Redis refuses the command itself. No command is
    sent twice: the caller of one that was under way when its connection broke decides.
    """

    @abstractmethod
    async def execute(self, *command: Argument) -> Reply:
        """Sends one command and answers its reply: bytes, int, None or a list of these."""

    @abstractmethod
    async def pipeline(self, *commands: Sequence[Argument]) -> list[Reply]:
        """Sends commands without waiting in between; no transaction.

        Those whose keys lie on one server run in this order; a hash tag puts keys together.
        Raises the error of the first command that failed, after all have been answered.
        """

    @abstractmethod
    async def ping(self) -> bool:
        """Whether Redis answers."""

    @abstractmethod
    async def close(self) -> None:
        """Closes the connection; commands under way fail."""

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = ()
    ) -> Reply:
        """Runs a script, which is loaded on its first use after a restart of Redis.

        Args:
            script: The script.
            keys: Its keys, all with the same hash tag.
            arguments: Its arguments.
        """
        try:
            return await self.execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except RedisReplyError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        return await self.execute("EVAL", script.source, len(keys), *keys, *arguments)


class Server(Redis):
    """One server, or the master of a set, over one pipelined connection."""

    def __init__(self, open_: Open, *, timeout_s: float) -> None:
        self._open = open_
        self._timeout_s = timeout_s
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._retry_at = 0.0
        self._refusal = RedisAwayError()
        self._retire_at = 0.0
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether a connection is open."""
        return self._connection is not None and not self._connection.lost

    async def execute(self, *command: Argument) -> Reply:
        """See `Redis.execute`."""
        connection = self._connection
        if connection is None or connection.lost:
            [reply] = await self.ask((command,))
            return checked(reply)
        budget = current.get()
        if budget is None:
            reply = await connection.send(command)
        else:
            clock = connection.clock
            until = budget.enter(clock())
            try:
                reply = await connection.send(command, until)
            finally:
                budget.leave(clock())
        if isinstance(reply, Exception):
            self._heed(reply, connection)
            return checked(reply)
        return reply

    async def pipeline(self, *commands: Sequence[Argument]) -> list[Reply]:
        """See `Redis.pipeline`."""
        return [checked(reply) for reply in await self.ask([tuple(each) for each in commands])]

    async def ask(self, commands: Sequence[Command]) -> list[Reply | Exception]:
        """Sends commands with nobody else's between them; error replies are values.

        Raises:
            RedisAwayError: when the connection cannot be opened or is lost.
        """
        clock = asyncio.get_running_loop().time
        budget = current.get()
        if budget is None:
            return await self._ask(commands, clock() + self._timeout_s, NEVER)
        now = clock()
        until = budget.enter(now)
        try:
            return await self._ask(commands, min(until, now + self._timeout_s), until)
        finally:
            budget.leave(clock())

    async def ping(self) -> bool:
        """See `Redis.ping`."""
        try:
            return await self.execute("PING") == b"PONG"
        except MeshError:
            return False

    async def close(self) -> None:
        """See `Redis.close`."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.close()

    def retire(self) -> None:
        """Closes it as soon as the commands under way are answered."""
        self._closed = True
        if self._connection is not None:
            self._connection.retire()
            self._connection = None

    async def _ask(
        self, commands: Sequence[Command], open_until: float, until: float
    ) -> list[Reply | Exception]:
        connection = self._connection
        if connection is not None and not connection.lost:
            return await self._send(connection, commands, until)
        try:
            # Opening a connection counts: together they may take no longer than one command.
            async with asyncio.timeout_at(open_until):
                return await self._send(await self._connect(), commands, until)
        except TimeoutError as error:
            raise RedisAwayError(SILENT) from error

    async def _send(
        self, connection: Connection, commands: Sequence[Command], until: float
    ) -> list[Reply | Exception]:
        replies = [await answer for answer in connection.send_all(commands, until)]
        for reply in replies:
            if isinstance(reply, Exception):
                self._heed(reply, connection)
        return replies

    def _heed(self, refusal: Exception, connection: Connection) -> None:
        """Leaves a server that is not, or no longer, the master: the next call looks anew."""
        now = asyncio.get_running_loop().time()
        if is_elsewhere(refusal) and connection is self._connection and now >= self._retire_at:
            self._retire_at = now + _RECONNECT_PAUSE_S
            self._connection = None
            connection.retire()
            _log.warning("redis_master_left", refusal=str(refusal)[:200])

    async def _connect(self) -> Connection:
        if self._closed:
            raise RedisAwayError
        if self._connecting is None or self._connecting.done():
            if asyncio.get_running_loop().time() < self._retry_at:
                raise RedisAwayError(self._refusal.state)
            self._connecting = asyncio.create_task(self._reopen())
            # Those who waited for it may all have given up by the time at which it fails.
            self._connecting.add_done_callback(lambda task: task.cancelled() or task.exception())
        # Shielded: a caller that gives up must not take the connection away from the others.
        return await asyncio.shield(self._connecting)

    async def _reopen(self) -> Connection:
        try:
            connection = await self._open(None)
        except RedisAwayError as error:
            self._retry_at = asyncio.get_running_loop().time() + _RECONNECT_PAUSE_S
            self._refusal = error
            # What Redis said, such as a refused password, is the cause; it repeats no secret.
            _log.warning("redis_connect_failed", error=repr(error.__cause__ or error))
            raise
        if self._closed:
            connection.close()
            raise RedisAwayError
        self._connection = connection
        return connection
