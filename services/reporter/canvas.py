"""What the charts of all reports are built from: a page with title and note, rows, bars, bands."""

from collections.abc import Sequence
from typing import Final

from manusmesh.type.v1 import skill_pb2
from services.reporter import svg, text

BAR: Final = 10
"""Height of a bar."""
INNER: Final = svg.WIDTH - 2 * svg.MARGIN
"""Width between the margins."""


class Canvas:
    """A chart under construction: title and note on top, rows below; `y` is what is free."""

    def __init__(self, name: str, title: str, description: str, note: str) -> None:
        self._name, self._title, self._description = name, title, description
        self.root = svg.document(name, title, description)
        self.y = 28.0
        for words in svg.wrapped(title, INNER, 2, 16, bold=True):
            svg.text(self.root, svg.MARGIN, self.y, words, size=16, bold=True)
            self.y += 20
        for words in svg.wrapped(note, INNER, 3, 12):
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
        room = INNER - svg.text_width(value, bold=True) - 10
        baseline = self.y + 9
        svg.text(self.root, svg.MARGIN, baseline, svg.fitted(words, room, bold=bold), bold=bold)
        svg.text(self.root, svg.WIDTH - svg.MARGIN, baseline, value, bold=True, anchor="end")
        self.y = baseline + 8

    def bar(self, share: float, role: svg.Role = "accent") -> None:
        """Draws a bar on a track; `share` is its part of the width, 0 to 1."""
        svg.rect(self.root, (svg.MARGIN, self.y, INNER, BAR), "line", radius=3)
        length = INNER * min(1.0, max(0.0, share))
        svg.rect(self.root, (svg.MARGIN, self.y, length, BAR), role, radius=3)
        self.y += BAR + 14

    def axis(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Writes a scale under the rows, ticks at shares 0 to 1 of the width."""
        free = float(svg.MARGIN)
        end = float(svg.WIDTH - svg.MARGIN)
        for at, words in ticks:
            if at >= 1:  # flush with the bars, however wide the letters are
                svg.text(self.root, end, self.y + 4, words, role="muted", size=12, anchor="end")
                continue
            width = svg.text_width(words, 12)
            left = min(max(svg.MARGIN + at * INNER - width / 2, free), end - width)
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


def band(
    chart: Canvas,
    scale: tuple[float, float],
    values: tuple[float, float, float],
    *,
    zero: bool = False,
) -> None:
    """Draws an interval as a band with a dot in it, on a track from scale[0] to scale[1]."""

    def at(value: float) -> float:
        reached = (value - scale[0]) / (scale[1] - scale[0])
        return svg.MARGIN + INNER * min(1.0, max(0.0, reached))

    low, middle, high = values
    svg.rect(chart.root, (svg.MARGIN, chart.y + 3, INNER, 4), "line", radius=2)
    svg.rect(chart.root, (at(low), chart.y, at(high) - at(low), BAR), "soft", radius=3)
    if zero:
        svg.line(chart.root, (at(0), chart.y - 3), (at(0), chart.y + BAR + 3), "ink", 1.5)
    svg.circle(chart.root, at(middle), chart.y + BAR / 2, 5.5, "accent")
    chart.y += BAR + 14


def confidence_chart(parts: Sequence[skill_pb2.ConfidencePart]) -> skill_pb2.Chart | None:
    """Draws where a confidence comes from; nothing when that is not known."""
    if not parts:
        return None
    points = [
        (text.label(part.name), 100 * part.value * part.weight, 100 * part.weight) for part in parts
    ]
    total = sum(reached for _, reached, _ in points)
    told = "; ".join(
        f"{name} {text.decimal(reached)} of {text.decimal(most)}" for name, reached, most in points
    )
    chart = Canvas(
        "confidence_parts",
        "Where the confidence comes from",
        f"Points of each part of the confidence score. {told}; together {text.decimal(total)} of "
        "100.",
        "Each bar is as long as its part can count; filled is what the evidence reaches.",
    )
    widest = max(most for _, _, most in points) or 1.0
    for name, reached, most in points:
        chart.label(name, f"{text.decimal(reached)} of {text.decimal(most)} points")
        svg.rect(chart.root, (svg.MARGIN, chart.y, INNER * most / widest, BAR), "soft", radius=3)
        filled = (svg.MARGIN, chart.y, INNER * reached / widest, BAR)
        svg.rect(chart.root, filled, "accent", radius=3)
        chart.y += BAR + 14
    svg.line(chart.root, (svg.MARGIN, chart.y - 4), (svg.WIDTH - svg.MARGIN, chart.y - 4), "line")
    chart.y += 3
    chart.label("Together", f"{text.decimal(total)} of 100 points", bold=True)
    return chart.chart()
