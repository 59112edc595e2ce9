"""The iterative pattern: write, review, revise."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Out = TypeVar("Out")
Verdict = TypeVar("Verdict")


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
