"""The wishes that exist, how people are told of them, and which cannot be had offline."""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import regex

from analytics.platforms import PLATFORMS
from analytics.refinement.model import RefinementIntent

WRITABLE: Final = ("en", "de", "es")
"""Languages the rules can write; in others only what works in any language is done."""

# What will be done, with {argument} and {amount}.
_TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "shorter": "make it shorter",
        "longer": "make it longer, with what is already in it",
        "limit_length": "keep it to {amount} {argument}",
        "more_formal": "make it more formal",
        "less_formal": "make it less formal",
        "more_enthusiastic": "make it more enthusiastic",
        "less_enthusiastic": "make it calmer",
        "simpler": "use simpler words and sentences",
        "add_call_to_action": "add a call to action",
        "remove_call_to_action": "remove the calls to action",
        "add_hashtags": "add hashtags",
        "remove_hashtags": "remove the hashtags",
        "limit_hashtags": "bring the hashtags to {argument} {amount}",
        "add_emoji": "add emoji",
        "remove_emoji": "remove the emoji",
        "limit_emoji": "bring the emoji to {argument} {amount}",
        "add_question": "add a question to the reader",
        "remove_question": "remove the questions",
        "add_keyword": "mention “{argument}”",
        "begin_with": "begin with “{argument}”",
        "end_with": "end with “{argument}”",
        "remove_keyword": "leave out “{argument}”",
        "replace_keyword": "replace {argument}",
        "add_numbers": "write numbers that are spelled out in digits",
        "remove_links": "remove the links",
        "remove_mentions": "remove the mentions",
        "change_platform": "fit it to {argument}",
        "add_line_breaks": "set it in short paragraphs",
        "remove_line_breaks": "set it as one block",
        "add_list": "turn it into a list",
        "fix_style": "mend its style",
        "keep": "keep the {argument}",
    }
)
MUCH: Final = "much"
"""The argument of "much shorter"."""
MUCH_SHARE: Final = 0.8
"""Of the length at most: what is longer is not much shorter."""
KINDS: Final = frozenset(_TOLD) | {"unsupported"}

_OPPOSITES: Final = (
    {"shorter", "longer"},
    {"more_formal", "less_formal"},
    {"more_enthusiastic", "less_enthusiastic"},
    {"add_call_to_action", "remove_call_to_action"},
    {"add_hashtags", "remove_hashtags"},
    {"add_emoji", "remove_emoji"},
    {"add_question", "remove_question"},
    {"add_line_breaks", "remove_line_breaks"},
    {"add_keyword", "remove_keyword"},
    {"begin_with", "remove_keyword"},
    {"end_with", "remove_keyword"},
)
_KEPT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "hashtags": frozenset({"add_hashtags", "remove_hashtags", "limit_hashtags"}),
        "emoji": frozenset({"add_emoji", "remove_emoji", "limit_emoji"}),
        "call to action": frozenset({"add_call_to_action", "remove_call_to_action"}),
        "question": frozenset({"add_question", "remove_question"}),
        "links": frozenset({"remove_links"}),
        "mentions": frozenset({"remove_mentions"}),
        "length": frozenset({"shorter", "longer"}),
        "tone": frozenset({"more_formal", "less_formal", "more_enthusiastic", "less_enthusiastic"}),
    }
)
_LANGUAGE_BOUND: Final = frozenset({
    "longer", "more_formal", "less_formal", "more_enthusiastic", "less_enthusiastic", "simpler",
    "add_call_to_action", "remove_call_to_action", "add_question", "add_numbers",
})  # fmt: skip

# Why the offline engine cannot do what these words ask for; the first that fits. Most are stems.
_WHY_NOT: Final = tuple(
    (regex.compile(rf"\b(?:{pattern})", regex.IGNORECASE), reason)
    for pattern, reason in (
        (
            (
                r"translat|übersetz|tradu|(?:english|german|french|spanish|italian|englisch"
                r"|deutsch|französisch|spanisch|italienisch|inglés|alemán|francés|español)\b"
            ),
            "the offline engine cannot translate",
        ),
        (
            r"(?:all )?caps\b|capitals?\b|upper ?case|shout|großbuchst|schrei(?:en|end)|mayúsc",
            "the offline engine does not write in capitals: they hide which words are names",
        ),
        (
            (
                r"fun(?:n\w+)?\b|humou?r|joke|wit(?:ty|tier)?\b|witz|lustig|graci|divert|chist|sar[ck]as"
                r"|sarcás"
            ),
            "the offline engine has no humour",
        ),
        (
            (
                r"poe[mt]|rhym|haiku|rap\b|gedicht|reim|rima|songs?\b|lied\b|canci|stor(?:y|ies)"
                r"|geschicht|historia|anecd|anekd|anécd|metaph|testimon|quote"
            ),
            "the offline engine writes no new content",
        ),
        (
            r"numbers?\b|figures?\b|stat(?:s\b|isti)|data\b|zahl|daten\b|númer|cifra|estad|dato",
            "the offline engine invents no figures: give the figure, as in “mention 500 customers”",
        ),
        (
            r"(?:less|fewer|weniger|menos)\b",
            "rules can leave a word out, not use it less often",
        ),
        (
            r"gramma|spell|typo|rechtschr|tippf|ortogr|gramát",
            "the offline engine does not know grammar or spelling",
        ),
        (
            (
                r"better|improve|besser|verbess|mejor|viral|seo\b|rewrit|rephras|paraphr|umschr"
                r"|umform|reescr|reform|hook|catch|persuas|convinc|überzeug|creativ|kreativ"
                r"|original|emotion|emotiv|luxur|headline|überschr|titular|tit[el]|títul"
            ),
            "rules cannot judge that: say what to change, such as “shorter” or “add a question”",
        ),
    )
)


