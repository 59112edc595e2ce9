"""Digits drawn as keycaps: they look like emoji and say numbers."""

from typing import Final

import regex

KEYCAP: Final = regex.compile(r"([0-9])\uFE0F?\u20E3")
_HIDDEN: Final = 0x100000  # supplementary private use area B
_HELD: Final = regex.compile("[\U00100000-\U00100009]")
_SIGNS: Final = "0123456789"


def digits_of(text: str) -> frozenset[str]:
    """The numbers that keycaps say."""
    return frozenset(KEYCAP.findall(text))


def spelled(text: str) -> str:
    """Writes keycaps as digits, with a full stop where they number what follows."""
    said = [int(match[1]) for match in KEYCAP.finditer(text)]
    counting = len(said) > 1 and said == list(range(said[0], said[0] + len(said)))

    def digit(match: regex.Match[str]) -> str:
        before, behind = text[: match.start()], text[match.end() :]
        gap = " " if before[-1:].isalnum() or KEYCAP.search(before[-3:]) else ""
        numbers = counting or before.rpartition("\n")[2].strip() == ""
        if numbers and regex.match(r"\s*\p{L}", behind) and not before[-1:].isalnum():
            return f"{gap}{match[1]}." + ("" if behind[:1].isspace() else " ")
        joins = behind[:1].isalnum() and not KEYCAP.match(behind)
        return gap + match[1] + (" " if joins else "")

    return KEYCAP.sub(digit, text)


def hidden(text: str) -> str:
    """Puts a sign that is no emoji for each keycap, so that they stay; `shown` undoes it."""
    if _HELD.search(text):
        return text
    return KEYCAP.sub(lambda match: chr(_HIDDEN + int(match[1])), text)


def shown(text: str, before: str) -> str:
    """Gives the keycaps back that `hidden` took from `before`."""
    if _HELD.search(before):
        return text
    drawn = {match[1]: match.group() for match in KEYCAP.finditer(before)}
    return _HELD.sub(lambda m: drawn.get(_SIGNS[ord(m.group()) - _HIDDEN], m.group()), text)
