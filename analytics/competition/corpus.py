"""All competitors' posts, measured, in an order of their own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from analytics.competition.records import CompetitorReport, FoundPost
from analytics.engagement import text_key
from analytics.measures import TextMeasures, measure_all

MAX_CHARACTERS = 5000
"""Of a post; articles are read this far."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A distinct post of a competitor.

    Attributes:
        competitor: Whose it is.
        post: The post as it was found.
        text: Its title and text, the first 5,000 characters: what it is about.
        measures: The measures of its prose, as far: a title is a label, not a sentence of the post.
        relative: Its interactions divided by the median of the competitor's posts on the same
            source; None when they or the median are not known.
    """

    competitor: str
    post: FoundPost
    text: str
    measures: TextMeasures
    relative: float | None


def build_corpus(reports: Sequence[CompetitorReport]) -> list[Entry]:
    """Measure all posts, of each competitor's copies the one that sorts first.

    Returns:
        Sorted by competitor and text, whatever the order of the reports and their posts.
    """
    entries = []
    for report in reports:
        kept: dict[str, FoundPost] = {}
        for post in sorted(report.posts, key=_order):
            kept.setdefault(text_key(post.content), post)
        relative = _relative(list(kept.values()))
        said = [one for one in zip(kept.values(), relative, strict=True) if one[0].prose.strip()]
        measured = measure_all(post.prose[:MAX_CHARACTERS] for post, _ in said)
        for (post, value), measures in zip(said, measured, strict=True):
            entries.append(Entry(report.name, post, post.content[:MAX_CHARACTERS], measures, value))
    return sorted(entries, key=lambda entry: (entry.competitor, entry.text))


def by_competitor(corpus: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Group posts by competitor, those without posts left out, by name."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in corpus:
        groups[entry.competitor].append(entry)
    return dict(groups)


def mean_relative(entries: Sequence[Entry]) -> tuple[float, int]:
    """Return the mean relative engagement and on how many posts it is known; 0 and 0 without."""
    known = [entry.relative for entry in entries if entry.relative is not None]
    return (fmean(sorted(known)), len(known)) if known else (0.0, 0)


def _order(post: FoundPost) -> tuple[str, str, str, str]:
    moment = post.published_at.isoformat() if post.published_at else "~"
    return post.content, moment, post.source, repr(post)


def _relative(posts: Sequence[FoundPost]) -> list[float | None]:
    counts: dict[str, list[int]] = defaultdict(list)
    for post in posts:
        if post.interactions is not None:
            counts[post.source].append(post.interactions)
    typical = {source: median(values) for source, values in counts.items()}
    return [
        None
        if post.interactions is None or not typical[post.source]
        else post.interactions / typical[post.source]
        for post in posts
    ]
