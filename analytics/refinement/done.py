"""Judging whether each wish was done: by the text, and by what the rules say where it tells not."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import regex

from analytics.actions import asks, calls_to_action
from analytics.measures import measure
from analytics.platforms import PLATFORMS
from analytics.refinement.case import Case, result
from analytics.refinement.done_counts import (
    Judge,
    added,
    bounded,
    longer,
    removed,
    shorter,
    within_length,
)
from analytics.refinement.facts import holds
from analytics.refinement.keywords import stands, word_pattern
from analytics.refinement.layout import EXCLAMATION
from analytics.refinement.model import Outcome, RefinementIntent, WishOutcome
from analytics.refinement.wishes import tell
from analytics.refinement.work import size
from analytics.skill.model import GuardResult
from analytics.text import parse, words_of


def wishes_done(case: Case) -> list[WishOutcome]:
    """Judges what became of each wish that can be had, in their order.

    What the text shows counts; what the rules say of a wish tells whether another round may do
    what is not done. A candidate that no rules wrote is judged by its text alone.
    """
    found = []
    for intent in case.reading.intents:
        if intent.supported:
            outcome = _JUDGES[intent.kind](case, intent)
            said = case.said(intent)
            reason = said.reason if said is not None and outcome is Outcome.STUCK else ""
            found.append(WishOutcome(intent, outcome, reason))
    return found


def wish_check(wish: WishOutcome) -> GuardResult:
    """The check that tells what became of a wish; skipped where another round changes nothing."""
    told = tell(wish.intent)
    reason = {
        Outcome.DONE: f"Done: {told}.",
        Outcome.UNDONE: f"Not done: {told}.",
        Outcome.STUCK: f"Not done: {told}; {wish.reason or 'no rule found a way'}.",
        Outcome.IDLE: f"Skipped: {told}; there was nothing to do.",
        Outcome.UNTOLD: f"Skipped: {told}; whether it is done cannot be measured.",
    }[wish.outcome]
    return result(
        f"wish:{wish.intent.kind}",
        passed=wish.outcome is Outcome.DONE,
        skipped=wish.outcome not in {Outcome.DONE, Outcome.UNDONE},
        reason=reason,
    )


_SLACK: Final = 3.0  # points of 100 that a score may move against the wish, its own noise


def _more(value: Callable[[str], float | None], sign: int) -> Judge:
    """Whether a measure moved the right way, or at least not against the wish."""

    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        if case.says(Outcome.IDLE, intent):
            return Outcome.IDLE
        if case.text == case.original:
            return case.last_word(intent)
        if case.says(Outcome.STUCK, intent):
            return Outcome.STUCK
        before, now = value(case.original), value(case.text)
        mixed = [one for one in case.reading.intents if one.supported]
        if before is None or now is None or len(mixed) > 1:
            return Outcome.UNTOLD  # it cannot be told from what the other wishes change
        return Outcome.DONE if sign * (now - before) > -_SLACK else Outcome.UNDONE

    return judge


def _calls(text: str, language: str) -> int:
    return len(calls_to_action(parse(text).sentences, language))


def _questions(text: str, language: str) -> int:
    return sum(asks(sentence, language) for sentence in parse(text).sentences)


def _sentence_added(counted: Callable[[str, str], int]) -> Judge:
    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        said = case.said(intent)
        if said is not None and said.outcome is Outcome.IDLE:
            return Outcome.IDLE
        sentence = said.added if said is not None else ""
        if sentence and sentence in case.text and sentence not in case.original:
            # A template is one by its making, whether or not the measures know it.
            placed = intent.argument != "start" or case.text.startswith(sentence)
            return Outcome.DONE if placed else Outcome.UNDONE
        more = counted(case.text, case.language) > counted(case.original, case.language)
        return Outcome.DONE if more else case.undone(intent)

    return judge


def _sentence_removed(counted: Callable[[str, str], int]) -> Judge:
    def judge(case: Case, intent: RefinementIntent) -> Outcome:
        if not counted(case.original, case.language) and case.text == case.original:
            return Outcome.IDLE
        return Outcome.DONE if counted(case.text, case.language) == 0 else case.undone(intent)

    return judge


def _mentions(case: Case, intent: RefinementIntent) -> Outcome:
    thing = regex.sub(r"(?i)^(?:that|dass|que)\s+", "", intent.argument.strip(' .,;:"“”„'))
    return Outcome.DONE if thing.lower() in case.text.lower() else Outcome.UNDONE


def _placed(case: Case, intent: RefinementIntent) -> Outcome:
    return Outcome.DONE if stands(case.text, intent) else Outcome.UNDONE


def _left_out(case: Case, intent: RefinementIntent) -> Outcome:
    word, _, new = intent.argument.partition(" → ")
    if new and word != word.lower():  # "Mark", not "mark the date"
        named = word_pattern(word, as_written=True)
        if named.search(case.original):
            left = named.search(case.text.replace(new, ""))
            return Outcome.UNDONE if left else Outcome.DONE
    return Outcome.DONE if not holds(case.text, word) or holds(new, word) else Outcome.UNDONE


_KEPT: Final = ("hashtags", "emoji", "links", "mentions", "numbers")


def _kept(case: Case, intent: RefinementIntent) -> Outcome:
    if intent.argument in _KEPT:
        before, now = (getattr(parse(text), intent.argument) for text in (case.original, case.text))
        done = case.forced or set(before) <= set(now)
        return Outcome.DONE if done else case.last_word(intent)
    if intent.argument == "length":
        now, before = (
            size(text, "characters", case.platform) for text in (case.text, case.original)
        )
        return Outcome.DONE if now <= 1.02 * before else Outcome.UNDONE
    if intent.argument == "capitals":
        kept = _shouted(case.text) >= _shouted(case.original)
        return Outcome.DONE if kept else Outcome.UNDONE
    if intent.argument == "text" and _alone(case, intent):
        # What the rules change that left it as it is lies beyond the wish, for a choice.
        idle = case.text == case.original or case.says(Outcome.IDLE, intent)
        return Outcome.IDLE if idle else Outcome.UNDONE
    if holds(case.original, intent.argument):
        return Outcome.DONE if holds(case.text, intent.argument) else case.last_word(intent)
    return Outcome.UNTOLD


def _alone(case: Case, intent: RefinementIntent) -> bool:
    return all(one is intent or not one.supported for one in case.reading.intents)


def _shouted(text: str) -> int:
    return sum(len(word) > 1 and word.isupper() for word in words_of(text))


def _broken_up(case: Case, intent: RefinementIntent) -> Outcome:
    if case.says(Outcome.STUCK, intent):  # a line of hashtags is no paragraph more
        return Outcome.STUCK
    more = case.text.count("\n") > case.original.count("\n")
    return Outcome.DONE if more else case.last_word(intent)


def _joined(case: Case, intent: RefinementIntent) -> Outcome:
    if "\n" not in case.original:
        return Outcome.IDLE
    if case.says(Outcome.STUCK, intent):  # a sentence that went on a line of its own joins none
        return Outcome.STUCK
    fewer = case.text.count("\n") < case.original.count("\n")
    return Outcome.DONE if fewer else case.last_word(intent)


def _in_list(case: Case, intent: RefinementIntent) -> Outcome:
    if parse(case.text).list_items < 2:
        return case.last_word(intent)
    return Outcome.IDLE if case.says(Outcome.IDLE, intent) else Outcome.DONE


def _style(case: Case, intent: RefinementIntent) -> Outcome:
    if intent.argument in {"no exclamation marks", "exclamation"}:
        before, now = (len(EXCLAMATION.findall(text)) for text in (case.original, case.text))
        if not before:
            return Outcome.UNDONE if now else Outcome.IDLE
        most = 0 if intent.argument != "exclamation" else max(1, before - 1)
        return Outcome.DONE if now <= most else Outcome.UNDONE
    if intent.argument == "capitals":
        before, now = (_shouted(text) for text in (case.original, case.text))
        if not before:
            return Outcome.IDLE
        return Outcome.DONE if now < before else case.last_word(intent)
    idle = case.text == case.original or case.says(Outcome.IDLE, intent)
    return Outcome.IDLE if idle else Outcome.DONE


def _in_digits(case: Case, _: RefinementIntent) -> Outcome:
    return Outcome.DONE if parse(case.text).numbers else Outcome.UNDONE


def _within(case: Case, _: RefinementIntent) -> Outcome:
    most = PLATFORMS[case.platform].max_characters
    within = size(case.text, "characters", case.platform) <= most
    return Outcome.DONE if within else Outcome.UNDONE


def _loudness(text: str) -> float:
    found = measure(text)
    return 10.0 * found.exclamations + 10.0 * len(found.emoji)


_JUDGES: Final[Mapping[str, Judge]] = MappingProxyType(
    {
        "shorter": shorter,
        "longer": longer,
        "limit_length": within_length,
        "more_formal": _more(lambda text: measure(text).formality, 1),
        "less_formal": _more(lambda text: measure(text).formality, -1),
        "more_enthusiastic": _more(_loudness, 1),
        "less_enthusiastic": _more(_loudness, -1),
        "simpler": _more(lambda text: measure(text).reading_grade, -1),
        "add_call_to_action": _sentence_added(_calls),
        "remove_call_to_action": _sentence_removed(_calls),
        "add_question": _sentence_added(_questions),
        "remove_question": _sentence_removed(_questions),
        "add_hashtags": added("hashtags"),
        "remove_hashtags": removed("hashtags"),
        "limit_hashtags": bounded("hashtags"),
        "add_emoji": added("emoji"),
        "remove_emoji": removed("emoji"),
        "limit_emoji": bounded("emoji"),
        "add_keyword": _mentions,
        "begin_with": _placed,
        "end_with": _placed,
        "remove_keyword": _left_out,
        "replace_keyword": _left_out,
        "add_numbers": _in_digits,
        "remove_links": removed("links"),
        "remove_mentions": removed("mentions"),
        "change_platform": _within,
        "add_line_breaks": _broken_up,
        "remove_line_breaks": _joined,
        "add_list": _in_list,
        "fix_style": _style,
        "keep": _kept,
    }
)
