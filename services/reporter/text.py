"""Numbers and other people's words, made fit to print."""

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

PLATFORM_NAMES = {
    "linkedin": "LinkedIn",
    "twitter": "X (Twitter)",
    "facebook": "Facebook",
    "instagram": "Instagram",
}
# Invisible characters that split words, hide text or turn the direction of what follows. The
# joiners U+200C and U+200D stay: Persian spelling and compound emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2067\u206a-\u206f\ufeff\ufff9-\uffff]"
)
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # all but those that are meant not to break
_BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")  # no line break between a number and its sign
_MARKS_KEPT = 3  # combining marks on one letter; more is "zalgo" that runs over neighbouring lines
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_ISOLATES = re.compile(f"[{_FIRST_STRONG_ISOLATE}{_POP_ISOLATE}]")
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_MISSING = "n/a"


def clean(text: str) -> str:
    """Returns `text` on one line, without control and invisible characters and piled-up marks.

    What is left is valid in XML and cannot change how the text around it is laid out, except that
    right-to-left letters run right to left; see `isolated` for that.
    """
    kept: list[str] = []
    marks = 0
    for character in _INVISIBLE.sub("", _SPACES.sub(" ", text)):
        category = unicodedata.category(character)
        if category in {"Cc", "Cs"}:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    line = _SPACES.sub(" ", "".join(kept)).strip()
    if not _balanced(line):
        line = _SPACES.sub(" ", _ISOLATES.sub("", line)).strip()
    return _BEFORE_PERCENT.sub("\u00a0", line)


def isolated(text: str) -> str:
    """Returns `text` cleaned; right-to-left letters in it do not reorder what is around."""
    plain = clean(text)
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in plain):
        return f"{_FIRST_STRONG_ISOLATE}{plain}{_POP_ISOLATE}"
    return plain


def shortened(text: str, limit: int) -> str:
    """Returns `text` cleaned, at most `limit` characters long; an ellipsis replaces what was cut.

    Cuts between words where that costs less than a third, and never inside a compound emoji.
    """
    plain = _ISOLATES.sub("", clean(text))
    if len(plain) <= limit:
        return plain
    cut = limit - 1
    while cut > 1 and (_joins(plain[cut]) or plain[cut - 1] == "\u200d"):
        cut -= 1
    space = plain.rfind(" ", 0, cut + 1)
    if space > cut * 2 / 3:
        cut = space
    return plain[:cut].rstrip(" ,;:–-") + "…"


def quoted(text: str, limit: int) -> str:
    """Returns the beginning of `text`, at most `limit` characters, in quotation marks, isolated."""
    return f"“{isolated(shortened(text, limit))}”"


_COUNTED: Final = frozenset({"emoji", "hashtags"})
"""Traits that count what another trait, with `has_` before it, merely finds."""


def label(name: str) -> str:
    """Returns a snake_case name as words for people: "has_hashtags" becomes "Hashtags"."""
    if name.endswith("_band"):
        return f"{label(name.removesuffix('_band'))}, typical range"
    if name in _COUNTED:
        return f"Number of {name}"
    words = clean(name.removeprefix("has_").replace("_", " "))
    return words[:1].upper() + words[1:]


def lowered(name: str) -> str:
    """Returns `label(name)` for the middle of a sentence."""
    words = label(name)
    return words[:1].lower() + words[1:]


def platform(name: str) -> str:
    """Returns how a platform writes its name."""
    return PLATFORM_NAMES.get(name) or label(name)


