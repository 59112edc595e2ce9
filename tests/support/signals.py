"""Waiting for Redis to know who listens."""

import secrets

from meshkit.redis import Redis
from meshkit.signals import Signals
from tests.support.eventually import eventually


async def listeners(redis: Redis, channel: str) -> int:
    """How many connections listen to a channel of a server."""
    reply = await redis.execute("PUBSUB", "NUMSUB", channel)
    assert isinstance(reply, list)
    assert isinstance(reply[1], int)
    return reply[1]


async def listened_to(redis: Redis, channel: str, *, by: int = 1) -> None:
    """Waits until so many connections listen to a channel of a server."""

    async def is_so() -> bool:
        return await listeners(redis, channel) == by

    await eventually(is_so)


async def subscribed(redis: Redis, hub: Signals) -> None:
    """Waits until Redis has taken in every subscription so far, on a server or on a cluster."""
    # It takes them in order, so a channel that is heard was subscribed after all others.
    channel = f"probe:{secrets.token_hex(8)}"
    with hub.listen(channel) as heard:

        async def answers() -> bool:
            heard.clear()
            await redis.execute("PUBLISH", channel, "")
            try:
                await eventually(heard.is_set, seconds=0.1)
            except TimeoutError:
                return False
            return True

        # The first time it may have been the connection that was opened: that wakes everybody.
        await eventually(answers)
        await eventually(answers)