_PLACES: Final = ("start", "end")


def tell(intent: RefinementIntent) -> str:
    """Says what a supported wish will do, a clause without capital and full stop."""
    amount = "" if intent.amount is None else f"{round(intent.amount, 2):,}".removesuffix(".0")
    argument = intent.argument
    if intent.kind == "change_platform":
        argument = PLATFORMS[argument].label
    if intent.kind == "limit_length" and intent.amount == 1:
        argument = argument.removesuffix("s")
    told = _TOLD[intent.kind].format(argument=argument, amount=amount)
    if intent.argument == MUCH:
        told = "make it much shorter"
    elif intent.kind in {"shorter", "longer"} and amount:
        told += f" ({'at least ' if intent.kind == 'longer' else ''}{amount} {argument})"
    elif intent.kind in {"add_hashtags", "add_emoji", "remove_hashtags", "remove_emoji"}:
        where = f"at the {argument}" if argument in _PLACES else argument if not amount else ""
        told += (
            f" ({' '.join(part for part in (amount, where) if part)})" if amount or where else ""
        )
    elif intent.kind == "fix_style" and argument == "exclamation":
        told += " (fewer exclamation marks)"
    elif intent.kind == "keep" and argument == "text":
        told += " as it is"
    elif intent.kind in {"add_question", "add_call_to_action", "fix_style"} and argument:
        told += f" ({argument})"
    elif intent.kind in {"more_formal", "less_formal"} and argument:
        told += f" (address: {argument})"
    return told


def why_not(intent: RefinementIntent) -> str:
    """Says why a wish cannot be had, a clause."""
    if intent.kind != "unsupported":
        return intent.kind
    for pattern, reason in _WHY_NOT:
        if pattern.search(intent.argument):
            return reason
    return "it was not understood as a wish that rules can fulfil"


def named_hashtags(intents: Iterable[RefinementIntent]) -> frozenset[str]:
    """The hashtags that wishes name, to be kept or brought in, in small letters."""
    named = (one.argument.lower() for one in intents if one.kind in {"keep", "add_keyword"})
    return frozenset(argument for argument in named if argument.startswith("#"))


def opposed(first: RefinementIntent, second: RefinementIntent) -> bool:
    """Whether two wishes contradict each other."""
    if _disjoint(_span(first), _span(second)):
        return True
    if first.kind == "keep" or second.kind == "keep":
        kept, other = (first, second) if first.kind == "keep" else (second, first)
        if other.kind == "fix_style" and other.argument == kept.argument:
            return True
        return other.kind in _KEPT.get(kept.argument, ())
    return {first.kind, second.kind} in _OPPOSITES and (
        "remove_keyword" not in {first.kind, second.kind}
        or first.argument.lower() == second.argument.lower()
    )


_Span = tuple[str, float, float]


def _span(intent: RefinementIntent) -> _Span:
    """What a wish counts, and the least and the most that it allows of it."""
    amount = intent.amount
    if amount is None:
        if intent.kind in {"remove_hashtags", "remove_emoji"} and not intent.argument:
            return intent.kind.replace("remove", "limit"), 0, 0
        return "", 0, 0
    if intent.kind == "limit_length":
        return intent.argument, 0, amount
    if intent.kind == "longer":
        return intent.argument, amount, math.inf
    if intent.kind in {"limit_hashtags", "limit_emoji"}:
        least = 0 if intent.argument == "at most" else amount
        return intent.kind, least, math.inf if intent.argument == "at least" else amount
    return "", 0, 0


def _disjoint(first: _Span, second: _Span) -> bool:
    if not first[0] or first[0] != second[0]:
        return False
    return first[1] > second[2] or second[1] > first[2]


def needs_language(intent: RefinementIntent) -> bool:
    """Whether a wish can only be had in the languages the rules write."""
    return intent.kind in _LANGUAGE_BOUND
