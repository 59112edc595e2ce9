"""A Redis Cluster: commands go to the node that owns the slot of their key.

Which node owns which slot is read from any node, and again when a node says that a slot has moved
or does not answer. A node that sends a command elsewhere has not run it, so following it sends
nothing twice. Protocol: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
"""

import asyncio
import binascii
from collections import deque
from collections.abc import Sequence
from typing import Final

from meshkit import logs
from meshkit.errors import MeshError
from meshkit.redis.budget import apart
from meshkit.redis.client import Redis, Server
from meshkit.redis.connection import Argument, Command
from meshkit.redis.opening import Access, server_opener
from meshkit.redis.replies import RedisAwayError, RedisReplyError, Reply, checked, code

_SLOTS: Final = 16_384
_REDIRECTS: Final = ("MOVED", "ASK")
_REDIRECTS_MAX: Final = 5
_NODE_TIMEOUT_S: Final = 0.4
"""How long a node may take to say who owns what before the next one is asked."""
_REFRESH_PAUSE_S: Final = 0.2
"""How long what has been read about the owners is not read again."""
_KEY_AT: Final = {"EVAL": 3, "EVALSHA": 3, "OBJECT": 2, "XGROUP": 2, "XINFO": 2}
"""Where the first key stands in commands that do not have it first."""
_ANYWHERE: Final = frozenset({"CLUSTER", "ECHO", "PING", "PUBLISH", "TIME"})
"""Commands without a key that any node can answer."""
_ONE_NODE: Final = frozenset(
    {"CONFIG", "DBSIZE", "EXEC", "FLUSHALL", "FLUSHDB", "INFO", "KEYS", "MULTI", "PUBSUB"}
    | {"SCAN", "SCRIPT", "WAIT", "XREAD"}
)
"""Commands that would silently concern one node's part of the data, or that name no key first."""

_log = logs.get("meshkit.redis")


def slot_of(key: bytes) -> int:
    """The slot of a key: that of its hash tag, when it has one that is not empty."""
    start = key.find(b"{") + 1
    end = key.find(b"}", start) if start else -1
    tag = key[start:end] if end > start else key
    return binascii.crc_hqx(tag, 0) % _SLOTS


