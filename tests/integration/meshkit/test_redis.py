import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import uvloop

from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, RedisAwayError, RedisReplyError, Script, connect
from tests.support.eventually import eventually
from tests.support.pace import within
from tests.support.redis import RedisServer


@pytest.fixture
async def client(own_redis: RedisServer) -> AsyncIterator[Redis]:
    async with connect(own_redis.url) as opened:
        yield opened


async def back(redis: Redis) -> None:
    """Waits until calls succeed again."""
    await eventually(redis.ping)


async def test_replies_of_1000_concurrent_commands_go_to_their_callers(redis):
    async def echo(number: int) -> None:
        assert await redis.execute("ECHO", f"{number}") == str(number).encode()

    await asyncio.gather(*(echo(number) for number in range(1000)))


async def test_commands_run_in_the_order_in_which_they_were_called(redis):
    await asyncio.gather(*(redis.execute("RPUSH", "list", number) for number in range(1000)))
    stored = await redis.execute("LRANGE", "list", 0, -1)
    assert stored == [str(number).encode() for number in range(1000)]


async def test_all_share_one_connection(redis, redis_server):
    await redis.ping()
    before = await redis.execute("INFO", "clients")
    await asyncio.gather(*(redis.execute("GET", number) for number in range(100)))
    after = await redis.execute("INFO", "clients")
    assert before.splitlines()[1] == after.splitlines()[1]


async def test_kinds_of_arguments_and_replies(redis):
    await redis.execute("SET", "a", "Grüße\r\n")
    assert await redis.execute("GET", b"a") == "Grüße\r\n".encode()
    assert await redis.execute("INCRBYFLOAT", "f", 1.5) == b"1.5"
    assert await redis.execute("GET", "missing") is None
    assert await redis.execute("STRLEN", "a") == 9
    nested = await redis.run(Script.of("return {1, {'x', false}, 'y'}"), [])
    assert nested == [1, [b"x", None], b"y"]
    big = b"x" * 3_000_000
    await redis.execute("SET", "big", big)
    assert await redis.execute("GET", "big") == big


async def test_a_pipeline_answers_in_order_and_raises_the_first_error(redis):
    assert await redis.pipeline(("SET", "a", 1), ("INCR", "a"), ("GET", "a")) == [b"OK", 2, b"2"]
    with pytest.raises(RedisReplyError, match="WRONGTYPE"):
        await redis.pipeline(("INCR", "a"), ("LPUSH", "a", 1), ("INCR", "a"))
    assert await redis.execute("GET", "a") == b"4"


async def test_a_refused_command_is_a_bug_and_leaves_the_connection_in_order(redis):
    with pytest.raises(RedisReplyError, match="unknown command"):
        await redis.execute("NOSUCH")
    assert await redis.ping()


async def test_a_cancelled_caller_does_not_shift_the_replies(redis):
    await redis.ping()
    calls = [asyncio.create_task(redis.execute("ECHO", number)) for number in range(100)]
    await asyncio.sleep(0)  # all are under way
    for call in calls[::2]:
        call.cancel()
    assert await redis.execute("ECHO", "after") == b"after"
    for number, call in enumerate(calls[1::2]):
        assert await call == str(2 * number + 1).encode()


