"""HTTP as a patient client speaks it: what says that the mesh is away is asked again.

A machine that stands still for a second looks to the mesh like a Redis that is away, and it says so
at once, as it should. Who does not ask about that asks again.
"""

import asyncio
import time
from typing import Final

import httpx

_PATIENCE_S: Final = 30.0
_AGAIN_S: Final = 0.2
_STATUSES: Final = frozenset({502, 503, 504})
_CODES: Final = frozenset({"UPSTREAM_UNAVAILABLE", "DEADLINE_EXCEEDED"})


class PatientTransport(httpx.BaseTransport):
    """Asks again for as long as the mesh is away, half a minute at most."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that does not say so, else the last."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                answer = self._inner.handle_request(request)
            except httpx.TransportError:
                if time.monotonic() > give_up_at:
                    raise
            else:
                if answer.status_code not in _STATUSES:
                    return answer
                answer.read()
                if not _away(answer) or time.monotonic() > give_up_at:
                    return answer
            time.sleep(_AGAIN_S)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


class AsyncPatientTransport(httpx.AsyncBaseTransport):
    """Does the same without holding up the loop."""

    def __init__(self, limits: httpx.Limits) -> None:
        self._inner = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that does not say so, else the last."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                answer = await self._inner.handle_async_request(request)
            except httpx.TransportError:
                if time.monotonic() > give_up_at:
                    raise
            else:
                if answer.status_code not in _STATUSES:
                    return answer
                await answer.aread()
                if not _away(answer) or time.monotonic() > give_up_at:
                    return answer
            await asyncio.sleep(_AGAIN_S)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


def _away(answer: httpx.Response) -> bool:
    try:
        return answer.json()["error"]["code"] in _CODES
    except (ValueError, KeyError, TypeError):
        return False
