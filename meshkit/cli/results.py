"""Puts the parts of a result that are files of their own into a folder."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshkit.cli.errors import Json

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that was written: where it is and what it is, in a word."""

    path: Path
    what: str


def save_result(result: Json, folder: Path) -> list[SavedFile]:
    """Writes a result as JSON, and its skill file, report and charts beside it.

    Args:
        result: The result of a job; what it does not have is not written.
        folder: Where to; it is made, and files of the same names are replaced.

    Returns:
        What was written, the most useful first.

    Raises:
        OSError: when the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    saved: list[SavedFile] = []

    def write(path: Path, text: str, what: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        saved.append(SavedFile(path, what))

    if skill := result.get("skill_yaml"):
        write(folder / f"{_safe(str(result.get('skill_id', '')), 'skill')}.yaml", skill, "skill")
    if html := result.get("report_html"):
        write(folder / "report.html", html, "report, with charts")
    if markdown := result.get("report_markdown"):
        write(folder / "report.md", markdown, "report, as text")
    for number, chart in enumerate(result.get("charts") or [], start=1):
        if chart.get("media_type") == "image/svg+xml":
            name = _safe(str(chart.get("name", "")), f"chart_{number}")
            write(folder / "charts" / f"{name}.svg", str(chart.get("content", "")), "chart")
    write(
        folder / "result.json", json.dumps(result, ensure_ascii=False, indent=2) + "\n", "all of it"
    )
    return saved


def head_of_report(markdown: str) -> str:
    """The beginning of a report for a terminal: what comes before its second section."""
    sections = markdown.split("\n## ")
    return "\n## ".join(sections[:2]).rstrip() + "\n"


def _safe(name: str, otherwise: str) -> str:
    # Names come from the network: none may lead out of the folder.
    return name if _NAME.fullmatch(name) else otherwise
