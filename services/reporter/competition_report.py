"""What a report on competitors says, section by section."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2, skill_pb2
from services.reporter import evidence, sections, text
from services.reporter.calendar import moment
from services.reporter.document import (
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    KeyFigure,
    Paragraph,
    Section,
    Table,
)

_Request = pb.WriteCompetitionReportRequest
_RECEIPTS_SHOWN: Final = 40


def competition_document(
    request: _Request, *, score: float, parts: Sequence[skill_pb2.ConfidencePart]
) -> Document:
    """Returns the report.

    Args:
        request: What was found, and what was made of it.
        score: Confidence in the comparison, 0 to 100.
        parts: How it was computed.
    """
    names = text.listed([text.isolated(report.name) for report in request.reports])
    return Document(
        title="Competitive analysis",
        subtitle=f"{names} · {moment(request.period_from)} to {moment(request.period_to)}",
        summary=_summary(request, score),
        figures=_figures(request, score),
        sections=[
            _opportunities(request.analysis),
            _frequency(request),
            _themes(request.analysis),
            _tactics(request.analysis),
            _gaps(request),
            _times(request.analysis),
            sections.confidence(score, parts),
            _sources(request),
            sections.limits(
                # Two competitors may have the same limit, word for word.
                list(
                    dict.fromkeys(
                        [
                            *(each for one in request.reports for each in one.limits),
                            *request.analysis.limits,
                        ]
                    )
                )
            ),
        ],
    )


def _posts(request: _Request) -> int:
    return sum(len(report.posts) for report in request.reports)


def _summary(request: _Request, score: float) -> str:
    read = text.counted(len(request.reports), "competitor")
    said = [f"{text.counted(_posts(request), 'post')} of {read} were read."]
    if request.failed_competitors:
        failed = text.listed([text.isolated(each.name) for each in request.failed_competitors])
        said.append(f"Nothing could be read of {failed}; the reasons are below.")
    by_name = request.analysis.insights.posting_frequency.by_competitor
    if by_name:
        most = max(by_name, key=lambda one: one.posts_per_week)
        said.append(
            f"{text.isolated(most.name)} posts most: {text.decimal(most.posts_per_week)} a week."
        )
    themes = request.analysis.insights.content_themes
    if themes:
        named = text.listed([f"“{text.isolated(theme.theme)}”" for theme in themes[:3]])
        said.append(f"They write most about {named}.")
    said.append(
        f"Confidence in the comparison is {evidence.confidence_word(score)}: "
        f"{text.decimal(score)} of 100."
    )
    return " ".join(said)


def _figures(request: _Request, score: float) -> list[KeyFigure]:
    frequency = request.analysis.insights.posting_frequency.by_competitor
    # Without a dated post within the period 0 is said, which is no rate.
    weekly = [one.posts_per_week for one in frequency if one.posts_per_week]
    gaps = len(request.analysis.content_gaps)
    failed = len(request.failed_competitors)
    return [
        KeyFigure(
            "Confidence",
            f"{text.decimal(score)} of 100",
            f"{evidence.confidence_word(score)}; computed from the evidence below",
        ),
        KeyFigure("Posts read", f"{_posts(request):,}", "within the period, or without a date"),
        KeyFigure(
            "Competitors",
            f"{len(request.reports)} of {len(request.reports) + failed}",
            "could be read",
        ),
        KeyFigure(
            "Posts a week",
            text.decimal(median(weekly)) if weekly else "unknown",
            f"{_of_whom(len(weekly))}; {text.counted(gaps, 'gap')} found",
        ),
    ]


def _of_whom(competitors: int) -> str:
    """Says what the figure over all rates is."""
    if not competitors:
        return "no post within the period tells its date"
    return f"median of {competitors} competitors" if competitors > 1 else "of one competitor"


def _opportunities(analysis: competition_pb2.CompetitionAnalysis) -> Section:
    title = "What is worth doing"
    if not analysis.opportunities:
        return Section("opportunities", title, [Paragraph("The evidence points to nothing.")])
    rows = [
        (
            text.label(one.priority),
            text.label(one.category),
            text.sentence(one.description),
            text.sentence(one.estimated_impact),
        )
        for one in analysis.opportunities
    ]
    columns = [Column("Priority"), Column("Concerns"), Column("What to do"), Column("Effect")]
    return Section("opportunities", title, [Table("Opportunities", columns, rows)])


def _frequency(request: _Request) -> Section:
    frequency = request.analysis.insights.posting_frequency
    rows = [
        (
            text.isolated(one.name),
            text.fixed(one.posts_per_week, 1),
            text.listed([text.label(day) for day in one.best_days]) or "none stands out",
            text.listed(list(one.best_times)) or "none stands out",
        )
        for one in frequency.by_competitor
    ]
    columns = [
        Column("Competitor"),
        Column("Posts a week", numeric=True),
        Column("Busiest days"),
        Column("Busiest hours (UTC)"),
    ]
    blocks: list[Block] = [
        Figure("posts_per_week"),
        Paragraph(
            "Dated posts over the weeks of the period; where a feed evidently shows its newest "
            "posts alone, over the weeks since the oldest."
        ),
        Table("How often and when they post", columns, rows),
        Figure("posting_calendar"),
    ]
    if frequency.recommendations:
        blocks.append(Bullets([text.sentence(each) for each in frequency.recommendations]))
    else:
        blocks.append(Paragraph("The evidence asks for no other rhythm than yours."))
    return Section("frequency", "How often and when they post", blocks)


def _themes(analysis: competition_pb2.CompetitionAnalysis) -> Section:
    found = analysis.insights.content_themes
    title = "What they write about"
    if not found:
        return Section("themes", title, [Paragraph("No theme recurs over their posts.")])
    rows = [
        (
            text.isolated(one.theme),
            text.share(one.frequency),
            text.times(one.avg_engagement_rate) if one.avg_engagement_rate else "unknown",
            text.sentence(one.opportunity),
        )
        for one in found
    ]
    columns = [
        Column("Theme"),
        Column("Share of posts", numeric=True),
        Column("Engagement of median", numeric=True),
        Column("What it offers"),
    ]
    told = (
        "Posts are put together by the words they share. Engagement is that of a theme's posts "
        "against the median post of the same competitor and source, where it is known."
    )
    table = Table("Themes", columns, rows)
    blocks: list[Block] = [Figure("content_themes"), Paragraph(told), table]
    return Section("themes", title, blocks)


def _tactics(analysis: competition_pb2.CompetitionAnalysis) -> Section:
    tactics = analysis.insights.engagement_tactics
    rows = [
        (name, text.share(one.competitor_avg), text.sentence(one.recommendation))
        for name, one in (
            ("Ask a question", tactics.questions_vs_statements),
            ("Call to action", tactics.call_to_action_usage),
            ("Picture or video", tactics.visual_content_ratio),
        )
    ]
    columns = [Column("Tactic"), Column("Mean share", numeric=True), Column("Advice")]
    table = Table("Tactics, mean over the competitors", columns, rows)
    told = (
        "Questions and calls to action are found by rules and a model that were tried on labelled "
        "tweets, not on brand posts; pictures and videos where the source names them."
    )
    blocks: list[Block] = [Figure("tactics"), Paragraph(told), table]
    return Section("tactics", "How they ask for attention", blocks)


def _gaps(request: _Request) -> Section:
    told = [text.sentence(gap) for gap in request.analysis.content_gaps]
    none = (
        "No gap was found: every focus area and theme is in more than 5\u00a0% of the posts."
        if request.focus_areas
        else "No gap was found: the request names no focus areas to look for, and every theme is "
        "in more than 5\u00a0% of the posts."
    )
    blocks: list[Block] = [Bullets(told)] if told else [Paragraph(none)]
    return Section("gaps", "What nobody covers, or hardly", blocks)


def _times(analysis: competition_pb2.CompetitionAnalysis) -> Section:
    basis = text.sentence(analysis.posting_times.basis)
    told = basis or "Nothing can be told of which times do better."
    return Section("times", "When posts did well", [Figure("posting_times"), Paragraph(told)])


def _sources(request: _Request) -> Section:
    rows = [
        (
            text.isolated(report.name),
            text.label(source.source),
            text.isolated(source.url),
            str(source.posts),
            text.sentence(source.failure) or "Read.",
        )
        for report in request.reports
        for source in report.sources
    ]
    columns = [
        Column("Competitor"),
        Column("Source"),
        Column("Address"),
        Column("Posts", numeric=True),
        Column("What became of it"),
    ]
    fetched = [receipt for report in request.reports for receipt in report.receipts]
    count = len(fetched) + sum(len(each.receipt_ids) for each in request.failed_competitors)
    told = (
        f"{text.counted(count, 'request')} were made or refused; each has a receipt in the "
        "evidence, with time, rules of the site, status and a hash of what came."
    )
    blocks: list[Block] = [Table("Where the posts come from", columns, rows[:_RECEIPTS_SHOWN])]
    blocks += sections.failures(request.failed_competitors)
    blocks.append(Paragraph(told))
    return Section("sources", "Sources", blocks)
