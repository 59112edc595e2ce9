"""How often and when competitors post."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Final

from analytics.competition.records import CompetitorFrequency, CompetitorReport, FoundPost
from analytics.posting_times import DAYS

_WEEK: Final = timedelta(weeks=1)
_MIN_FOR_BEST: Final = 5
_MOST_BEST: Final = 3
_MIN_IN_BEST: Final = 2
"""Posts from which a day or an hour can stand out."""
_CUT_FROM: Final = 10
"""Feeds that show their newest posts alone show ten or more (WordPress's default)."""
_SILENCE: Final = 3.0
"""Mean distances between posts: chance leaves so long a silence one time in twenty."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often one competitor posts, with what it rests on.

    Attributes:
        frequency: The figures.
        dated: Dated posts within the period.
        weeks: The weeks they were divided by.
        cut_off: Whether the sources seem to show their newest posts alone, and these do not reach
            back to the beginning of the period.
    """

    frequency: CompetitorFrequency
    dated: int
    weeks: float
    cut_off: bool


def measure_rhythms(
    reports: Sequence[CompetitorReport], begin: datetime, end: datetime
) -> list[Rhythm]:
    """Measure how often each competitor posts.

    The weeks are those of the period. Where ten posts or more were read, none of them older than
    the period, and before the oldest one lies a silence that their distances do not explain, the
    sources show their newest posts alone: then the weeks since the oldest one count, at least one.

    Args:
        reports: The competitors that were read.
        begin: Beginning of the period, inclusive.
        end: Its end, exclusive, after the beginning.

    Returns:
        One a competitor, the busiest first.
    """
    found = [_rhythm(report, begin, end) for report in reports]
    return sorted(found, key=lambda one: (-one.frequency.posts_per_week, one.frequency.name))


def dated_within(posts: Sequence[FoundPost], begin: datetime, end: datetime) -> list[datetime]:
    """Return the times of the posts within the period, in UTC, sorted."""
    return sorted(
        post.published_at.astimezone(UTC)
        for post in posts
        if post.published_at is not None and begin <= post.published_at < end
    )


def _rhythm(report: CompetitorReport, begin: datetime, end: datetime) -> Rhythm:
    moments = dated_within(report.posts, begin, end)
    weeks = (end - begin) / _WEEK
    cut_off = not report.outside_period and _is_cut_off(moments, begin, end)
    if cut_off:
        weeks = max(min(1.0, weeks), (end - moments[0]) / _WEEK)
    enough = len(moments) >= _MIN_FOR_BEST
    days = Counter(moment.weekday() for moment in moments)
    hours = Counter(moment.hour for moment in moments)
    return Rhythm(
        CompetitorFrequency(
            name=report.name,
            posts_per_week=len(moments) / weeks,
            best_days=tuple(DAYS[day] for day in _busiest(days, len(DAYS))) if enough else (),
            best_times=tuple(
                f"{hour:02}:00-{(hour + 1) % 24:02}:00" for hour in _busiest(hours, 24)
            )
            if enough
            else (),
        ),
        dated=len(moments),
        weeks=weeks,
        cut_off=cut_off,
    )


def _is_cut_off(moments: Sequence[datetime], begin: datetime, end: datetime) -> bool:
    """Whether posts, the oldest first, begin later than one that posts like this would have."""
    if len(moments) < _CUT_FROM:
        return False
    distance = (end - moments[0]) / len(moments)
    return moments[0] - begin > _SILENCE * distance


def _busiest(counts: Counter[int], buckets: int) -> list[int]:
    """Returns the buckets that stand out, the fullest first, at most 3.

    These hold 2 posts or more, and more than their equal part. Of equals that would not all fit in
    none is named: which ones would be an accident of the calendar.
    """
    equal = counts.total() / buckets
    full = {b: count for b, count in counts.items() if count >= _MIN_IN_BEST and count > equal}
    ranked = sorted(full, key=lambda bucket: (-full[bucket], bucket))
    beyond = max((full[bucket] for bucket in ranked[_MOST_BEST:]), default=0)
    return [bucket for bucket in ranked[:_MOST_BEST] if full[bucket] > beyond]


def recommend_rhythm(rhythms: Sequence[Rhythm], moments: Sequence[datetime]) -> tuple[str, ...]:
    """Advise on how often and when to post, each sentence with its evidence.

    Args:
        rhythms: Of all competitors.
        moments: When all their posts within the period were published, in UTC.
    """
    active = [one.frequency for one in rhythms if one.dated]
    if not active:
        return ()
    rates = [one.posts_per_week for one in active]
    usual = (
        f"{active[0].name} publishes {rates[0]:.1f} posts a week"
        if len(active) == 1
        else f"{len(active)} competitors publish {fmean(sorted(rates)):.1f} posts a week on "
        f"average (from {min(rates):.1f} to {max(rates):.1f})"
    )
    advice = [f"{usual}: fewer than that are easily overlooked beside them."]
    if len(moments) >= _MIN_FOR_BEST * 2:
        days = Counter(moment.weekday() for moment in moments)
        each = [days[day] for day in range(len(DAYS))]
        quiet, busy = _days_with(min(each), each), _days_with(max(each), each)
        if max(len(quiet), len(busy)) <= _MOST_BEST:
            named, has = " and ".join(quiet), "has" if len(quiet) == 1 else "have"
            advice.append(
                f"{named} {has} the fewest of their posts, {_each_of(min(each), quiet)} of "
                f"{len(moments)}, and {' and '.join(busy)} the most, {_each_of(max(each), busy)}: "
                f"a post on {' or '.join(quiet)} has less beside it."
            )
    return tuple(advice)


def _days_with(posts: int, each: Sequence[int]) -> list[str]:
    return [DAYS[day].capitalize() for day, count in enumerate(each) if count == posts]


def _each_of(posts: int, days: Sequence[str]) -> str:
    told = str(posts or "none")
    return told if len(days) == 1 or not posts else f"{told} each"
