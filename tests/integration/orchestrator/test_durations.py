import random

import pytest

from services.orchestrator import durations


async def test_the_first_duration_is_taken_as_it_is(redis):
    assert await durations.known(redis, "job") == {}
    await durations.learn(redis, "job", "coder", 1234)
    assert await durations.known(redis, "job") == {"coder": 1234}
    assert await durations.known(redis, "other") == {}


async def test_it_moves_towards_what_it_sees_and_never_past_it(redis):
    await durations.learn(redis, "job", "coder", 1000)
    await durations.learn(redis, "job", "coder", 5000)
    assert await durations.known(redis, "job") == {"coder": 1100}
    await durations.learn(redis, "job", "coder", 1090)
    assert await durations.known(redis, "job") == {"coder": 1090}
    await durations.learn(redis, "job", "coder", 1)
    [value] = (await durations.known(redis, "job")).values()
    assert value == pytest.approx(1090 / 1.1, abs=0.1)


async def test_it_finds_the_median_whatever_the_outliers(redis):
    chance = random.Random(1)  # noqa: S311 - repeatable, no secret
    for _ in range(300):
        seen = 60_000 if chance.random() < 0.2 else chance.uniform(900, 1100)
        await durations.learn(redis, "job", "coder", seen)
    [value] = (await durations.known(redis, "job")).values()
    assert 800 < value < 1300


async def test_no_time_at_all_is_a_millisecond(redis):
    await durations.learn(redis, "job", "coder", 0)
    assert await durations.known(redis, "job") == {"coder": 1}
