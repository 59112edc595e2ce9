"""What is due: leases, turns, and what ends a lease."""

from meshkit.webhooks import due, keys

LEASE_MS = 20_000


async def taken(redis, count: int = 10, busy=()) -> list[tuple[str, str]]:
    claimed = await due.claim(redis, lease_ms=LEASE_MS, count=count, busy=busy)
    return [(entry.tenant_id, entry.name) for entry in claimed]


async def score(redis, tenant_id: str, entry: str) -> int | None:
    reply = await redis.execute("ZSCORE", keys.due(tenant_id), entry)
    return int(reply) if reply is not None else None


async def test_each_call_takes_one_of_each_tenant(redis) -> None:
    for entry in ("1", "2"):
        await due.put(redis, "a", entry)
        await due.put(redis, "b", entry)
    assert sorted(await taken(redis)) == [("a", "1"), ("b", "1")]
    assert sorted(await taken(redis)) == [("a", "2"), ("b", "2")]
    assert await taken(redis) == []


async def test_tenants_take_turns(redis) -> None:
    for n in range(5):
        await due.put(redis, "flooder", str(n))
    await redis.execute("ZADD", keys.TENANTS, 1, "flooder")
    await due.put(redis, "other", "x")
    await redis.execute("ZADD", keys.TENANTS, 2, "other")
    assert await taken(redis, count=1) == [("flooder", "0")]
    assert await taken(redis, count=1) == [("other", "x")]


async def test_busy_tenants_are_passed_over(redis) -> None:
    await due.put(redis, "a", "1")
    await due.put(redis, "b", "1")
    assert await taken(redis, count=1, busy=["a"]) == [("b", "1")]
    assert await taken(redis, count=1) == [("a", "1")]


async def test_what_is_not_due_yet_is_left(redis) -> None:
    await due.put(redis, "a", "later", delay_ms=60_000)
    assert await taken(redis) == []
    await due.put(redis, "a", "later")
    assert await taken(redis) == []
    await due.put(redis, "a", "later", again=True)
    assert await taken(redis) == [("a", "later")]


async def test_a_lease_that_runs_out_frees_its_entry(redis) -> None:
    await due.put(redis, "a", "1")
    assert len(await due.claim(redis, lease_ms=-1, count=1)) == 1
    assert await taken(redis) == [("a", "1")]


async def test_a_settled_entry_is_gone_or_waits(redis) -> None:
    await due.put(redis, "a", "1")
    (claimed,) = await due.claim(redis, lease_ms=LEASE_MS, count=1)
    await due.settle(redis, claimed, claimed.until_ms + 5)
    assert await score(redis, "a", "1") == claimed.until_ms + 5
    await due.put(redis, "a", "1", again=True)
    (claimed,) = await due.claim(redis, lease_ms=LEASE_MS, count=1)
    await due.settle(redis, claimed, None)
    assert await score(redis, "a", "1") is None
    assert await taken(redis) == []
    assert await redis.execute("EXISTS", keys.TENANTS) == 0


async def test_a_retry_sooner_than_the_lease_is_taken_in_time(redis) -> None:
    await due.put(redis, "a", "1")
    (claimed,) = await due.claim(redis, lease_ms=LEASE_MS, count=1)
    await due.settle(redis, claimed, 1)
    assert await taken(redis) == [("a", "1")]


async def test_an_entry_made_due_again_outlives_the_lease_before(redis) -> None:
    await due.put(redis, "a", "1")
    (claimed,) = await due.claim(redis, lease_ms=LEASE_MS, count=1)
    await due.put(redis, "a", "1", again=True)
    await due.settle(redis, claimed, None)
    assert await taken(redis) == [("a", "1")]
