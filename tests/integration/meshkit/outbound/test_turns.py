"""Turns at hosts: apart over replicas, given up when late, put off when a host asks for it."""

import asyncio
import itertools
import time

import pytest

from meshkit.outbound.turns import NoTurnError, Turns
from meshkit.redis import Redis, connect
from tests.support.pace import lag
from tests.support.redis import RedisServer

HOST = "site.test"


@pytest.fixture
def turns(redis: Redis) -> Turns:
    return Turns(redis)


async def test_turns_are_apart_over_replicas(turns: Turns, redis_server: RedisServer) -> None:
    async def take(whose: Turns) -> float:
        turn = await whose.wait(HOST, interval_s=0.5, wait_max_s=30)
        await turn.hold()
        return time.monotonic()

    async with connect(redis_server.url) as other:
        replicas = [turns, Turns(other)]
        async with lag() as late:
            times = sorted(await asyncio.gather(*(take(replicas[n % 2]) for n in range(4))))
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert min(gaps) >= 0.5 - late.most_s


async def test_a_turn_that_was_missed_is_given_up(turns: Turns) -> None:
    late = await turns.wait(HOST, interval_s=0.3, wait_max_s=10)
    following = await turns.wait(HOST, interval_s=0.3, wait_max_s=10)
    await following.hold()
    began = time.monotonic()
    # Its own time is long over, and another has had the turn after it.
    await late.hold()
    assert time.monotonic() - began >= 0.25


async def test_one_that_cannot_wait_takes_no_turn(turns: Turns, redis: Redis) -> None:
    await turns.wait(HOST, interval_s=100, wait_max_s=1)
    before = await redis.execute("GET", f"turn:{{{HOST}}}")
    for _ in range(3):
        with pytest.raises(NoTurnError) as raised:
            await turns.wait(HOST, interval_s=100, wait_max_s=1)
        assert 100 < raised.value.wait_s <= 110
    assert await redis.execute("GET", f"turn:{{{HOST}}}") == before


async def test_a_host_rests_for_the_longest_time_that_it_asked_for(
    turns: Turns, redis: Redis
) -> None:
    await turns.put_off(HOST, 100)
    await turns.put_off(HOST, 10)
    with pytest.raises(NoTurnError) as raised:
        await turns.wait(HOST, interval_s=0, wait_max_s=5)
    assert 90 < raised.value.wait_s <= 100
    assert 90 < int(str(await redis.execute("TTL", f"rest:{{{HOST}}}"))) <= 100


async def test_who_waits_for_a_turn_heeds_what_the_host_asks_for_meanwhile(turns: Turns) -> None:
    await turns.wait(HOST, interval_s=0.3, wait_max_s=1)
    waiting = asyncio.create_task(turns.wait(HOST, interval_s=0.3, wait_max_s=1))
    # The turn is reserved by now; the host asks for more time than the caller has.
    await asyncio.sleep(0.05)
    await turns.put_off(HOST, 60)
    with pytest.raises(NoTurnError):
        await waiting


async def test_without_an_interval_nobody_waits(turns: Turns, redis: Redis) -> None:
    for _ in range(20):
        await turns.wait(HOST, interval_s=0, wait_max_s=0)
    assert await redis.execute("EXISTS", f"turn:{{{HOST}}}") == 0
