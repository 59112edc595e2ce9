"""The engagement of a brand's posts where not every count is known."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import Final

from analytics.brand_voice.records import BrandPost
from analytics.engagement import text_key

COUNTS: Final = ("likes", "comments", "shares")
_USUAL: Final = 0.5  # share of a platform's posts that must tell a count for it to be used


def known_interactions(posts: Sequence[BrandPost]) -> list[int | None]:
    """Add up the counts that a platform's posts usually tell.

    Returns:
        One sum a post, in their order; None for a post that leaves one of these counts out, or all:
        it cannot be compared with the others.
    """
    by_platform: dict[str, list[BrandPost]] = defaultdict(list)
    for post in posts:
        by_platform[post.platform].append(post)
    used = {
        platform: [
            name
            for name in COUNTS
            if sum(getattr(post, name) is not None for post in own) >= _USUAL * len(own)
        ]
        for platform, own in by_platform.items()
    }
    return [_sum([getattr(post, name) for name in used[post.platform]]) for post in posts]


def relative_engagement(
    posts: Sequence[BrandPost], interactions: Sequence[int | None]
) -> list[float | None]:
    """Divide each post's interactions by the median of its platform's distinct posts.

    Returns:
        One a post; None where it is not known or the median is 0. Exact before rounding to a float:
        doubling every count changes nothing.
    """
    own: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for post, count in zip(posts, interactions, strict=True):
        if count is not None:
            own[post.platform][text_key(post.text)].append(count)
    typical = {
        platform: median([Fraction(sum(counts), len(counts)) for counts in texts.values()])
        for platform, texts in own.items()
    }
    return [
        None
        if count is None or not typical[post.platform]
        else float(count / typical[post.platform])
        for post, count in zip(posts, interactions, strict=True)
    ]


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
