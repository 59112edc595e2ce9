"""The three patterns: how steps combine. They know nothing of posts, and nest.

Sequential is plain `await`: each step's output is an argument of the next. `parallel` runs many
and collects failures beside results. `iterate` writes, reviews and revises until a review accepts,
keeping the best round. `retrying` is what a single step does about failures that may pass.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from meshkit.errors import MeshError

In = TypeVar("In")
Out = TypeVar("Out")
Verdict = TypeVar("Verdict")

_BACKOFF_FIRST_S: Final = 2.0
_BACKOFF_MAX_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[In, Out]):
    """What came of a parallel run.

    Attributes:
        results: Input and result of each branch that succeeded, in the order of the inputs.
        failures: Input and error of each branch that failed, in the order of the inputs.
    """

    results: list[tuple[In, Out]]
    failures: list[tuple[In, MeshError]]


async def parallel(
    step: Callable[[In], Awaitable[Out]], inputs: Sequence[In], *, limit: int
) -> Outcomes[In, Out]:
    """Runs a step on every input, at most `limit` at once; a `MeshError` fails its branch alone.

    Any other exception is a bug and cancels the rest.
    """
    slots = asyncio.Semaphore(limit)

    async def branch(item: In) -> Out | MeshError:
        async with slots:
            try:
                return await step(item)
            except MeshError as error:
                return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(branch(item)) for item in inputs]
    outcomes: Outcomes[In, Out] = Outcomes([], [])
    for item, task in zip(inputs, tasks, strict=True):
        outcome = task.result()
        if isinstance(outcome, MeshError):
            outcomes.failures.append((item, outcome))
        else:
            outcomes.results.append((item, outcome))
    return outcomes


@dataclass(frozen=True, slots=True)
class Iteration(Generic[Out, Verdict]):
    """What came of an iterative run.

    Attributes:
        draft: The accepted draft, else the one with the highest score, the earlier of two equal.
        verdict: Its review.
        accepted: Whether its review accepted it.
        rounds: How many drafts were written, from 1.
    """

    draft: Out
    verdict: Verdict
    accepted: bool
    rounds: int


async def iterate(
    write: Callable[[int, Out | None, Verdict | None], Awaitable[Out]],
    review: Callable[[int, Out], Awaitable[Verdict]],
    *,
    accepted: Callable[[Verdict], bool],
    score: Callable[[Verdict], float],
    revised: Callable[[Out], bool],
    revisions: int,
) -> Iteration[Out, Verdict]:
    """Writes and reviews a draft, and revises it until a review accepts or revisions are spent.

    Args:
        write: Writes the draft of a round (from 1) from the draft before and its review.
        review: Reviews the draft of a round.
        accepted: Whether a review accepts.
        score: How good a review is; higher is better.
        revised: Whether a draft after the first differs from the one before; one that does not
            ends the iteration, because its review would say the same.
        revisions: How many drafts may follow the first, at least 0.
    """
    best: Iteration[Out, Verdict] | None = None
    draft: Out | None = None
    verdict: Verdict | None = None
    for number in range(1, revisions + 2):
        draft = await write(number, draft, verdict)
        if best is not None and not revised(draft):
            return best
        verdict = await review(number, draft)
        if accepted(verdict):
            return Iteration(draft, verdict, accepted=True, rounds=number)
        if best is None or score(verdict) > score(best.verdict):
            best = Iteration(draft, verdict, accepted=False, rounds=number)
        else:
            best = replace(best, rounds=number)
    if best is None:
        msg = "revisions is at least 0"
        raise ValueError(msg)
    return best


async def retrying(
    attempt: Callable[[int], Awaitable[Out]],
    *,
    attempts: int,
    failed: Callable[[int, MeshError, float], Awaitable[None]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Out:
    """Tries up to `attempts` times, only where trying again can help.

    Waits 2 s, 4 s, … between attempts, with jitter of a quarter and 30 s at most; longer when the
    error asks for it, and never shorter than it asks for.

    Args:
        attempt: One attempt, told its number from 1.
        attempts: How many there may be.
        failed: Told of each failure that is tried again: attempt, error, seconds until the next.
        sleep: Waits; replaceable for tests.
    """
    number = 1
    while True:
        try:
            return await attempt(number)
        except MeshError as error:
            if number >= attempts or not error.retryable:
                raise
            backoff_s = _BACKOFF_FIRST_S * 2 ** (number - 1)
            backoff_s *= random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret
            pause_s = max(min(_BACKOFF_MAX_S, backoff_s), error.retry_after_s or 0.0)
            await failed(number, error, pause_s)
        await sleep(pause_s)
        number += 1
