"""What the verbs around a word want of it: add, remove, keep, fewer, so many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.refinement.reading.clauses import Clause
from analytics.refinement.reading.tokens import number_of

_MODIFIERS: Final = frozenset({
    "ADD", "REMOVE", "KEEP", "USE", "MORE", "LESS", "TOO", "VERY", "ONLY", "LEAST", "NO", "NEG",
    "NUM", "END", "START", "PRAISE",
})  # fmt: skip
_VERBS: Final = frozenset({"ADD", "REMOVE", "KEEP", "PRAISE"})
_ENOUGH: Final = frozenset({"enough", "genug", "suficiente", "bastante"})
_BARE_NO: Final = ("kein", "ning", "ohne", "sin", "without", "avoid", "evita", "verm")


@dataclass(frozen=True, slots=True)
class Polarity:
    """What is wanted of a word.

    Attributes:
        name: "add", "remove", "keep", "fewer" or "limit".
        indices: Positions of the word and of what modifies it.
        amount: The number beside it, None without.
        bound: With "limit": "at most", "exactly" or "at least".
        minus: Whether an adjective is wanted less, or is a complaint ("too formal").
        very: Whether it is intensified.
        verb: Whether a verb or the like stands beside it.
        carried: Whether the verb is that of a word before.
        praise: Whether it is liked as it is.
    """

    name: str
    indices: tuple[int, ...]
    amount: float | None
    bound: str
    minus: bool
    very: bool
    verb: bool
    carried: bool
    praise: bool = False


def polarity_of(clause: Clause, index: int) -> Polarity:
    """Reads the modifiers before and behind the token at `index`."""
    before = _before(clause, index)
    behind = _behind(clause, index)
    kinds = [clause.tokens[i].kind for i in before]
    after = clause.tokens[behind].kind if behind is not None else ""
    amount = next(
        (
            number
            for i in before
            if clause.tokens[i].kind == "NUM"
            and (number := number_of(clause.tokens[i].text)) is not None
        ),
        None,
    )
    bare_no = any(
        clause.tokens[i].text.lower().startswith(_BARE_NO)
        for i in before
        if clause.tokens[i].kind == "REMOVE"
    )
    if "PRAISE" in {*kinds, after} and _denied(clause, index, behind):
        kinds = [*kinds, "NEG"]
    own = _own(kinds, after, bare_no=bare_no)
    last = clause.segment(index)[-1]
    if not own and last > index and clause.tokens[last].kind == "NEG":
        own = "remove"  # "Emojis bitte nicht"
    carried = not own and bool(clause.carry)
    name = own or clause.carry or "add"
    bound = ""
    if amount is not None and name in {"add", "limit"}:
        name, bound = _bounded(clause, before, kinds)
    elif name == "limit":
        name = "add"
    if own or not clause.carry:
        clause.carry = "add" if name == "limit" else name
    taken = [*before, index, *([behind] if behind is not None else [])]
    if behind is not None:
        clause.used.add(behind)
    enough = index + 1 < len(clause.tokens) and clause.tokens[index + 1].text.lower() in _ENOUGH
    minus = bool({"LESS", "TOO", "NEG", "NO", "REMOVE"} & set(kinds)) and not enough
    return Polarity(
        name=name,
        indices=tuple(taken),
        amount=amount,
        bound=bound,
        minus=minus,
        very="VERY" in kinds,
        verb=bool(own),
        carried=carried,
        praise="PRAISE" in {*kinds, after} and name == "keep",
    )


def _denied(clause: Clause, index: int, behind: int | None) -> bool:
    """Whether a "not" follows what is liked: "ich mag die Emojis nicht", "no me gustan"."""
    last = behind if behind is not None else clause.segment(index)[-1]
    return any(token.kind in {"NEG", "NO"} for token in clause.tokens[index + 1 : last + 1])


def _own(kinds: Sequence[str], after: str, *, bare_no: bool) -> str:
    """What the modifiers of the word itself say; "" for nothing."""
    said = {*kinds, after}
    negated = "NEG" in said or (
        "NO" in said and bool(said & {"ADD", "REMOVE", "KEEP", "USE", "PRAISE"})
    )
    rules = (
        ({"KEEP"}, "remove" if negated else "keep"),
        ({"ADD"}, "keep" if negated or bare_no else "add"),
        ({"REMOVE"}, "keep" if negated and not bare_no else "remove"),
        ({"NO"}, "remove"),
        ({"LESS", "TOO"}, "fewer"),
        ({"MORE"}, "keep" if negated else "add"),
        # What is liked is to stay; "I don't like it" is a complaint.
        ({"PRAISE"}, "remove" if negated else "keep"),
        ({"NEG"}, "remove"),
        ({"ONLY"}, "limit"),
        ({"USE", "NUM", "LEAST", "END", "START"}, "add"),
    )
    return next((meaning for words, meaning in rules if said & words), "")


def _bounded(clause: Clause, before: Sequence[int], kinds: Sequence[str]) -> tuple[str, str]:
    """Tells "add 3 hashtags", which adds, from "with 3 hashtags", which wants so many."""
    if "ONLY" in kinds:
        word = next(clause.tokens[i].text for i in before if clause.tokens[i].kind == "ONLY")
        exact = word.lower().startswith(("exact", "genau", "only", "just", "nur", "sol", "sól"))
        return "limit", "exactly" if exact else "at most"
    if "LEAST" in kinds:
        return "limit", "at least"
    if {"ADD", "MORE", "START", "END"} & set(kinds):
        return "add", ""
    digits = any(
        clause.tokens[i].kind == "NUM" and not clause.tokens[i].text.lower().startswith(_ARTICLE)
        for i in before
    )
    return ("limit", "exactly") if digits else ("add", "")


_ARTICLE: Final = ("ein", "un")


def _before(clause: Clause, index: int) -> list[int]:
    """Positions of the modifiers before the token, up to a stop or another target."""
    found = []
    for other in range(index - 1, -1, -1):
        kind = clause.tokens[other].kind
        if other in clause.used or not (kind in _MODIFIERS or kind == "WORD"):
            break
        if kind != "WORD":
            found.append(other)
    return found[::-1]


def _behind(clause: Clause, index: int) -> int | None:
    """Position of a verb that ends the segment: "die Emojis bitte weglassen"."""
    place = None
    for other in range(index + 1, len(clause.tokens)):
        kind = clause.tokens[other].kind
        if kind in _VERBS and other not in clause.used:
            place = other
            break
        if not (kind in {"WORD", "CONJ", "NEG", "NO"} or kind.startswith("T_") or kind == "END"):
            return None
    if place is None:
        return None
    rest = range(place + 1, len(clause.tokens))
    following = next(
        (clause.tokens[i].kind for i in rest if clause.tokens[i].kind != "WORD"), "BREAK"
    )
    return place if following in {"BREAK", "COMMA", "CONJ"} else None
