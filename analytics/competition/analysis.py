"""Merges what was found about competitors: themes, frequency, tactics, opportunities, gaps."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Final

from analytics.competition.corpus import Entry, build_corpus, by_competitor, mean_relative
from analytics.competition.frequency import (
    Rhythm,
    dated_within,
    measure_rhythms,
    recommend_rhythm,
)
from analytics.competition.gaps import Coverage, cover, describe_gaps
from analytics.competition.opportunities import find_opportunities, theme_potential
from analytics.competition.records import (
    CompetitionAnalysis,
    CompetitionInsights,
    CompetitorReport,
    ContentTheme,
    PostingFrequency,
)
from analytics.competition.tactics import describe_tactics, measure_tactics, tactic_measurements
from analytics.competition.themes import find_themes
from analytics.competition.words import counted
from analytics.evidence import Measurement
from analytics.posting_times import PostingTimes, TimedPost, posting_times
from analytics.statistics import median, median_interval
from analytics.voice import main_language

_FEW: Final = 5


def analyze_competition(
    reports: Sequence[CompetitorReport],
    begin: datetime,
    end: datetime,
    focus_areas: Sequence[str] = (),
) -> CompetitionAnalysis:
    """Merge reports on competitors; the same for every order of the reports and their posts.

    Args:
        reports: One a competitor that was read, of distinct names.
        begin: Beginning of the period, inclusive, aware of its time zone.
        end: Its end, exclusive.
        focus_areas: What to look at in particular.

    Raises:
        ValueError: The period is empty, or there are no reports.
        analytics.embeddings.VectorsUnavailableError: The static vectors have not been built.
    """
    if begin >= end or not reports:
        raise ValueError("an analysis needs reports and a period that ends after it begins")
    corpus = build_corpus(reports)
    rhythms = measure_rhythms(reports, begin, end)
    moments = sorted(
        moment for report in reports for moment in dated_within(report.posts, begin, end)
    )
    themes = find_themes(corpus)
    uses = measure_tactics(corpus)
    covered = cover(corpus, focus_areas)
    times = _times(corpus)
    competitors = len(by_competitor(corpus))
    return CompetitionAnalysis(
        insights=CompetitionInsights(
            content_themes=tuple(
                ContentTheme(
                    theme=", ".join(theme.words),
                    frequency=len(theme.entries) / len(corpus),
                    avg_engagement_rate=mean_relative(theme.entries)[0],
                    opportunity=theme_potential(theme, len(corpus), competitors)[1],
                )
                for theme in themes
            ),
            posting_frequency=PostingFrequency(
                tuple(one.frequency for one in rhythms), recommend_rhythm(rhythms, moments)
            ),
            engagement_tactics=describe_tactics(uses),
        ),
        opportunities=find_opportunities(
            corpus, themes=themes, covered=covered, uses=uses, rhythms=rhythms, times=times
        ),
        content_gaps=describe_gaps(covered, themes, len(corpus)),
        measurements=(*tactic_measurements(uses), *_measurements(corpus, rhythms)),
        posting_times=times,
        limits=tuple(_limits(reports, corpus, rhythms, covered, times)),
        language=main_language([entry.measures for entry in corpus]),
    )


def _times(corpus: Sequence[Entry]) -> PostingTimes:
    """Estimates when posts did well, each competitor's sources compared within themselves."""
    return posting_times(
        [
            TimedPost(entry.post.published_at, count, f"{entry.competitor}\n{entry.post.source}")
            for entry in corpus
            if entry.post.published_at is not None
            and (count := entry.post.interactions) is not None
            and entry.relative is not None
        ]
    )


def _measurements(corpus: Sequence[Entry], rhythms: Sequence[Rhythm]) -> list[Measurement]:
    """Returns what else was measured over all competitors."""
    rates = sorted(one.frequency.posts_per_week for one in rhythms if one.dated)
    found = []
    if rates:
        found.append(
            Measurement("posts_per_week_mean", fmean(rates), "count", len(rates), "mean_over_names")
        )
    for name, unit, values in (
        ("words_median", "words", [float(entry.measures.words) for entry in corpus]),
        ("formality_median", "score", _known(corpus, "formality")),
        ("reading_grade_median", "grade", _known(corpus, "reading_grade")),
    ):
        if values:
            low, high = median_interval(values) or (None, None)
            method = "median" if low is None else "median_order_statistics_95"
            found.append(Measurement(name, median(values), unit, len(values), method, low, high))
    return found


def _known(corpus: Sequence[Entry], name: str) -> list[float]:
    values = [getattr(entry.measures, name) for entry in corpus]
    return [value for value in values if value is not None]


def _limits(
    reports: Sequence[CompetitorReport],
    corpus: Sequence[Entry],
    rhythms: Sequence[Rhythm],
    covered: Sequence[Coverage],
    times: PostingTimes,
) -> list[str]:
    """Says what could not be measured, and why."""
    limits = [
        f"{one.frequency.name}: its sources show nothing older than {one.weeks:.1f} weeks; its "
        f"{one.dated} dated posts are divided by these, not by the whole period."
        for one in sorted(rhythms, key=lambda one: one.frequency.name)
        if one.cut_off
    ]
    for report in sorted(reports, key=lambda report: report.name):
        undated = sum(post.published_at is None for post in report.posts)
        if undated:
            told = "tells no date; it counts" if undated == 1 else "tell no date; they count"
            limits.append(
                f"{report.name}: {undated} of {counted(len(report.posts), 'post')} {told} for "
                "content, not for frequency."
            )
        if not report.posts:
            limits.append(f"{report.name}: no posts within the period.")
    if any(one.frequency.best_days or one.frequency.best_times for one in rhythms):
        limits.append(
            "best_days and best_times of a competitor say when it posts most, in UTC, not when its "
            "posts did best; posting_times says that, where engagement is known."
        )
    unknown = sum(entry.relative is None for entry in corpus)
    if unknown:
        limits.append(
            f"The engagement of {unknown} of {counted(len(corpus), 'distinct post')} is not known; "
            "an avg_engagement_rate of 0 means that none of a theme's is."
        )
    if covered:
        limits.append(
            "A post counts as about a focus area when it holds its words or is near in meaning by "
            "static vectors (English); what is said in pictures is not read."
        )
    if len(corpus) < _FEW:
        limits.append(f"{counted(len(corpus), 'distinct post')}: too few for themes to mean much.")
    if not times.hours:
        limits.append(times.basis)
    return limits