def listed(items: Sequence[str]) -> str:
    """Returns the items as a list in a sentence: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def numbered(noun: str, indexes: Sequence[int]) -> str:
    """Returns things named by their positions, from 0 and ascending: "posts 1, 3–5 and 9"."""
    spans: list[tuple[int, int]] = []
    for number in (index + 1 for index in indexes):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    parts: list[str] = []
    for first, last in spans:
        if last - first > 1:
            parts.append(f"{first}–{last}")
        else:
            parts += [str(number) for number in range(first, last + 1)]
    return f"{noun if len(indexes) == 1 else noun + 's'} {listed(parts)}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Returns a count with its noun: "1 post", "3 posts"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def decimal(value: float, digits: int = 1) -> str:
    """Returns `value` with at most `digits` decimals, thousands separated, a real minus sign."""
    if not math.isfinite(value):
        return _MISSING
    shown = f"{value:,.{digits}f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in {"-0", "0"} else shown.replace("-", "−")


def fixed(value: float, digits: int) -> str:
    """Returns `value` with exactly `digits` decimals and a real minus sign, for columns."""
    return f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else _MISSING


def effect(value: float) -> str:
    """Returns an effect size with its sign and two decimals: "+0.88"."""
    return f"+{fixed(value, 2)}" if value > 0 else fixed(value, 2)


def percent(value: float) -> str:
    """Returns a number of percent: 12.345 becomes "12.3 %"."""
    return f"{decimal(value)}\u00a0%" if math.isfinite(value) else _MISSING


def share(value: float) -> str:
    """Returns a share of one as percent: 0.875 becomes "87.5 %"."""
    return percent(value * 100)


def change(value: float) -> str:
    """Returns a number of percent with its sign: 12.3 becomes "+12.3 %"."""
    shown = percent(value)
    return shown if shown.startswith(("−", "0", _MISSING)) else f"+{shown}"


def interval(low: float, high: float) -> str:
    """Returns the span between two shares of one as whole percent, such as "57–98 %"."""
    return f"{decimal(low * 100, 0)}–{decimal(high * 100, 0)}\u00a0%"


def p_value(value: float) -> str:
    """Returns a p value to two significant digits, without an exponent."""
    if not math.isfinite(value):
        return _MISSING
    if value <= 0 or value < 0.0001:
        return "< 0.0001"
    return f"{value:.{max(1, 1 - math.floor(math.log10(value)))}f}"


def p_is(value: float) -> str:
    """Returns "p = 0.032", or "p < 0.0001" for what is smaller."""
    shown = p_value(value)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def times(value: float) -> str:
    """Returns a multiple: "2.4×", with two decimals below one tenth, none from 100 on."""
    if not math.isfinite(value):
        return _MISSING
    digits = 2 if abs(value) < 0.1 else 1
    return f"{decimal(value, 0) if abs(value) >= 100 else fixed(value, digits)}×"


def measured(value: float, unit: str) -> str:
    """Returns a value in one of the units of `Measurement.unit`."""
    if not math.isfinite(value):
        return _MISSING
    match unit:
        case "share" | "rate":
            shown = share(value)
        case "percent":
            shown = percent(value)
        case "ratio":
            shown = times(value)
        case "score":
            shown = f"{decimal(value)} of 100"
        case "grade":
            shown = f"grade {decimal(value)}"
        case "count" | "":
            shown = decimal(value, 2 if abs(value) < 1 else 1)
        case _:
            told = decimal(value)
            shown = f"{told} {clean(unit).removesuffix('s') if told == '1' else clean(unit)}"
    return shown


def _balanced(text: str) -> bool:
    """Whether every isolate that is opened is closed, and none is closed that was not opened."""
    depth = 0
    for character in _ISOLATES.findall(text):
        depth += 1 if character == _FIRST_STRONG_ISOLATE else -1
        if depth < 0:
            return False
    return depth == 0


def _joins(character: str) -> bool:
    """Whether the character belongs to the one before it."""
    return (
        character in _JOINERS
        or unicodedata.combining(character) != 0
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def sentence(words: str) -> str:
    """Returns `words` cleaned, with a capital and a full stop; empty stays empty."""
    plain = isolated(words)
    if not plain:
        return ""
    return plain[:1].upper() + plain[1:] + ("" if plain[-1] in ".!?…" else ".")
