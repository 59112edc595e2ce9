"""Best days and times to post, from a brand's own posts: observed, not tried.

Engagement is taken as a logarithm, freed of the trend (a level for every fortnight) and of the kind
of post, and explained by a sum of smooth effects of hour and day, each drawn towards nothing as far
as few posts bear it: a Gaussian process over the 168 hours of the week (Rasmussen and Williams
2006). Midnight is next to 23:00. How much better posts at the best fifth of the times did on
fortnights left out is in `docs/quality.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.statistics import Z95

MIN_FOR_TIMES: Final = 50
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS: Final = 24
_MOST_BEST: Final = 3
_TRIMMED: Final = 0.01

# Prior variances of the effects, in units of the posts' own variance: hour, day and weekend, and
# how hours differ between days. Chosen on 32 organisations' pages by leaving fortnights out.
_HOUR, _DAY, _MIXED = 0.03, 0.01, 0.01
_WIDTH: Final = 1.5  # hours over which engagement is alike
_LEVEL_PRIOR: Final = 3  # posts that a fortnight's or a kind's level is drawn to the middle with

Doubles = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One number of a distribution with what it rests on.

    Attributes:
        label: What the bucket is.
        count: How many posts are in it.
        value: Its value.
        low: Lower end of the 95 % interval, None where none can be given.
        high: Upper end of it.
    """

    label: str
    count: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class PostingTimes:
    """When posts did well.

    Attributes:
        sample_size: How many posts with time and engagement it rests on.
        hours: Estimated change of engagement in percent by hour, "00" to "23".
        days: The same by day.
        best_days: Days whose interval lies above 0, the best first.
        best_times: Such hours as ranges, such as "09:00-11:00", the best first.
        time_zone: "UTC".
        basis: What it was computed from and how, or why nothing can be told.
    """

    sample_size: int
    hours: tuple[Bucket, ...]
    days: tuple[Bucket, ...]
    best_days: tuple[str, ...]
    best_times: tuple[str, ...]
    time_zone: str
    basis: str


@dataclass(frozen=True, slots=True)
class TimedPost:
    """When a post was published and what it achieved.

    Attributes:
        published: When, aware of its time zone.
        interactions: Likes, comments and shares.
        kind: What it can only be compared within, such as its platform.
    """

    published: datetime
    interactions: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class WeekEffects:
    """Effects on the logarithm of engagement, with their covariances.

    Attributes:
        week: Each hour of the week, shape (7, 24).
        hours: The part of the hour alone, shape (24,).
        hours_deviation: Its standard deviation, given the posts.
        days: The part of the day alone, shape (7,).
        days_deviation: Its standard deviation.
    """

    week: Doubles
    hours: Doubles
    hours_deviation: Doubles
    days: Doubles
    days_deviation: Doubles


