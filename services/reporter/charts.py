"""The charts of a skill report; each is drawn only where there is data for it."""

import math
from collections.abc import Sequence

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, svg, text
from services.reporter.canvas import BAR, INNER, Canvas, band, confidence_chart
from services.reporter.matrix import back_test

_PATTERNS_SHOWN = 12
_DIFFERENCES_SHOWN = 10
_EXCERPT = 60


def skill_charts(
    request: reporter_service_pb2.WriteSkillReportRequest,
    estimate: skill_pb2.PerformanceEstimate,
    confidence_parts: Sequence[skill_pb2.ConfidencePart],
) -> list[skill_pb2.Chart]:
    """Returns the charts for a skill, in the order in which a report shows them.

    Names are unique; the pictures are self-contained SVG documents, 400 units wide, light or dark
    as the reader's screen is.
    """
    drawn = (
        confidence_chart(confidence_parts),
        _estimate(estimate),
        _engagement(request),
        _differences(request.patterns),
        _patterns(request.patterns),
        back_test(request),
    )
    return [chart for chart in drawn if chart is not None]


def _engagement(request: reporter_service_pb2.WriteSkillReportRequest) -> skill_pb2.Chart | None:
    scores = [score for score in request.patterns.scores if math.isfinite(score.relative)]
    if len(scores) < 2:
        return None
    scores.sort(key=lambda score: (not score.better_half, -score.relative, score.index))
    labels = {score.index: f"Post {score.index + 1}" for score in scores}
    told = "; ".join(
        f"{labels[score.index]} "
        f"{text.times(score.relative)}{' (better half)' if score.better_half else ''}"
        for score in scores
    )
    title = "Engagement of each post"
    chart = Canvas(
        "engagement_by_example",
        title,
        f"Bar chart of engagement relative to the median of the same platform. {told}.",
        "1× is the median of the posts on the same platform.",
    )
    most = max(1.0, *(score.relative for score in scores))
    half: bool | None = None
    for score in scores:
        if score.better_half is not half:
            half = score.better_half
            chart.heading("Better half" if half else "The rest")
        role: svg.Role = "accent" if score.better_half else "rest"
        chart.label(_post(request, score), text.times(score.relative))
        top = chart.y
        svg.rect(chart.root, (svg.MARGIN, top, INNER, BAR), "line", radius=3)
        svg.rect(chart.root, (svg.MARGIN, top, INNER * score.relative / most, BAR), role, radius=3)
        median = svg.MARGIN + INNER / most
        svg.line(chart.root, (median, top - 2), (median, top + BAR + 2), "ink", 1.5)
        chart.y += BAR + 14
    return chart.chart()


def _post(
    request: reporter_service_pb2.WriteSkillReportRequest, score: skill_pb2.ExampleScore
) -> str:
    example = request.examples[score.index]
    if score.HasField("duplicate_of"):
        told = f"same text as post {score.duplicate_of + 1}"
    else:
        told = text.quoted(example.content, _EXCERPT)
    return f"{score.index + 1} · {text.platform(example.platform)} · {told}"


def _differences(report: skill_pb2.PatternReport) -> skill_pb2.Chart | None:
    shown = evidence.differences(report)[:_DIFFERENCES_SHOWN]
    if not shown:
        return None
    chart = Canvas(
        "better_half_differences",
        "What the better half does differently",
        "Bars of effect size, to the right where better posts have more of a trait. "
        f"{'; '.join(map(_difference_told, shown))}.",
        "Cliff’s delta from −1 (always less) to +1 (always more). Filled bars: p below 0.05, worth "
        "testing; outlined bars: may well be chance.",
    )
    middle = svg.WIDTH / 2
    y = chart.y + 4
    svg.text(
        chart.root, middle - 8, y, "← less in better posts", role="muted", size=12, anchor="end"
    )
    svg.text(chart.root, middle + 8, y, "more in better posts →", role="muted", size=12)
    chart.y += 22
    for difference in shown:
        chart.label(text.label(difference.trait), text.p_is(difference.p_value))
        svg.rect(chart.root, (svg.MARGIN, chart.y, INNER, BAR), "line", radius=3)
        length = max(1.5, abs(difference.effect) * INNER / 2)
        left = middle if difference.effect > 0 else middle - length
        role: svg.Role = "accent" if difference.effect > 0 else "warn"
        draw = svg.rect if evidence.is_hint(difference) else svg.outline
        draw(chart.root, (left, chart.y, length, BAR), role, radius=2)
        svg.line(chart.root, (middle, chart.y - 2), (middle, chart.y + BAR + 2), "ink", 1.5)
        chart.y += BAR + 14
    chart.more(len(report.differences) - len(shown))
    return chart.chart()


def _difference_told(difference: skill_pb2.Difference) -> str:
    return (
        f"{text.label(difference.trait)}: {'more' if difference.effect > 0 else 'less'} in better "
        f"posts, Cliff’s delta {text.effect(difference.effect)}, {text.p_is(difference.p_value)}"
    )


def _patterns(report: skill_pb2.PatternReport) -> skill_pb2.Chart | None:
    shown = report.patterns[:_PATTERNS_SHOWN]
    if not shown:
        return None
    told = "; ".join(
        f"{text.label(pattern.name)} {pattern.count} of {pattern.total}, 95 % interval "
        f"{text.interval(pattern.low, pattern.high)}"
        for pattern in shown
    )
    chart = Canvas(
        "pattern_shares",
        "What the posts have in common",
        f"Share of the examples with each trait. {told}.",
        "Dot: share of these posts. Band: where the share of all such posts lies (95 % Wilson "
        "interval).",
    )
    for pattern in shown:
        chart.label(text.label(pattern.name), f"{pattern.count} of {pattern.total}")
        band(chart, (0.0, 1.0), (pattern.low, pattern.share, pattern.high))
    chart.axis(((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")))
    chart.more(len(report.patterns) - len(shown))
    return chart.chart()


def _estimate(estimate: skill_pb2.PerformanceEstimate) -> skill_pb2.Chart | None:
    if not evidence.has_interval(estimate):
        return None
    middle, low, high = estimate.engagement_rate_increase, estimate.low, estimate.high
    if not all(map(math.isfinite, (middle, low, high))):
        return None
    chart = Canvas(
        "performance_estimate",
        "What the better posts promise",
        f"Expected engagement against the median of the examples: {text.change(middle)}, 95 % "
        f"interval {text.change(low)} to {text.change(high)}.",
        "Dot: expected change against the median of your posts. Band: its 95 % interval.",
    )
    # Never a span of nothing, and room for the numbers at both ends.
    start, end = min(0.0, low, middle), max(0.0, high, middle)
    end = end if end > start else start + 1.0
    chart.label("Engagement", text.change(middle))
    band(chart, (start, end), (low, middle, high), zero=True)
    ticks = [(low, text.change(low)), (high, text.change(high))]
    gap = (end - start) * 0.16
    if all(abs(value) > gap for value, _ in ticks):
        ticks.append((0.0, "0 %"))
    if high - low <= gap:
        ticks = [((low + high) / 2, f"{text.change(low)} to {text.change(high)}")]
    chart.axis([((value - start) / (end - start), told) for value, told in sorted(ticks)])
    return chart.chart()
