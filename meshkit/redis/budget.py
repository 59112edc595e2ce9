"""How long one call may wait for Redis, all its commands together.

Each command has its own timeout, but a call makes several, one after another: without a bound for
the whole, a slow Redis makes calls slow instead of letting them say that it is not available.
"""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, Final

from meshkit.redis.replies import RedisAwayError

NEVER: Final = float("inf")
SLOW: Final = "slow"
"""What a Redis is for which a call has waited as long as it may."""


class Budget:
    """The seconds that a call has for Redis.

    They run only while the call waits for Redis, once however many commands are under way. Whoever
    holds a call open on purpose, for a task or for a watcher who reads slowly, renews them.
    """

    __slots__ = ("_left_s", "_limit_s", "_until", "_waiting")

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._left_s = limit_s
        self._until = NEVER
        self._waiting = 0

    def enter(self, now: float) -> float:
        """Notes that the call begins to wait; each needs its `leave`.

        Args:
            now: The time of the loop's clock.

        Returns:
            Until when it may, by that clock.

        Raises:
            RedisAwayError: when nothing is left.
        """
        if not self._waiting:
            self._until = now + self._left_s
        if self._until <= now:
            raise RedisAwayError(SLOW)
        self._waiting += 1
        return self._until

    def leave(self, now: float) -> None:
        """Notes that the call has waited for an answer."""
        self._waiting -= 1
        if not self._waiting:
            self._left_s = self._until - now

    def renew(self) -> None:
        """Gives the call all its seconds again."""
        self._left_s = self._limit_s

    def lift(self) -> None:
        """Bounds no more: what goes on when the call has ended is not the call's."""
        self._limit_s = self._left_s = self._until = NEVER


current: Final = contextvars.ContextVar[Budget | None]("redis_budget", default=None)
"""The budget of the call that is being answered; None for work that waits as long as it takes."""


def renew() -> None:
    """Renews the budget of the call that is being answered, if it has one."""
    budget = current.get()
    if budget is not None:
        budget.renew()


def give_up(answer: asyncio.Future[Any], state: str) -> None:
    """Fails an answer that has not come; `state` is what Redis is."""
    if not answer.done():
        answer.set_exception(RedisAwayError(state))
        # Somebody who has stopped waiting need not hear of it.
        answer.exception()


async def bounded(answer: asyncio.Future[Any]) -> Any:  # noqa: ANN401 - whatever the future has
    """Waits for what others ask of Redis, on the budget of the call that is being answered.

    Raises:
        RedisAwayError: when the budget is spent; the future then has this error.
    """
    budget = current.get()
    if budget is None:
        return await answer
    loop = asyncio.get_running_loop()
    # Cheaper than a timeout of asyncio's, and nothing else has to be stopped.
    until = budget.enter(loop.time())
    timer = loop.call_at(until, give_up, answer, SLOW) if until < NEVER else None
    try:
        return await answer
    finally:
        if timer is not None:
            timer.cancel()
        budget.leave(loop.time())


def apart(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Starts a task that serves more than the call which starts it, and is not on its budget."""
    context = contextvars.copy_context()
    context.run(current.set, None)
    return asyncio.get_running_loop().create_task(work, context=context)