def posting_times(posts: Sequence[TimedPost]) -> PostingTimes:
    """Estimate when posts do well; the same for every order of them.

    Args:
        posts: Posts with known engagement; copies must have been left out.

    Returns:
        The estimate in UTC; empty with the reason for fewer than 50 posts and where all did alike.
    """
    count = len(posts)
    if count < MIN_FOR_TIMES:
        return _nothing(
            count,
            f"No best times: that takes at least {MIN_FOR_TIMES} posts with a time and known "
            f"engagement, there are {count}.",
        )
    ordered = sorted(posts, key=lambda post: (post.published, post.kind, post.interactions))
    moments = [post.published.astimezone(UTC) for post in ordered]
    gains = detrend(
        np.log1p(np.array([post.interactions for post in ordered], dtype=np.float64)),
        np.array([(moment - moments[0]).days // 14 for moment in moments]),
        np.unique([post.kind for post in ordered], return_inverse=True)[1],
    )
    if not gains.var() > 0:
        return _nothing(count, f"No best times: all {count} posts did equally well.")
    hours = np.array([moment.hour for moment in moments])
    days = np.array([moment.weekday() for moment in moments])
    effects = week_effects(gains, hours, days)
    by_hour = _buckets(
        [f"{hour:02}" for hour in range(_HOURS)], hours, effects.hours, effects.hours_deviation
    )
    by_day = _buckets(list(DAYS), days, effects.days, effects.days_deviation)
    best_hours = [bucket for bucket in by_hour if _is_best(bucket)]
    best_days = sorted(filter(_is_best, by_day), key=lambda bucket: (-bucket.value, bucket.label))
    told = (
        f"{count} posts with known engagement; change of their typical engagement in percent, "
        "fortnight and platform taken out, drawn towards 0 where posts are few (Gaussian process, "
        "95 % posterior intervals). Observed, not tried: no cause is claimed."
    )
    if not best_hours and not best_days:
        told += " No hour and no day stands out: every interval reaches 0."
    return PostingTimes(
        sample_size=count,
        hours=by_hour,
        days=by_day,
        best_days=tuple(bucket.label for bucket in best_days[:_MOST_BEST]),
        best_times=tuple(_ranges(best_hours)[:_MOST_BEST]),
        time_zone="UTC",
        basis=told,
    )


def detrend(logs: Doubles, periods: _Labels, kinds: _Labels) -> Doubles:
    """Free logarithms of engagement of the level of their period and of their kind.

    The levels are means drawn towards the middle, fitted in turns. Returns residuals of mean 0.
    """
    centred = logs - np.median(logs)
    level, offset = np.zeros_like(logs), np.zeros_like(logs)
    for _ in range(6):
        level = _levels(centred - offset, periods)
        offset = _levels(centred - level, kinds)
    rest = centred - level - offset
    return np.asarray(rest - rest.mean(), dtype=np.float64)


def week_effects(gains: Doubles, hours: _Labels, days: _Labels) -> WeekEffects:
    """Explain detrended logarithms by hour and day.

    Args:
        gains: The residuals, not all alike; the outermost hundredth at either end is drawn in.
        hours: 0 to 23, one a post.
        days: 0 (Monday) to 6.
    """
    gains = np.clip(gains, *np.quantile(gains, [_TRIMMED, 1 - _TRIMMED]))
    noise = float(gains.var()) or 1.0
    cells = days * _HOURS + hours
    size = len(DAYS) * _HOURS
    counts = np.bincount(cells, minlength=size)
    means = np.bincount(cells, gains, size)[counts > 0] / counts[counts > 0]
    hour = np.tile(np.arange(_HOURS), len(DAYS))
    day = np.repeat(np.arange(len(DAYS)), _HOURS)
    gap = np.abs(np.arange(_HOURS)[:, None] - np.arange(_HOURS))
    near = np.exp(-0.5 * (np.minimum(gap, _HOURS - gap) / _WIDTH) ** 2)
    weekend = np.arange(len(DAYS)) >= 5
    alike = np.eye(len(DAYS)) + (weekend[:, None] == weekend)
    hour_part = noise * _HOUR * near
    day_part = noise * _DAY * alike
    mixed = noise * _MIXED * near[np.ix_(hour, hour)] * alike[np.ix_(day, day)]
    prior = hour_part[np.ix_(hour, hour)] + day_part[np.ix_(day, day)] + mixed
    met = counts > 0
    inverse = np.linalg.inv(prior[np.ix_(met, met)] + np.diag(noise / counts[met]))
    weights = inverse @ means
    to_hours = hour_part[np.ix_(np.arange(_HOURS), hour[met])]
    to_days = day_part[np.ix_(np.arange(len(DAYS)), day[met])]
    return WeekEffects(
        week=(prior[:, met] @ weights).reshape(len(DAYS), _HOURS),
        hours=to_hours @ weights,
        hours_deviation=_deviation(hour_part, to_hours, inverse),
        days=to_days @ weights,
        days_deviation=_deviation(day_part, to_days, inverse),
    )


def _deviation(prior: Doubles, seen: Doubles, inverse: Doubles) -> Doubles:
    explained = np.einsum("ij,jk,ik->i", seen, inverse, seen)
    return np.asarray(np.sqrt(np.maximum(np.diag(prior) - explained, 0)), dtype=np.float64)


def _levels(rest: Doubles, labels: _Labels) -> Doubles:
    counts = np.bincount(labels)
    sums = np.bincount(labels, rest)
    return np.asarray((sums / (counts + _LEVEL_PRIOR))[labels], dtype=np.float64)


def _buckets(
    labels: Sequence[str], places: _Labels, effects: Doubles, deviations: Doubles
) -> tuple[Bucket, ...]:
    counts = np.bincount(places, minlength=len(labels))
    reach = Z95 * deviations
    return tuple(
        Bucket(
            label,
            int(counts[k]),
            _percent(effects[k]),
            _percent(effects[k] - reach[k]),
            _percent(effects[k] + reach[k]),
        )
        for k, label in enumerate(labels)
    )


def _percent(effect: float) -> float:
    return round(100 * float(np.expm1(effect)), 1) + 0.0  # no minus before a zero


def _is_best(bucket: Bucket) -> bool:
    return bucket.count > 0 and bucket.low is not None and bucket.low > 0


def _ranges(best: Sequence[Bucket]) -> list[str]:
    """Joins hours that follow one another; ranges are ordered by their best hour."""
    runs: list[list[Bucket]] = []
    for bucket in best:
        if runs and int(bucket.label) == int(runs[-1][-1].label) + 1:
            runs[-1].append(bucket)
        else:
            runs.append([bucket])
    runs.sort(key=lambda run: (-max(bucket.value for bucket in run), run[0].label))
    return [f"{run[0].label}:00-{(int(run[-1].label) + 1) % _HOURS:02}:00" for run in runs]


def _nothing(count: int, basis: str) -> PostingTimes:
    return PostingTimes(count, (), (), (), (), "UTC", basis)
