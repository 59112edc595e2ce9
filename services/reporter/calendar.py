"""A week of hours as a heat map: when things are posted, or when they did well."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.type.v1 import skill_pb2
from services.reporter import svg, text
from services.reporter.canvas import INNER, Canvas

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LEFT: Final = 36
_CELL: Final = 18
_GAP: Final = 1.5
_STEPS: Final = 4
"""Shades from one post to the most in an hour."""
_FEWEST: Final = 5


def calendar(moments: Iterable[Timestamp]) -> skill_pb2.Chart | None:
    """Draws how many posts fell into each hour of the week, UTC; nothing below five posts."""
    counts = Counter(
        (moment.weekday(), moment.hour)
        for moment in (each.ToDatetime(tzinfo=UTC) for each in moments)
    )
    if counts.total() < _FEWEST:
        return None
    canvas = Canvas(
        "posting_calendar",
        "When they post",
        f"Posts by day of the week and hour. {_told(counts)}.",
        f"{counts.total()} dated posts by day and hour (UTC). The fuller a cell, the more posts.",
    )
    width = (INNER - _LEFT) / 24
    for day, name in enumerate(DAYS):
        svg.text(canvas.root, svg.MARGIN, canvas.y + 13, name[:3], role="muted", size=12)
        for hour in range(24):
            left = svg.MARGIN + _LEFT + hour * width
            box = (left, canvas.y, width - _GAP, _CELL - _GAP)
            svg.rect(canvas.root, box, "line", radius=2)
            count = counts[day, hour]
            if count:
                _shade(canvas, box, count / max(counts.values()))
        canvas.y += _CELL
    canvas.y += 2
    for hour in range(0, 24, 6):
        left = svg.MARGIN + _LEFT + hour * width
        svg.text(canvas.root, left, canvas.y + 10, f"{hour:02}:00", role="muted", size=12)
    canvas.y += 16
    return canvas.chart()


def _shade(canvas: Canvas, box: svg.Box, share: float) -> None:
    """Fills a cell from below, in steps: readable without telling shades of one colour apart."""
    left, top, width, height = box
    steps = max(1, round(share * _STEPS))
    filled = height * steps / _STEPS
    svg.rect(canvas.root, (left, top, width, height), "soft", radius=2)
    svg.rect(canvas.root, (left, top + height - filled, width, filled), "accent", radius=2)


def _told(counts: Mapping[tuple[int, int], int]) -> str:
    busiest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    return "Busiest: " + "; ".join(
        f"{DAYS[day]} {hour:02}:00 with {text.counted(count, 'post')}"
        for (day, hour), count in busiest
    )


def moment(stamp: Timestamp) -> str:
    """Returns a moment as a date for people, such as "3 March 2026"."""
    when: datetime = stamp.ToDatetime(tzinfo=UTC)
    return f"{when.day} {when:%B %Y}"
