"""The ledger of what models cost: reserved before a call, settled after it, in calendar months.

Amounts are whole millionths of a USD inside, so that sums are exact. All keys of one tenant share
its hash tag, and each step is one script: whatever the order in which replicas come, spent and
reserved together never pass the budget when something is reserved.
"""

import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Final

from meshkit import tenants
from meshkit.errors import MeshError, Reason
from meshkit.redis import Argument, Redis, Script, as_mapping

AMOUNT_MAX_USD: Final = 1_000_000_000.0
"""The largest amount and budget, far below what a script can count exactly."""

_MICROS: Final = 1_000_000
_REMEMBERED_MS: Final = 86_400_000
"""How long the end of a reservation is remembered, so that a repeated one books nothing."""
_RESERVATION_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_RESERVE: Final = Script.load("meshkit.scripts", "budget_lib.lua", "budget_reserve.lua")
_END: Final = Script.load("meshkit.scripts", "budget_lib.lua", "budget_end.lua")
_MONTHS: Final = Script.load("meshkit.scripts", "budget_lib.lua", "budget_months.lua")


@dataclass(frozen=True, slots=True)
class Month:
    """What one month has cost a tenant, in millionths of a USD.

    Attributes:
        month: "2026-11" (UTC).
        budget: The budget when something was last reserved; 0 for none.
        spent: What has been settled.
        reserved: What calls under way have reserved.
    """

    month: str
    budget: int
    spent: int
    reserved: int


def ledger_key(tenant_id: str) -> str:
    """Redis key (hash) of a tenant's months: spent, reserved and budget by month."""
    return f"{tenants.settings_key(tenant_id)}:ledger"


def reservations_key(tenant_id: str) -> str:
    """Redis key (hash) of a tenant's reservations: state, month and amount by id."""
    return f"{tenants.settings_key(tenant_id)}:reservations"


def reservation_times_key(tenant_id: str) -> str:
    """Redis key (sorted set) of when a tenant's reservations lapse or are forgotten."""
    return f"{tenants.settings_key(tenant_id)}:reservation-times"


def to_micros(usd: float, *, up: bool = False) -> int:
    """Millionths of a USD, to the nearest one or rounded up.

    Raises:
        ValueError: for an amount below 0, above `AMOUNT_MAX_USD` or that is no number.
    """
    if not 0 <= usd <= AMOUNT_MAX_USD:
        msg = f"an amount in USD is from 0 to {AMOUNT_MAX_USD:,.0f}"
        raise ValueError(msg)
    # The decimal that is written, not the binary number next to it: 0.1 is 100,000 millionths.
    exact = Decimal(str(usd)) * _MICROS
    return int(exact.to_integral_value(ROUND_CEILING if up else ROUND_HALF_EVEN))


def to_usd(micros: int) -> float:
    """USD with six decimals."""
    return micros / _MICROS


