"""What a document says, whatever it is written in."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from meshkit.errors import MeshError, invalid
from meshkit.isolation.workers import IsolatedError, Workers
from services.research.knowledge import posts
from services.research.knowledge.texts import CHARACTERS_MAX, TOO_LONG, clean, title_of

PLAIN: Final = "text/plain"

_TIME_MAX_S: Final = 25.0
_MODULE: Final = "services.research.knowledge.parsing"
_PDF_START: Final = 1024
"""Bytes within which a PDF says that it is one; readers are as generous."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says.

    Attributes:
        title: What it is called.
        sections: Texts that no chunk may span, at least one, none empty.
    """

    title: str
    sections: Sequence[str]


async def read(workers: Workers, content: str, content_type: str, title: str) -> Reading:
    """Reads a document.

    Args:
        workers: Whose child parses what has to be parsed.
        content: The document; base64 of a PDF.
        content_type: What it is, one of those in the contract.
        title: What its owner calls it; may be empty.

    Raises:
        MeshError: INVALID_ARGUMENT when it can't be read as its type, or says nothing.
    """
    found = ""
    if content_type == "text/csv":
        sections = _posts(content)
        found = f"{len(sections)} posts"
    elif content_type == PLAIN:
        sections = [clean(content)]
    else:
        found, text = await _parsed(workers, content, content_type)
        sections = [clean(text)]
    sections = [section for section in sections if section]
    if not sections:
        raise _unreadable(content_type, "it holds no text")
    if sum(map(len, sections)) > CHARACTERS_MAX:
        raise _unreadable(content_type, TOO_LONG)
    return Reading(title_of(title, found, sections[0]), sections)


def _posts(content: str) -> list[str]:
    try:
        return [clean(post) for post in posts.read(content)]
    except posts.NotPostsError as error:
        raise _unreadable("text/csv", str(error)) from error


async def _parsed(workers: Workers, content: str, content_type: str) -> tuple[str, str]:
    """Title and text, by a child process."""
    function, given = {
        "text/html": ("html", content.encode()),
        "text/markdown": ("markdown", content.encode()),
    }.get(content_type) or ("pdf", _pdf(content))
    try:
        answer = await workers.run(f"{_MODULE}:{function}", given, timeout_s=_TIME_MAX_S)
        parsed = json.loads(answer)
        title, text, problem = (str(parsed[name]) for name in ("title", "text", "problem"))
    except IsolatedError as error:
        raise _unreadable(content_type, str(error)) from error
    except (ValueError, TypeError, KeyError) as error:
        # What a hostile document may have made of its reader.
        raise _unreadable(content_type, "what read it made no sense") from error
    if problem:
        raise _unreadable(content_type, problem)
    return title, text


def _pdf(content: str) -> bytes:
    try:
        file = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable("application/pdf", "it is not in base64") from error
    if b"%PDF-" not in file[:_PDF_START]:
        raise _unreadable("application/pdf", "it is no PDF")
    return file


def _unreadable(content_type: str, why: str) -> MeshError:
    return invalid("content", f"cannot be read as {content_type}: {why}")
