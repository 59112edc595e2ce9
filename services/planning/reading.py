"""How long reading competitors takes: so many at once, and each host asked slowly.

Hosts give turns in the order in which they are asked for, and a competitor's addresses are read
side by side; so what a competitor takes depends on who else reads the same host. It is played
through.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

TURN_S: Final = 2.2
"""Between two requests to a host, as research has them."""
REQUEST_S: Final = 0.4
"""One request, and reading what came."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address to be read.

    Attributes:
        host: Whose it is: equal numbers are one host.
        requests: How many requests it takes, besides the rules of the host.
    """

    host: int
    requests: int


@dataclass(frozen=True, slots=True)
class Read:
    """When a competitor is expected to be read.

    Attributes:
        waits_s: Seconds until it begins.
        takes_s: Seconds from then to its end.
    """

    waits_s: float
    takes_s: float


def timetable(competitors: Sequence[Sequence[Address]], at_once: int) -> list[Read]:
    """When each competitor is read.

    Args:
        competitors: The addresses of each, at least one.
        at_once: How many are read at once, at least 1.
    """
    starts = [0.0] * len(competitors)
    ends = [0.0] * len(competitors)
    open_at = [len(addresses) for addresses in competitors]
    turns: dict[int, float] = {}
    order = count()
    # What is due: when, the competitor, and its address with the requests left, or none at its end.
    due: list[tuple[float, int, int, Address | None]] = []

    def begin(competitor: int, now: float) -> None:
        starts[competitor] = now
        for address in competitors[competitor]:
            # The rules of a host are asked for once, and first.
            rules = 0 if address.host in turns else 1
            turns.setdefault(address.host, now)
            left = Address(address.host, address.requests + rules)
            heapq.heappush(due, (now, next(order), competitor, left))

    waiting = iter(range(len(competitors)))
    # In this order: what is drawn from those who wait is not put back.
    for _, competitor in zip(range(at_once), waiting, strict=False):
        begin(competitor, 0.0)
    while due:
        now, _, competitor, address = heapq.heappop(due)
        if address is None:
            if (following := next(waiting, None)) is not None:
                begin(following, now)
            continue
        turn = max(now, turns[address.host])
        turns[address.host] = turn + TURN_S
        done = turn + REQUEST_S
        if address.requests > 1:
            left = Address(address.host, address.requests - 1)
            heapq.heappush(due, (done, next(order), competitor, left))
            continue
        ends[competitor] = max(ends[competitor], done)
        open_at[competitor] -= 1
        if not open_at[competitor]:
            heapq.heappush(due, (ends[competitor], next(order), competitor, None))
    return [Read(start, end - start) for start, end in zip(starts, ends, strict=True)]
