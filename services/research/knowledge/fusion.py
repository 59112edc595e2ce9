"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

K: Final = 60

Item = TypeVar("Item")


def fuse(rankings: Iterable[Sequence[Item]], *, k: int = K) -> list[tuple[Item, float]]:
    """Fuses rankings into one.

    Args:
        rankings: Items, the best first; none twice in one ranking.
        k: What is added to each rank: the greater, the less the first places count.

    Returns:
        Each item with the sum of 1 / (k + rank) over the rankings that have it, ranks from 1; the
        greatest sum first, among equals the one that an earlier ranking has first.
    """
    scores: dict[Item, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])
