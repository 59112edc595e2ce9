import random

import pytest

from meshkit.tasks import durations

TENANT, OTHER = "tenant_acme", "tenant_other"


async def learned(redis, *ratios: float) -> float:
    """The median ratio of a step after it has taken these."""
    for ratio in ratios:
        await durations.learn_step(redis, TENANT, "job", "coder", ratio)
    return (await durations.step_ratios(redis, TENANT, "job"))["coder"]


async def test_the_first_value_is_taken_as_it_is(redis):
    assert await durations.step_ratios(redis, TENANT, "job") == {}
    assert await learned(redis, 1.5) == 1.5
    assert await durations.step_ratios(redis, TENANT, "other") == {}


async def test_a_median_moves_towards_what_it_sees_and_never_past_it(redis):
    assert await learned(redis, 1.0, 5.0) == pytest.approx(1.1, abs=1e-4)
    assert await learned(redis, 1.09) == pytest.approx(1.09, abs=1e-4)
    assert await learned(redis, 0.01) == pytest.approx(1.09 / 1.1, abs=1e-4)


async def test_a_median_does_not_follow_outliers(redis):
    chance = random.Random(1)  # noqa: S311 - repeatable, no secret
    values = [60 if chance.random() < 0.2 else chance.uniform(0.9, 1.1) for _ in range(300)]
    assert 0.8 < await learned(redis, *values) < 1.3


async def test_a_tenants_own_values_come_before_all_tenants(redis):
    await durations.learn_step(redis, OTHER, "job", "coder", 4.0)
    assert await durations.step_ratios(redis, TENANT, "job") == {"coder": 4.0}
    await durations.learn_step(redis, TENANT, "job", "review", 2.0)
    assert await durations.step_ratios(redis, TENANT, "job") == {"coder": 4.0, "review": 2.0}
    await durations.learn_step(redis, TENANT, "job", "coder", 1.0)
    assert (await durations.step_ratios(redis, OTHER, "job"))["coder"] == 4.0


async def test_whole_tasks(redis):
    assert await durations.expected_task_ms(redis, TENANT, "job") == 0
    await durations.learn_task(redis, OTHER, "job", 9000)
    assert await durations.expected_task_ms(redis, TENANT, "job") == 9000
    await durations.learn_task(redis, TENANT, "job", 9001)
    assert await durations.expected_task_ms(redis, TENANT, "job") == 9001
