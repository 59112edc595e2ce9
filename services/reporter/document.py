"""A report as plain data: what it says, apart from how Markdown and HTML write it.

Every string here is text, never markup: the renderers escape all of it, so nothing that a post, a
name or a keyword holds can become live.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; numbered when the order matters."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `numeric` ones are aligned to the right."""

    name: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has one cell a column, and its first cell names it."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be shown exactly as it is; `language` is a name such as "yaml"."""

    kind: ClassVar[str] = "code"
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The place of a chart, by its name; without such a chart the place stays empty."""

    kind: ClassVar[str] = "figure"
    chart: str


Block = Paragraph | Bullets | Table | Code | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a heading; `anchor` is unique and made of letters and hyphens."""

    anchor: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the numbers on top of the report, with what it means."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    summary: str
    figures: Sequence[KeyFigure]
    sections: Sequence[Section]
