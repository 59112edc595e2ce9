"""The chart of the back-test: every example under every guard of the skill."""

from typing import Literal
from xml.etree import ElementTree as ET

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import svg, text

_State = Literal["passes", "fails", "skipped"]

_Column = tuple[float, skill_pb2.BackTestEntry]

_LABELS = 142
_ROW = 30
_GROUP_GAP = 10
_CELL = 26


def back_test(request: reporter_service_pb2.WriteSkillReportRequest) -> skill_pb2.Chart | None:
    """Returns a matrix of guards and examples, the better half first; None without a back-test."""
    result = request.review.back_test
    skipped = {guard.guard for guard in request.review.guard_results if guard.status == "skipped"}
    guards = list(dict.fromkeys(guard.guard for guard in request.review.guard_results))
    entries = sorted(result.entries, key=lambda entry: (not entry.better_half, entry.index))
    if not entries or not guards:
        return None
    name, title = "back_test", "The posts under the skill’s guards"
    description = _told(result, guards, skipped)
    root = svg.document(name, title, description)
    svg.text(root, svg.MARGIN, 28, title, size=16, bold=True)
    columns = _columns(entries)
    size = _step(entries) - 4
    for better, words in ((True, "better"), (False, "rest")):
        places = [x for (x, entry) in columns if entry.better_half is better]
        if places:
            _group(root, places[0] - size / 2, places[-1] + size / 2, words)
    for x, entry in columns:
        svg.text(root, x, 82, str(entry.index + 1), role="muted", size=12, anchor="middle")
    y = 90.0
    for guard in guards:
        lines = svg.wrapped(text.label(guard), _LABELS - 8, 2, 12)
        for number, words in enumerate(lines):
            svg.text(
                root,
                svg.MARGIN,
                y + _ROW / 2 + 4 + (number - (len(lines) - 1) / 2) * 13,
                words,
                size=12,
            )
        for x, entry in columns:
            state: _State = "skipped" if guard in skipped else "passes"
            if guard in entry.failed_guards:
                state = "fails"
            _cell(root, x, y + _ROW / 2, size, state)
        y += _ROW
    svg.line(root, (svg.MARGIN, y + 4), (svg.WIDTH - svg.MARGIN, y + 4), "line")
    y += 8
    svg.text(root, svg.MARGIN, y + _ROW / 2 + 4, "Accepted", size=12, bold=True)
    for x, entry in columns:
        _cell(root, x, y + _ROW / 2, size, "passes" if entry.accepted else "fails")
    y += _ROW + 14
    _legend(root, y)
    return skill_pb2.Chart(
        name=name,
        title=title,
        media_type="image/svg+xml",
        content=svg.finished(root, y + 20),
        alt_text=description,
    )


def _told(result: skill_pb2.BackTest, guards: list[str], skipped: set[str]) -> str:
    parts = [
        f"The skill accepts {result.better_accepted} of {result.better_total} posts of the better "
        "half"
        + (
            f" and {result.rest_accepted} of {result.rest_total} of the rest"
            if result.rest_total
            else ""
        )
    ]
    for guard in guards:
        failing = [entry.index for entry in result.entries if guard in entry.failed_guards]
        if failing:
            parts.append(f"{text.label(guard)}: fails on {text.numbered('post', failing)}")
        elif guard in skipped:
            parts.append(f"{text.label(guard)}: skipped")
        else:
            parts.append(f"{text.label(guard)}: no post fails")
    return "; ".join(parts) + "."


def _step(entries: list[skill_pb2.BackTestEntry]) -> float:
    """Returns the width of a column."""
    return min(_CELL, (svg.WIDTH - 2 * svg.MARGIN - _LABELS - _GROUP_GAP) / len(entries))


def _columns(entries: list[skill_pb2.BackTestEntry]) -> list[_Column]:
    """Returns each entry with the middle of its column; a gap parts better from rest."""
    step = _step(entries)
    mixed = len({entry.better_half for entry in entries}) > 1
    left = svg.MARGIN + _LABELS + step / 2
    return [
        (left + number * step + (0 if entry.better_half or not mixed else _GROUP_GAP), entry)
        for number, entry in enumerate(entries)
    ]


def _legend(root: ET.Element, y: float) -> None:
    x = float(svg.MARGIN)
    states: tuple[tuple[_State, str], ...] = (
        ("passes", "passes"),
        ("fails", "fails"),
        ("skipped", "guard skipped"),
    )
    for state, words in states:
        _cell(root, x + 8, y, 16, state)
        svg.text(root, x + 22, y + 4, words, role="muted", size=12)
        x += 22 + svg.text_width(words, 12) + 14


def _group(root: ET.Element, left: float, right: float, words: str) -> None:
    svg.text(root, (left + right) / 2, 54, words, role="muted", size=12, bold=True, anchor="middle")
    svg.line(root, (left, 61), (right, 61), "muted")


def _cell(root: ET.Element, x: float, y: float, size: float, state: _State) -> None:
    """Draws one mark around (x, y): told apart by shape, not by colour alone."""
    left, top, arm = x - size / 2, y - size / 2, size * 0.2
    if state == "passes":
        svg.rect(root, (left, top, size, size), "accent", radius=4)
        svg.line(root, (x - arm * 1.2, y), (x - arm * 0.2, y + arm), "surface", 2)
        svg.line(root, (x - arm * 0.2, y + arm), (x + arm * 1.3, y - arm), "surface", 2)
    elif state == "fails":
        svg.outline(root, (left, top, size, size), "warn", radius=4)
        svg.line(root, (x - arm, y - arm), (x + arm, y + arm), "warn", 2)
        svg.line(root, (x - arm, y + arm), (x + arm, y - arm), "warn", 2)
    else:
        svg.line(root, (x - arm, y), (x + arm, y), "muted", 1.5)
