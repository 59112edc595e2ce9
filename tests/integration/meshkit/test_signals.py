import asyncio

import pytest

from meshkit.redis import connect
from meshkit.signals import signals
from tests.support.eventually import eventually
from tests.support.redis import RedisServer
from tests.support.signals import listened_to, listeners


async def woken(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_a_message_wakes_those_who_listen_to_its_channel(redis, hub):
    with hub.listen("a") as first, hub.listen("a") as second, hub.listen("b") as other:
        await listened_to(redis, "a")
        await listened_to(redis, "b")
        for event in (first, second, other):
            event.clear()
        await redis.execute("PUBLISH", "a", "x")
        await woken(first)
        await woken(second)
        assert not other.is_set()


async def test_one_subscription_serves_all_listeners_until_the_last_one_stops(redis, hub):
    with hub.listen("a") as outer:
        await listened_to(redis, "a")
        with hub.listen("a"):
            assert await listeners(redis, "a") == 1
        outer.clear()
        await redis.execute("PUBLISH", "a", "x")
        await woken(outer)
    await listened_to(redis, "a", by=0)
    with hub.listen("a") as again:
        await listened_to(redis, "a")
        again.clear()
        await redis.execute("PUBLISH", "a", "x")
        await woken(again)


async def test_a_crash_wakes_everybody_and_the_subscriptions_come_back(own_redis: RedisServer):
    async with signals(own_redis.url) as hub, connect(own_redis.url) as redis:
        with hub.listen("a") as event:
            await listened_to(redis, "a")
            event.clear()
            own_redis.kill()
            await woken(event)
            own_redis.start()
            await eventually(redis.ping)
            await listened_to(redis, "a")
            event.clear()
            await redis.execute("PUBLISH", "a", "x")
            await woken(event)


async def clients(redis) -> int:
    return len((await redis.execute("CLIENT", "LIST")).splitlines())


async def test_refused_logins_do_not_multiply_connections(own_redis: RedisServer, monkeypatch):
    """A login that fails many times is tried by one task at a time."""
    monkeypatch.setattr("meshkit.signals._RECONNECT_PAUSE_S", 0.005)
    wrong = f"redis://:wrong@127.0.0.1:{own_redis.port}"
    async with connect(own_redis.url) as redis, signals(wrong):
        before = asyncio.all_tasks()
        logins = b"cmdstat_auth:calls="

        async def tried_often() -> bool:
            stats = await redis.execute("INFO", "commandstats")
            [line] = [item for item in stats.splitlines() if item.startswith(logins)]
            return int(line.removeprefix(logins).partition(b",")[0]) > 30

        await eventually(tried_often)
        assert len(asyncio.all_tasks() - before) <= 1


async def test_a_frozen_redis_leaves_one_connection_behind(own_redis: RedisServer, monkeypatch):
    async with signals(own_redis.url) as hub, connect(own_redis.url) as redis:
        await redis.ping()
        monkeypatch.setattr("meshkit.redis.opening._CONNECT_TIMEOUT_S", 0.1)
        monkeypatch.setattr("meshkit.signals._RECONNECT_PAUSE_S", 0.01)
        with hub.listen("a") as event:
            await listened_to(redis, "a")
            await redis.execute("CLIENT", "KILL", "TYPE", "pubsub")
            own_redis.freeze()
            try:
                await asyncio.sleep(0.6)
            finally:
                own_redis.thaw()
            await eventually(redis.ping)
            await listened_to(redis, "a")
            event.clear()
            await redis.execute("PUBLISH", "a", "x")
            await woken(event)

            async def two_are_left() -> bool:
                return await clients(redis) == 2

            await eventually(two_are_left)


@pytest.mark.parametrize("listening", [True, False])
async def test_it_starts_before_redis_does(own_redis: RedisServer, listening):
    own_redis.kill()
    async with signals(own_redis.url) as hub, connect(own_redis.url) as redis:
        if listening:
            with hub.listen("a") as event:
                own_redis.start()
                await eventually(redis.ping)
                await listened_to(redis, "a")
                await woken(event)
        else:
            own_redis.start()
            await eventually(redis.ping)
            with hub.listen("b"):
                await listened_to(redis, "b")


async def test_closing_wakes_everybody(redis_server):
    async with signals(redis_server.url) as hub:
        listening = hub.listen("a")
        event = listening.__enter__()
    await woken(event)
    listening.__exit__(None, None, None)
