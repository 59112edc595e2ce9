"""Checking candidates: facts and meaning kept, limits held, every wish done, nothing broken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import regex

from analytics.platforms import PLATFORMS
from analytics.refinement.case import Case, result
from analytics.refinement.done import wish_check
from analytics.refinement.facts import facts_of, holds, lost
from analytics.refinement.lexicon import words_for
from analytics.refinement.meaning import meaning_kept
from analytics.refinement.model import Outcome, WishOutcome
from analytics.refinement.work import size
from analytics.skill.model import GuardResult
from analytics.text import parse

_DOUBLE_SPACE: Final = regex.compile(r"(?<=\S)[^\S\n]{2,}(?=\S)")
_ORPHAN: Final = regex.compile(
    r"(?<=[\p{L}\p{N}])[^\S\n]+[,.;](?=\s|$)|,\s*[.,;]|\(\s*\)|(?m:^[,;.!?](?=\s))"
)
_PAIRS: Final = (("(", ")"), ("[", "]"), ("«", "»"), ("¿", "?"))
_QUOTES: Final = "“”„"  # the German closing mark is the English opening one: even numbers will do
_REMOVALS: Final = frozenset({"remove_call_to_action", "remove_question", "remove_keyword",
                              "replace_keyword", "remove_links", "remove_mentions"})  # fmt: skip


def check(case: Case, wishes: Sequence[WishOutcome]) -> tuple[GuardResult, ...]:
    """Checks one candidate.

    Args:
        case: The candidate.
        wishes: What became of each wish in it.

    Returns:
        Gates first: facts_kept, nothing_invented, meaning_kept, platform_limits, text_whole,
        changed; then one "wish:…" for each wish that can be had.
    """
    return (
        _facts_kept(case),
        _nothing_invented(case),
        _meaning(case),
        _limits(case),
        _whole(case),
        _changed(case, wishes),
        *(wish_check(one) for one in wishes),
    )


def _facts_kept(case: Case) -> GuardResult:
    """Facts may only go where a wish or a limit takes them, and are named then."""
    missing = lost(case.original, case.text, case.language)
    gone = [fact for fact in missing if not _asked_away(case, fact)]
    may_go = case.forced or bool(case.wishes("shorter"))
    unexcused = [fact for fact in gone if not (may_go and case.tells(fact))]
    tags = [] if _tags_may_go(case) else _lost_tags(case)
    total = len(facts_of(case.original, case.language).all())
    if unexcused or tags:
        told = ", ".join(f"“{fact}”" for fact in [*unexcused, *tags][:10])
        return result(
            "facts_kept", passed=False, score=len(unexcused) + len(tags), reason=f"Lost: {told}."
        )
    if missing:
        told = ", ".join(f"“{fact}”" for fact in missing[:10])
        return result(
            "facts_kept",
            passed=True,
            score=0.0,
            reason=f"{total - len(missing)} of {total} facts kept; named and gone by wish or for "
            f"want of room: {told}.",
        )
    return result("facts_kept", passed=True, score=0.0, reason=f"All {total} facts kept.")


def _asked_away(case: Case, fact: str) -> bool:
    """Whether a wish takes a fact away."""
    if case.wishes("remove_links") and parse(fact).links:
        return True
    if case.wishes("remove_mentions") and parse(fact).mentions:
        return True
    for wish in case.wishes("remove_keyword", "replace_keyword"):
        word = wish.argument.partition(" → ")[0]
        if holds(word, fact) or holds(fact, word):
            return True
    return bool(case.wishes(*_REMOVALS)) and case.tells(fact)


def _tags_may_go(case: Case) -> bool:
    return case.forced or bool(case.wishes("remove_hashtags", "limit_hashtags", "change_platform"))


def _lost_tags(case: Case) -> list[str]:
    removed = [
        one.argument.partition(" → ")[0] for one in case.wishes("remove_keyword", "replace_keyword")
    ]
    limit = PLATFORMS[case.platform].hashtag_limit
    tags = facts_of(case.original, case.language).hashtags
    if limit is not None and len(parse(case.original).hashtags) > limit:
        return []
    return sorted(
        tag
        for tag in tags
        if not holds(case.text, tag)
        and tag not in case.text
        and not any(holds(tag, word) or holds(word, tag) for word in removed)
        and not case.tells(tag)
    )


def _nothing_invented(case: Case) -> GuardResult:
    """Numbers, links and handles come from the text or the feedback."""
    digits = set(words_for(case.language).numerals.entries.values())
    told = " ".join(
        [case.original, *(f"{one.argument} {one.quote}" for one in case.reading.intents)]
    )
    found = facts_of(case.text, case.language)
    fresh = sorted(
        fact
        for fact in found.numbers | found.links | found.handles
        if not holds(told, fact)
        and fact not in told
        and not (fact in digits and case.wishes("add_numbers"))
    )
    if fresh:
        listed = ", ".join(f"“{fact}”" for fact in fresh[:10])
        return result("nothing_invented", passed=False, score=len(fresh), reason=f"New: {listed}.")
    return result(
        "nothing_invented", passed=True, score=0.0, reason="No number, link or handle is new."
    )


def _meaning(case: Case) -> GuardResult:
    kept = meaning_kept(case.original, case.text, case.language, excerpt=case.forced)
    if kept is None:
        return result(
            "meaning_kept",
            passed=False,
            skipped=True,
            reason="Skipped: there are no words to compare.",
        )
    return result(
        "meaning_kept",
        passed=kept.value >= kept.floor,
        score=round(kept.value, 3),
        reason=f"{kept.method}: {kept.value:.2f}; at least {kept.floor:g} is wanted.",
    )


def _limits(case: Case) -> GuardResult:
    platform = PLATFORMS[case.platform]
    count = size(case.text, "characters", case.platform)
    tags = len(parse(case.text).hashtags)
    within = count <= platform.max_characters
    tags_within = platform.hashtag_limit is None or tags <= platform.hashtag_limit
    return result(
        "platform_limits",
        passed=within and tags_within,
        score=count,
        reason=f"{count:,} of {platform.max_characters:,} characters on {platform.label}"
        + (f", {tags} of {platform.hashtag_limit} hashtags." if platform.hashtag_limit else "."),
    )


def _whole(case: Case) -> GuardResult:
    """Nothing is broken that was whole."""
    before, after = Counter(_faults(case.original)), Counter(_faults(case.text))
    fresh = sorted((after - before).elements())
    if not case.text.strip():
        fresh.append("no text")
    return result(
        "text_whole",
        passed=not fresh,
        score=len(fresh),
        reason=f"Broken: {', '.join(fresh[:5])}."
        if fresh
        else "Brackets, quotes and spaces are whole.",
    )


def _faults(text: str) -> Iterator[str]:
    yield from ("double space" for _ in _DOUBLE_SPACE.finditer(text))
    yield from ("loose punctuation" for _ in _ORPHAN.finditer(text))
    if sum(text.count(mark) for mark in _QUOTES) % 2:
        yield "unpaired quotation marks"
    for left, right in _PAIRS:
        if left == "¿":
            open_more = text.count(left) > text.count(right)
        else:
            open_more = text.count(left) != text.count(right)
        if open_more:
            yield f"unpaired {left}{right}"


def _changed(case: Case, wishes: Sequence[WishOutcome]) -> GuardResult:
    """The original may be offered where another round would find nothing to do either."""
    same = case.text == case.original
    passed = not same or all(one.outcome is not Outcome.UNDONE for one in wishes)
    reason = "It differs from the original."
    if same:
        reason = "It is the original: " + " ".join(case.candidate.changes_made)[:500]
    return result("changed", passed=passed, reason=reason)


def failed(checks: Sequence[GuardResult]) -> list[GuardResult]:
    """The checks that failed."""
    return [one for one in checks if one.status == "failed"]
