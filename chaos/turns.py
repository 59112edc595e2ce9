"""The order in which tasks are claimed, read from what the mesh's own Redis executes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from meshkit.tasks import keys


class Turns:
    """Whose tasks are claimed after one of a tenant could have been."""

    def __init__(self, monitor: Monitor) -> None:
        """Reads a monitor that is listening already."""
        self._monitor = monitor

    async def passed(self, waiting: str, by: str) -> int:
        """Waits until a tenant's task is claimed for the first time.

        A task is claimable once the queue has its place without a grace, and claimed when it is
        among the leased: the two writes of `enqueue.lua` and `claim.lua` that say so.

        Args:
            waiting: Id of the tenant; it has nothing on the queue when the monitor begins.
            by: Id of the tenant whose tasks may pass.

        Returns:
            How many tasks of `by` were claimed while one of `waiting` was claimable.
        """
        passed, claimable = 0, False
        while True:
            match (await self._monitor.next_command())["command"].split():
                # A reservation has NX besides, an extended lease XX.
                case ["ZADD", key, _, _] if key == keys.waiting(waiting):
                    claimable = True
                case ["ZADD", key, _, _] if key == keys.leased(waiting):
                    return passed
                case ["ZADD", key, _, _] if key == keys.leased(by) and claimable:
                    passed += 1


@asynccontextmanager
async def watched_turns(redis_url: str) -> AsyncIterator[Turns]:
    """Listens to a Redis for as long as the block lasts.

    Raises:
        redis.exceptions.ConnectionError: when it is not there, or goes away.
    """
    async with AsyncExitStack() as stack:
        # Silence is no sign of anything: by default it is one after five seconds.
        client = Redis.from_url(redis_url, decode_responses=True, socket_timeout=None)
        redis = await stack.enter_async_context(client)
        yield Turns(await stack.enter_async_context(redis.monitor()))
