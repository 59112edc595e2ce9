"""The charts of a skill report; each is drawn only where there is data for it."""

import math
from collections.abc import Sequence

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence, svg, text
from services.reporter.matrix import back_test

_BAR = 10
_INNER = svg.WIDTH - 2 * svg.MARGIN
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
        _confidence(confidence_parts),
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
    chart = _Page(
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
        svg.rect(chart.root, (svg.MARGIN, top, _INNER, _BAR), "line", radius=3)
        svg.rect(
            chart.root, (svg.MARGIN, top, _INNER * score.relative / most, _BAR), role, radius=3
        )
        median = svg.MARGIN + _INNER / most
        svg.line(chart.root, (median, top - 2), (median, top + _BAR + 2), "ink", 1.5)
        chart.y += _BAR + 14
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
    chart = _Page(
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
        svg.rect(chart.root, (svg.MARGIN, chart.y, _INNER, _BAR), "line", radius=3)
        length = max(1.5, abs(difference.effect) * _INNER / 2)
        left = middle if difference.effect > 0 else middle - length
        role: svg.Role = "accent" if difference.effect > 0 else "warn"
        draw = svg.rect if evidence.is_hint(difference) else svg.outline
        draw(chart.root, (left, chart.y, length, _BAR), role, radius=2)
        svg.line(chart.root, (middle, chart.y - 2), (middle, chart.y + _BAR + 2), "ink", 1.5)
        chart.y += _BAR + 14
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
    chart = _Page(
        "pattern_shares",
        "What the posts have in common",
        f"Share of the examples with each trait. {told}.",
        "Dot: share of these posts. Band: where the share of all such posts lies (95 % Wilson "
        "interval).",
    )
    for pattern in shown:
        chart.label(text.label(pattern.name), f"{pattern.count} of {pattern.total}")
        _band(chart, (0.0, 1.0), (pattern.low, pattern.share, pattern.high))
    chart.axis(((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")))
    chart.more(len(report.patterns) - len(shown))
    return chart.chart()


def _confidence(parts: Sequence[skill_pb2.ConfidencePart]) -> skill_pb2.Chart | None:
    if not parts:
        return None
    points = [
        (text.label(part.name), 100 * part.value * part.weight, 100 * part.weight) for part in parts
    ]
    total = sum(reached for _, reached, _ in points)
    told = "; ".join(
        f"{name} {text.decimal(reached)} of {text.decimal(most)}" for name, reached, most in points
    )
    chart = _Page(
        "confidence_parts",
        "Where the confidence comes from",
        f"Points of each part of the confidence score. {told}; together {text.decimal(total)} of "
        "100.",
        "Each bar is as long as its part can count; filled is what the evidence reaches.",
    )
    widest = max(most for _, _, most in points) or 1.0
    for name, reached, most in points:
        chart.label(name, f"{text.decimal(reached)} of {text.decimal(most)} points")
        svg.rect(chart.root, (svg.MARGIN, chart.y, _INNER * most / widest, _BAR), "soft", radius=3)
        filled = (svg.MARGIN, chart.y, _INNER * reached / widest, _BAR)
        svg.rect(chart.root, filled, "accent", radius=3)
        chart.y += _BAR + 14
    svg.line(chart.root, (svg.MARGIN, chart.y - 4), (svg.WIDTH - svg.MARGIN, chart.y - 4), "line")
    chart.y += 3
    chart.label("Together", f"{text.decimal(total)} of 100 points", bold=True)
    return chart.chart()


def _estimate(estimate: skill_pb2.PerformanceEstimate) -> skill_pb2.Chart | None:
    if not evidence.has_interval(estimate):
        return None
    middle, low, high = estimate.engagement_rate_increase, estimate.low, estimate.high
    if not all(map(math.isfinite, (middle, low, high))):
        return None
    chart = _Page(
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
    _band(chart, (start, end), (low, middle, high), zero=True)
    ticks = [(low, text.change(low)), (high, text.change(high))]
    gap = (end - start) * 0.16
    if all(abs(value) > gap for value, _ in ticks):
        ticks.append((0.0, "0 %"))
    if high - low <= gap:
        ticks = [((low + high) / 2, f"{text.change(low)} to {text.change(high)}")]
    chart.axis([((value - start) / (end - start), told) for value, told in sorted(ticks)])
    return chart.chart()


class _Page:
    """A chart under construction: title and note on top, rows below; `y` is what is free."""

    def __init__(self, name: str, title: str, description: str, note: str) -> None:
        self._name, self._title, self._description = name, title, description
        self.root = svg.document(name, title, description)
        self.y = 28.0
        for words in svg.wrapped(title, _INNER, 2, 16, bold=True):
            svg.text(self.root, svg.MARGIN, self.y, words, size=16, bold=True)
            self.y += 20
        for words in svg.wrapped(note, _INNER, 3, 12):
            svg.text(self.root, svg.MARGIN, self.y, words, role="muted", size=12)
            self.y += 16
        self.y += 10

    def heading(self, words: str) -> None:
        """Begins a group of rows."""
        self.y += 4
        svg.text(self.root, svg.MARGIN, self.y + 4, words, role="muted", size=12, bold=True)
        self.y += 18

    def label(self, words: str, value: str, *, bold: bool = False) -> None:
        """Writes what a row is about and, on the right, its value; the row's bar goes below."""
        room = _INNER - svg.text_width(value, bold=True) - 10
        baseline = self.y + 9
        svg.text(self.root, svg.MARGIN, baseline, svg.fitted(words, room, bold=bold), bold=bold)
        svg.text(self.root, svg.WIDTH - svg.MARGIN, baseline, value, bold=True, anchor="end")
        self.y = baseline + 8

    def axis(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Writes a scale under the rows, ticks at shares 0 to 1 of the width."""
        free = float(svg.MARGIN)
        for at, words in ticks:
            width = svg.text_width(words, 12)
            left = min(
                max(svg.MARGIN + at * _INNER - width / 2, free), svg.WIDTH - svg.MARGIN - width
            )
            svg.text(self.root, left, self.y + 4, words, role="muted", size=12)
            free = left + width + 6
        self.y += 14

    def more(self, number: int) -> None:
        """Says how many rows are left to the report's table."""
        if number > 0:
            svg.text(
                self.root,
                svg.MARGIN,
                self.y + 8,
                f"and {number} more in the report",
                role="muted",
                size=12,
            )
            self.y += 18

    def chart(self) -> skill_pb2.Chart:
        """Returns the finished chart."""
        return skill_pb2.Chart(
            name=self._name,
            title=self._title,
            media_type="image/svg+xml",
            content=svg.finished(self.root, self.y + 6),
            alt_text=self._description,
        )


def _band(
    chart: _Page,
    scale: tuple[float, float],
    values: tuple[float, float, float],
    *,
    zero: bool = False,
) -> None:
    """Draws an interval as a band with a dot in it, on a track from scale[0] to scale[1]."""

    def at(value: float) -> float:
        reached = (value - scale[0]) / (scale[1] - scale[0])
        return svg.MARGIN + _INNER * min(1.0, max(0.0, reached))

    low, middle, high = values
    svg.rect(chart.root, (svg.MARGIN, chart.y + 3, _INNER, 4), "line", radius=2)
    svg.rect(chart.root, (at(low), chart.y, at(high) - at(low), _BAR), "soft", radius=3)
    if zero:
        svg.line(chart.root, (at(0), chart.y - 3), (at(0), chart.y + _BAR + 3), "ink", 1.5)
    svg.circle(chart.root, at(middle), chart.y + _BAR / 2, 5.5, "accent")
    chart.y += _BAR + 14
