"""What a failover of Redis to its replica loses: `pytest -s tests/fault/test_failover.py` tells."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from meshkit.redis import Redis, RedisAwayError, connect
from tests.support import redis_proxy
from tests.support.eventually import eventually
from tests.support.redis import RedisServer
from tests.support.redis_proxy import Proxy

SOME: Final = 200
SPLIT_S: Final = 6.0
STILL_S: Final = 0.25
BOUND_S: Final = 3.0
"""Redis counts the lag in whole seconds, which are two at least when it is more than one, and looks
at it once a second."""
BOUNDED: Final = ("min-replicas-to-write 1", "min-replicas-max-lag 1")


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and a replica that is connected to it by a line that can be cut."""

    primary: RedisServer
    replica: RedisServer
    line: Proxy


@dataclass(slots=True)
class Written:
    """When each of the writes was acknowledged, by its number from 0."""

    at: list[float] = field(default_factory=list)
    refused: int = 0


@contextlib.asynccontextmanager
async def paired(directory: Path, *settings: str) -> AsyncIterator[Pair]:
    """A pair in sync, of a primary with some settings."""
    password = secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        primary = _server(directory / "primary", password, stack, *settings)
        primary.start()
        async with redis_proxy.run(primary.port) as line:
            replica = _server(
                directory / "replica", password, stack, f"replicaof 127.0.0.1 {line.port}"
            )
            # The line is in this process.
            await asyncio.to_thread(replica.start)
            await eventually(lambda: _in_sync(replica))
            yield Pair(primary, replica, line)


def _server(
    directory: Path, password: str, stack: contextlib.ExitStack, *extra: str
) -> RedisServer:
    directory.mkdir()
    server = RedisServer(directory, f"masterauth {password}", "repl-diskless-sync-delay 0", *extra)
    server.password = password
    stack.callback(server.kill)
    return server


async def _in_sync(replica: RedisServer) -> bool:
    lines = await asyncio.to_thread(replica.lines, "INFO replication")
    return b"master_link_status:up" in lines


async def write(redis: Redis, until: Callable[[], bool], *, into: Written) -> None:
    """Writes one number after another as fast as they are acknowledged."""
    while not until():
        try:
            await redis.execute("SET", f"n:{len(into.at)}", "x")
        except RedisAwayError:
            into.refused += 1
            await asyncio.sleep(0.01)
        else:
            into.at.append(time.monotonic())


async def lost(pair: Pair, written: Written) -> list[float]:
    """When those were acknowledged that are missing once the replica has taken over."""
    pair.primary.kill()
    assert pair.replica.ask("REPLICAOF NO ONE") == b"+OK"
    async with connect(pair.replica.url) as redis:
        # One command: a connection takes only so many at once, and a fast machine has written more.
        found = await redis.execute("MGET", *(f"n:{n}" for n in range(len(written.at))))
    assert isinstance(found, list)
    return [at for at, there in zip(written.at, found, strict=True) if there is None]


def tell(what: str, written: Written, missing: list[float]) -> None:
    """Prints what was lost."""
    span_s = missing[-1] - missing[0] if missing else 0.0
    print(
        f"{what}: {len(missing)} of {len(written.at)} acknowledged writes lost, "
        f"acknowledged within {span_s:.2f} s; {written.refused} refused"
    )


async def test_a_primary_that_is_killed_loses_nothing_but_the_last(tmp_path: Path) -> None:
    async with paired(tmp_path) as pair, connect(pair.primary.url) as redis:
        written = Written()
        await write(redis, lambda: len(written.at) >= SOME, into=written)
        await eventually(lambda: _heard(redis))
        sure = len(written.at)
        await write(redis, lambda: len(written.at) >= sure + SOME, into=written)
        missing = await lost(pair, written)
    tell("killed", written, missing)
    # What is under way to the replica is the last of them, and none that it has confirmed.
    assert missing == written.at[len(written.at) - len(missing) :]
    assert len(missing) <= SOME


async def _heard(redis: Redis) -> bool:
    """Whether the replica has everything."""
    with contextlib.suppress(RedisAwayError):
        return await redis.execute("WAIT", 1, 1000) == 1
    return False


@pytest.mark.parametrize("settings", [(), BOUNDED], ids=["plain", "bounded"])
async def test_a_primary_that_is_cut_off_from_its_replica(
    tmp_path: Path, settings: tuple[str, ...]
) -> None:
    async with paired(tmp_path, *settings) as pair, connect(pair.primary.url) as redis:
        await eventually(lambda: _takes_writes(redis))
        pair.line.muted = True
        written = Written()
        # Until it is refused, or for as long as shows that nothing bounds it.
        await write(
            redis, lambda: bool(written.refused) or active_s(written.at) > SPLIT_S, into=written
        )
        missing = await lost(pair, written)
    tell(f"cut off, {settings or 'plain'}", written, missing)
    if settings:
        assert written.refused
        assert active_s(missing) < BOUND_S + 1.0
    else:
        assert not written.refused
        assert active_s(missing) > SPLIT_S / 2


def active_s(at: list[float]) -> float:
    """Over how long something was acknowledged, but for what a machine that stands still adds."""
    return sum(min(after - before, STILL_S) for before, after in pairwise(at))


async def _takes_writes(redis: Redis) -> bool:
    try:
        return await redis.execute("SET", "a", 1) == b"OK"
    except RedisAwayError:
        return False
