"""Texts as they are kept: bounded, without control characters, titled."""

import re
import unicodedata
from typing import Final

CHARACTERS_MAX: Final = 2_000_000
"""Characters of text that one document may hold."""
TOO_LONG: Final = f"it holds more than {CHARACTERS_MAX:,} characters of text; split it"

_TITLE_MAX: Final = 300
_FIRST_LINE_MAX: Final = 100
_LINE_END: Final = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
# Also what is invisible and turns lines around or marks bytes: it would hide words from a search.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
)
_SPACES: Final = re.compile(r"[^\S\n]+")
_BLANK_LINES: Final = re.compile(r" ?\n ?\n(?:[ \n]*\n)?")


def clean(text: str) -> str:
    """A text with plain line ends, single spaces and at most one blank line; composed (NFC)."""
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", text))
    text = _SPACES.sub(" ", _UNSEEN.sub("", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def title_of(given: str, found: str, text: str) -> str:
    """The title of a document: what it is called by its owner, by itself, or its first line."""
    for candidate in (given, found):
        if title := " ".join(clean(candidate).split()):
            return title[:_TITLE_MAX]
    first = text.lstrip().partition("\n")[0]
    if len(first) <= _FIRST_LINE_MAX:
        return first
    return first[:_FIRST_LINE_MAX].rpartition(" ")[0].rstrip(",;:–— ") + "…"
