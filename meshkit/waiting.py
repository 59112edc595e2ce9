"""Waiting for whichever comes first."""

import asyncio

from meshkit.redis import budget


async def wait_any(*events: asyncio.Event, seconds: float) -> None:
    """Waits until one of the events is set, or for `seconds`.

    Whoever waits here does so on purpose: the call has its time for Redis anew.
    """
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in waiting:
            future.cancel()
    budget.renew()
