"""How a text is set, and its style: paragraphs, capitals, punctuation."""

from dataclasses import replace
from functools import partial
from typing import Final

import regex

from analytics.refinement.document import Piece, capitalize, join, outside, split
from analytics.refinement.facts import DAYS
from analytics.refinement.lexicon.proper import ACRONYMS, NAMES, PLACES
from analytics.refinement.lexicon.words import word_set
from analytics.refinement.model import RefinementIntent
from analytics.refinement.work import Work
from analytics.text import parse, words_of
from analytics.vocabulary import zipf

_REPEATED: Final = regex.compile(r"([!?！？¡¿])\1+|([!?])(?:[!?])+|\.{4,}|,{2,}|;{2,}")
_TIGHT: Final = regex.compile(r"(?<=\p{L}),(?=\p{L})|(?<=\p{Ll}{2})[.!?](?=\p{Lu}\p{Ll})")
_SLIPPED: Final = regex.compile(r"(?<=\p{L})[^\S\n]+,(?=\p{L})")
_LOUD_RUN: Final = regex.compile(
    r"(?<!\p{L})(?:\p{Lu}[\p{Lu}'’]*+[^\S\n]+){2,}\p{Lu}[\p{Lu}'’]++(?!\p{L})"
)
_LOOSE: Final = regex.compile(r"(?<=[\p{L}\p{N})])[^\S\n]+(?=[,.;!?](?:\s|$))")
_LOUD_SHARE: Final = 0.6
_COMMON: Final = 3.0  # zipf from which a word in capitals is shouted, not an acronym
_ARTICLES: Final = word_set("""
    der die das den dem des ein eine einen einem einer eines kein keine keinen unser unsere
    unseren unserem unserer dein deine deinen ihr ihre ihren am im zum zur beim vom ins
""")


def apply_layout(work: Work) -> None:
    """Sets the text as wished."""
    for wish in work.wishes("add_line_breaks"):
        if not break_lines(work, (2, 1, 3)[work.level]):
            work.stuck(wish, "it is set in short paragraphs already")
    for wish in work.wishes("remove_line_breaks"):
        _one_block(work, wish)


def break_lines(work: Work, group: int, *, note: str = "") -> bool:
    """Sets paragraphs of at most `group` sentences; lists and hashtags stay as they are.

    Args:
        work: The text on its way.
        group: How many sentences a paragraph has at most.
        note: What is noted of it; how many line breaks were added unless given.

    Returns:
        Whether any line break was added.
    """
    pieces = split(work.text)
    count = 0
    made = 0
    for index, piece in enumerate(pieces[:-1]):
        count = 0 if "\n" in piece.gap else count + 1
        following = pieces[index + 1]
        if count >= group and piece.kind == "text" and "\n" not in piece.gap:
            if following.kind == "text" and (
                is_bare(following.text) or following.text[:1].islower()
            ):
                continue
            pieces[index] = replace(piece, gap="\n\n")
            made += 1
            count = 0
    return made > 0 and work.change(
        join(pieces),
        note or f"Set it in short paragraphs: {made} more line break{'s' if made > 1 else ''}.",
    )


def is_bare(text: str) -> bool:
    """Whether a sentence is no more than links or signs."""
    return not words_of(text) or len(parse(text).links) == len(text.split())


def _one_block(work: Work, wish: RefinementIntent) -> None:
    pieces = split(work.text)
    joined = [
        replace(piece, gap=" ")
        if "\n" in piece.gap
        and piece.kind == "text"
        and following.kind == "text"
        and not following.mark
        and not piece.mark
        else piece
        for piece, following in zip(pieces, [*pieces[1:], Piece("", "", kind="tags")], strict=True)
    ]
    if not work.change(join(joined), "Set it as one block."):
        lines = "\n" in work.text
        why = "it has no line break that can go"
        if lines:
            why = "the line breaks that it has set off the items of a list, or hashtags"
        work.stuck(wish, why)


def apply_style(work: Work) -> None:
    """Mends capitals, spaces and punctuation."""
    for wish in work.wishes("fix_style"):
        before = work.text
        if wish.argument in {"", "capitals"} and not work.keeps("capitals"):
            calm_capitals(work)
        if wish.argument == "no exclamation marks":
            _quieten(work)
        if wish.argument in {"", "punctuation", "exclamation"}:
            mend_punctuation(work, exclamation=wish.argument == "exclamation")
        if wish.argument in {"", "spaces", "punctuation"}:
            work.change(work.text + " ", "Removed double spaces and spaces before punctuation.")
        if work.text == before:
            work.idle(wish, "Found nothing in its style to mend.")


