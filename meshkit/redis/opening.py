"""Opens connections: to a server, to the master that Sentinels name, or into a cluster."""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from meshkit.errors import MeshError
from meshkit.redis.connection import Command, Connection, Push
from meshkit.redis.replies import SILENT, RedisAwayError, RedisReplyError, Reply, checked
from meshkit.redis.target import Kind, Login, Target, Trust

_CONNECT_TIMEOUT_S: Final = 1.0
"""How long opening may take, finding the master or a node of the cluster included."""
_CANDIDATE_TIMEOUT_S: Final = 0.3
"""How long one of several Sentinels may take before the next one is asked."""

Open = Callable[[Push | None], Awaitable[Connection]]
"""Opens a connection, for a subscriber when it is given one; raises `RedisAwayError`."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to open a connection to whichever server.

    Attributes:
        login: Who we are.
        tls: How to encrypt; None for plain TCP.
        timeout_s: After how many seconds an unanswered command drops the connection.
    """

    login: Login
    tls: ssl.SSLContext | None
    timeout_s: float


def access_to(target: Target, trust: Trust, *, timeout_s: float) -> Access:
    """The access that a URL and the settings beside it describe.

    Raises:
        OSError: when a certificate cannot be read.
    """
    return Access(target.login, trust.context() if target.tls else None, timeout_s)


def opener(target: Target, trust: Trust, *, timeout_s: float) -> Open:
    """How to open a connection to the server, the present master, or any node of the cluster.

    Raises:
        OSError: when a certificate cannot be read.
    """
    access = access_to(target, trust, timeout_s=timeout_s)
    if target.kind is Kind.SERVER:
        return server_opener(target.hosts[0], access)
    hosts = deque(target.hosts)
    if target.kind is Kind.CLUSTER:
        return lambda on_push: _bounded(_first(hosts, lambda host: _member(host, access, on_push)))
    password = trust.sentinel_password or None
    sentinel = replace(access, login=Login(password=password))
    return lambda on_push: _bounded(
        _first(hosts, lambda host: _master(host, sentinel, target.master, access, on_push))
    )


def server_opener(host: tuple[str, int], access: Access) -> Open:
    """How to open a connection to one server, whose name is resolved each time."""
    return lambda on_push: _bounded(open_connection(host, access, on_push))


async def open_connection(
    host: tuple[str, int], access: Access, on_push: Push | None = None
) -> Connection:
    """Opens a connection, logs in and selects the database.

    Raises:
        OSError: when nobody answers.
        RedisAwayError: when Redis refuses the login or is still loading.
    """
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: Connection(loop, access.timeout_s, on_push), *host, ssl=access.tls
    )
    login = access.login
    steps: list[Command] = []
    if login.password is not None:
        steps.append(("AUTH", *((login.username,) if login.username else ()), login.password))
    if login.database:
        steps.append(("SELECT", login.database))
    try:
        await _dialogue(connection, *steps, ("PING",))
    except BaseException:
        connection.close()
        raise
    return connection


async def _dialogue(connection: Connection, *commands: Command) -> list[Reply]:
    """Sends the first commands on a connection; whatever is refused makes it useless."""
    try:
        return [checked(await answer) for answer in connection.send_all(commands)]
    except RedisReplyError as error:
        raise RedisAwayError("not letting us in") from error


async def _bounded(opening: Awaitable[Connection]) -> Connection:
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            return await opening
    except TimeoutError as error:
        raise RedisAwayError(SILENT) from error
    except OSError as error:
        raise RedisAwayError from error


async def _first(
    hosts: deque[tuple[str, int]], attempt: Callable[[tuple[str, int]], Awaitable[Connection]]
) -> Connection:
    """The first attempt that succeeds; the host that helped is asked first the next time."""
    failure: Exception | None = None
    for _ in range(len(hosts)):
        host = hosts[0]
        # Beforehand: an attempt that takes all the time is not the first one again.
        hosts.rotate(-1)
        try:
            connection = await attempt(host)
        except (OSError, MeshError, TimeoutError) as error:
            failure = error
            continue
        hosts.rotate(1)
        return connection
    raise RedisAwayError from (failure.__cause__ or failure if failure else None)


async def _member(host: tuple[str, int], access: Access, on_push: Push | None) -> Connection:
    """A connection to a node that is on the side of the majority of its cluster."""
    async with asyncio.timeout(_CANDIDATE_TIMEOUT_S):
        connection = await open_connection(host, access, on_push)
        return await _verified(connection, ("CLUSTER", "INFO"), _is_member)


async def _master(
    sentinel: tuple[str, int],
    sentinel_access: Access,
    name: str,
    access: Access,
    on_push: Push | None,
) -> Connection:
    """A connection to the master that a Sentinel names, which says itself that it is one."""
    async with asyncio.timeout(_CANDIDATE_TIMEOUT_S):
        asked = await open_connection(sentinel, sentinel_access)
        try:
            [known] = await _dialogue(asked, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name))
        finally:
            asked.close()
    match known:
        case [bytes() as address, bytes() as port]:
            connection = await open_connection((address.decode(), int(port)), access, on_push)
            return await _verified(connection, ("ROLE",), _is_master)
        case _:
            raise RedisAwayError


async def _verified(
    connection: Connection, question: Command, fits: Callable[[Reply], bool]
) -> Connection:
    """The connection when its server answers a question as it has to; else it is closed."""
    try:
        [reply] = await _dialogue(connection, question)
    except BaseException:
        connection.close()
        raise
    if not fits(reply):
        connection.close()
        raise RedisAwayError
    return connection


def _is_member(info: Reply) -> bool:
    return isinstance(info, bytes) and b"cluster_state:ok" in info


def _is_master(role: Reply) -> bool:
    return isinstance(role, list) and role[0] == b"master"
