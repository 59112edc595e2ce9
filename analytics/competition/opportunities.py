"""What is worth doing, from what competitors do and leave out."""

from collections.abc import Sequence
from statistics import fmean
from typing import Final

import numpy as np

from analytics.competition.corpus import Entry, by_competitor, mean_relative
from analytics.competition.frequency import Rhythm
from analytics.competition.gaps import Coverage
from analytics.competition.records import Opportunity
from analytics.competition.tactics import Use
from analytics.competition.themes import Theme
from analytics.competition.words import counted, how_often
from analytics.posting_times import PostingTimes
from analytics.statistics import bootstrap, median, seed_from

MAX_OPPORTUNITIES: Final = 8

_PRIORITIES: Final = ("high", "medium", "low")
_FEW: Final = 5
_WELL, _BETTER = 1.25, 1.1
_SELDOM, _OFTEN = 0.15, 0.5
_LEVEL: Final = 0.05
_RARE: Final = 0.25
_FORMAL, _CASUAL = 60, 40
_UNKNOWN: Final = "Cannot be told: too little engagement is known."


def theme_potential(theme: Theme, total: int, competitors: int) -> tuple[str, str]:
    """Judge what a theme offers.

    Returns:
        "high", "medium" or "low", and the same with the reason.
    """
    share = len(theme.entries) / total
    names = sorted({entry.competitor for entry in theme.entries})
    means, known = mean_relative(theme.entries)
    who = (
        f"{names[0]} alone of {competitors} competitors"
        if len(names) == 1 < competitors
        else f"{len(names)} of {counted(competitors, 'competitor')}"
    )
    covered = f"{100 * share:.0f} % of the posts, {who}"
    if known < _FEW:
        level = "medium" if share <= _SELDOM and len(names) < competitors else "low"
        which = known or "none"
        return level, f"{level}: {covered}; engagement known of {which} of its posts"
    did = f"{means:.2f} times the usual engagement on {known} posts"
    low, _ = _interval(theme.entries)
    if means >= _WELL and low > 1 and share <= _OFTEN:
        level = "high"
    elif means >= _BETTER and share <= _OFTEN:
        level = "medium"
    else:
        level = "low"
    return level, f"{level}: {did}; {covered}"


def find_opportunities(
    corpus: Sequence[Entry],
    *,
    themes: Sequence[Theme],
    covered: Sequence[Coverage],
    uses: Sequence[Use],
    rhythms: Sequence[Rhythm],
    times: PostingTimes,
) -> tuple[Opportunity, ...]:
    """Find what is worth doing.

    Returns:
        At most 8, the most urgent first. None promises an effect: what is known was observed.
    """
    found = [
        *_gaps(covered),
        *_themes(themes, len(corpus), len(by_competitor(corpus))),
        *_tactics(uses),
        *_timing(times),
        *_frequency(rhythms),
        *_voice(corpus),
    ]
    found.sort(key=lambda one: _PRIORITIES.index(one.priority))  # stable: as listed within one
    return tuple(found[:MAX_OPPORTUNITIES])


def _gaps(covered: Sequence[Coverage]) -> list[Opportunity]:
    found = []
    for coverage in covered:
        if coverage.is_gap:
            means, known = mean_relative(coverage.entries)
            impact = (
                f"{counted(known, 'post')} about it had {means:.2f} times the usual engagement: "
                "too few to tell more."
                if known
                else "Cannot be told: nobody's posts show how it is received."
            )
            description = f"Write about {coverage.sentence}"
            found.append(Opportunity("content", description, "high", impact))
    return found


def _themes(themes: Sequence[Theme], total: int, competitors: int) -> list[Opportunity]:
    found = []
    for theme in themes:
        level, reason = theme_potential(theme, total, competitors)
        if level == "low":
            continue
        low, high = _interval(theme.entries)
        impact = (
            f"Competitors' posts on it had {low:.2f} to {high:.2f} times their usual engagement "
            "(95 % bootstrap interval of the mean); observed, not tried."
            if mean_relative(theme.entries)[1] >= _FEW
            else _UNKNOWN
        )
        description = f"Take up “{', '.join(theme.words)}”: {reason.partition(': ')[2]}."
        found.append(Opportunity("content", description, level, impact))
    return found