class Ledger:
    """The tenants' budgets and costs.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away. The tenant's budget is the one in
    its settings; a tenant without one is not limited, but booked.

    Args:
        redis: Where it is kept.
        clock: Unix seconds. Replicas' clocks should agree within seconds, as for keys.
    """

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock

    async def reserve(
        self, tenant_id: str, amount_usd: float, reservation_id: str, ttl_s: float
    ) -> None:
        """Reserves what a call may cost at most; repeating it with the same id changes nothing.

        Args:
            tenant_id: Who pays.
            amount_usd: How much, rounded up to millionths.
            reservation_id: Names the reservation, 1 to 128 of letters, digits and `_.:-`; one per
                call of a model, the same when that is tried again.
            ttl_s: Seconds after which the caller is taken for dead and the amount is free again.

        Raises:
            MeshError: BUDGET_EXCEEDED, with the seconds to the end of the month.
            ValueError: for a malformed id or amount.
        """
        now = self._clock()
        amount = to_micros(amount_usd, up=True)
        reply = await self._run(
            _RESERVE, tenant_id, reservation_id, _month(now), amount, round(ttl_s * 1000)
        )
        fits, budget, spent, reserved = (
            item for item in (reply if isinstance(reply, list) else []) if isinstance(item, int)
        )
        if not fits:
            raise _exceeded(now, budget=budget, spent=spent, reserved=reserved)

    async def settle(self, tenant_id: str, reservation_id: str, actual_usd: float) -> None:
        """Books what a call has cost, in the month of its reservation; once however often.

        What has lapsed is booked all the same, and so is a cost whose reservation is unknown.

        Raises:
            ValueError: for a malformed id or amount.
        """
        month, actual = _month(self._clock()), to_micros(actual_usd)
        await self._run(_END, tenant_id, reservation_id, month, actual, "settled")

    async def release(self, tenant_id: str, reservation_id: str) -> None:
        """Gives a reservation back whose call was not made; repeating it changes nothing.

        Raises:
            ValueError: for a malformed id.
        """
        month = _month(self._clock())
        await self._run(_END, tenant_id, reservation_id, month, 0, "released")

    async def months(self, tenant_id: str, *, count: int = 12) -> list[Month]:
        """The latest months with costs or with a budget, this one first.

        This month stands with the budget of now, an earlier one with that of its last reservation.

        Args:
            tenant_id: Whose.
            count: Over how many months to look back, this one included.
        """
        now = self._clock()
        ledger = as_mapping(
            await self._redis.run(_MONTHS, _keys(tenant_id), [_ms(now), _REMEMBERED_MS])
        )
        budget = await self._redis.execute(
            "HGET", tenants.settings_key(tenant_id), tenants.BUDGET_FIELD
        )
        found = [_read(ledger, month) for month in _latest_months(now, count)]
        found[0] = replace(found[0], budget=int(budget) if isinstance(budget, bytes) else 0)
        return [month for month in found if month.budget or month.spent or month.reserved]

    async def _run(
        self, script: Script, tenant_id: str, reservation_id: str, *arguments: Argument
    ) -> object:
        if _RESERVATION_ID.fullmatch(reservation_id) is None:
            msg = "a reservation's id has 1 to 128 letters, digits or _.:-"
            raise ValueError(msg)
        now_ms = _ms(self._clock())
        return await self._redis.run(
            script, _keys(tenant_id), [now_ms, _REMEMBERED_MS, reservation_id, *arguments]
        )


def _keys(tenant_id: str) -> list[str]:
    return [
        tenants.settings_key(tenant_id),
        ledger_key(tenant_id),
        reservations_key(tenant_id),
        reservation_times_key(tenant_id),
    ]


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _month(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m")


def _latest_months(now: float, count: int) -> list[str]:
    today = datetime.fromtimestamp(now, UTC)
    numbers = (today.year * 12 + today.month - 1 - back for back in range(count))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _read(ledger: Mapping[bytes, bytes], month: str) -> Month:
    budget, spent, reserved = (
        int(ledger.get(f"{name}:{month}".encode(), 0)) for name in ("budget", "spent", "reserved")
    )
    return Month(month, budget, spent, reserved)


def _exceeded(now: float, *, budget: int, spent: int, reserved: int) -> MeshError:
    today = datetime.fromtimestamp(now, UTC)
    year, month = divmod(today.year * 12 + today.month, 12)
    end = datetime(year, month + 1, 1, tzinfo=UTC)
    return MeshError(
        Reason.BUDGET_EXCEEDED,
        f"The budget of {to_usd(budget):,.2f} USD for {today:%Y-%m} has no room for this; it "
        f"begins anew on {end:%Y-%m-%d} (UTC), unless it is raised before.",
        details={
            "budget_usd": to_usd(budget),
            "spent_usd": to_usd(spent),
            "reserved_usd": to_usd(reserved),
        },
        retry_after_s=math.ceil(end.timestamp() - now),
    )
