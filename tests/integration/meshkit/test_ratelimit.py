import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshkit.auth.keys import Limit
from meshkit.errors import Reason
from meshkit.ratelimit import DEFAULTS, RateLimiter, bucket_name
from meshkit.redis import RedisAwayError, connect
from tests.support.eventually import eventually

pytestmark = pytest.mark.also_on_a_cluster

TENANT = "tenant_acme"
BUCKET = bucket_name(TENANT, "async")


def test_the_limits_of_the_contract():
    assert {
        "async": Limit(100, 10),
        "sync": Limit(1000, 50),
        "status": Limit(10_000, 100),
    } == DEFAULTS


async def test_a_burst_is_exact_over_two_connections(redis, redis_url):
    async with connect(redis_url) as other:
        limiters = [RateLimiter(redis), RateLimiter(other)]
        takes = await asyncio.gather(
            *(limiters[number % 2].take(TENANT, "async", None) for number in range(50))
        )
    allowed = [take for take in takes if take.allowed]
    assert sorted(take.remaining for take in allowed) == list(range(10))
    assert all(5 < take.retry_after_s <= 36 for take in takes if not take.allowed)


class Counted:
    """A Redis that counts the scripts it is asked to run."""

    def __init__(self, redis) -> None:
        self._redis = redis
        self.runs = 0

    async def run(self, *arguments):
        self.runs += 1
        return await self._redis.run(*arguments)


async def test_callers_at_once_share_a_step_and_answers_are_as_one_after_another(redis):
    counted = Counted(redis)
    limiter = RateLimiter(counted)
    limit = Limit(per_hour=3600, burst=5)
    takes = await asyncio.gather(*(limiter.take(TENANT, "async", limit) for _ in range(8)))
    assert counted.runs == 1
    assert [take.allowed for take in takes] == [True] * 5 + [False] * 3
    assert [take.remaining for take in takes] == [4, 3, 2, 1, 0, 0, 0, 0]
    assert [round(take.reset_s) for take in takes] == [1, 2, 3, 4, 5, 5, 5, 5]
    assert [round(take.retry_after_s) for take in takes] == [0, 0, 0, 0, 1, 1, 1, 1]


@given(
    burst=st.integers(1, 20),
    waves=st.lists(st.integers(1, 12), min_size=1, max_size=6),
)
@settings(max_examples=25)
def test_never_more_and_never_fewer_than_the_burst(shared_redis, burst, waves):
    async def allowed() -> int:
        async with connect(shared_redis.url) as one, connect(shared_redis.url) as two:
            await one.execute("DEL", BUCKET)
            limiters = [RateLimiter(one), RateLimiter(two)]
            limit = Limit(per_hour=1, burst=burst)
            takes = []
            for wave in waves:
                takes += await asyncio.gather(
                    *(limiters[n % 2].take(TENANT, "async", limit) for n in range(wave))
                )
            return sum(take.allowed for take in takes)

    assert asyncio.run(allowed()) == min(burst, sum(waves))


async def test_callers_soon_after_one_another_share_a_step(redis):
    counted = Counted(redis)
    limiter = RateLimiter(counted)
    first = await limiter.take(TENANT, "async", None)
    later = await asyncio.gather(*(limiter.take(TENANT, "async", None) for _ in range(4)))
    assert [take.remaining for take in (first, *later)] == [9, 8, 7, 6, 5]
    assert counted.runs == 2


async def test_a_caller_who_leaves_before_the_step_spends_nothing(redis):
    limiter = RateLimiter(redis)
    leaving = asyncio.create_task(limiter.take(TENANT, "async", None))
    staying = asyncio.create_task(limiter.take(TENANT, "async", None))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).remaining == 9
    assert leaving.cancelled()


async def test_in_a_full_redis_reading_goes_on_and_starting_does_not(redis, redis_server):
    limiter = RateLimiter(redis)
    limit = Limit(per_hour=1, burst=1)
    for limit_class in ("async", "sync", "status"):
        await limiter.take(TENANT, limit_class, Limit(per_hour=3_600_000, burst=5))
    assert redis_server.ask("CONFIG SET maxmemory 1") == b"+OK"
    try:
        for _ in range(3):
            assert (await limiter.take("tenant_other", "status", limit)).allowed
        for limit_class in ("async", "sync"):
            with pytest.raises(RedisAwayError) as raised:
                await limiter.take(TENANT, limit_class, None)
            assert raised.value.state == "full"
    finally:
        assert redis_server.ask("CONFIG SET maxmemory 0") == b"+OK"
    assert (await limiter.take("tenant_other", "status", limit)).allowed
    assert not (await limiter.take("tenant_other", "status", limit)).allowed


