"""Wishes on parts of the text: hashtags, emoji, questions, links, breaks, capitals and so on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analytics.refinement.reading.polarity import polarity_of
from analytics.refinement.reading.reader import Handler, Reader
from analytics.refinement.reading.tokens import Token
from analytics.text import parse

_TARGETS: Final = MappingProxyType(
    {
        "T_HASHTAGS": "hashtags",
        "T_EMOJI": "emoji",
        "T_CTA": "call_to_action",
        "T_QUESTION": "question",
    }
)
# What it takes to keep, to remove, to add them, and what they are called when kept.
_OTHERS: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "T_NUMBERS": ("keep", "unsupported", "add_numbers", "numbers"),
        "T_LINKS": ("keep", "remove_links", "unsupported", "links"),
        "T_MENTIONS": ("keep", "remove_mentions", "unsupported", "mentions"),
        "T_BREAKS": ("keep", "remove_line_breaks", "add_line_breaks", "line breaks"),
        "T_LIST": ("keep", "unsupported", "add_list", "list"),
        "T_BANGS": ("keep", "fix_style", "more_enthusiastic", "exclamation"),
        "T_FACTS": ("keep", "unsupported", "unsupported", "facts"),
    }
)
_MENDING: Final = frozenset({
    "fix", "mend", "correct", "clean", "stop", "calm", "tidy", "korrigiere", "korrigieren",
    "behebe", "corrige", "arregla", "lower", "lowercase", "style", "stil", "estilo",
})  # fmt: skip
_MAKING: Final = frozenset({"make", "write", "let", "mach", "schreib", "schreibe", "haz"})


def _target(reader: Reader, index: int, token: Token) -> None:
    """Hashtags, emoji, calls to action, questions: what becomes of them is in the verbs."""
    polarity = polarity_of(reader.clause, index)
    name = _TARGETS[token.kind]
    countable = name in {"hashtags", "emoji"}
    amount = polarity.amount if countable else None
    used = polarity.indices
    place = reader.place(index)
    if polarity.name == "keep":
        reader.note("keep", used, name.replace("_", " "))
    elif polarity.name == "limit" and countable and amount is not None and not place[0]:
        reader.note(f"limit_{name}", used, polarity.bound, amount)
    elif polarity.name in {"remove", "fewer"}:
        if name == "emoji" and place[0] and len(parse(reader.text).emoji) > 1:
            reader.refuse([*used, *place[1]])  # only some of them: no rule knows which
            return
        argument = "fewer" if polarity.name == "fewer" and countable else ""
        reader.note(f"remove_{name}", used, argument, amount)
    else:
        if countable and amount is None and _singular(token.text):
            amount = 1.0
        reader.note(f"add_{name}", [*used, *place[1]], place[0], amount)


def _singular(word: str) -> bool:
    return word.lower() in {"hashtag", "emoji", "emoticon", "smiley", "emoticono"}


def _other_target(reader: Reader, index: int, token: Token) -> None:
    """Numbers, links, mentions, breaks, lists, exclamation marks, facts."""
    polarity = polarity_of(reader.clause, index)
    keeps, removes = polarity.name == "keep", polarity.name in {"remove", "fewer"}
    kept, removed, added, argument = _OTHERS[token.kind]
    if token.kind == "T_FACTS" and not (keeps or polarity.verb):
        return
    kind = kept if keeps else removed if removes else added
    if kind == "keep":
        reader.note(kind, polarity.indices, argument)
    elif kind == "unsupported":
        if not reader.clause.of_kind("NAMED", "QUOTED", near=index):
            reader.refuse(polarity.indices)
    elif kind == "fix_style":
        gone = polarity.name == "remove"
        reader.note(kind, polarity.indices, "no exclamation marks" if gone else argument)
    else:
        reader.note(kind, polarity.indices)


def _block(reader: Reader, index: int, token: Token) -> None:
    """All in one paragraph."""
    del token
    reader.note("remove_line_breaks", [index])


def _style(reader: Reader, index: int, token: Token) -> None:
    """Capitals, double spaces, punctuation."""
    low = token.text.lower()
    argument = "spaces" if "space" in low or "leer" in low or "espacio" in low else ""
    if any(part in low for part in ("cap", "upper", "shout", "groß", "schrei", "mayús")):
        argument = "capitals"
    elif "punct" in low or "zeichen" in low or "puntu" in low:
        argument = "punctuation"
    polarity = polarity_of(reader.clause, index)
    if polarity.name == "keep":
        reader.note("keep", polarity.indices, argument or "style")
    elif argument == "capitals" and _wants_capitals(reader, polarity.name, low):
        reader.refuse(polarity.indices)
    else:
        reader.note("fix_style", polarity.indices, argument)


def _wants_capitals(reader: Reader, name: str, low: str) -> bool:
    """Tells "write it in all caps" from "fix the caps" and from "it is shouting"."""
    words = {token.text.lower() for token in reader.clause.tokens}
    if name != "add" or words & _MENDING:
        return False
    return not low.startswith(("shout", "schrei")) or bool(words & _MAKING)


def _engaging(reader: Reader, index: int, token: Token) -> None:
    """More engaging: a question is what rules can add to that end."""
    del token
    reader.note("add_question", polarity_of(reader.clause, index).indices)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **dict.fromkeys(_TARGETS, _target),
        **dict.fromkeys(_OTHERS, _other_target),
        "STYLE": _style,
        "BLOCK": _block,
        "ENGAGING": _engaging,
    }
)
