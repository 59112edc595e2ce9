"""HTML as a tree, and as plain text."""

import re
from typing import Final

from lxml import etree, html

_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_PARAGRAPHS: Final = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"])
_UNREAD: Final = frozenset(
    [
        "button",
        "canvas",
        "head",
        "iframe",
        "input",
        "math",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    ]
)
_LOOKS_LIKE_MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&(?:#\w+|\w+);")
_DECLARED: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_SNIFFED: Final = 2048
_AS_BROWSERS_DO: Final = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}
"""Labels that mean another encoding on the web (https://encoding.spec.whatwg.org/)."""
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
TOO_DEEP: Final = "The page nests elements too deeply; only what comes before could be read."


def decode(body: bytes, charset: str) -> str:
    """A body as text: by its byte order mark, its header, its own word, as UTF-8, as Windows-1252.

    Args:
        body: The body.
        charset: What the header says; may be empty or wrong.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    declared = _DECLARED.search(body[:_SNIFFED])
    for name in (charset, declared[1].decode() if declared else "", "utf-8"):
        try:
            return body.decode(_AS_BROWSERS_DO.get(name.lower(), name) or "utf-8")
        except (LookupError, ValueError):
            continue
    return body.decode("cp1252", errors="replace")


def parse(text: str) -> tuple[html.HtmlElement, list[str]]:
    """The tree of a page and what could not be read of it; of an empty page an empty tree.

    libxml2 stops at a depth of 256 elements, which also bounds the recursion of whoever walks it.

    Raises:
        MemoryError: when the tree takes more memory than there is.
    """
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    data = text.replace("\x00", "").encode("utf-8", errors="replace")
    try:
        tree = html.document_fromstring(data, parser=parser)
    except etree.XMLSyntaxError as error:
        # It recovers from all that a page can contain, though not from want of memory.
        raise MemoryError from error
    except etree.ParserError:
        return html.document_fromstring("<html><body></body></html>"), []
    deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return tree, [TOO_DEEP] if deep else []


def plain(element: html.HtmlElement) -> str:
    """The text of an element as a reader sees it, lines for blocks; scripts and styles are none."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        tag = node.tag if isinstance(node.tag, str) else ""
        around = "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _BLOCKS or tag == "br" else ""
        if event == "start":
            if tag in _UNREAD or not tag or node.get("hidden") is not None:
                walk.skip_subtree()
                continue
            parts += (around if tag != "br" else "", _unbroken(node.text))
        else:
            parts.append(around)
            if node is not element:
                parts.append(_unbroken(node.tail))
    return "".join(parts)


def to_plain(text: str) -> tuple[str, bool]:
    """Text that may be HTML as plain text, and whether a picture or video comes with it."""
    if not _LOOKS_LIKE_MARKUP.search(text):
        return text, False
    tree, _ = parse(f"<html><body><div>{text}</div></body></html>")
    return plain(tree), has_media(tree)


def has_media(tree: html.HtmlElement) -> bool:
    """Whether there is a picture or a video in it, beyond pixels that count readers."""
    return any(
        node.tag != "img" or not {node.get("width"), node.get("height")} & {"0", "1"}
        for node in tree.iter("img", "video", "picture")
    )


def _unbroken(text: str | None) -> str:
    """Text of a node: line breaks in the source are spaces to a reader."""
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ") if text else ""
