"""Compares posts by what they achieved: fairly over platforms, and identical texts once.

Likes of one platform don't compare with another's, so every post is set against the median of its
own platform's examples.
The arithmetic is exact (fractions): multiplying every count by the same number changes no ranking,
as long as no post gets more interactions than impressions.
"""

import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from analytics.evidence import ExampleScore
from analytics.post import Post

RATE_BASIS: Final = "engagement_rate"
RELATIVE_BASIS: Final = "relative_interactions"


@dataclass(frozen=True, slots=True)
class DistinctPost:
    """All examples with one text, taken together.

    Attributes:
        text: The text; of copies that differ in letter case or spacing the one that sorts first.
        has_image: Whether any of the copies has an image.
        platforms: Where it was published, sorted.
        relative: Mean of the copies' engagement relative to the median of their platform.
        better_half: Whether it belongs to the better half of the distinct posts.
        indexes: Positions of the copies among the examples, ascending.
    """

    text: str
    has_image: bool
    platforms: tuple[str, ...]
    relative: float
    better_half: bool
    indexes: tuple[int, ...]


def engagement_basis(posts: Sequence[Post]) -> str:
    """Tell how to compare `posts`: by rate if that of each is known, else by interactions."""
    return RATE_BASIS if all(post.rate_known for post in posts) else RELATIVE_BASIS


def text_key(text: str) -> str:
    """Return what two texts share when they are the same but for case, spacing and Unicode form."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def distinct_posts(posts: Sequence[Post]) -> list[DistinctPost]:
    """Merge examples with the same text, the most successful first.

    The order, and everything in the result but `indexes`, is independent of the order of `posts`.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, post in enumerate(posts):
        groups[text_key(post.text)].append(index)
    relative = _relative_engagement(posts, groups)
    merged = {key: _mean([relative[index] for index in copies]) for key, copies in groups.items()}
    better = _better_half(merged)
    found = [
        DistinctPost(
            text=min(posts[index].text for index in copies),
            has_image=any(posts[index].has_image for index in copies),
            platforms=tuple(sorted({posts[index].platform for index in copies})),
            relative=float(merged[key]),
            better_half=key in better,
            indexes=tuple(copies),
        )
        for key, copies in groups.items()
    ]
    return sorted(found, key=lambda post: (-post.relative, post.text))


def score_examples(posts: Sequence[Post]) -> tuple[ExampleScore, ...]:
    """Score each example against the others, in the order of `posts`."""
    rated = engagement_basis(posts) == RATE_BASIS
    groups: dict[str, list[int]] = defaultdict(list)
    for index, post in enumerate(posts):
        groups[text_key(post.text)].append(index)
    relative = _relative_engagement(posts, groups)
    better = {
        index for group in distinct_posts(posts) if group.better_half for index in group.indexes
    }
    return tuple(
        ExampleScore(
            index=index,
            engagement_rate=float(_engagement(post, rated=True)) if rated else 0.0,
            relative=float(relative[index]),
            better_half=index in better,
            duplicate_of=None if first == index else first,
        )
        for index, post in enumerate(posts)
        for first in (groups[text_key(post.text)][0],)
    )


def _engagement(post: Post, *, rated: bool) -> Fraction:
    """Return interactions per impression, or the interactions when rates cannot be had."""
    return Fraction(post.interactions, (post.impressions or 1) if rated else 1)


def _relative_engagement(
    posts: Sequence[Post], groups: dict[str, list[int]]
) -> dict[int, Fraction]:
    """Return each example's engagement divided by the median of its platform's distinct examples.

    Where that median is 0 the mean stands in for it; where that is 0 too, nobody engaged with
    anything and every post is typical: 1.
    """
    rated = engagement_basis(posts) == RATE_BASIS
    engagement = [_engagement(post, rated=rated) for post in posts]
    by_platform: dict[str, list[Fraction]] = defaultdict(list)
    for copies in groups.values():
        own: dict[str, list[Fraction]] = defaultdict(list)
        for index in copies:
            own[posts[index].platform].append(engagement[index])
        for platform, values in own.items():
            by_platform[platform].append(_mean(values))
    typical = {
        platform: statistics.median(values) or _mean(values)
        for platform, values in by_platform.items()
    }
    return {
        index: engagement[index] / typical[post.platform] if typical[post.platform] else Fraction(1)
        for index, post in enumerate(posts)
    }


def _better_half(relative: dict[str, Fraction]) -> set[str]:
    """Choose the better half: as near to half as can be (rounded up) without parting equals.

    Posts that did equally well stand on the same side; if all did, all are the better half and
    there is no rest.
    """
    if not relative:
        return set()
    ranked = sorted(relative.values(), reverse=True)
    half = (len(ranked) + 1) // 2
    cutoff = ranked[half - 1]
    above = {key for key, value in relative.items() if value > cutoff}
    upto = {key for key, value in relative.items() if value >= cutoff}
    return above if above and half - len(above) < len(upto) - half else upto


def _mean(values: Sequence[Fraction]) -> Fraction:
    """Return the exact mean."""
    return sum(values, Fraction(0)) / len(values)
