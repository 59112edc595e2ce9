"""Agents that answer as a test tells them to."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from jobs import actions
from meshkit.errors import MeshError
from tests.support.tasks import PLAN

# Messages of every action pass through here.
Behaviour = Callable[[Any, Any], Awaitable[Any]]


class FakeAgents:
    """Answers calls with empty results, or with what a test sets for a step.

    Attributes:
        behaviours: Step to a function of the request and the listener.
        calls: How often each step was called.
        contexts: The context of each call.
    """

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.calls: Counter[str] = Counter()
        self.contexts: list[Any] = []

    async def call(self, action, request, listener, *, timeout_s):
        request = action.request.FromString(request)
        step = request.context.step_id
        self.calls[step] += 1
        self.contexts.append(request.context)
        assert timeout_s > 0
        behaviour = self.behaviours.get(step)
        made = await behaviour(request, listener) if behaviour is not None else None
        if made is not None:
            return made
        return PLAN if action is actions.PLAN else action.result()

    def gate(self, step: str) -> "Gate":
        """Lets a step be at work until the gate is opened."""
        gate = self.behaviours[step] = Gate()
        return gate

    def fail(self, step: str, *error: Any, **fields: Any) -> None:
        """Lets every call of a step fail with the error that `MeshError` makes of these."""

        async def fail(request, listener) -> None:
            raise MeshError(*error, **fields)

        self.behaviours[step] = fail


class Gate:
    """An agent at work until it is let go on.

    Attributes:
        entered: Set when the call has begun.
        open: Set to let it finish.
        cancelled: Set when the call was cancelled.
    """

    def __init__(self) -> None:
        self.entered, self.open, self.cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, request, listener) -> None:
        self.entered.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def wait(self) -> None:
        async with asyncio.timeout(60):
            await self.entered.wait()
