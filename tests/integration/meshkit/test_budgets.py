import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshkit import budgets, tenants
from meshkit.budgets import Ledger, Month
from meshkit.errors import MeshError, Reason
from meshkit.redis import connect

ACME = "tenant_acme"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
DAY = 86_400


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(redis, clock) -> Ledger:
    return Ledger(redis, clock=clock)


@pytest.fixture
async def budget(redis) -> int:
    """Acme may spend 10 USD a month."""
    await tenants.create(redis, "acme", tenants.OwnLimits(budget_micros=10_000_000))
    return 10_000_000


async def refusal(call) -> MeshError:
    with pytest.raises(MeshError) as raised:
        await call
    assert raised.value.reason == Reason.BUDGET_EXCEEDED
    return raised.value


async def test_reserve_and_settle(ledger, budget):
    await ledger.reserve(ACME, 4, "a", 60)
    assert await ledger.months(ACME) == [Month("2026-11", budget, 0, 4_000_000)]
    await ledger.settle(ACME, "a", 1.5)
    assert await ledger.months(ACME) == [Month("2026-11", budget, 1_500_000, 0)]


async def test_over_the_budget(ledger, budget, clock):
    await ledger.reserve(ACME, 3, "a", 60)
    await ledger.settle(ACME, "a", 3)
    await ledger.reserve(ACME, 4, "b", 60)
    error = await refusal(ledger.reserve(ACME, 3.000001, "c", 60))
    assert error.details == {"budget_usd": 10.0, "spent_usd": 3.0, "reserved_usd": 4.0}
    assert error.http_status == 429
    assert error.retry_after_s == datetime(2026, 12, 1, tzinfo=UTC).timestamp() - clock.now
    await ledger.reserve(ACME, 3, "c", 60)


async def test_december_ends_in_january(ledger, budget, clock):
    clock.now = datetime(2026, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC).timestamp()
    assert (await refusal(ledger.reserve(ACME, 11, "a", 60))).retry_after_s == 1


async def test_a_released_reservation_costs_nothing(ledger, budget):
    await ledger.reserve(ACME, 10, "a", 60)
    for _ in range(2):
        await ledger.release(ACME, "a")
    await ledger.reserve(ACME, 10, "a", 60)
    assert await ledger.months(ACME) == [Month("2026-11", budget, 0, 10_000_000)]


async def test_repeating_books_once(ledger, budget):
    for _ in range(3):
        await ledger.reserve(ACME, 6, "a", 60)
    for _ in range(3):
        await ledger.settle(ACME, "a", 5)
    # Neither a late repetition of the reservation nor a release undoes the end.
    await ledger.reserve(ACME, 6, "a", 60)
    await ledger.release(ACME, "a")
    assert await ledger.months(ACME) == [Month("2026-11", budget, 5_000_000, 0)]


async def test_a_dead_holders_reservation_lapses(ledger, budget, clock):
    await ledger.reserve(ACME, 10, "dead", 60)
    clock.now += 59
    await refusal(ledger.reserve(ACME, 1, "b", 60))
    clock.now += 1
    await ledger.reserve(ACME, 10, "b", 60)
    # It was not dead after all: what it cost is a fact.
    for _ in range(2):
        await ledger.settle(ACME, "dead", 9)
    assert await ledger.months(ACME) == [Month("2026-11", budget, 9_000_000, 10_000_000)]


async def test_a_reservation_repeated_in_time_is_held_on(ledger, budget, clock):
    await ledger.reserve(ACME, 10, "a", 60)
    clock.now += 50
    await ledger.reserve(ACME, 10, "a", 60)
    clock.now += 50
    await refusal(ledger.reserve(ACME, 1, "b", 60))


async def test_a_lapsed_reservation_made_again_must_fit_again(ledger, budget, clock):
    await ledger.reserve(ACME, 10, "a", 60)
    clock.now += 60
    await ledger.reserve(ACME, 10, "b", 60)
    await refusal(ledger.reserve(ACME, 10, "a", 60))


