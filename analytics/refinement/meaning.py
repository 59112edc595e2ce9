"""How much of a text's meaning another keeps."""

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import regex

from analytics import embeddings
from analytics.text import plain

EMBEDDING_FLOOR: Final = 0.65
RUNS_FLOOR: Final = 0.4
"""Below these a candidate says something else. Of pairs of different posts of one brand (60 pairs,
English) 95 in 100 stay below 0.63 and 0.30; of posts shortened by the rules 95 in 100 stay above
0.82 and 0.96."""

_RUN: Final = 4
_MIN_RUNS: Final = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept.

    Attributes:
        value: 0 (nothing in common) to 1 (the same).
        floor: The least that counts as the same meaning.
        method: How it was measured, a clause.
    """

    value: float
    floor: float
    method: str


def meaning_kept(original: str, text: str, language: str, *, excerpt: bool = False) -> Kept | None:
    """Compares a text with its original.

    English by the cosine of their embeddings; other languages, which the vectors do not know, and
    a machine without vectors by letter runs: the larger of their cosine and the share of the
    text's runs that the original holds, so that a text that was only shortened keeps its meaning.

    Args:
        original: The text as it was.
        text: The text as it is now.
        language: The language of the original.
        excerpt: Whether a limit allows no more than a part of it; letter runs tell then, for an
            excerpt says what the whole says, but not all of it.

    Returns:
        How much is kept; None when one of them has too few letters.
    """
    left, right = plain(original), plain(text)
    if language == "en" and not excerpt and (cosine := _embedded(left, right)) is not None:
        return Kept(cosine, EMBEDDING_FLOOR, "Cosine of the embeddings")
    ours, theirs = _runs(left), _runs(right)
    if sum(ours.values()) < _MIN_RUNS or sum(theirs.values()) < _MIN_RUNS:
        return None
    shared = sum((ours & theirs).values()) / sum(theirs.values())
    return Kept(
        max(_cosine(ours, theirs), shared), RUNS_FLOOR, "Letter runs shared with the original"
    )


def _embedded(left: str, right: str) -> float | None:
    """The cosine of two texts' embeddings; None without vectors or known words."""
    if not embeddings.where().exists():
        return None
    rows = embeddings.embed([left, right])
    if not rows.any(axis=1).all():
        return None
    return float(np.clip(rows[0] @ rows[1], 0.0, 1.0))


@lru_cache(maxsize=64)
def _runs(text: str) -> Counter[str]:
    letters = " ".join(regex.findall(r"[\p{L}\p{N}]+", text.lower()))
    return Counter(letters[start : start + _RUN] for start in range(len(letters) - _RUN + 1))


def _cosine(left: Counter[str], right: Counter[str]) -> float:
    dot = sum(count * right[run] for run, count in left.items())
    norm = math.sqrt(
        sum(count * count for count in left.values())
        * sum(count * count for count in right.values())
    )
    return min(1.0, dot / norm) if norm else 0.0
