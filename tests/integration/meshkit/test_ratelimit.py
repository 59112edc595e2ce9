import asyncio

import pytest

from meshkit.auth.keys import Limit
from meshkit.errors import Reason
from meshkit.ratelimit import DEFAULTS, RateLimiter
from meshkit.redis import connect

TENANT = "tenant_acme"
BUCKET = "limit:{tenant_acme}:async"


def test_the_limits_of_the_contract():
    assert {
        "async": Limit(100, 10),
        "sync": Limit(1000, 50),
        "status": Limit(10_000, 100),
    } == DEFAULTS


async def test_a_burst_is_exact_over_two_connections(redis, redis_server):
    async with connect(redis_server.url) as other:
        limiters = [RateLimiter(redis), RateLimiter(other)]
        takes = await asyncio.gather(
            *(limiters[number % 2].take(TENANT, "async", None) for number in range(50))
        )
    allowed = [take for take in takes if take.allowed]
    assert sorted(take.remaining for take in allowed) == list(range(10))
    assert all(35 <= take.retry_after_s <= 36 for take in takes if not take.allowed)


async def earlier(redis, seconds: float) -> None:
    """Lets the last use of the bucket lie further back, as if time had passed."""
    at = float(await redis.execute("HGET", BUCKET, "at"))
    await redis.execute("HSET", BUCKET, "at", f"{at - seconds * 1e6:.0f}")


async def test_tokens_come_back_steadily(redis):
    limiter = RateLimiter(redis)
    limit = Limit(per_hour=3600, burst=2)

    async def takes() -> list[bool]:
        return [(await limiter.take(TENANT, "async", limit)).allowed for _ in range(3)]

    assert await takes() == [True, True, False]
    await earlier(redis, 0.5)
    assert not (await limiter.take(TENANT, "async", limit)).allowed
    await earlier(redis, 0.6)
    assert (await limiter.take(TENANT, "async", limit)).allowed
    await earlier(redis, 1000)
    assert await takes() == [True, True, False]


async def test_a_clock_set_back_takes_no_token_away(redis):
    limiter = RateLimiter(redis)
    await limiter.take(TENANT, "async", None)
    await earlier(redis, -1000)
    take = await limiter.take(TENANT, "async", None)
    assert (take.allowed, take.remaining) == (True, 8)


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
