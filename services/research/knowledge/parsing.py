"""Text out of HTML, Markdown and PDF: what child processes are asked to do.

Each function takes the document and answers JSON with `title`, `text` and `problem`: the last is a
clause for people that says why there is no text, and is empty when there is.
"""

import io
import json
import re
from typing import Final

from lxml import etree

from services.research.knowledge.texts import CHARACTERS_MAX, TOO_LONG
from services.research.reading import markup
from services.research.reading.main_text import extract

_MAIN_TEXT_MIN: Final = 100
"""Characters below which the main text counts as not found, and the whole page is taken."""
_PAGES_MAX: Final = 2000
_FRONT_MATTER: Final = re.compile(
    r"\A---[ \t]*\n(?=[\w-]+:)(.{0,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL
)
_FRONT_TITLE: Final = re.compile(r"""^title:[ \t]*["']?(.{1,300}?)["']?[ \t]*$""", re.MULTILINE)


def html(given: bytes) -> bytes:
    """Reads a page: its main text, or all of it when it has none."""
    return _html(given.decode(), title="")


def markdown(given: bytes) -> bytes:
    """Reads Markdown; a title in its front matter counts."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 (see pdf)

    text = given.decode()
    front = _FRONT_MATTER.match(text)
    titled = _FRONT_TITLE.search(front[1]) if front else None
    body = text[front.end() :] if front else text
    rendered = MarkdownIt("commonmark").enable("table").render(body)
    tree, limits = markup.parse(f"<html><body>{rendered}</body></html>")
    if limits:
        return _answer(problem="it nests too deeply")
    title = titled[1] if titled else str(tree.xpath("string(//h1)"))
    return _answer(title=title, text=markup.plain(tree))


def pdf(given: bytes) -> bytes:
    """Reads the text layer of a PDF, page by page."""
    # Each child reads documents of any kind, but seldom of every kind.
    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(given))
        if reader.is_encrypted and not reader.decrypt(""):
            return _answer(problem="it is encrypted")
        if len(reader.pages) > _PAGES_MAX:
            return _answer(problem=f"it has more than {_PAGES_MAX} pages")
        pages: list[str] = []
        size = 0
        for page in reader.pages:
            pages.append(page.extract_text())
            size += len(pages[-1])
            if size > CHARACTERS_MAX:
                return _answer(problem=TOO_LONG)
        about = reader.metadata
        title = str(about.title or "") if about is not None else ""
    except PyPdfError as error:
        return _answer(problem=f"it is a broken PDF ({str(error)[:200]})")
    return _answer(title=title, text="\n\n".join(pages))


def _html(text: str, *, title: str) -> bytes:
    tree, limits = markup.parse(text)
    if limits:
        return _answer(problem="it nests elements too deeply")
    title = title or str(tree.xpath("string(//title)")) or str(tree.xpath("string(//h1)"))
    main = _main_text(text)
    return _answer(title=title, text=main if len(main) >= _MAIN_TEXT_MIN else markup.plain(tree))


def _main_text(text: str) -> str:
    try:
        return extract(text, tables=True)
    except (etree.LxmlError, ValueError):
        # It can't tell the main text of everything; the whole page is there then.
        return ""


def _answer(*, title: str = "", text: str = "", problem: str = "") -> bytes:
    return json.dumps({"title": title[:300], "text": text, "problem": problem}).encode()
