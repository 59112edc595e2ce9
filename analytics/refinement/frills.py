"""What a shorter text can do without first: repeated signs, stretched words, emoji."""

from collections.abc import Callable
from typing import Final

import regex

from analytics.refinement.document import outside
from analytics.refinement.keycaps import hidden, shown
from analytics.refinement.signs import strip_emoji
from analytics.refinement.work import Work
from analytics.text import parse, spans
from analytics.vocabulary import zipf

_MARKS: Final = regex.compile(r"([!?！？¡¿])\1+|(?<=[!?])[!?]+")
_WORD: Final = regex.compile(
    r"(?<![\p{L}\p{N}])(?:(?<=(?:^|[.!?…\n])\s*)\p{Lu})?\p{Ll}*(\p{Ll})\1\1\p{Ll}*(?![\p{L}\p{N}])"
)
_STRETCHED: Final = regex.compile(r"(\p{Ll})\1\1+")
_SAME_SIGNS: Final = regex.compile(
    r"(?=\p{Extended_Pictographic}|\p{Regional_Indicator})(\X)(?:\s*\1)+"
)
_SURER: Final = 1.0  # zipf: a word that is so much commoner is what the stretched one means


def drop_repeats(work: Work) -> None:
    """Says marks, stretched letters and emoji once that stand in a row."""

    def once(part: str) -> str:
        return _plainly(_MARKS.sub(lambda match: match[1] or "", part), work.language)

    work.change(outside(work.text, once), "Said repeated marks and stretched letters once.")
    # For a limit no more emoji go than need to: `drop_emoji` does that.
    if work.hard or work.keeps("emoji") or work.wishes("add_emoji", "limit_emoji"):
        return
    before = parse(work.text).emoji
    text = shown(_SAME_SIGNS.sub(_one_emoji, hidden(work.text)), work.text)
    gone = len(before) - len(parse(text).emoji)
    work.change(text, f"Removed {gone} repeated emoji.")


def write_plainly(work: Work) -> None:
    """Writes stretched words as they are written: "sooo" as "so"."""
    text = outside(work.text, lambda part: _plainly(part, work.language))
    work.change(text, "Wrote stretched words as usual.")


def _plainly(text: str, language: str) -> str:
    return _WORD.sub(lambda match: _relaxed(match.group(), language), text)


def _relaxed(word: str, language: str) -> str:
    """A stretched word as the word lists know it; as it is where they know none."""
    options = [_STRETCHED.sub(r"\1" * times, word) for times in (1, 2)]
    try:
        best = max(options, key=lambda option: zipf(option, language))
        return best if zipf(best, language) > zipf(word, language) + _SURER else word
    except LookupError:
        return word


def _one_emoji(match: regex.Match[str]) -> str:
    return match[1] if parse(match[1]).emoji == (match[1],) else match.group()


def drop_emoji(work: Work, fits: Callable[[str], bool]) -> None:
    """Removes the emoji, the last first, until the text fits."""
    if work.keeps("emoji") or work.wishes("add_emoji", "limit_emoji"):
        return
    count = len(parse(hidden(work.text)).emoji)
    if not any(kind != "emoji" for kind, _, _ in spans(work.text)):
        return  # there would be no text left
    least, most = 0, count - 1  # how many may stay, by halves
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(_with(work, middle)) else (least, middle - 1)
    if count:
        gone = f"{count - least} of {count}" if count > 1 else "the"
        work.change(_with(work, least), f"Removed {gone} emoji to make room.")


def _with(work: Work, count: int) -> str:
    """The text with its first so many emoji."""
    trial = Work(work.original, work.text, work.language, work.platform, (), work.level)
    strip_emoji(trial, keep=count, unasked="Removed emoji.")
    return trial.text
