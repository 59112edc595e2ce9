"""Text out of HTML, Markdown and PDF."""

import io
import json
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from services.research.knowledge import parsing
from tests.support import pdfs

ARTICLE = "The roastery moves in May, and the shop stays where it is. " * 6


def parsed(function: Any, given: str | bytes) -> dict[str, str]:
    answer: dict[str, str] = json.loads(
        function(given if isinstance(given, bytes) else given.encode())
    )
    return answer


def test_of_a_page_its_main_text() -> None:
    page = (
        "<html><head><title>We move</title><style>p {color: red}</style></head><body>"
        "<nav><a href='/'>Home</a> <a href='/about'>Imprint</a></nav>"
        f"<article><h1>We move!</h1><p>{ARTICLE}</p><table><tr><td>Monday</td><td>closed</td></tr>"
        "</table></article><script>alert(1)</script><footer>Cookie settings</footer></body></html>"
    )
    found = parsed(parsing.html, page)
    assert found["title"] == "We move"
    assert ARTICLE.strip() in found["text"]
    assert "closed" in found["text"]
    assert not [word for word in ("Imprint", "alert", "color", "Cookie") if word in found["text"]]


def test_of_a_fragment_all_of_it() -> None:
    found = parsed(parsing.html, "<p>Bags: <b>250 g</b> &amp; 1 kg</p><script>x</script>")
    assert (found["title"], found["text"].strip()) == ("", "Bags: 250 g & 1 kg")


def test_markdown_is_read_as_it_is_shown() -> None:
    text = (
        "# Guide\n\nWrite *short* [sentences](http://x.test/long).\n\n"
        "- no `code`\n\n| a | b |\n|---|---|\n| one | two |\n\n![a cup](cup.png)\n"
    )
    found = parsed(parsing.markdown, text)
    assert found["title"] == "Guide"
    assert "Write short sentences." in found["text"]
    assert not [sign for sign in ("#", "*", "|", "`", "http") if sign in found["text"]]
    assert "two" in found["text"]


def test_markdown_with_front_matter() -> None:
    found = parsed(parsing.markdown, '---\ntitle: "Our voice"\ntags: x\n---\n# Other\n\nText.')
    assert (found["title"], "tags" in found["text"]) == ("Our voice", False)
    # A line across the page begins no front matter.
    assert "text" in parsed(parsing.markdown, "---\n\ntext\n\n---\n")["text"]


def test_a_pdf_page_by_page() -> None:
    found = parsed(parsing.pdf, pdfs.pdf(["Roast (light)", "Page two"], title="Handbook"))
    assert found == {"title": "Handbook", "text": "Roast (light)\n\nPage two", "problem": ""}


def test_a_pdf_that_needs_a_password_is_told() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdfs.pdf(["secret"]))))
    writer.encrypt("password", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert parsed(parsing.pdf, locked.getvalue())["problem"] == "it is encrypted"


def test_a_pdf_that_only_forbids_printing_is_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdfs.pdf(["open"]))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    opened = io.BytesIO()
    writer.write(opened)
    assert parsed(parsing.pdf, opened.getvalue())["text"] == "open"


@pytest.mark.parametrize("file", [b"%PDF-1.4", b"%PDF-1.4\n" + b"\xff" * 1000, b"%PDF-1.7\n%%EOF"])
def test_a_broken_pdf_is_told(file: bytes) -> None:
    found = parsed(parsing.pdf, file)
    assert found["problem"].startswith("it is a broken PDF")


def test_a_page_nested_too_deeply_is_told() -> None:
    assert "deeply" in parsed(parsing.html, "<div>" * 100_000)["problem"]
