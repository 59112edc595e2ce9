import random

import pytest

from meshkit.tasks.durations import Durations

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
    assert await Durations(redis).expected_task_ms(TENANT, "job") == 0
    await Durations(redis).learn(OTHER, "job", {}, 9000)
    assert await Durations(redis).expected_task_ms(TENANT, "job") == 9000
    await Durations(redis).learn(TENANT, "job", {"coder": 1.0}, 9001)
    assert await Durations(redis).expected_task_ms(TENANT, "job") == 9001
    assert await Durations(redis).step_ratios(TENANT, "job") == {"coder": 1.0}


async def test_medians_are_read_once_in_a_while(redis):
    durations = Durations(redis)
    assert await durations.expected_task_ms(TENANT, "job") == 0
    await durations.learn(TENANT, "job", {}, 9000)
    assert await durations.expected_task_ms(TENANT, "job") == 0
    assert await Durations(redis).expected_task_ms(TENANT, "job") == 9000