class Cluster(Redis):
    """The nodes of a cluster, each over one pipelined connection."""

    def __init__(self, seeds: Sequence[tuple[str, int]], access: Access) -> None:
        self._seeds = tuple(seeds)
        self._access = access
        self._nodes: dict[tuple[str, int], Server] = {}
        self._owners: list[Server | None] = []
        self._asked: deque[tuple[str, int]] = deque(seeds)
        self._refreshing: asyncio.Task[None] | None = None
        self._refresh_at = 0.0
        self._closed = False

    async def execute(self, *command: Argument) -> Reply:
        """See `Redis.execute`."""
        slot = _slot(command)
        node = self._owners[slot] if slot is not None and self._owners else None
        if node is None:
            [reply] = await self._ask((command,))
            return checked(reply)
        give_up_at = self._give_up_at()
        try:
            return await node.execute(*command)
        except RedisAwayError:
            # Its replica may have taken over.
            self._outdated()
            raise
        except RedisReplyError as refusal:
            if code(refusal) not in _REDIRECTS:
                raise
            return checked(await self._follow(command, refusal, give_up_at))

    async def pipeline(self, *commands: Sequence[Argument]) -> list[Reply]:
        """See `Redis.pipeline`."""
        return [checked(reply) for reply in await self._ask([tuple(each) for each in commands])]

    async def ping(self) -> bool:
        """Whether the cluster serves all slots, as a node of it sees it."""
        try:
            info = await self.execute("CLUSTER", "INFO")
        except MeshError:
            return False
        return isinstance(info, bytes) and b"cluster_state:ok" in info

    async def close(self) -> None:
        """See `Redis.close`."""
        self._closed = True
        if self._refreshing is not None:
            self._refreshing.cancel()
        for node in self._nodes.values():
            await node.close()

    async def _ask(self, commands: Sequence[Command]) -> list[Reply | Exception]:
        """Sends commands to their nodes; error replies are values."""
        slots = [_slot(command) for command in commands]
        give_up_at = self._give_up_at()
        if not self._owners:
            try:
                async with asyncio.timeout_at(give_up_at):
                    await self._refreshed()
                    replies = await self._scatter(commands, slots)
            except TimeoutError as error:
                raise RedisAwayError from error
        else:
            replies = await self._scatter(commands, slots)
        for number, reply in enumerate(replies):
            if isinstance(reply, Exception) and code(reply) in _REDIRECTS:
                replies[number] = await self._follow(commands[number], reply, give_up_at)
        return replies

    def _give_up_at(self) -> float:
        return asyncio.get_running_loop().time() + self._access.timeout_s

    async def _scatter(
        self, commands: Sequence[Command], slots: Sequence[int | None]
    ) -> list[Reply | Exception]:
        """Asks the nodes at the same time, each for its commands in their order."""
        parts: dict[Server, list[int]] = {}
        for number, slot in enumerate(slots):
            parts.setdefault(self._owner(slot), []).append(number)
        if len(parts) == 1:
            [node] = parts
            return await self._ask_node(node, commands)
        replies: list[Reply | Exception] = [None] * len(commands)
        answers = await asyncio.gather(
            *(self._ask_node(n, [commands[i] for i in part]) for n, part in parts.items()),
            return_exceptions=True,
        )
        for part, answer in zip(parts.values(), answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            for number, reply in zip(part, answer, strict=True):
                replies[number] = reply
        return replies

    async def _ask_node(self, node: Server, commands: Sequence[Command]) -> list[Reply | Exception]:
        try:
            replies = await node.ask(commands)
        except RedisAwayError:
            self._outdated()
            raise
        if any(isinstance(reply, Exception) and code(reply) == "CLUSTERDOWN" for reply in replies):
            self._outdated()
        return replies

    async def _follow(
        self, command: Command, redirect: Exception, give_up_at: float
    ) -> Reply | Exception:
        """Sends a command where a node says that it belongs, until a time of the loop's clock."""
        try:
            async with asyncio.timeout_at(give_up_at):
                for _ in range(_REDIRECTS_MAX):
                    reply = await self._redirected(command, redirect)
                    if not isinstance(reply, Exception) or code(reply) not in _REDIRECTS:
                        return reply
                    redirect = reply
        except TimeoutError as error:
            raise RedisAwayError from error
        raise RedisAwayError from redirect

    async def _redirected(self, command: Command, redirect: Exception) -> Reply | Exception:
        kind, number, address = str(redirect).split(" ")[:3]
        slot = int(number)
        node = self._node(_address(address, self._host_of(self._owners[slot])))
        if kind == "MOVED":
            self._owners[slot] = node
            self._outdated()
            [reply] = await self._ask_node(node, [command])
        else:
            _, reply = await self._ask_node(node, [("ASKING",), command])
        return reply

    def _owner(self, slot: int | None) -> Server:
        if slot is None:
            connected = (node for node in self._nodes.values() if node.connected)
            return next(connected, None) or self._any()
        owner = self._owners[slot]
        if owner is None:
            self._outdated()
            raise RedisAwayError
        return owner

    def _any(self) -> Server:
        self._asked.rotate(-1)
        return self._node(self._asked[0])

    def _node(self, address: tuple[str, int]) -> Server:
        if self._closed:
            raise RedisAwayError
        node = self._nodes.get(address)
        if node is None:
            opening = server_opener(address, self._access)
            node = self._nodes[address] = Server(opening, timeout_s=self._access.timeout_s)
        return node

    def _host_of(self, node: Server | None) -> str:
        return next((host for (host, _), known in self._nodes.items() if known is node), "")

    def _outdated(self) -> None:
        """Reads in the background who owns what, unless that is being done or was just done."""
        under_way = self._refreshing is not None and not self._refreshing.done()
        now = asyncio.get_running_loop().time()
        if not under_way and not self._closed and now >= self._refresh_at:
            self._refreshing = apart(self._refresh())

    async def _refreshed(self) -> None:
        """Waits until the owners are known."""
        self._outdated()
        if self._refreshing is not None:
            await asyncio.shield(self._refreshing)
        if not self._owners:
            raise RedisAwayError

    async def _refresh(self) -> None:
        for _ in range(len(self._asked)):
            # Another node each time: the one asked last may be cut off from the others.
            node = self._any()
            host, _ = self._asked[0]
            try:
                async with asyncio.timeout(_NODE_TIMEOUT_S):
                    shards = checked((await node.ask([("CLUSTER", "SLOTS")]))[0])
                self._learn(shards, host)
                break
            except (MeshError, RedisReplyError, TimeoutError) as error:
                _log.warning("redis_node_away", host=host, error=repr(error.__cause__ or error))
        self._refresh_at = asyncio.get_running_loop().time() + _REFRESH_PAUSE_S

    def _learn(self, shards: Reply, host: str) -> None:
        """Takes the reply of CLUSTER SLOTS in: [first, last, [host, port, …], replica, …] each."""
        owners: list[Server | None] = [None] * _SLOTS
        for shard in shards if isinstance(shards, list) else ():
            match shard:
                # Without a host the node means its own; "?" says that it does not know.
                case [int(first), int(last), [bytes() | None as name, int(port), *_], *_] if (
                    name != b"?"
                ):
                    node = self._node(((name or b"").decode() or host, port))
                    owners[first : last + 1] = [node] * (last + 1 - first)
                case _:
                    continue
        if not any(owners):
            raise RedisAwayError
        self._owners = owners
        used = set(owners)
        for address in [each for each, node in self._nodes.items() if node not in used]:
            self._nodes.pop(address).retire()
        self._asked = deque(dict.fromkeys((*self._nodes, *self._seeds)))


def _address(text: str, host: str) -> tuple[str, int]:
    """Host and port of a redirection; one without a host stays on the host that sent it."""
    name, _, port = text.rpartition(":")
    return name.strip("[]") or host, int(port)


def _slot(command: Command) -> int | None:
    """The slot of a command's first key; None when any node can answer it.

    Raises:
        ValueError: for a command that cannot be sent to one node of a cluster.
    """
    verb = str(command[0]).upper()
    if verb in _ANYWHERE or (verb in ("EVAL", "EVALSHA") and command[2] == 0):
        return None
    at = _KEY_AT.get(verb, 1)
    if verb in _ONE_NODE or len(command) <= at:
        msg = f"{verb} names no key first or concerns one server: a cluster has no place for it"
        raise ValueError(msg)
    key = command[at]
    return slot_of(key if isinstance(key, bytes) else str(key).encode())
