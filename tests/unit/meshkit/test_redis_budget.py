"""How long one call may wait for Redis."""

import asyncio

import pytest

from meshkit.redis import RedisAwayError, budget
from meshkit.redis.budget import NEVER, Budget


def test_the_commands_of_a_call_share_its_seconds():
    call = Budget(2.0)
    assert call.enter(10.0) == 12.0
    call.leave(11.5)
    # What passes between two commands is not Redis's.
    assert call.enter(100.0) == 100.5
    call.leave(100.5)
    with pytest.raises(RedisAwayError):
        call.enter(200.0)


def test_commands_at_the_same_time_count_once():
    call = Budget(2.0)
    assert [call.enter(10.0), call.enter(10.5)] == [12.0, 12.0]
    call.leave(11.0)
    call.leave(11.5)
    assert call.enter(20.0) == 20.5


def test_a_command_begun_too_late_beside_another_is_refused_and_spoils_nothing():
    call = Budget(1.0)
    call.enter(10.0)
    with pytest.raises(RedisAwayError):
        call.enter(11.0)
    call.leave(10.25)
    assert call.enter(20.0) == 20.75


def test_renewed_and_lifted():
    call = Budget(1.0)
    call.enter(10.0)
    call.leave(11.0)
    call.renew()
    assert call.enter(20.0) == 21.0
    call.leave(21.0)
    call.lift()
    assert call.enter(30.0) == NEVER
    call.leave(99.0)
    assert call.enter(100.0) == NEVER


def test_what_was_under_way_when_it_was_lifted_does_not_bring_it_back():
    call = Budget(1.0)
    call.enter(10.0)
    call.lift()
    call.leave(10.5)
    assert call.enter(20.0) == NEVER


async def test_waiting_for_others_is_bounded_too():
    never = asyncio.get_running_loop().create_future()
    budget.current.set(Budget(0.01))
    with pytest.raises(RedisAwayError) as raised:
        await budget.bounded(never)
    assert raised.value.state == budget.SLOW


async def test_without_a_budget_nothing_is_bounded():
    done = asyncio.get_running_loop().create_future()
    done.set_result(7)
    budget.renew()
    assert await budget.bounded(done) == 7


async def test_a_task_apart_is_not_on_the_budget_of_its_caller():
    seen = []

    async def look() -> None:
        seen.append(budget.current.get())

    mine = Budget(1.0)
    budget.current.set(mine)
    await budget.apart(look())
    assert (seen, budget.current.get()) == ([None], mine)
