"""Making a text longer with what it holds already: nothing is invented."""

from collections.abc import Callable, Sequence
from typing import Final

import regex

from analytics.actions import asks, calls_to_action
from analytics.platforms import PLATFORMS
from analytics.refinement import sentences
from analytics.refinement.document import outside
from analytics.refinement.work import Work, size
from analytics.text import parse

# Beside a large word it is part of a name: "Marks & Spencer".
_AND: Final = r"(?<=(?<![\p{L}\d])\p{Ll}[\p{Ll}'’-]*\s)&(?=\s[\p{Ll}\d])"
_SPELLED: Final = {
    "en": (
        (r"\be\.g\.,?", "for example"), (r"\bi\.e\.,?", "that is"), (_AND, "and"),
        (r"(?<=\s)w/\s?(?=\p{L})", "with "), (r"\betc\.", "and so on"),
        (r"\bvs\.?(?=\s)", "versus"),
        (r"\binfo\b", "information"), (r"\bapprox\.", "approximately"),
    ),
    "de": (
        (r"\bz\.\s?B\.", "zum Beispiel"), (r"\bd\.\s?h\.", "das heißt"),
        (_AND, "und"), (r"\bu\.\s?a\.", "unter anderem"),
        (r"\binkl\.", "inklusive"), (r"\bca\.", "ungefähr"), (r"\busw\.", "und so weiter"),
        (r"\bbzw\.", "beziehungsweise"),
    ),
    "es": (
        (r"\bp\.\s?ej\.", "por ejemplo"), (_AND, "y"), (r"\betc\.", "etcétera"),
        (r"\baprox\.", "aproximadamente"),
    ),
}  # fmt: skip


def lengthen(work: Work) -> None:
    """Lengthens the text as far as is asked, or by one step a level."""
    for wish in work.wishes("longer"):
        before, added = work.text, list(work.added)
        for count, step in enumerate(_STEPS):
            if wish.amount is not None and _enough(work, wish.argument, wish.amount):
                break
            if wish.amount is None and count > work.level + 1 and work.text != before:
                break
            _try(work, step)
        work.added = added  # a length that must be kept may take them out again
        if work.text == before:
            work.stuck(
                wish,
                "nothing in it can be spelled out further, or there is no room: it stays as long",
            )
        elif wish.amount is not None and not _enough(work, wish.argument, wish.amount):
            more = " more" if wish.argument == "percent" else ""
            work.stuck(
                wish,
                f"it does not reach {wish.amount:g} {wish.argument}{more}: more would have to be "
                "invented",
            )


def _try(work: Work, step: Callable[[Work], None]) -> None:
    """Takes a step, and takes it back where the text has no room for it."""
    text, notes, added = work.text, list(work.notes), list(work.added)
    step(work)
    if text == work.text:
        return
    over = size(work.text, "characters", work.platform) > PLATFORMS[work.platform].max_characters
    if over or any(
        size(work.text, one.argument, work.platform) > (one.amount or 0)
        for one in work.wishes("limit_length")
    ):
        work.text, work.notes, work.added = text, notes, added


def _enough(work: Work, unit: str, amount: float) -> bool:
    if unit == "percent":
        whole = size(work.original, "characters", work.platform)
        return size(work.text, "characters", work.platform) >= whole * (1 + amount / 100)
    return size(work.text, unit, work.platform) >= amount


def _spell_out(work: Work) -> None:
    def change(part: str) -> str:
        for pattern, new in _SPELLED.get(work.language, ()):
            part = regex.sub(pattern, new, part)
        return part

    work.change(outside(work.text, change), "Spelled out the abbreviations.")


def _question(work: Work) -> None:
    has = any(asks(sentence, work.language) for sentence in parse(work.text).sentences)
    if not has and not work.wishes("add_question", "remove_question"):
        sentences.add_question(work)


def _call(work: Work) -> None:
    has = calls_to_action(parse(work.text).sentences, work.language)
    if not has and not work.wishes("add_call_to_action", "remove_call_to_action"):
        sentences.add_call(work)


_STEPS: Final[Sequence[Callable[[Work], None]]] = (_spell_out, _question, _call, sentences.recap)