def _tactics(uses: Sequence[Use]) -> list[Opportunity]:
    found = []
    for use in uses:
        if not use.total:
            continue
        few = use.count < use.total / 2
        if use.lift is not None and use.p_value < _LEVEL and use.lift > 0:
            impact = (
                f"Such posts had {100 * use.lift:+.0f} % engagement against the others (p = "
                f"{use.p_value:.2g}); observed, not tried."
            )
            priority, doing = ("high", "Do as few do") if few else ("medium", "Do as most do")
            found.append(Opportunity("engagement", f"{doing}: {use.seen}.", priority, impact))
        elif use.count < _RARE * use.total and use.lift is None:
            # "Only none" would be no English; of a single post nothing can be "only".
            only = "only " if use.count else ""
            found.append(
                Opportunity("engagement", f"Stand out: {only}{use.seen}.", "low", _UNKNOWN)
            )
    return found


def _timing(times: PostingTimes) -> list[Opportunity]:
    if not times.best_times and not times.best_days:
        return []
    named = [*(day.capitalize() for day in times.best_days), *times.best_times]
    buckets = (*times.hours, *times.days)
    best = max(buckets, key=lambda bucket: bucket.low if bucket.low is not None else -100.0)
    return [
        Opportunity(
            "timing",
            f"Post at {', '.join(named)} (UTC): of {times.sample_size} posts of competitors those "
            "did better.",
            "medium",
            f"Up to {best.value:+.0f} % against their usual engagement, at least {best.low:+.0f} % "
            "with 95 % probability; observed, not tried.",
        )
    ]


def _frequency(rhythms: Sequence[Rhythm]) -> list[Opportunity]:
    active = [one.frequency for one in rhythms if one.dated]
    if not active:
        return []
    mean = fmean(sorted(one.posts_per_week for one in active))
    busiest = active[0]
    if len(active) == 1:
        example = f"{busiest.name} ({mean:.1f} posts a week)"
    else:
        example = (
            f"{len(active)} competitors on average ({mean:.1f} posts a week; {busiest.name} leads "
            f"with {busiest.posts_per_week:.1f})"
        )
    return [
        Opportunity(
            "frequency",
            f"Post about {how_often(mean)} to be as present as {example}.",
            "medium" if len(active) > 1 else "low",
            "Cannot be told: how often to post was not tried, only observed.",
        )
    ]


def _voice(corpus: Sequence[Entry]) -> list[Opportunity]:
    medians = {}
    for name, entries in by_competitor(corpus).items():
        scores = [e.measures.formality for e in entries if e.measures.formality is not None]
        if len(scores) >= _FEW:
            medians[name] = median(scores)
    if len(medians) < 2:
        return []
    low, high = min(medians.values()), max(medians.values())
    who = "both" if len(medians) == 2 else f"all {len(medians)}"
    for sounds, other, holds in (
        ("formal", "more casual", low > _FORMAL),
        ("casual", "more formal", high < _CASUAL),
    ):
        if holds:
            return [
                Opportunity(
                    "voice",
                    f"Sound {other}: {who} competitors sound {sounds} (median "
                    f"formality {low:.0f} to {high:.0f} of 100).",
                    "low",
                    "Cannot be told: no competitor's posts show how another voice is received.",
                )
            ]
    return []


def _interval(entries: Sequence[Entry]) -> tuple[float, float]:
    """Returns the 95 % bootstrap interval of the mean relative engagement; (0, 0) without posts."""
    values = np.array(sorted(e.relative for e in entries if e.relative is not None))
    if not len(values):
        return 0.0, 0.0
    draws = bootstrap(
        len(values), lambda rows: values[rows].mean(axis=1), seed=seed_from(values.tolist())
    )
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)
