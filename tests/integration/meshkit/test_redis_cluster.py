"""A real Redis Cluster: routing, moved slots, and a node that dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from meshkit.redis import Redis, RedisAwayError, RedisReplyError, Script, connect
from meshkit.redis.cluster import slot_of
from meshkit.signals import signals
from tests.support import redis_cluster
from tests.support.eventually import eventually
from tests.support.pace import within
from tests.support.redis import RedisServer
from tests.support.redis_cluster import RedisCluster, node_id

PUT = Script.of("redis.call('SET', KEYS[1], ARGV[1]) return redis.call('INCR', KEYS[2])")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    with redis_cluster.run(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
async def client(cluster: RedisCluster) -> AsyncIterator[Redis]:
    async with connect(cluster.url) as opened:
        yield opened


def key_of(node: RedisServer, cluster: RedisCluster, name: str) -> str:
    """A key whose slot a master had at first."""
    names = (f"{name}{number}" for number in range(10_000))
    return next(key for key in names if cluster.owner(slot_of(key.encode())) is node)


def move(cluster: RedisCluster, key: str, source: RedisServer, target: RedisServer) -> None:
    """Gives the empty slot of a key to another master."""
    for node in (target, source, *cluster.masters):
        command = f"CLUSTER SETSLOT {slot_of(key.encode())} NODE {node_id(target)}"
        assert node.ask(command) == b"+OK"


async def test_each_key_lies_with_its_owner(cluster, client):
    keys = [f"key{number}" for number in range(200)]
    await asyncio.gather(*(client.execute("SET", key, key) for key in keys))
    for key in keys:
        owner = cluster.owner(slot_of(key.encode()))
        assert await asyncio.to_thread(owner.lines, f"GET {key}") == [
            f"${len(key)}".encode(),
            key.encode(),
        ]


async def test_a_pipeline_over_all_nodes_answers_in_order(client):
    keys = [f"p{number}" for number in range(50)]
    replies = await client.pipeline(
        *(("RPUSH", key, "x") for key in keys),
        *(("RPUSH", key, "y", "z") for key in keys),
        *(("LLEN", key) for key in keys),
    )
    assert replies == [1] * 50 + [3] * 50 + [3] * 50
    with pytest.raises(RedisReplyError, match="WRONGTYPE"):
        await client.pipeline(("INCR", "n1"), ("INCR", "p0"), ("INCR", "n1"))
    assert await client.execute("GET", "n1") == b"2"
    assert await client.pipeline() == []


async def test_scripts_run_where_their_keys_lie(client):
    for number in range(12):
        keys = [f"{{tag{number}}}:a", f"{{tag{number}}}:b"]
        assert await client.run(PUT, keys, ["x"]) == 1
        assert await client.run(PUT, keys, ["x"]) == 2
    assert await client.run(Script.of("return 7"), []) == 7


async def test_keys_of_several_slots_in_one_script_are_a_bug(client):
    with pytest.raises(RedisReplyError, match="CROSSSLOT"):
        await client.run(PUT, ["a", "b"], ["x"])


async def test_signals_reach_a_subscriber_at_any_node(cluster, client):
    async with signals(cluster.url) as hub:
        with hub.listen("channel") as event:

            async def heard() -> bool:
                await client.execute("PUBLISH", "channel", "x")
                return event.is_set()

            await eventually(lambda: bool(hub._connection))
            event.clear()
            await eventually(heard)
            event.clear()
            publish = Script.of("return redis.call('PUBLISH', 'channel', KEYS[1])")
            await client.run(publish, [key_of(cluster.masters[2], cluster, "from")])
            async with asyncio.timeout(60):
                await event.wait()


async def test_a_moved_slot_is_followed(cluster, client):
    source, target = cluster.masters[1], cluster.masters[2]
    key = key_of(source, cluster, "moved")
    assert await client.execute("EXISTS", key) == 0
    move(cluster, key, source, target)
    try:
        assert await client.execute("INCR", key) == 1
        assert await client.pipeline(("INCR", key), ("INCR", key)) == [2, 3]
        assert target.lines(f"GET {key}")[1] == b"3"
        # It is asked at the right place from then on.
        await asyncio.to_thread(source.ask, "CONFIG RESETSTAT")
        assert await client.execute("INCR", key) == 4
        stats = await asyncio.to_thread(source.lines, "INFO commandstats")
        assert not [line for line in stats if b"cmdstat_incr" in line]
    finally:
        await client.execute("DEL", key)
        move(cluster, key, target, source)


async def test_a_slot_that_is_being_moved_is_served_by_both(cluster, client):
    source, target = cluster.masters[1], cluster.masters[2]
    tag = key_of(source, cluster, "half")
    there, missing = f"{{{tag}}}:there", f"{{{tag}}}:missing"
    slot = slot_of(tag.encode())
    assert await client.execute("SET", there, 1) == b"OK"
    assert target.ask(f"CLUSTER SETSLOT {slot} IMPORTING {node_id(source)}") == b"+OK"
    assert source.ask(f"CLUSTER SETSLOT {slot} MIGRATING {node_id(target)}") == b"+OK"
    try:
        replies = await client.pipeline(("INCR", there), ("INCR", missing), ("INCR", missing))
        assert replies == [2, 1, 2]
        # The new owner keeps a new key from its first write on, the script's included.
        fresh = f"{{{tag}}}:fresh"
        assert await client.run(Script.of("return redis.call('INCR', KEYS[1])"), [fresh]) == 1
        # Until its move is done, keys at both places cannot be used together: not now.
        with pytest.raises(RedisAwayError):
            await client.run(PUT, [there, missing], ["x"])
    finally:
        for node in (source, target):
            assert node.ask(f"CLUSTER SETSLOT {slot} STABLE") == b"+OK"


async def test_a_seed_that_is_dead_is_passed_over(cluster):
    url = cluster.url.replace("@", "@127.0.0.1:1,")
    async with connect(url) as redis, within(1.0):
        assert await redis.execute("ECHO", "x") == b"x"
        assert await redis.execute("SET", "a", 1) == b"OK"


async def test_nobody_there_is_unavailable_at_once():
    async with connect("redis+cluster://127.0.0.1:1,127.0.0.1:2") as redis:
        async with within(1.0):
            for _ in range(50):
                with pytest.raises(RedisAwayError):
                    await redis.execute("GET", "a")
        assert not await redis.ping()


async def test_a_server_that_is_no_cluster_is_unavailable(redis_server, capsys):
    url = redis_server.url.replace("redis://", "redis+cluster://")
    async with connect(url) as redis:
        assert not await redis.ping()
        with pytest.raises(RedisAwayError):
            await redis.execute("GET", "a")
    assert "cluster support disabled" in capsys.readouterr().out


@pytest.mark.impatient
async def test_a_frozen_master_is_unavailable_in_time_and_only_its_slots(cluster):
    frozen = cluster.masters[1]
    there, other = key_of(frozen, cluster, "cold"), key_of(cluster.masters[2], cluster, "warm")
    async with connect(cluster.url, timeout_s=0.5) as redis:
        await redis.pipeline(("SET", there, 1), ("SET", other, 1))
        frozen.freeze()
        try:
            async with within(1.0):
                with pytest.raises(RedisAwayError):
                    await redis.pipeline(("INCR", other), ("INCR", there))
            assert await redis.execute("INCR", other) == 3
        finally:
            frozen.thaw()
        await eventually(lambda: served(redis, there))


async def test_nothing_is_sent_twice_when_connections_break(cluster, client):
    acknowledged = unknown = 0
    keys = [key_of(master, cluster, "counted") for master in cluster.masters]

    async def increment(key: str) -> None:
        nonlocal acknowledged, unknown
        try:
            await client.execute("INCR", key)
            acknowledged += 1
        except RedisAwayError:
            unknown += 1

    async def kill() -> None:
        while min(acknowledged, unknown) < 100:
            for master in cluster.masters:
                await asyncio.to_thread(master.ask, "CLIENT KILL TYPE normal")
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        group.create_task(kill())
        while min(acknowledged, unknown) < 100:
            await asyncio.gather(*(increment(key) for key in keys * 30))
    for key in keys:
        await eventually(lambda key=key: served(client, key))
    counts = [await client.execute("GET", key) for key in keys]
    counted = sum(int(count or 0) for count in counts)
    assert acknowledged <= counted <= acknowledged + unknown


async def served(redis: Redis, key: str) -> bool:
    try:
        return await redis.execute("EXISTS", key) in (0, 1)
    except RedisAwayError:
        return False


async def test_after_the_death_of_a_master_its_replica_is_used(cluster, client):
    """Last of this module: the first master stays dead."""
    dead = cluster.masters[0]
    key = key_of(dead, cluster, "survives")
    other = key_of(cluster.masters[1], cluster, "unharmed")
    async with signals(cluster.url) as hub:
        with hub.listen("channel") as event:
            await client.execute("SET", key, 1)
            await eventually(lambda: replicated(cluster, key))
            await asyncio.to_thread(dead.kill)
            with pytest.raises(RedisAwayError):
                await client.execute("INCR", key)
            assert await client.execute("INCR", other) == 1
            assert not [reply for reply in await outcomes(client, key, other) if reply == b"OK"]
            cluster.promote_replica()
            await eventually(lambda: incremented(client, key))
            assert await client.execute("GET", key) == b"2"

            async def heard() -> bool:
                event.clear()
                await client.execute("PUBLISH", "channel", "x")
                await asyncio.sleep(0.01)
                return event.is_set()

            await eventually(heard)


async def replicated(cluster: RedisCluster, key: str) -> bool:
    slot = slot_of(key.encode())
    count = await asyncio.to_thread(cluster.replica.ask, f"CLUSTER COUNTKEYSINSLOT {slot}")
    return count == b":1"


async def incremented(client: Redis, key: str) -> bool:
    try:
        return await client.execute("INCR", key) == 2
    except RedisAwayError:
        return False


async def outcomes(client: Redis, *keys: str) -> list[object]:
    calls = (client.execute("GETSET", key, 1) for key in keys)
    return await asyncio.gather(*calls, return_exceptions=True)
