import random

import pytest

from meshkit.tasks import keys
from meshkit.tasks.durations import Durations, Expected, Whole

TENANT, OTHER = "tenant_acme", "tenant_other"


async def learned(redis, *ratios: float) -> float:
    """The median ratio of a step after it has taken these."""
    for ratio in ratios:
        await Durations(redis).learn(TENANT, "job", {"coder": ratio}, None)
    # Another process, which has read nothing yet.
    return (await Durations(redis).step_ratios(TENANT, "job"))["coder"]


async def test_the_first_value_is_taken_as_it_is(redis):
    assert await Durations(redis).step_ratios(TENANT, "job") == {}
    assert await learned(redis, 1.5) == 1.5
    assert await Durations(redis).step_ratios(TENANT, "other") == {}


async def test_a_median_moves_towards_what_it_sees_and_never_past_it(redis):
    assert await learned(redis, 1.0, 5.0) == pytest.approx(1.1, abs=1e-4)
    assert await learned(redis, 1.09) == pytest.approx(1.09, abs=1e-4)
    assert await learned(redis, 0.01) == pytest.approx(1.09 / 1.1, abs=1e-4)


async def test_a_median_does_not_follow_outliers(redis):
    chance = random.Random(1)  # noqa: S311 - repeatable, no secret
    values = [60 if chance.random() < 0.2 else chance.uniform(0.9, 1.1) for _ in range(300)]
    assert 0.8 < await learned(redis, *values) < 1.3


async def test_a_tenants_own_values_come_before_all_tenants(redis):
    await Durations(redis).learn(OTHER, "job", {"coder": 4.0}, None)
    assert await Durations(redis).step_ratios(TENANT, "job") == {"coder": 4.0}
    await Durations(redis).learn(TENANT, "job", {"review": 2.0, "coder": 3.0}, None)
    assert await Durations(redis).step_ratios(TENANT, "job") == {"coder": 3.0, "review": 2.0}
    assert (await Durations(redis).step_ratios(OTHER, "job"))["coder"] == 4.0


async def test_whole_tasks(redis):
    assert await Durations(redis).expected_task(TENANT, "job", 1024) == Expected(0, 0)
    await Durations(redis).learn(OTHER, "job", {}, Whole(9000, 1024))
    assert await Durations(redis).expected_task(TENANT, "job", 1024) == Expected(9000, 9000)
    await Durations(redis).learn(TENANT, "job", {"coder": 1.0}, Whole(9001, 1024))
    assert await Durations(redis).expected_task(TENANT, "job", 1024) == Expected(9001, 9001)
    assert await Durations(redis).step_ratios(TENANT, "job") == {"coder": 1.0}


async def test_a_large_request_is_expected_to_take_longer(redis):
    await Durations(redis).learn(TENANT, "job", {}, Whole(8000, 3 * 1024))
    expected = [
        await Durations(redis).expected_task(TENANT, "job", kib * 1024) for kib in (0, 3, 7, 31)
    ]
    assert [one.task_ms for one in expected] == [2000, 8000, 16_000, 64_000]
    assert {one.usual_ms for one in expected} == {8000}


async def test_what_was_learned_before_sizes_were_still_counts(redis):
    await redis.execute("HSET", keys.durations("job"), "task", "9000.000000")
    assert await Durations(redis).expected_task(TENANT, "job", 50_000) == Expected(9000, 9000)


async def test_medians_are_read_once_in_a_while(redis):
    durations = Durations(redis)
    assert await durations.expected_task(TENANT, "job", 0) == Expected(0, 0)
    await durations.learn(TENANT, "job", {}, Whole(9000, 0))
    assert await durations.expected_task(TENANT, "job", 0) == Expected(0, 0)
    assert await Durations(redis).expected_task(TENANT, "job", 0) == Expected(9000, 9000)
