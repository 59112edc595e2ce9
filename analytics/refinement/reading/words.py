"""Wishes on words: to mention, to leave out, to replace them; and what rules cannot do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import regex

from analytics.refinement.facts import holds
from analytics.refinement.reading.polarity import polarity_of
from analytics.refinement.reading.reader import MAX_ARGUMENT, Handler, Reader
from analytics.refinement.reading.tokens import Token

_ARTICLE: Final = regex.compile(
    r"(?i)^(?:the|our|any|all|d(?:er|ie|as|en|em)|unser\w*|el|la|los|las|nuestr\w+)\s+"
)


_COURTESY: Final = regex.compile(
    r"(?i)^(?:(?:please|also|bitte|auch|noch|también|tambien|por favor)[,\s]+)+"
)
_PRICE: Final = regex.compile(r"(?i)\b(?:prices?|cost|preise?|precios?)$")
_THAT: Final = regex.compile(r"(?i)\b(?:that|dass|que)$")


def _named(reader: Reader, index: int, token: Token) -> None:
    """A quoted text, a hashtag, a handle or a link, with a verb."""
    polarity = polarity_of(reader.clause, index)
    argument = (token.value or token.text).strip()
    if not argument or not (polarity.verb or polarity.carried):
        return
    tokens = reader.clause.tokens
    behind = [index + 1] if index + 1 < len(tokens) and tokens[index + 1].kind == "LESS" else []
    if polarity.name == "fewer" or behind:
        reader.refuse([*polarity.indices, *behind])  # out altogether, or not at all
    elif polarity.name == "remove":
        reader.note("remove_keyword", polarity.indices, argument)
    elif polarity.name == "keep":
        reader.note("keep", polarity.indices, argument)
    else:
        place, told = reader.place(index)
        # Hashtags and handles have places of their own.
        kind = "add_keyword" if argument.startswith(("#", "@")) else _PLACED[place]
        reader.note(kind, [*polarity.indices, *told], argument)


_PLACED: Final = {"": "add_keyword", "start": "begin_with", "end": "end_with"}


def _the_word(reader: Reader, index: int, token: Token) -> None:
    """A word that is called one: "the word X"."""
    del token
    tokens = reader.clause.tokens
    following = index + 1
    if following >= len(tokens) or tokens[following].kind in {"BREAK", "COMMA", "CONJ"}:
        return
    argument = tokens[following].value or tokens[following].text
    reader.clause.used.add(following)
    polarity = polarity_of(reader.clause, index)
    kind = "remove_keyword" if polarity.name in {"remove", "fewer"} else "add_keyword"
    reader.note(kind, [*polarity.indices, following], argument)


def _mention(reader: Reader, index: int, token: Token) -> None:
    """Something to mention, or not to."""
    kind = "remove_keyword" if token.kind == "NOWORD" else "add_keyword"
    used, argument = reader.clause.argument(reader.feedback, index)
    if kind == "add_keyword" and reader.clause.negated(index):
        kind = "remove_keyword"
    if token.kind == "MENTION" and argument and argument[-1].lower().endswith(" nicht"):
        kind = "remove_keyword"  # "erwähne den Preis nicht", "den Preis nicht erwähnen"
        argument[-1] = argument[-1][: -len(" nicht")]
    if kind == "add_keyword":
        argument = [_clause(token, " ".join(argument))]
    for said in argument:
        part = said
        if kind == "remove_keyword" and not holds(reader.text, said):
            part = said.removeprefix("a ")  # the Spanish "no menciones a Ana"
            if holds(reader.text, bare := _ARTICLE.sub("", part)):
                part = bare  # "don't mention the salary", where the text says "Salary: …"
        if kind == "remove_keyword" and _PRICE.search(part) and not holds(reader.text, part):
            reader.refuse([index, *used])  # which of the numbers is one, no rule knows
        elif part:
            reader.note(kind, [index, *used], part[:MAX_ARGUMENT])


def _clause(token: Token, argument: str) -> str:
    """What is to be mentioned, with the "that" which makes it a clause."""
    argument = _COURTESY.sub("", argument)
    that = _THAT.search(token.text)
    return f"{that.group()} {argument}" if that and argument else argument


def _replace(reader: Reader, index: int, token: Token) -> None:
    """One word for another."""
    old, new = (part.strip(" \"“”„«»'’‘‚") for part in (token.value, token.extra))
    if holds(reader.text, old):
        reader.note("replace_keyword", [index], f"{old} → {new}")
    else:
        reader.refuse([index])


def _refused(reader: Reader, index: int, token: Token) -> None:
    """What rules cannot do, known by a word; the whole segment is its quote."""
    del token
    reader.refuse(reader.clause.segment(index))


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **dict.fromkeys(("NOWORD", "MENTION"), _mention),
        **dict.fromkeys(("REPLACE", "INSTEAD"), _replace),
        **dict.fromkeys(("QUOTED", "NAMED"), _named),
        "T_WORD": _the_word,
        "UNSUPPORTED": _refused,
    }
)