async def test_without_redis_every_caller_hears_it_and_the_next_is_served(own_redis):
    async with connect(own_redis.url) as redis:
        limiter = RateLimiter(redis)
        await limiter.take(TENANT, "async", None)
        own_redis.kill()
        takes = [limiter.take(TENANT, "async", None) for _ in range(3)]
        found = await asyncio.gather(*takes, return_exceptions=True)
        assert [type(error) for error in found] == [RedisAwayError] * 3
        own_redis.start()

        async def taken() -> bool:
            try:
                return (await limiter.take(TENANT, "async", None)).allowed
            except RedisAwayError:
                return False

        await eventually(taken)


async def test_a_refusal_writes_nothing(redis):
    limiter = RateLimiter(redis)
    limit = Limit(per_hour=1, burst=1)
    await limiter.take(TENANT, "async", limit)
    before = await redis.execute("GET", BUCKET)
    assert not (await limiter.take(TENANT, "async", limit)).allowed
    assert await redis.execute("GET", BUCKET) == before


async def earlier(redis, seconds: float) -> None:
    """Lets the last use of the bucket lie further back, as if time had passed."""
    tokens, at = (await redis.execute("GET", BUCKET)).split()
    await redis.execute("SET", BUCKET, tokens + f" {int(at) - seconds * 1e6:.0f}".encode())


async def test_tokens_come_back_steadily(redis):
    limiter = RateLimiter(redis)
    limit = Limit(per_hour=36, burst=2)

    async def takes() -> list[bool]:
        return [(await limiter.take(TENANT, "async", limit)).allowed for _ in range(3)]

    assert await takes() == [True, True, False]
    await earlier(redis, 50)
    assert not (await limiter.take(TENANT, "async", limit)).allowed
    await earlier(redis, 60)
    assert (await limiter.take(TENANT, "async", limit)).allowed
    await earlier(redis, 100_000)
    assert await takes() == [True, True, False]


async def test_a_clock_set_back_takes_no_token_away(redis):
    limiter = RateLimiter(redis)
    await limiter.take(TENANT, "async", None)
    await earlier(redis, -1000)
    take = await limiter.take(TENANT, "async", None)
    assert (take.allowed, take.remaining) == (True, 8)
    # Nor keep them from coming back until it has caught up, not even through a refusal.
    slow = Limit(per_hour=36, burst=1)
    await redis.execute("DEL", BUCKET)
    await limiter.take(TENANT, "async", slow)
    await earlier(redis, -1000)
    assert not (await limiter.take(TENANT, "async", slow)).allowed
    await earlier(redis, 110)
    assert (await limiter.take(TENANT, "async", slow)).allowed


async def test_tenants_and_classes_have_buckets_of_their_own(redis):
    limiter = RateLimiter(redis)
    one = Limit(per_hour=1, burst=1)
    assert (await limiter.take(TENANT, "async", one)).allowed
    assert not (await limiter.take(TENANT, "async", one)).allowed
    assert (await limiter.take(TENANT, "sync", one)).allowed
    assert (await limiter.take("tenant_other", "async", one)).allowed


async def test_an_own_limit_replaces_the_default(redis):
    take = await RateLimiter(redis).take(TENANT, "async", Limit(per_hour=7200, burst=30))
    assert (take.limit.burst, take.remaining) == (30, 29)
    assert take.reset_s == pytest.approx(0.5, abs=0.01)


async def test_a_smaller_limit_counts_at_once(redis):
    limiter = RateLimiter(redis)
    await limiter.take(TENANT, "async", Limit(per_hour=3600, burst=100))
    assert (await limiter.take(TENANT, "async", Limit(per_hour=3600, burst=2))).remaining == 1


async def test_headers_and_refusal(redis):
    limiter = RateLimiter(redis)
    limit = Limit(per_hour=120, burst=1)
    first = await limiter.take(TENANT, "async", limit)
    assert dict(first.headers()) == {
        "ratelimit-limit": "1",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "30",
    }
    error = (await limiter.take(TENANT, "async", limit)).error()
    assert error.reason == Reason.RATE_LIMITED
    assert error.public_details() == {
        "limit": 120,
        "window": 3600,
        "remaining": 0,
        "retry_after": 30,
    }


async def test_a_full_bucket_is_forgotten(redis):
    await RateLimiter(redis).take(TENANT, "async", Limit(per_hour=3600, burst=5))
    assert 1000 < await redis.execute("PTTL", BUCKET) <= 2000


async def test_what_outlives_a_restart_of_redis(own_redis):
    """The bucket of starts does; that of reads, which no poll syncs to disk, is full again."""
    async with connect(own_redis.url) as redis:
        limiter = RateLimiter(redis)
        small = Limit(per_hour=1, burst=3)
        for limit_class in ("async", "status"):
            for _ in range(3):
                assert (await limiter.take("tenant_acme", limit_class, small)).allowed
        own_redis.kill()
        own_redis.start()

        async def allowed(limit_class: str) -> bool:
            return (await limiter.take("tenant_acme", limit_class, small)).allowed

        await eventually(redis.ping)
        assert await allowed("status")
        assert not await allowed("async")
