"""Judging wishes on amounts: how long a text is, how many signs of a kind it holds."""

from collections.abc import Callable
from typing import Final

from analytics.refinement.case import Case
from analytics.refinement.document import split
from analytics.refinement.model import Outcome, RefinementIntent
from analytics.refinement.wishes import MUCH, MUCH_SHARE, named_hashtags
from analytics.refinement.work import shortened, size
from analytics.text import parse

Judge = Callable[[Case, RefinementIntent], Outcome]
"""Tells what became of a wish in a candidate."""

_NEARLY: Final = 0.05
"""Share of the length that a text may miss a wished length by: rules drop whole phrases."""


def shorter(case: Case, intent: RefinementIntent) -> Outcome:
    """Judges whether a text is shorter for its reader, or by about the share asked for."""
    now = size(case.text, "characters", case.platform)
    before = size(case.original, "characters", case.platform)
    most = MUCH_SHARE * before if intent.argument == MUCH else before
    if intent.amount:
        most = (1 - intent.amount / 100 + _NEARLY) * before
    if now <= most and shortened(case.original, case.text, case.platform):
        return Outcome.DONE
    # A text that grew is to be written anew; one that hardly shrank holds nothing that may go.
    return Outcome.STUCK if now <= before else case.undone(intent)


def longer(case: Case, intent: RefinementIntent) -> Outcome:
    """Judges whether a text is longer, or about as long as was asked for."""
    if intent.amount is not None:
        unit = "characters" if intent.argument == "percent" else intent.argument
        wanted = intent.amount
        if intent.argument == "percent":
            wanted = size(case.original, unit, case.platform) * (1 + wanted / 100)
            wanted *= 1 - _NEARLY  # a share is meant about, a number is meant
        reached = size(case.text, unit, case.platform) >= wanted
        return Outcome.DONE if reached else case.last_word(intent)
    if case.says(Outcome.STUCK, intent):  # what else was added is no more of what it says
        return Outcome.STUCK
    if len(case.text) > len(case.original):
        return Outcome.DONE
    if case.wishes("limit_length") or case.forced:
        return Outcome.STUCK
    return case.undone(intent)


def within_length(case: Case, intent: RefinementIntent) -> Outcome:
    """Judges whether a limit of the length holds."""
    within = size(case.text, intent.argument, case.platform) <= (intent.amount or 0)
    return Outcome.DONE if within else Outcome.UNDONE


def _count(kind: str, text: str) -> int:
    return len(getattr(parse(text), kind))


def removed(kind: str) -> Judge:
    """Judges whether the signs of a kind, a field of `Parsed`, are gone, or as many as asked."""

    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        before, now = _count(kind, case.original), _count(kind, case.text)
        if kind == "hashtags":
            named = named_hashtags(case.reading.intents)
            staying = sum(tag.lower() in named for tag in parse(case.text).hashtags)
            before, now = before - staying, now - staying
        if before <= 0:
            return Outcome.IDLE if now == 0 else Outcome.UNDONE
        if intent.argument == "fewer":
            done = now < before
        elif intent.amount is not None:
            done = now <= max(0, before - intent.amount)
        else:
            done = now == 0
        if done:
            return Outcome.DONE
        # A text of nothing else keeps one: there would be no text without it.
        return Outcome.UNDONE if parse(case.text).words else Outcome.STUCK

    return judge


def added(kind: str) -> Judge:
    """Judges whether as many signs of a kind were added as asked for, where they are wanted."""

    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        enough = _count(kind, case.text) - _count(kind, case.original) >= (intent.amount or 1)
        done = enough and _in_place(case, kind, intent.argument)
        return Outcome.DONE if done else case.undone(intent)

    return judge


def _in_place(case: Case, kind: str, place: str) -> bool:
    """Whether what was added at a place stands there."""
    signs = getattr(parse(case.text), kind)
    if place == "start":
        return bool(signs) and case.text.startswith(signs[0])
    if place != "end" or kind == "hashtags":
        return True
    body = [piece.text for piece in split(case.text) if piece.kind != "tags"]
    return bool(body) and any(body[-1].endswith(sign) for sign in signs)


def bounded(kind: str) -> Judge:
    """Judges whether the signs of a kind are at most, at least or exactly as many as asked for."""

    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        now, wanted = _count(kind, case.text), intent.amount or 0
        if intent.argument == "at most":
            return Outcome.DONE if now <= wanted else Outcome.UNDONE
        if now < wanted:
            return case.undone(intent)
        done = now == wanted or intent.argument == "at least"
        return Outcome.DONE if done else Outcome.UNDONE

    return judge