async def test_a_cost_is_of_the_month_of_its_reservation(ledger, budget, clock):
    clock.now = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp()
    await ledger.reserve(ACME, 8, "a", 60)
    clock.now += 2
    # A new month, a new budget, whatever the old one still holds.
    await ledger.reserve(ACME, 10, "b", 60)
    await ledger.settle(ACME, "a", 7)
    assert await ledger.months(ACME) == [
        Month("2026-12", budget, 0, 10_000_000),
        Month("2026-11", budget, 7_000_000, 0),
    ]


async def test_a_cost_without_a_reservation_is_booked(ledger, budget):
    for _ in range(2):
        await ledger.settle(ACME, "unheard-of", 2)
    assert await ledger.months(ACME) == [Month("2026-11", budget, 2_000_000, 0)]


async def test_no_budget_is_no_limit_but_booked(ledger):
    await ledger.reserve(ACME, 1_000_000, "a", 60)
    await ledger.settle(ACME, "a", 123.456789)
    assert await ledger.months(ACME) == [Month("2026-11", 0, 123_456_789, 0)]


async def test_who_has_neither_costs_nor_a_budget_has_no_months(ledger):
    assert await ledger.months(ACME) == []


async def test_months_look_back_a_year_each_with_its_budget(ledger, redis, clock):
    await tenants.create(redis, "acme", tenants.OwnLimits(budget_micros=5_000_000))
    for number in range(9, 23):  # October 2025 to November 2026
        year, month = divmod(number, 12)
        clock.now = datetime(2025 + year, month + 1, 5, tzinfo=UTC).timestamp()
        await ledger.reserve(ACME, 1, f"r{number}", 60)
        await ledger.settle(ACME, f"r{number}", 1)
    await tenants.change(redis, ACME, tenants.OwnLimits(budget_micros=7_000_000))
    months = await ledger.months(ACME)
    assert [one.month for one in months] == [
        *(f"2026-{number:02d}" for number in range(11, 0, -1)),
        "2025-12",
    ]
    assert [one.budget for one in months] == [7_000_000] + [5_000_000] * 11


async def test_what_has_ended_is_forgotten_after_a_day(ledger, redis, clock):
    await ledger.reserve(ACME, 1, "settled", 60)
    await ledger.settle(ACME, "settled", 1)
    await ledger.reserve(ACME, 1, "lapses", 60)
    clock.now += 60
    await ledger.months(ACME)
    clock.now += DAY
    assert await ledger.months(ACME) == [Month("2026-11", 0, 1_000_000, 0)]
    assert await redis.execute("EXISTS", budgets.reservations_key(ACME)) == 0
    assert await redis.execute("EXISTS", budgets.reservation_times_key(ACME)) == 0


async def test_tenants_do_not_share(ledger, budget):
    await ledger.reserve("tenant_other", 100, "a", 60)
    await ledger.reserve(ACME, 10, "a", 60)
    assert (await ledger.months(ACME))[0].reserved == 10_000_000


@pytest.mark.parametrize("amount", [-0.1, float("nan"), float("inf"), 1e9 + 1])
async def test_an_amount_that_is_none(ledger, amount):
    with pytest.raises(ValueError, match="amount"):
        await ledger.reserve(ACME, amount, "a", 60)
    with pytest.raises(ValueError, match="amount"):
        await ledger.settle(ACME, "a", amount)


@pytest.mark.parametrize("reservation_id", ["", "a b", "ä", "x" * 129, "a\n"])
async def test_an_id_that_is_none(ledger, reservation_id):
    with pytest.raises(ValueError, match="id"):
        await ledger.reserve(ACME, 1, reservation_id, 60)


@pytest.mark.parametrize(
    ("usd", "nearest", "up"),
    [(0, 0, 0), (0.1, 100_000, 100_000), (1e-7, 0, 1), (0.0000015, 2, 2), (1e9, 10**15, 10**15)],
)
def test_millionths(usd, nearest, up):
    assert budgets.to_micros(usd) == nearest
    assert budgets.to_micros(usd, up=True) == up


