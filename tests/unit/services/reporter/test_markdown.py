import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from services.reporter.document import (
    Bullets,
    Code,
    Column,
    Document,
    Figure,
    KeyFigure,
    Paragraph,
    Section,
    Table,
)
from services.reporter.markdown import escape, fenced, markdown

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://a.example/x.png)",
    "`code` ``` fence",
    "a | b | c",
    "*bold* _it_ ~~gone~~ $x$ &amp; {{ 7*7 }} [^1]",
    "<https://a.example> https://a.example/x www.a.example me@a.example",
    "# heading\n\n- list\n1. one\n> quote\n---\n| a |\n",
    "\u202egnp.exe\u2066 \u200bhidden",
    "back\\slash\\",
]
MARKS = st.text(alphabet="ab `*_[]()<>|~$&{}\\!#\n:/.@w^\u202e\u2068", max_size=60)


def rendered(source: str) -> str:
    html: str = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    )
    return html


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_only_text(words: str) -> None:
    html = rendered(f"x {escape(words)}")
    assert set(re.findall(r"<(/?\w+)", html)) == {"p", "/p"}


@given(MARKS)
def test_whatever_is_written_is_shown_as_it_is(words: str) -> None:
    html = rendered(f"x{escape(words)}x")
    assert html.startswith("<p>x")
    assert html.endswith("x</p>\n")
    assert html.count("<") == 2
    assert "\n" not in html[:-1]


@pytest.mark.parametrize("words", ["https://a.example", "WWW.a.example", "me@a.example", "FTP://a"])
def test_bare_addresses_are_broken_up(words: str) -> None:
    assert not re.search(r"(?i)https?://|www\.|@\w|ftp://", escape(words))


@example("a: 1\n```\n# out\n````\n<script>")
@given(st.text(alphabet="`~ya: \n", max_size=80))
def test_code_cannot_leave_its_fence(code: str) -> None:
    (token,) = MarkdownIt().parse(fenced(code, "yaml"))
    assert token.type == "fence"
    assert token.content.rstrip() == code.rstrip()


@example(["a | b", "`|`", "\\|"])
@given(st.lists(MARKS, min_size=1, max_size=4))
def test_a_table_has_exactly_its_cells(cells: list[str]) -> None:
    rows = [(cell, f"after {number}") for number, cell in enumerate(cells)]
    html = rendered(_document(Table("T", [Column("A"), Column("B", numeric=True)], rows)))
    after = re.findall(r'<td style="text-align:right">(.*?)</td>', html)
    assert after == [f"after {number}" for number in range(len(cells))]


def test_each_kind_of_block_is_written() -> None:
    source = _document(
        Paragraph("Said."),
        Bullets(["one", "two"], numbered=True),
        Bullets(["three"]),
        Code("yaml", "a: 1"),
        Figure("missing"),
    )
    assert source.startswith("# Title\n\n*Sub*\n\nSum.\n\n- **Name: 1** – note\n\n## Part\n")
    assert "1. one\n2. two" in source
    assert "- three" in source
    assert "```yaml\na: 1\n```" in source
    assert "missing" not in source
    assert "\n\n\n" not in source


def _document(*blocks: Paragraph | Bullets | Code | Figure | Table) -> str:
    document = Document(
        title="Title",
        subtitle="Sub",
        summary="Sum.",
        figures=[KeyFigure("Name", "1", "note")],
        sections=[Section("part", "Part", blocks)],
    )
    return markdown(document, [])
