"""Making a version differ from others by a small change beyond the wishes, for a choice."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

import regex

from analytics.platforms import PLATFORMS
from analytics.refinement import hashtags, keywords, layout, sentences, shorten, signs
from analytics.refinement.document import split
from analytics.refinement.model import RefinementIntent
from analytics.refinement.work import Work, shortened, size
from analytics.text import parse


def make_distinct(work: Work, taken: Collection[str]) -> bool:
    """Makes a text differ from others by a small change beyond the wishes, and names it."""
    brief = bool(work.wishes("shorter", "limit_length"))
    for change in _BRIEF_EXTRAS if brief else _EXTRAS:
        trial = replace(work, notes=[], added=list(work.added), named=list(work.named))
        change(trial)
        if trial.text not in taken and _may_be(trial, work.text):
            told = " ".join(trial.notes)
            work.text, work.added, work.named = trial.text, trial.added, trial.named
            work.notes.append(f"Beyond the wish, for a choice: {told}")
            return True
    return False


_STUMP: Final = 0.3  # of the length: no choice is cut down to less


def _may_be(work: Work, before: str) -> bool:
    """Whether a text still keeps to the limits and wishes that a small change could break."""
    characters = size(work.text, "characters", work.platform)
    whole = size(work.original, "characters", work.platform)
    most = PLATFORMS[work.platform].max_characters
    least = min(whole, size(before, "characters", work.platform))
    return (
        characters <= most
        and _is_short_enough(work, before)
        and not (work.keeps("length") and characters > whole)
        and not (work.wishes("longer") and whole <= most and characters < least)
        and all(
            wish.argument in work.text and keywords.stands(work.text, wish)
            for wish in work.wishes("begin_with", "end_with")
        )
        and all(
            size(work.text, wish.argument, work.platform) <= (wish.amount or 0)
            for wish in work.wishes("limit_length")
        )
    )


def _is_short_enough(work: Work, before: str) -> bool:
    """Whether it is as short as was reached, but no stump; where nothing was, no longer."""
    characters = size(work.text, "characters", work.platform)
    whole = size(work.original, "characters", work.platform)
    reached = shortened(work.original, before, work.platform)
    for wish in work.wishes("shorter"):
        most = max(size(before, "characters", work.platform), _share(wish, whole))
        if not _STUMP * whole <= characters <= most:
            return False
        if reached and not shortened(work.original, work.text, work.platform):
            return False
    return True


def _share(wish: RefinementIntent, whole: int) -> float:
    return (1 - (wish.amount or 0) / 100) * whole


def _breaks(work: Work) -> None:
    if not (
        work.keeps("line breaks")
        or work.wishes("remove_line_breaks", "add_line_breaks", "add_list")
    ):
        layout.break_lines(work, work.level, note="Set it in shorter paragraphs.")


def _condensed(work: Work) -> None:
    if not work.wishes("longer"):
        shorten.condense(work)


def _mended(work: Work) -> None:
    layout.mend_punctuation(work)


def _signed(work: Work) -> None:
    if not (
        work.keeps("emoji")
        or work.wishes(
            "add_emoji", "remove_emoji", "limit_emoji", "more_formal", "less_enthusiastic"
        )
    ):
        signs.put_emoji(work, 1)


def _tagged(work: Work) -> None:
    have = len(parse(work.text).hashtags)
    if have < PLATFORMS[work.platform].max_hashtags and not (
        work.keeps("hashtags") or work.wishes("add_hashtags", "remove_hashtags", "limit_hashtags")
    ):
        hashtags.put_hashtags(work, 1)


def _asked(work: Work) -> None:
    if not (work.keeps("question") or work.wishes("add_question", "remove_question")):
        sentences.add_question(work)


def _called(work: Work) -> None:
    if not (
        work.keeps("call to action") or work.wishes("add_call_to_action", "remove_call_to_action")
    ):
        sentences.add_call(work)


def _trimmed(work: Work) -> None:
    if not work.wishes("longer") and not work.keeps("length"):
        whole = size(work.text, "characters", work.platform)
        shorten.shorten(work, whole - 1)


def _clipped(work: Work) -> None:
    """Of an excerpt for a limit a shorter one."""
    for wish in work.wishes("limit_length"):
        if size(work.original, wish.argument, work.platform) > (wish.amount or 0):
            whole = size(work.text, "characters", work.platform)
            shorten.shorten(work, whole - 1, hard=True)


def _ended(work: Work) -> None:
    """Changes how the text ends: with a full stop, or without."""
    pieces = split(work.text)
    told = [index for index, piece in enumerate(pieces) if piece.kind == "text"]
    if not told:
        return
    last = pieces[told[-1]].text
    if pieces[told[-1]].mark:  # the items of a list end alike
        return
    if regex.search(r"\p{L}\.\p{L}\.$", last):  # "3 p.m."
        return
    if last.endswith("."):
        new, note = last[:-1], "Ended it without a full stop."
    elif last.endswith("!") and not (work.wishes("more_enthusiastic") or "¡" in last):
        new, note = last.rstrip("!") + ".", "Ended it with a full stop."
    elif last[-1:].isalnum() and not parse(last).links and not parse(last).hashtags:
        new, note = last + ".", "Ended it with a full stop."
    else:
        return
    place = work.text.rfind(last)
    work.change(work.text[:place] + new + work.text[place + len(last) :], note)


_EXTRAS: Final[Sequence[Callable[[Work], None]]] = (
    _breaks, _condensed, _mended, _signed, _tagged, _asked, _called, _ended, _trimmed,
)  # fmt: skip
_BRIEF_EXTRAS: Final[Sequence[Callable[[Work], None]]] = (
    _breaks, _condensed, _trimmed, _mended, _ended, _signed, _tagged, _asked, _called, _clipped,
)  # fmt: skip