async def test_the_largest_amounts_are_exact(ledger, redis):
    await tenants.create(redis, "acme", tenants.OwnLimits(budget_micros=10**15))
    await ledger.reserve(ACME, 999_999_999.999999, "a", 60)
    await refusal(ledger.reserve(ACME, 0.000002, "b", 60))
    await ledger.reserve(ACME, 0.000001, "b", 60)
    await ledger.settle(ACME, "a", 999_999_999.999999)
    assert (await ledger.months(ACME))[0] == Month("2026-11", 10**15, 10**15 - 1, 1)


async def test_of_many_at_once_as_many_pass_as_the_budget_has_room_for(ledger, budget):
    tries = (ledger.reserve(ACME, 1, f"r{number}", 60) for number in range(100))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 10


STEP = st.one_of(
    st.tuples(st.just("reserve"), st.integers(0, 5), st.integers(0, 6_000_000)),
    st.tuples(st.just("settle"), st.integers(0, 5), st.integers(0, 6_000_000)),
    st.tuples(st.just("release"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 90), st.just(0)),
)


@given(steps=st.lists(STEP, max_size=25))
async def test_the_books_are_right_after_any_history(shared_redis, steps):
    async with connect(shared_redis.url) as redis:
        await redis.execute("FLUSHALL")
        await tenants.create(redis, "acme", tenants.OwnLimits(budget_micros=10_000_000))
        clock = Clock()
        ledger = Ledger(redis, clock=clock)
        settled: dict[str, int] = {}
        for action, number, micros in steps:
            name, usd = f"r{number}", micros / 1_000_000
            if action == "wait":
                clock.now += number
            elif action == "settle":
                await ledger.settle(ACME, name, usd)
                settled.setdefault(name, micros)
            elif action == "release":
                await ledger.release(ACME, name)
            else:
                await reserved_rightly(ledger, name, micros)
            this = (await ledger.months(ACME))[0]
            assert this.spent == sum(settled.values())
            assert this.reserved >= 0


async def reserved_rightly(ledger: Ledger, name: str, micros: int) -> None:
    """Reserves, and holds the answer against the books before and after."""
    before = (await ledger.months(ACME))[0]
    (outcome,) = await asyncio.gather(
        ledger.reserve(ACME, micros / 1_000_000, name, 60), return_exceptions=True
    )
    if outcome is not None:
        assert outcome.reason == Reason.BUDGET_EXCEEDED
        assert before.spent + before.reserved + micros > before.budget
        assert (await ledger.months(ACME))[0] == before
    else:
        after = (await ledger.months(ACME))[0]
        assert after.reserved in (before.reserved, before.reserved + micros)
        if after.reserved > before.reserved:
            assert after.spent + after.reserved <= after.budget


@given(
    amounts=st.lists(st.integers(1, 4_000_000), min_size=2, max_size=12),
    costs=st.lists(st.integers(0, 4_000_000), min_size=12, max_size=12),
)
async def test_callers_at_once_never_pass_the_budget(shared_redis, amounts, costs):
    """Several connections reserve and settle at once, no call costing more than it reserved."""
    async with connect(shared_redis.url) as one, connect(shared_redis.url) as two:
        await one.execute("FLUSHALL")
        await tenants.create(one, "acme", tenants.OwnLimits(budget_micros=10_000_000))
        ledgers = [Ledger(redis, clock=Clock()) for redis in (one, two)]
        spent = 0

        async def call(number: int, amount: int) -> None:
            nonlocal spent
            ledger, name = ledgers[number % 2], f"r{number}"
            try:
                await ledger.reserve(ACME, amount / 1_000_000, name, 60)
            except MeshError:
                return
            cost = min(amount, costs[number])
            spent += cost
            await ledger.settle(ACME, name, cost / 1_000_000)

        async def watch() -> None:
            for _ in range(5):
                now = (await ledgers[0].months(ACME))[0]
                assert now.spent + now.reserved <= now.budget

        await asyncio.gather(watch(), *(call(n, amount) for n, amount in enumerate(amounts)))
        assert await ledgers[0].months(ACME) == [Month("2026-11", 10_000_000, spent, 0)]
