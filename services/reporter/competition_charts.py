"""The charts of a report on competitors; each is drawn only where there is data for it."""

from collections.abc import Sequence
from typing import Final

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2, skill_pb2
from services.reporter import svg, text
from services.reporter.calendar import calendar
from services.reporter.canvas import Canvas, confidence_chart
from services.reporter.voice_charts import times_chart

_THEMES_SHOWN: Final = 10
_PERCENT: Final = ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %"))


def competition_charts(
    request: pb.WriteCompetitionReportRequest, parts: Sequence[skill_pb2.ConfidencePart]
) -> list[skill_pb2.Chart]:
    """Returns the charts, in the order in which a report shows them."""
    insights = request.analysis.insights
    posts = [post for report in request.reports for post in report.posts]
    drawn = (
        _frequency(insights.posting_frequency.by_competitor),
        calendar(post.published_at for post in posts if post.HasField("published_at")),
        _themes(insights.content_themes),
        _tactics(insights.engagement_tactics) if posts else None,
        times_chart(request.analysis.posting_times),
        confidence_chart(parts),
    )
    return [chart for chart in drawn if chart is not None]


def _frequency(found: Sequence[competition_pb2.CompetitorFrequency]) -> skill_pb2.Chart | None:
    if not found:
        return None
    ordered = sorted(found, key=lambda one: -one.posts_per_week)
    told = "; ".join(
        f"{text.clean(one.name)} {text.decimal(one.posts_per_week)}" for one in ordered
    )
    canvas = Canvas(
        "posts_per_week",
        "How often they post",
        f"Dated posts a week. {told}.",
        "Dated posts over the weeks of the period, or of what the feed shows of it.",
    )
    most = max(one.posts_per_week for one in ordered) or 1.0
    for one in ordered:
        canvas.label(text.isolated(one.name), f"{text.decimal(one.posts_per_week)} a week")
        canvas.bar(one.posts_per_week / most)
    return canvas.chart()


def _themes(found: Sequence[competition_pb2.ContentTheme]) -> skill_pb2.Chart | None:
    shown = found[:_THEMES_SHOWN]
    if not shown:
        return None
    told = "; ".join(f"{text.clean(one.theme)} {text.share(one.frequency)}" for one in shown)
    canvas = Canvas(
        "content_themes",
        "What they write about",
        f"Share of the posts on each theme. {told}.",
        "Share of all posts read. A post may belong to no theme.",
    )
    for one in shown:
        canvas.label(text.isolated(one.theme), text.share(one.frequency))
        canvas.bar(one.frequency)
    canvas.axis(_PERCENT)
    canvas.more(len(found) - len(shown))
    return canvas.chart()


def _tactics(tactics: competition_pb2.EngagementTactics) -> skill_pb2.Chart:
    rows = (
        ("Ask a question", tactics.questions_vs_statements.competitor_avg),
        ("Call to action", tactics.call_to_action_usage.competitor_avg),
        ("Picture or video", tactics.visual_content_ratio.competitor_avg),
    )
    told = "; ".join(f"{name} {text.share(value)}" for name, value in rows)
    canvas = Canvas(
        "tactics",
        "How they ask for attention",
        f"Share of the posts, mean over the competitors. {told}.",
        "Share of each competitor's posts, averaged over the competitors.",
    )
    for name, value in rows:
        canvas.label(name, text.share(value))
        role: svg.Role = "accent"
        canvas.bar(value, role)
    canvas.axis(_PERCENT)
    return canvas.chart()
