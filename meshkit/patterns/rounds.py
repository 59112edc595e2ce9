"""The iterative pattern: write, review, revise."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar, overload

from meshkit.errors import MeshError, Reason

Out = TypeVar("Out")
Verdict = TypeVar("Verdict")


@dataclass(frozen=True, slots=True)
class Iteration(Generic[Out, Verdict]):
    """What came of an iterative run.

    Attributes:
        draft: The accepted draft, else the one with the highest score, the earlier of two equal.
        verdict: Its review; None of a draft that was written and not reviewed in time.
        accepted: Whether its review accepted it.
        rounds: How many drafts were written, from 1.
        cut_short: Whether the time was over before a review accepted or revisions were spent.
    """

    draft: Out
    verdict: Verdict
    accepted: bool
    rounds: int
    cut_short: bool = False


@overload
async def iterate(
    write: Callable[[int, Out | None, Verdict | None], Awaitable[Out]],
    review: Callable[[int, Out], Awaitable[Verdict]],
    *,
    accepted: Callable[[Verdict], bool],
    score: Callable[[Verdict], float],
    revised: Callable[[Out], bool],
    revisions: int,
    within_s: None = None,
) -> Iteration[Out, Verdict]: ...
@overload
async def iterate(
    write: Callable[[int, Out | None, Verdict | None], Awaitable[Out]],
    review: Callable[[int, Out], Awaitable[Verdict]],
    *,
    accepted: Callable[[Verdict], bool],
    score: Callable[[Verdict], float],
    revised: Callable[[Out], bool],
    revisions: int,
    within_s: float | None,
) -> Iteration[Out, Verdict | None]: ...
async def iterate(
    write: Callable[[int, Out | None, Verdict | None], Awaitable[Out]],
    review: Callable[[int, Out], Awaitable[Verdict]],
    *,
    accepted: Callable[[Verdict], bool],
    score: Callable[[Verdict], float],
    revised: Callable[[Out], bool],
    revisions: int,
    within_s: float | None = None,
) -> Iteration[Out, Verdict] | Iteration[Out, Verdict | None]:
    """Writes and reviews a draft, and revises it until a review accepts or revisions are spent.

    When its time is over before that, the write or review at work is cancelled, and the best draft
    that has been reviewed is the result; the first one unreviewed, if there is no other.

    Args:
        write: Writes the draft of a round (from 1) from the draft before and its review.
        review: Reviews the draft of a round.
        accepted: Whether a review accepts.
        score: How good a review is; higher is better.
        revised: Whether a draft after the first differs from the one before; one that does not
            ends the iteration, because its review would say the same.
        revisions: How many drafts may follow the first, at least 0.
        within_s: Seconds for all of it; None for as long as it takes.

    Raises:
        MeshError: DEADLINE_EXCEEDED when the time is over before the first draft is written.
    """
    best: Iteration[Out, Verdict] | None = None
    draft: Out | None = None
    verdict: Verdict | None = None
    written = 0
    scope = asyncio.timeout(within_s)
    try:
        async with scope:
            for number in range(1, revisions + 2):
                draft = await write(number, draft, verdict)
                if best is not None and not revised(draft):
                    return best
                written = number
                verdict = await review(number, draft)
                if accepted(verdict):
                    return Iteration(draft, verdict, accepted=True, rounds=number)
                if best is None or score(verdict) > score(best.verdict):
                    best = Iteration(draft, verdict, accepted=False, rounds=number)
                else:
                    best = replace(best, rounds=number)
    except TimeoutError as error:
        if not scope.expired():
            # Another's time is over, not that of this iteration.
            raise
        if best is not None:
            return replace(best, rounds=written, cut_short=True)
        if draft is None:
            message = f"No draft was written within {within_s:.0f} s."
            raise MeshError(Reason.DEADLINE_EXCEEDED, message) from error
        unreviewed: Iteration[Out, Verdict | None] = Iteration(
            draft, None, accepted=False, rounds=written, cut_short=True
        )
        return unreviewed
    if best is None:
        msg = "revisions is at least 0"
        raise ValueError(msg)
    return best