def mend_punctuation(work: Work, *, exclamation: bool = False) -> None:
    """Says every mark once, and sets the spaces around it."""

    def once(match: regex.Match[str]) -> str:
        text = match.group()
        if text[0] in ".,;":
            return "…" if text[0] == "." else text[0]
        return "?" if "?" in text else text[0]  # "¡¡" and "¿¿", too

    def mend(part: str) -> str:
        part = _REPEATED.sub(once, part)
        if exclamation:
            first, _, rest = part.partition("!")
            part = first + "!" + regex.sub(r"!(?=\s|$)", ".", rest) if rest else part
        part = _SLIPPED.sub(", ", part)
        part = _TIGHT.sub(lambda m: m.group() + " ", part)
        return part if work.language == "fr" else _LOOSE.sub("", part)

    work.change(outside(work.text, mend), "Mended the punctuation.")


EXCLAMATION: Final = regex.compile(r"[!！¡](?![\p{L}\p{N}])|¡")
"""A mark that ends something, or opens it in Spanish; one inside a name, as in "P!nk", is none."""
_ENDING: Final = regex.compile(r"([?？]?)[!！](?:[!！?？])*(?![\p{L}\p{N}])(?=(\s+\p{Ll})?)")


def _quieten(work: Work) -> None:
    """Ends every exclamation with a full stop, or with the question mark beside it."""

    def end(match: regex.Match[str]) -> str:
        if match[1] or "?" in match.group():
            return "?"
        return "" if match[2] else "."  # "Yahoo! mail" goes on

    def quiet(part: str) -> str:
        part = _ENDING.sub(end, part.replace("¡", ""))
        return regex.sub(r"([.?…])\.(?!\.)", r"\1", part)

    count = len(EXCLAMATION.findall(work.text))
    text = outside(work.text, quiet)
    if work.language == "es":
        text = join([replace(one, text=capitalize(one.text)) for one in split(text)])
    work.change(text, f"Took the {count} exclamation mark{'s' if count > 1 else ''} out.")


def calm_capitals(work: Work) -> None:
    """Writes shouted words small; acronyms and names that no list knows stay."""
    made: list[str] = []
    pieces = []
    hiding = False
    for piece in split(work.text):
        words = [word for word in words_of(piece.text) if len(word) > 1]
        loud = [word for word in words if word.isupper() and any(c.isalpha() for c in word)]
        whole = len(words) > 2 and len(loud) > _LOUD_SHARE * len(words)
        hiding = hiding or whole
        quiet = partial(_quiet, work=work, made=made, whole=whole)
        pieces.append(replace(piece, text=outside(piece.text, quiet)))
    if made:
        told = ", ".join(f"“{word}”" for word in made[:6]) + ("…" if len(made) > 6 else "")
        note = f"Wrote {len(made)} shouted words small: {told}."
        if hiding:
            note += (
                " Capitals hide which words are names: acronyms, days, months, well-known "
                "places and given names are written as such, other names need a look."
            )
        work.change(join(pieces), note)


def _quiet(text: str, work: Work, made: list[str], *, whole: bool) -> str:
    before = ""
    opening = True
    runs = [match.span() for match in _LOUD_RUN.finditer(text)]

    def small(match: regex.Match[str]) -> str:
        nonlocal before, opening
        word = match.group()
        first, last = opening, before
        before, opening = word.lower(), False
        shouting = whole or any(start <= match.start() < end for start, end in runs)
        loud = word.isupper() and len(word) > (1 if shouting else 3)
        letter = shouting and len(word) == 1 and word != "I"
        if not (loud or letter) or not _shouted(word, work.language):
            return word
        low = word.lower()
        made.append(word)
        if work.language == "en" and regex.match(r"i['’]", low):
            return capitalize(low)
        month = low in {"may", "march"} and regex.match(r"\s+\d", text[match.end() :])
        day = work.language != "es" and (low in _DAYS or month)
        if low in PLACES or low in NAMES or day:
            return capitalize(low)
        noun = work.language == "de" and last in _ARTICLES
        return capitalize(low) if first or noun else low

    return regex.sub(r"\p{L}[\p{L}'’]*", small, text)


_DAYS: Final = DAYS - word_set("tomorrow tonight heute hoy noon midnight")


def _shouted(word: str, language: str) -> bool:
    if word.lower() in ACRONYMS and not (language == "es" and word == "USA"):  # a verb, too
        return False
    try:
        return zipf(word.lower(), language) > _COMMON
    except LookupError:
        return len(word) > 5
