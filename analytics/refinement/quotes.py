"""What stands in quotation marks: somebody's words, which a change of tone leaves alone."""

from collections.abc import Sequence
from typing import Final

import regex

_QUOTED: Final = regex.compile(
    r"“[^“”\n]{1,400}”|„[^„“”\n]{1,400}[“”]|«[^«»\n]{1,400}»|\"[^\"\n]{1,400}\""
)
_FIRST: Final = 0x101000  # supplementary private use area B
_HOLES: Final = regex.compile("[\U00101000-\U0010fffd]")


def hide(text: str) -> tuple[str, Sequence[str]]:
    """Puts a sign for each quotation; returns the quotations, too, for `show`."""
    if _HOLES.search(text):
        return text, ()
    kept: list[str] = []

    def hole(match: regex.Match[str]) -> str:
        kept.append(match.group())
        return chr(_FIRST + len(kept) - 1)

    return _QUOTED.sub(hole, text), kept


def show(text: str, kept: Sequence[str]) -> str:
    """Puts the quotations back."""
    return _HOLES.sub(
        lambda m: kept[ord(m.group()) - _FIRST] if ord(m.group()) - _FIRST < len(kept) else m[0],
        text,
    )
