"""A report as Markdown (CommonMark with GitHub's tables), in which all text is inert."""

import re
from collections.abc import Mapping, Sequence

from manusmesh.type.v1 import skill_pb2
from services.reporter.document import Block, Bullets, Code, Document, Figure, Paragraph, Table
from services.reporter.text import clean

# What can begin or end inline markup, HTML, entities, cells, footnotes, maths and template tags.
_ACTIVE = re.compile(r"([\\`*_\[\]<>|~$&{}^])")
# Renderers of GitHub's dialect make links of bare addresses even where their letters are escaped; a
# word joiner, which is invisible, stops them.
_AUTOLINK = re.compile(r"(?i)(\b(?:[a-z][a-z0-9+.-]*:(?=//)|www(?=\.)|mailto:|xmpp:)|@(?=\w))")
_WORD_JOINER = "\u2060"


def escape(text: str) -> str:
    """Returns `text` on one line so that Markdown shows it as it is: no markup, HTML or link."""
    return _AUTOLINK.sub(rf"\1{_WORD_JOINER}", _ACTIVE.sub(r"\\\1", clean(text)))


def fenced(code: str, language: str) -> str:
    """Returns `code` unchanged in a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"


def markdown(document: Document, charts: Sequence[skill_pb2.Chart]) -> str:
    """Returns the report as Markdown, ending in a line break.

    Charts are named, not shown: Markdown has no pictures that every reader displays, and the tables
    hold the same numbers.
    """
    by_name = {chart.name: chart for chart in charts}
    parts = [
        f"# {escape(document.title)}",
        f"*{escape(document.subtitle)}*",
        escape(document.summary),
        "\n".join(
            f"- **{escape(figure.name)}: {escape(figure.value)}** – {escape(figure.note)}"
            for figure in document.figures
        ),
    ]
    for section in document.sections:
        parts.append(f"## {escape(section.title)}")
        parts.extend(_block(block, by_name) for block in section.blocks)
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block, charts: Mapping[str, skill_pb2.Chart]) -> str:
    match block:
        case Paragraph():
            return escape(block.text)
        case Bullets():
            return "\n".join(
                f"{f'{number}.' if block.numbered else '-'} {escape(item)}"
                for number, item in enumerate(block.items, start=1)
            )
        case Table():
            return _table(block)
        case Code():
            return fenced(block.text, block.language)
        case Figure():
            chart = charts.get(block.chart)
            if chart is None:
                return ""
            return f"*Chart “{escape(chart.title)}”: {escape(chart.name)}*"


def _table(table: Table) -> str:
    rows = [
        [escape(column.name) for column in table.columns],
        ["---:" if column.numeric else "---" for column in table.columns],
        *([escape(cell) for cell in row] for row in table.rows),
    ]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"**{escape(table.caption)}**\n\n{lines}"
