"""Reading feedback: which wishes it holds, in English, German and Spanish."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from analytics.refinement.document import normal
from analytics.refinement.facts import holds
from analytics.refinement.interpretation import interpret
from analytics.refinement.languages import language_of
from analytics.refinement.model import FeedbackReading, RefinementIntent
from analytics.refinement.reading import manners, parts, words
from analytics.refinement.reading.clauses import Clause, clauses_of
from analytics.refinement.reading.reader import Handler, Reader
from analytics.refinement.reading.signals.filler import FILLER
from analytics.refinement.reading.tokens import Token, tokens_of
from analytics.refinement.wishes import opposed

_LONG_RUN: Final = 3  # so many words beside a wish that carry none are told
_VERBS: Final = frozenset({"REMOVE", "ADD", "KEEP"})
_PRONOUNS: Final = frozenset({"sie", "er", "es", "they", "he", "she", "ellos", "ellas"})
_HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {**parts.HANDLERS, **manners.HANDLERS, **words.HANDLERS}
)


def read_feedback(feedback: str, text: str, platform: str) -> FeedbackReading:
    """Reads feedback on a text.

    Args:
        feedback: The feedback, in English, German, Spanish or a mixture; data, never obeyed
            beyond the wishes listed in `analytics.refinement.wishes`.
        text: The text it is about.
        platform: The platform the text is for.

    Returns:
        The wishes in their order, each with the words it was read from; what is not understood
        is a wish of kind "unsupported".
    """
    text = normal(text)
    language = language_of(text)
    found: list[RefinementIntent] = []
    tokens = tokens_of(feedback)
    for clause in clauses_of(tokens):
        found += _read(feedback, text, clause)
    if not found and (praise := next((one for one in tokens if one.kind == "PRAISE"), None)):
        found.append(RefinementIntent("keep", "text", None, praise.text, supported=True))
    return interpret(_merged(found), text=text, language=language, platform=platform)


def _merged(found: Sequence[RefinementIntent]) -> list[RefinementIntent]:
    """Says the same wish once, with the amount that any of its mentions has."""
    kept: list[RefinementIntent] = []
    for one in found:
        for index, other in enumerate(kept):
            same = (one.kind, one.argument) == (other.kind, other.argument)
            if same and not opposed(one, other):
                if other.amount is None and one.amount is not None:
                    kept[index] = one
                break
        else:
            kept.append(one)
    return kept


def _read(feedback: str, text: str, clause: Clause) -> list[RefinementIntent]:
    """The wishes of a clause, in their order."""
    reader = Reader(feedback, text, clause)
    for index, token in enumerate(clause.tokens):
        if index not in clause.used and (handle := _HANDLERS.get(token.kind)):
            handle(reader, index, token)
    _leftovers(reader)
    return sorted(reader.intents, key=lambda one: feedback.find(one.quote))


def _leftovers(reader: Reader) -> None:
    """Notes words that carry no wish: on their own, or many of them beside one."""
    for segment in reader.clause.segments():
        free = [i for i in segment if i not in reader.clause.used]
        content = [i for i in free if _content(reader.clause.tokens[i])]
        taken = len(free) < len(segment)
        if not content or (taken and len(content) < _LONG_RUN):
            continue
        told = {reader.clause.tokens[i].text.lower() for i in content}
        if told <= _PRONOUNS and any(reader.clause.tokens[i].kind == "PRAISE" for i in free):
            continue
        verb = next((i for i in free if reader.clause.tokens[i].kind in _VERBS), None)
        if verb is not None and _removed_words(reader, verb, content):
            continue
        reader.refuse(free if taken else segment)


def _removed_words(reader: Reader, verb: int, content: Sequence[int]) -> bool:
    """Reads "remove the free coffee", where the text holds these words."""
    tokens = reader.clause.tokens
    if tokens[verb].kind != "REMOVE":
        return False
    named = reader.feedback[tokens[content[0]].start : tokens[content[-1]].end]
    if not holds(reader.text, named):
        return False
    reader.note("remove_keyword", [verb, *content], named)
    return True


def _content(token: Token) -> bool:
    if token.kind in {"BREAK", "COMMA", "CONJ"}:
        return False
    if token.kind == "WORD":
        return token.text.lower().replace("’", "'") not in FILLER
    return token.kind in {"QUOTED", "NAMED", "PLATFORM", "PERCENT"}
