"""Finding the master through Sentinels, and following it when it changes."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from meshkit.redis import Redis, RedisAwayError, Script, Trust, connect
from meshkit.signals import signals
from tests.support import redis_sentinel
from tests.support.eventually import eventually
from tests.support.pace import within
from tests.support.redis import free_port
from tests.support.redis_sentinel import RedisSet

INCR = Script.of("return redis.call('INCR', KEYS[1])")


@pytest.fixture(scope="module")
def redis_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisSet]:
    with redis_sentinel.run(tmp_path_factory.mktemp("set")) as running:
        yield running


def trust(redis_set: RedisSet) -> Trust:
    return Trust(sentinel_password=redis_set.sentinel_password)


async def test_commands_go_to_the_master(redis_set):
    async with connect(redis_set.url(), trust=trust(redis_set)) as redis:
        assert await redis.pipeline(("SET", "a", 1), ("INCR", "a")) == [b"OK", 2]
        assert await redis.run(INCR, ["a"]) == 3
        assert (await redis.execute("ROLE"))[0] == b"master"


async def test_a_wrong_password_for_the_sentinel_is_unavailable(redis_set, capsys):
    async with connect(redis_set.url(), trust=Trust(sentinel_password="hush")) as redis:
        assert not await redis.ping()
    out = capsys.readouterr().out
    assert "WRONGPASS" in out
    assert "hush" not in out


async def test_an_unknown_master_is_unavailable(redis_set):
    url = redis_set.url().replace(f"/{redis_sentinel.NAME}", "/other")
    async with connect(url, trust=trust(redis_set)) as redis:
        assert not await redis.ping()


@pytest.mark.impatient
async def test_sentinels_that_are_dead_or_silent_are_passed_over(redis_set):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = redis_set.url(free_port(), silent.getsockname()[1])
        async with connect(url, trust=trust(redis_set)) as redis, within(1.0):
            assert await redis.execute("ECHO", "x") == b"x"


async def test_what_is_no_master_is_not_used(redis_set):
    """A Sentinel that lags behind names a server that has become a replica."""
    stale = f"*2\r\n$9\r\n127.0.0.1\r\n${len(str(redis_set.replica.port))}\r\n"
    stale += f"{redis_set.replica.port}\r\n"

    async def lagging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            for command in (b"AUTH", b"PING", b"SENTINEL"):
                if command in data:
                    writer.write(b"+OK\r\n" if command != b"SENTINEL" else stale.encode())
        writer.close()

    async with await asyncio.start_server(lagging, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = redis_set.url(port)
        async with connect(url, trust=trust(redis_set)) as redis:
            assert (await redis.execute("ROLE"))[0] == b"master"
        only_lagging = url.replace(f",127.0.0.1:{redis_set.sentinel_port}", "")
        async with connect(only_lagging, trust=trust(redis_set)) as redis:
            assert not await redis.ping()


async def written(redis: Redis) -> bool:
    try:
        return await redis.execute("SET", "written", 1) == b"OK"
    except RedisAwayError:
        return False


async def test_writes_and_signals_go_on_after_a_failover(redis_set):
    """Last of this module: it turns the primary into the replica."""
    async with (
        connect(redis_set.url(), trust=trust(redis_set)) as redis,
        signals(redis_set.url(), trust=trust(redis_set)) as hub,
    ):
        assert await redis.execute("SET", "before", 1) == b"OK"
        await eventually(lambda: replicated(redis_set, "before"))
        with hub.listen("channel") as event:
            await eventually(lambda: heard(redis, event))
            redis_set.notice_deaths()
            redis_set.primary.kill()
            with pytest.raises(RedisAwayError):
                await redis.execute("SET", "during", 1)
            # A Sentinel that stood still for two seconds does nothing for the next thirty.
            await eventually(lambda: written(redis), seconds=300)
            assert await redis.execute("GET", "before") == b"1"
            assert redis_set.replica.ask("ROLE") == b"*3"
            await eventually(lambda: heard(redis, event))
        # The old one comes back and takes itself for a master until the Sentinel tells it.
        redis_set.primary.start()
        assert redis_set.primary.ask("GET written") == b"$-1"
        async with connect(redis_set.url(), trust=trust(redis_set)) as another:
            assert await another.execute("GET", "written") == b"1"


async def replicated(redis_set: RedisSet, key: str) -> bool:
    lines = await asyncio.to_thread(redis_set.replica.lines, f"GET {key}")
    return len(lines) == 2


async def heard(redis: Redis, event: asyncio.Event) -> bool:
    event.clear()
    if not await redis.execute("PUBLISH", "channel", "x"):
        return False
    async with asyncio.timeout(60):
        return await event.wait()