async def test_a_cancelled_first_caller_does_not_take_the_connection_from_others(redis):
    first = asyncio.create_task(redis.execute("ECHO", "first"))
    second = asyncio.create_task(redis.execute("ECHO", "second"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == b"second"
    assert first.cancelled()


async def test_a_script_is_loaded_on_first_use_and_after_a_flush(redis):
    script = Script.of("return ARGV[1]")
    assert await redis.run(script, [], ["1"]) == b"1"
    await redis.execute("SCRIPT", "FLUSH")
    assert await redis.run(script, [], ["2"]) == b"2"
    exists = await redis.execute("SCRIPT", "EXISTS", script.sha)
    assert exists == [1]


async def test_a_broken_script_is_a_bug(redis):
    with pytest.raises(RedisReplyError):
        await redis.run(Script.of("return redis.call('NOSUCH')"), [])


async def test_the_database_of_the_url_is_selected(redis_server, redis):
    async with connect(redis_server.url.removesuffix("/0") + "/3") as third:
        await third.execute("SET", "only-in-3", 1)
        assert await third.execute("GET", "only-in-3") == b"1"
    assert await redis.execute("GET", "only-in-3") is None


async def test_it_reconnects_after_a_crash_and_nothing_acknowledged_is_lost(own_redis, client):
    assert await client.execute("INCR", "n") == 1
    own_redis.kill()
    with pytest.raises(RedisAwayError):
        await client.execute("INCR", "n")
    own_redis.start()
    await back(client)
    assert await client.execute("GET", "n") == b"1"


async def test_without_redis_calls_fail_at_once(own_redis, client):
    own_redis.kill()
    async with within(1.0):
        for _ in range(50):
            with pytest.raises(MeshError) as raised:
                await client.execute("GET", "a")
            assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE
            assert raised.value.retry_after_s is not None
    assert not await client.ping()


async def test_a_command_under_way_is_never_sent_twice(own_redis, client):
    """Connections are killed under increments: each is applied at most once."""
    acknowledged = unknown = 0

    async def increment() -> None:
        nonlocal acknowledged, unknown
        try:
            await client.execute("INCR", "n")
            acknowledged += 1
        except RedisAwayError:
            unknown += 1

    async def kill() -> None:
        while min(acknowledged, unknown) < 200:
            await asyncio.to_thread(own_redis.ask, "CLIENT KILL TYPE normal")
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        group.create_task(kill())
        while min(acknowledged, unknown) < 200:
            await asyncio.gather(*(increment() for _ in range(100)))
    await back(client)
    counted = int(await client.execute("GET", "n"))
    assert acknowledged <= counted <= acknowledged + unknown


async def test_a_command_that_has_been_sent_is_not_sent_again(own_redis, client):
    # Both are with the server; the second one waits there behind the first, which blocks.
    calls = [
        asyncio.create_task(client.execute("BLPOP", "never", 0)),
        asyncio.create_task(client.execute("INCR", "n")),
    ]

    async def blocked() -> bool:
        return b"blocked_clients:1" in await asyncio.to_thread(own_redis.lines, "INFO clients")

    await eventually(blocked)
    await asyncio.to_thread(own_redis.ask, "CLIENT KILL TYPE normal")
    for call in calls:
        with pytest.raises(RedisAwayError):
            await call
    await back(client)
    assert await client.execute("GET", "n") is None


@pytest.mark.impatient
async def test_a_frozen_redis_is_unavailable_within_2_seconds_and_comes_back(own_redis, client):
    await client.ping()
    own_redis.freeze()
    try:
        calls = [asyncio.create_task(client.execute("INCR", "n")) for _ in range(10)]
        async with within(2.0):
            for call in calls:
                with pytest.raises(RedisAwayError):
                    await call
        # It still accepts connections; nobody answers on them.
        async with within(2.0):
            with pytest.raises(RedisAwayError):
                await client.execute("GET", "n")
    finally:
        own_redis.thaw()
    await back(client)
    # The kernel may have handed the increments over before the connection was given up.
    assert int(await client.execute("GET", "n") or 0) <= 10


async def test_a_wrong_password_is_unavailable_and_told_in_the_log(redis_server, capsys):
    async with connect(f"redis://:wrong@127.0.0.1:{redis_server.port}") as redis:
        with pytest.raises(RedisAwayError):
            await redis.execute("GET", "a")
    out = capsys.readouterr().out
    assert "WRONGPASS" in out
    assert ":wrong@" not in out


async def test_no_password_is_unavailable(redis_server):
    async with connect(f"redis://127.0.0.1:{redis_server.port}") as redis:
        assert not await redis.ping()


async def test_nobody_there_is_unavailable():
    async with connect("redis://127.0.0.1:1") as redis:
        with pytest.raises(RedisAwayError):
            await redis.execute("GET", "a")


async def test_a_loading_redis_is_unavailable_until_it_has_loaded():
    loaded = asyncio.Event()
    players: list[asyncio.Task[None] | None] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one command a chunk, as Redis does while it reads its append-only file."""
        players.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            while await reader.read(1000):
                answer = b"+PONG" if loaded.is_set() else b"-LOADING Redis is loading"
                writer.write(answer + b"\r\n")
        writer.close()

    async with await asyncio.start_server(play, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"redis://127.0.0.1:{port}") as redis:
            with pytest.raises(RedisAwayError):
                await redis.execute("GET", "a")
            loaded.set()
            await back(redis)
            # It may begin to load again under an open connection.
            loaded.clear()
            with pytest.raises(RedisAwayError):
                await redis.execute("GET", "a")
        await asyncio.gather(*(player for player in players if player is not None))


async def test_a_closed_one_answers_unavailable(redis_server):
    async with connect(redis_server.url) as redis:
        await redis.ping()
    with pytest.raises(RedisAwayError):
        await redis.execute("GET", "a")


Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_both_event_loops(own_redis, run: Run):
    async def work() -> None:
        async with connect(own_redis.url) as redis:
            replies = await asyncio.gather(*(redis.execute("INCR", "n") for _ in range(200)))
            assert replies == list(range(1, 201))
            own_redis.kill()
            with pytest.raises(RedisAwayError):
                await redis.execute("INCR", "n")
            own_redis.start()
            await back(redis)
            assert await redis.execute("GET", "n") == b"200"

    # In a thread of its own: the test's thread may have a loop.
    errors: list[BaseException] = []

    def body() -> None:
        try:
            run(work())
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert not errors, errors
