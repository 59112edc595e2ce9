"""Every state in which Redis does not serve: callers learn of it in time, and it passes."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from meshkit.redis import Redis, RedisAwayError, RedisReplyError, Script, connect
from meshkit.signals import signals
from tests.support import redis_proxy
from tests.support.eventually import eventually
from tests.support.pace import within
from tests.support.redis import RedisServer
from tests.support.redis_proxy import Proxy
from tests.support.signals import listened_to

pytestmark = pytest.mark.impatient

PUT = Script.of("return redis.call('SET', KEYS[1], ARGV[1])")
BOUND_S = 1.9
"""Within which every call answers, whatever state Redis is in."""


@pytest.fixture
async def client(own_redis: RedisServer) -> AsyncIterator[Redis]:
    async with connect(own_redis.url) as opened:
        yield opened


async def refused_in_time(*calls: Callable[[], Awaitable[object]]) -> None:
    for call in calls:
        async with within(BOUND_S):
            with pytest.raises(RedisAwayError):
                await call()


def every_write(redis: Redis) -> list[Callable[[], Awaitable[object]]]:
    return [
        lambda: redis.execute("SET", "a", 1),
        lambda: redis.pipeline(("SET", "a", 1), ("SET", "a", 1)),
        lambda: redis.run(PUT, ["a"], ["x"]),
    ]


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (["CONFIG SET maxmemory 1"], ["CONFIG SET maxmemory 0"]),
        (
            ["CONFIG SET min-replicas-max-lag 1", "CONFIG SET min-replicas-to-write 1"],
            ["CONFIG SET min-replicas-to-write 0"],
        ),
        (["REPLICAOF 127.0.0.1 1"], ["REPLICAOF NO ONE"]),
        (
            ["CONFIG SET replica-serve-stale-data no", "REPLICAOF 127.0.0.1 1"],
            ["REPLICAOF NO ONE"],
        ),
    ],
    ids=["OOM", "NOREPLICAS", "READONLY", "MASTERDOWN"],
)
async def test_a_redis_that_takes_no_writes(own_redis, client, broken, mended):
    assert await client.run(PUT, ["a"], ["x"]) == b"OK"
    for command in broken:
        assert own_redis.ask(command) == b"+OK"
    await refused_in_time(*every_write(client))
    for command in mended:
        assert own_redis.ask(command) == b"+OK"
    await eventually(lambda: served(client))
    assert await client.run(PUT, ["a"], ["x"]) == b"OK"


async def test_a_redis_that_cannot_save(own_redis, client):
    assert await client.run(PUT, ["a"], ["x"]) == b"OK"
    assert own_redis.ask("CONFIG SET save '100000 1'") == b"+OK"
    # A folder in place of the snapshot's file lets saving fail, for root too.
    (own_redis.directory / "dump.rdb").mkdir()
    own_redis.ask("BGSAVE")
    await eventually(lambda: b"rdb_last_bgsave_status:err" in own_redis.lines("INFO persistence"))
    await refused_in_time(*every_write(client))
    assert own_redis.ask("CONFIG SET stop-writes-on-bgsave-error no") == b"+OK"
    assert await client.run(PUT, ["a"], ["x"]) == b"OK"


async def test_a_redis_that_runs_an_endless_script(own_redis, client):
    assert await client.ping()
    assert own_redis.ask("CONFIG SET lua-time-limit 20") == b"+OK"
    async with connect(own_redis.url, timeout_s=60) as other:
        endless = asyncio.create_task(other.execute("EVAL", "while true do end", 0))
        try:
            await eventually(lambda: is_busy(own_redis))
            await refused_in_time(lambda: client.execute("GET", "a"), *every_write(client))
        finally:
            await asyncio.to_thread(own_redis.ask, "SCRIPT KILL")
        with pytest.raises(RedisReplyError, match="killed"):
            await endless
    assert await served(client)


async def is_busy(server: RedisServer) -> bool:
    return (await asyncio.to_thread(server.ask, "GET a")).startswith(b"-BUSY")


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port on which connecting hangs: its queue of connections is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    "form",
    [
        "redis://127.0.0.1:{}",
        "rediss://127.0.0.1:{}",
        "redis+sentinel://127.0.0.1:{0},127.0.0.1:{0},127.0.0.1:{0},127.0.0.1:{0}/mesh",
        "redis+cluster://127.0.0.1:{0},127.0.0.1:{0}",
    ],
)
async def test_a_black_hole(black_hole, form):
    async with connect(form.format(black_hole)) as redis:
        await refused_in_time(*every_write(redis))
        assert not await redis.ping()


@pytest.mark.parametrize("form", ["redis://", "redis+cluster://"])
async def test_a_first_call_to_a_frozen_redis(own_redis, form):
    url = own_redis.url.replace("redis://", form)
    async with connect(url) as redis:
        own_redis.freeze()
        try:
            await refused_in_time(*every_write(redis))
        finally:
            own_redis.thaw()


async def test_a_first_call_that_waits_for_a_slow_connection(redis_server):
    """Opening takes most of its time and the command is not answered: not one after the other."""

    players: list[asyncio.Task[None] | None] = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        players.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await reader.read(1000)
            await asyncio.sleep(0.8)
            writer.write(b"+PONG\r\n")
            await reader.read()
        writer.close()

    async with await asyncio.start_server(slow, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"redis://127.0.0.1:{port}") as redis:
            await refused_in_time(lambda: redis.execute("GET", "a"))
        await asyncio.gather(*(player for player in players if player is not None))


async def served(redis: Redis) -> bool:
    try:
        return await redis.execute("SET", "a", 1) == b"OK"
    except RedisAwayError:
        return False


@contextlib.asynccontextmanager
async def switched(target: RedisServer) -> AsyncIterator[tuple[Proxy, str]]:
    """A port that leads to a server, and its URL."""
    async with redis_proxy.run(target.port) as proxy:
        yield proxy, f"redis://:{target.password}@127.0.0.1:{proxy.port}"


async def test_a_name_is_resolved_again_when_the_master_has_changed(own_redis):
    async with switched(own_redis) as (switch, url), connect(url) as redis:
        assert await redis.execute("SET", "a", 1) == b"OK"
        assert own_redis.ask("REPLICAOF 127.0.0.1 1") == b"+OK"
        before = switch.connections
        calls = [redis.execute("GET", "a"), redis.execute("SET", "a", 2), redis.execute("GET", "a")]
        first, second, third = await asyncio.gather(*calls, return_exceptions=True)
        # Those under way beside the refused one are answered.
        assert (first, third) == (b"1", b"1")
        assert isinstance(second, RedisAwayError)
        assert own_redis.ask("REPLICAOF NO ONE") == b"+OK"
        assert await redis.execute("SET", "a", 2) == b"OK"
        assert switch.connections == before + 1


async def test_a_replica_under_a_plain_name_is_not_hammered(own_redis):
    async with switched(own_redis) as (switch, url), connect(url) as redis:
        assert await redis.ping()
        assert own_redis.ask("REPLICAOF 127.0.0.1 1") == b"+OK"
        started = time.monotonic()
        for _ in range(300):
            with pytest.raises(RedisAwayError):
                await redis.execute("SET", "a", 1)
        assert switch.connections <= 3 + (time.monotonic() - started) / 0.2


async def test_a_half_open_connection_of_a_subscriber_is_found(own_redis, monkeypatch):
    monkeypatch.setattr("meshkit.redis.connection._KEEPALIVE_S", 0.1)
    async with (
        switched(own_redis) as (switch, url),
        connect(own_redis.url) as redis,
        signals(url, timeout_s=1.0) as hub,
    ):
        with hub.listen("a") as event:
            await listened_to(redis, "a")
            # Silence alone does not end it: it is asked, and answers.
            await asyncio.sleep(0.8)
            assert switch.connections == 1
            switch.muted = True
            event.clear()
            async with within(BOUND_S), asyncio.timeout(60):
                await event.wait()
            switch.muted = False
            await listened_to(redis, "a")
            event.clear()
            await redis.execute("PUBLISH", "a", "x")
            async with asyncio.timeout(60):
                await event.wait()


async def test_an_idle_half_open_connection_is_found_before_it_is_used(own_redis, monkeypatch):
    monkeypatch.setattr("meshkit.redis.connection._KEEPALIVE_S", 0.1)
    async with switched(own_redis) as (switch, url), connect(url, timeout_s=1.0) as redis:
        assert await redis.ping()
        switch.muted = True
        async with within(BOUND_S):
            await eventually(lambda: not redis.connected)
        switch.muted = False
        assert await redis.execute("SET", "a", 1) == b"OK"
