"""What a skill report says about the posts: each of them, what they share, differ in."""

import math
from collections.abc import Sequence

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, text
from services.reporter.document import Block, Column, Figure, Paragraph, Section, Table

_Request = reporter_service_pb2.WriteSkillReportRequest
_EXCERPT = 90


def posts(request: _Request) -> Section:
    """Returns every post with what it achieved."""
    scores = {score.index: score for score in request.patterns.scores}
    rows: list[list[str]] = []
    for index, example in enumerate(request.examples):
        metrics = example.performance_metrics
        score = scores.get(index)
        rows.append(
            [
                f"{index + 1} · {text.platform(example.platform)}".replace(" ", "\u00a0"),
                text.quoted(example.content, _EXCERPT),
                f"{metrics.likes:,}",
                f"{metrics.comments:,}",
                f"{metrics.shares:,}",
                "unknown" if metrics.impressions_unknown else f"{metrics.impressions:,}",
                _rate(request.patterns, score),
                text.times(score.relative) if score is not None else "n/a",
                _half(score),
            ]
        )
    columns = [
        Column("Post"),
        Column("Text"),
        Column("Likes", numeric=True),
        Column("Comments", numeric=True),
        Column("Shares", numeric=True),
        Column("Impressions", numeric=True),
        Column("Rate", numeric=True),
        Column("Of median", numeric=True),
        Column("Half"),
    ]
    table = Table("The posts and what they achieved", columns, rows)
    told = (
        "The bars show how each post did against the median of the posts on its platform, so that "
        "platforms of different size can be compared. The better half are those with the highest "
        "such ratio."
    )
    blocks: list[Block] = [table]
    if len(rows) > 1:
        blocks = [
            Figure("engagement_by_example"),
            Paragraph(told),
            Paragraph(_basis(request.patterns)),
            table,
        ]
    return Section("posts", "The posts", blocks)


def patterns(report: skill_pb2.PatternReport) -> Section:
    """Returns what the posts have in common."""
    title = "What the posts have in common"
    if not report.patterns:
        return Section("patterns", title, [Paragraph("No trait is shared by these posts.")])
    rows = [
        (
            text.label(pattern.name),
            text.label(pattern.category),
            f"{pattern.count} of {pattern.total}",
            text.share(pattern.share),
            text.interval(pattern.low, pattern.high),
            text.sentence(pattern.sentence),
        )
        for pattern in report.patterns
    ]
    columns = [
        Column("Trait"),
        Column("About"),
        Column("Posts", numeric=True),
        Column("Share", numeric=True),
        Column("95 % interval", numeric=True),
        Column("In words"),
    ]
    told = (
        f"Each trait was counted in {text.counted(report.distinct_examples, 'different post')}. "
        "The interval says where its share would lie in all posts made like these: the fewer the "
        "posts, the wider it is. A shared trait describes the posts; it says nothing about success."
    )
    return Section(
        "patterns",
        title,
        [Figure("pattern_shares"), Paragraph(told), Table("Traits the posts share", columns, rows)],
    )


def differences(report: skill_pb2.PatternReport) -> Section:
    """Returns what sets the better half apart, honest about chance."""
    title = "What the better posts do differently"
    found = evidence.differences(report)
    if not found:
        told = (
            f"With {text.counted(report.distinct_examples, 'different post')} the better half "
            "cannot be compared with the rest, or no trait differs between them."
        )
        return Section("differences", title, [Paragraph(told)])
    rows = []
    for difference in found:
        unit = evidence.unit_of(report, difference.trait)
        rows.append(
            (
                text.label(difference.trait),
                text.measured(difference.better, unit),
                text.measured(difference.rest, unit),
                f"{difference.better_size} / {difference.rest_size}",
                text.effect(difference.effect),
                text.p_value(difference.p_value),
                "a hint" if evidence.is_hint(difference) else "may be chance",
                text.sentence(difference.sentence),
            )
        )
    columns = [
        Column("Trait"),
        Column("Better half", numeric=True),
        Column("Rest", numeric=True),
        Column("Posts", numeric=True),
        Column("Effect", numeric=True),
        Column("p", numeric=True),
        Column("Verdict"),
        Column("In words"),
    ]
    return Section(
        "differences",
        title,
        [
            Figure("better_half_differences"),
            Paragraph(_chance(found)),
            Table("The better half against the rest", columns, rows),
        ],
    )


def voice(patterns: skill_pb2.PatternReport) -> Section:
    """Returns the voice of the posts."""
    measured = patterns.voice
    # The field is 0 where nothing was measured, too.
    technical = any(one.name == "technicality_median" for one in patterns.measurements)
    formality = (
        f"{text.decimal(measured.formality)} of 100"
        if measured.formality_known
        else "not measured: the measure was not made for this language"
    )
    keywords = ", ".join(text.isolated(word) for word in measured.keywords)
    rows = [
        ("Leading tone", text.label(measured.tone) or "cannot be told"),
        ("Formality", formality),
        (
            "Technical level",
            f"{text.decimal(measured.technical_level)} of 100, not validated against people"
            if technical
            else "not measured: the measure was not made for this language",
        ),
        ("Keywords", keywords or "none stands out"),
        ("Language", text.clean(measured.language) or "und"),
    ]
    table = Table("The voice of the posts", [Column("Measure"), Column("Value")], rows)
    return Section("voice", "Voice", [table])


def _chance(found: Sequence[skill_pb2.Difference]) -> str:
    hints = sum(map(evidence.is_hint, found))
    first = found[0]
    told = (
        f"{text.counted(len(found), 'trait differs', 'traits differ')} noticeably, {hints} of them "
        f"with p below {evidence.ALPHA}. Many traits were compared, and among many some differ by "
        "luck alone: read these as hints to test, not as findings. What goes together with success "
        "need not cause it."
    )
    if first.better_size and first.rest_size:
        least = evidence.smallest_p(first.better_size, first.rest_size)
        told += (
            f" With {first.better_size} against {first.rest_size} posts no p can be smaller than "
            f"{text.p_value(least)}."
        )
    return told


def _basis(report: skill_pb2.PatternReport) -> str:
    if report.engagement_basis == "engagement_rate":
        return (
            "Engagement means likes, comments and shares per impression, against the median of the "
            "same platform."
        )
    return (
        "Engagement means likes, comments and shares against the median of the same platform: "
        "the impressions of some post are unknown or fewer than its interactions, so there is no "
        "engagement rate."
    )


def _rate(report: skill_pb2.PatternReport, score: skill_pb2.ExampleScore | None) -> str:
    if score is None or report.engagement_basis != "engagement_rate":
        return "n/a"
    if not math.isfinite(score.engagement_rate):
        return "n/a"
    return f"{text.fixed(100 * score.engagement_rate, 1)}\u00a0%"


def _half(score: skill_pb2.ExampleScore | None) -> str:
    if score is None:
        return "n/a"
    if score.HasField("duplicate_of"):
        return f"same text as post {score.duplicate_of + 1}"
    return "better" if score.better_half else "rest"
