"""Whose turn it is at a host: at most one request in so many seconds, over all replicas.

Hosts are told apart by name and port, as robots.txt tells them apart: `example.com` is one on http
and https alike, `example.com:8080` and `www.example.com` are others.

A turn is a time in Redis, reserved by a script. Between the reserved time and the request lie a
look-up and a handshake, which take now a little and now a second; so the request is sent only where
it is in time for its turn, and takes another one otherwise.
"""

import asyncio
import time
from typing import Final

from meshkit.redis import Redis, Script

SLACK: Final = 0.1
"""Share by which turns lie further apart than what is promised: how late a request may be sent."""
_RETAKEN_MAX: Final = 3
"""How often a turn that was missed is taken anew: a process that is that late is late for good."""
_TAKE: Final = Script.load("meshkit.outbound", "turn.lua")
_PUT_OFF: Final = Script.load("meshkit.outbound", "put_off.lua")


class NoTurnError(Exception):
    """A host's next turn is further off than the caller can wait.

    Attributes:
        wait_s: Seconds until it.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"the next turn is in {wait_s:.1f} s")
        self.wait_s = wait_s


class Turns:
    """Gives out turns at hosts.

    Every method raises `RedisAwayError` when Redis is away: then nothing is fetched.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def wait(self, authority: str, *, interval_s: float, wait_max_s: float) -> "Turn":
        """Waits for the next turn at a host.

        Args:
            authority: Its name, and its port unless it is the scheme's own.
            interval_s: Seconds that requests are to be apart at least.
            wait_max_s: Seconds that this may take.

        Raises:
            NoTurnError: at once, when it would take longer.
        """
        apart_s = interval_s * (1 + SLACK)
        began = time.monotonic()
        while True:
            left_s = began + wait_max_s - time.monotonic()
            wait_s = await self._take(authority, apart_s, left_s)
            due = time.monotonic() + wait_s
            await asyncio.sleep(wait_s)
            # Meanwhile the host may have asked to be left alone.
            rests_s = await self._rests(authority) if wait_s > 0 else 0.0
            if rests_s <= 0:
                return Turn(self, authority, interval_s, due=due, until=began + wait_max_s)

    async def put_off(self, authority: str, seconds: float) -> None:
        """Leaves a host alone for so long, as it asked; never shortens what it asked before."""
        await self._redis.run(_PUT_OFF, [_rest_key(authority)], [round(seconds * 1000)])

    async def _take(self, authority: str, apart_s: float, wait_max_s: float) -> float:
        given, wait_ms = _numbers(
            await self._redis.run(
                _TAKE,
                [f"turn:{{{authority}}}", _rest_key(authority)],
                [round(apart_s * 1000), max(0, round(wait_max_s * 1000))],
            )
        )
        if not given:
            raise NoTurnError(wait_ms / 1000)
        return wait_ms / 1000

    async def _rests(self, authority: str) -> float:
        left_ms = await self._redis.execute("PTTL", _rest_key(authority))
        return left_ms / 1000 if isinstance(left_ms, int) else 0.0


class Turn:
    """One turn at a host, which holds for a moment.

    Attributes:
        due: When it is, by `time.monotonic`.
    """

    def __init__(
        self, turns: Turns, authority: str, interval_s: float, *, due: float, until: float
    ) -> None:
        self._turns = turns
        self._authority = authority
        self._interval_s = interval_s
        self._until = until
        self.due = due

    async def hold(self) -> None:
        """Comes back at once when it is still the turn, else when it is a next one.

        Raises:
            NoTurnError: as `Turns.wait`.
        """
        for _ in range(_RETAKEN_MAX):
            if time.monotonic() - self.due <= self._interval_s * SLACK:
                return
            left_s = self._until - time.monotonic()
            turn = await self._turns.wait(
                self._authority, interval_s=self._interval_s, wait_max_s=left_s
            )
            self.due = turn.due


def _rest_key(authority: str) -> str:
    return f"rest:{{{authority}}}"


def _numbers(reply: object) -> tuple[int, int]:
    if not isinstance(reply, list):
        raise TypeError(f"the script of turns answered {reply!r}")
    first, second = reply
    return int(first), int(second)
