"""Wishes on the whole text: its length, its tone, its platform, or that it stays as it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analytics.refinement.reading.polarity import polarity_of
from analytics.refinement.reading.reader import Handler, Reader
from analytics.refinement.reading.tokens import Token, number_of, platform_of, unit_of
from analytics.refinement.wishes import MUCH

_ADDRESS: Final = MappingProxyType(
    {
        "sie-form": "Sie",
        "siezen": "Sie",
        "usted": "usted",
        "de usted": "usted",
        "per sie": "Sie",
        "per du": "du",
        "duzen": "du",
        "du-form": "du",
        "de tú": "tú",
        "tutear": "tú",
        "tutea": "tú",
    }
)
_MANNERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "FORMAL": ("more_formal", "less_formal"),
        "CASUAL": ("less_formal", "more_formal"),
        "STIFF": ("less_formal", "less_formal"),
        "EXCITED": ("more_enthusiastic", "less_enthusiastic"),
        "CALM": ("less_enthusiastic", "more_enthusiastic"),
        "SALESY": ("unsupported", "less_enthusiastic"),
        "SIMPLE": ("simpler", "unsupported"),
        "COMPLEX": ("unsupported", "simpler"),
    }
)


def _length(reader: Reader, index: int, token: Token) -> None:
    """Shorter and longer, with a target if one is named."""
    if token.kind in {"SHORTER", "SHORT"} and _of_paragraphs(reader, index):
        return
    polarity = polarity_of(reader.clause, index)
    longer = token.kind in {"LONGER", "LONG"}
    if polarity.praise and token.kind in {"LONG", "SHORT"}:
        reader.note("keep", polarity.indices, "length")
        return
    if token.kind in {"LONG", "SHORT"}:
        complaint = polarity.minus or (longer and polarity.very)
        longer ^= complaint
    elif polarity.minus:
        reader.note("keep", polarity.indices, "length")
        return
    if reader.clause.of_kind("ATMOST", near=index):
        return  # the limit says it all
    amount, used = _percent(reader, index)
    if longer:
        reader.note("longer", [*polarity.indices, *used], "percent" if amount else "", amount)
        return
    # "Much shorter", "viel zu lang", "mucho más corto".
    near = range(max(0, index - 2), index)
    much = [i for i in near if reader.clause.tokens[i].text.lower() in _MUCH]
    argument = "percent" if amount else MUCH if much else ""
    reader.note("shorter", [*much, *polarity.indices, *used], argument, amount)


_MUCH: Final = frozenset({
    "much", "far", "lot", "considerably", "significantly", "viel", "deutlich", "wesentlich",
    "erheblich", "mucho", "bastante",
})  # fmt: skip


def _of_paragraphs(reader: Reader, index: int) -> bool:
    """Whether the paragraphs are to be short, which says nothing of the text."""
    tokens = reader.clause.tokens
    return any(
        tokens[other].kind == "T_BREAKS" and unit_of(tokens[other].text) == "paragraphs"
        for other in (index - 1, index + 1)
        if 0 <= other < len(tokens)
    )


def _percent(reader: Reader, index: int) -> tuple[float | None, list[int]]:
    for other in reader.clause.near(index):
        token = reader.clause.tokens[other]
        if token.kind == "PERCENT":
            return float(token.value), [other]
        if token.kind == "HALF":
            return 50.0, [other]
    return None, []


def _half(reader: Reader, index: int, token: Token) -> None:
    """Half or twice as long."""
    kind = "longer" if token.kind == "DOUBLE" else "shorter"
    reader.note(kind, [index], "percent", 100.0 if kind == "longer" else 50.0)


def _limit(reader: Reader, index: int, token: Token) -> None:
    """At most or at least so many characters, words, sentences."""
    amount = number_of(token.value)
    polarity = polarity_of(reader.clause, index)
    if token.kind == "ATLEAST":
        reader.note("longer", [index], unit_of(token.extra), amount)
    elif polarity.name == "add" and polarity.verb:
        reader.refuse(polarity.indices)
    elif amount == 1 and unit_of(token.extra) == "paragraphs":
        reader.note("remove_line_breaks", [index])
    elif amount:
        used = [index, *reader.clause.of_kind("SHORTER", "SHORT", near=index)]
        reader.note("limit_length", used, unit_of(token.extra), amount)
    else:
        reader.refuse([index])  # nothing is no length


def _manner(reader: Reader, index: int, token: Token) -> None:
    """Formality, enthusiasm, simplicity, and complaints about their opposites."""
    polarity = polarity_of(reader.clause, index)
    more, less = _MANNERS[token.kind]
    if polarity.praise:
        reader.note("keep", polarity.indices, "tone")
        return
    kind = less if polarity.minus else more
    address = _ADDRESS.get(token.text.lower(), "") if kind == more else ""
    if kind == "unsupported":
        reader.refuse(polarity.indices)
    else:
        reader.note(kind, polarity.indices, address)


def _platform(reader: Reader, index: int, token: Token) -> None:
    """Another platform; "our Instagram" is none."""
    led = token.text.lower() != token.value.lower()
    if led or all(reader.clause.tokens[i].kind == "USE" for i in range(index)):
        reader.note("change_platform", [index], platform_of(token.value))


def _as_is(reader: Reader, index: int, token: Token) -> None:
    """Everything is to stay; only other wishes may change it."""
    del token
    reader.note("keep", [index], "text")


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **dict.fromkeys(("SHORTER", "LONGER", "SHORT", "LONG"), _length),
        **dict.fromkeys(("HALF", "DOUBLE"), _half),
        **dict.fromkeys(("ATMOST", "ATLEAST"), _limit),
        **dict.fromkeys(_MANNERS, _manner),
        "PLATFORM": _platform,
        "ASIS": _as_is,
    }
)
