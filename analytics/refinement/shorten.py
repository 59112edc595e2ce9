"""Making a text shorter: fewer words for the same, then fewer sentences; facts go last of all."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

import regex

from analytics.platforms import PLATFORMS
from analytics.refinement import quotes
from analytics.refinement.document import protected
from analytics.refinement.dropping import (
    drop_any_sentences,
    drop_costly_sentence,
    drop_free_sentences,
)
from analytics.refinement.facts import facts_of
from analytics.refinement.frills import drop_emoji, drop_repeats
from analytics.refinement.lexicon import words_for
from analytics.refinement.target import Target
from analytics.refinement.telling import COST, ROOM, listed, losses, shortly_quoted
from analytics.refinement.wishes import named_hashtags
from analytics.refinement.work import Work, size, substitute
from analytics.text import parse

_SHARES: Final = (0.85, 0.65, 0.5)
"""What is aimed at by level when nobody says how short, as a share of the length."""
_MUCH: Final = (0.65, 0.5, 0.4)
"""The same for "much shorter"."""

_BRACKETS: Final = regex.compile(r"\s*[(\[][^()\[\]\n]{3,200}[)\]]")
_ASIDE: Final = regex.compile(
    r"(?<=\w),\s(?i:of course|for example|for instance|by the way|in fact|after all"
    r"|as (?:always|usual)"
    r"|zum Beispiel|übrigens|wie immer|por ejemplo|por cierto|como siempre),(?=\s\p{Ll})"
)
# A tail that says more of what is said already: it may go, what stands before is a sentence.
# It stays on its line: "- " behind a line break opens an item of a list.
_SUBJECT: Final = r"(?:we|you|they|it|i|he|she|this|wir|ihr|du|sie|das|es|ich|er)\b"
_TAIL: Final = regex.compile(
    r"(?i)(?<=[\p{L}\p{N})”\"]{2})(?:[^\S\n][–—-][^\S\n]|[^\S\n]?;[^\S\n]|,[^\S\n](?:which|who"
    r"|where|while|so that|because|although|including|such as"
    r"|weil|damit|sodass|obwohl|wobei|während|denn|porque|aunque|mientras"
    rf"|(?:and|but|or|so|und|aber|oder)\s(?={_SUBJECT}))\s?)[^.!?…\n]{{3,}}(?=[.!?…]|$)"
)
_CUT: Final = regex.compile(r"[,;:–—]\s|\s(?:and|und|y|et|e)\s")
_WORD_END: Final = regex.compile(r"\s+(?=\S)")
_GRAPHEME: Final = regex.compile(r"\X")
_ROOM: Final = 24  # a clause shorter than this is no text


def shorten(work: Work, amount: float, *, unit: str = "characters", hard: bool = False) -> None:
    """Shortens the text to a target.

    Args:
        work: The text on its way.
        amount: How long it may be.
        unit: What is counted: "characters", "words", "sentences", "lines" or "paragraphs".
        hard: Whether the target must be met, even where facts have to go; those are named.
    """
    target = Target(amount, unit, work.platform)
    work.hard = hard
    steps: list[Callable[[Work, Target], None]] = [drop_free_sentences]
    if target.fine:
        steps = [
            _drop_repeats,
            _condense,
            *([_drop_emoji] if hard else []),
            _drop_brackets,
            drop_free_sentences,
            _drop_tails,
        ]
        steps += [] if hard else [_drop_emoji]
    if hard:
        steps += [*([_drop_tags] if target.fine else []), drop_any_sentences, _cut_off]
    for step in steps:
        if target.fits(work.text):
            return
        step(work, target)


def shorten_at_a_cost(work: Work) -> None:
    """Makes a text a little shorter of which nothing may go without a fact; names what goes.

    The least of it goes: hashtags behind the text, else a side remark, else a sentence. Each level
    gives up another, so that there is a choice.
    """
    tags = [] if _tags_are_wanted(work) else _closing_tags(work)
    if tags:
        count = (1, -(-len(tags) // 2), len(tags))[work.level]
        _give_up_tags(work, tags[:count])
        return
    remarks = [match for pattern in (_TAIL, _ASIDE) for match in pattern.finditer(work.text)]
    remarks = [match for match in remarks if not _guarded(work.text, match, work)]
    if remarks:
        match = sorted(remarks, key=lambda one: len(one.group()))[min(work.level, len(remarks) - 1)]
        text = work.text[: match.start()] + work.text[match.end() :]
        told = shortly_quoted([match.group().strip(" ,;–—-")])
        work.change(text, f"Dropped a side remark: {told}." + losses(work, text, why=COST))
        return
    drop_costly_sentence(work, work.level)


def _tags_are_wanted(work: Work) -> bool:
    if work.keeps("hashtags") or named_hashtags(work.intents):
        return True
    return bool(work.wishes("add_hashtags", "limit_hashtags"))


def _give_up_tags(work: Work, tags: list[str]) -> None:
    text = work.text
    for tag in tags:
        text = text[: -len(tag)].rstrip()
    told = shortly_quoted(tags, most=20)
    work.change(text, f"Dropped hashtags, because nothing else could go: {told}.")


def share_of(level: int, *, much: bool) -> float:
    """The share of its length that a text is shortened to at a level."""
    return (_MUCH if much else _SHARES)[level]


def condense(work: Work) -> None:
    """Says the same in fewer words."""
    hidden, quoted = quotes.hide(work.text)
    text, made = substitute(hidden, words_for(work.language).wordy)
    text = quotes.show(text, quoted)
    if made and len(text) < len(work.text):
        work.change(text, f"Condensed wordy phrases: {listed(made)}.")


def _condense(work: Work, _: Target) -> None:
    condense(work)


def _drop_repeats(work: Work, _: Target) -> None:
    drop_repeats(work)


def _drop_emoji(work: Work, target: Target) -> None:
    drop_emoji(work, target.fits)


def _drop_brackets(work: Work, _: Target) -> None:
    """Drops what stands in brackets and holds no fact."""
    text, gone = work.text, []
    for match in reversed(list(_BRACKETS.finditer(text))):
        inner = match.group()
        if _plain_brackets(inner) and _free(text, match, work):
            text = text[: match.start()] + text[match.end() :]
            gone.append(inner.strip())
    if gone:
        work.change(text, f"Dropped what stood in brackets: {shortly_quoted(gone[::-1])}.")


def _free(text: str, match: regex.Match[str], work: Work) -> bool:
    """Whether a part of a text holds no fact, no link's end and nothing that was added."""
    part = match.group()
    return not facts_of(f"x {part}", work.language).all() and not _guarded(text, match, work)


def _guarded(text: str, match: regex.Match[str], work: Work) -> bool:
    """Whether a part of a text cuts through a link or the like, or was added."""
    part = match.group()
    return any(
        start < match.end() and match.start() < end for start, end in protected(text)
    ) or any(part.strip(" ,") in one or one in part for one in work.added)


def _plain_brackets(text: str) -> bool:
    return sum(char.isalpha() for char in text) > len(text) / 2


def _drop_tails(work: Work, target: Target) -> None:
    """Drops clauses that follow a comma or dash and hold no fact, the longest first."""
    gone: list[str] = []
    text = work.text
    for pattern in (_TAIL, _ASIDE):
        while not target.fits(text):
            free = [match for match in pattern.finditer(text) if _free(text, match, work)]
            if not free:
                break
            match = max(free, key=lambda one: len(one.group()))
            text = text[: match.start()] + text[match.end() :]
            gone.append(match.group().strip(" ,;–—-"))
    if gone:
        work.change(text, f"Dropped side remarks: {shortly_quoted(gone)}.")


def _drop_tags(work: Work, target: Target) -> None:
    """Drops hashtags behind the text, the last first, for a limit that must be met."""
    if work.keeps("hashtags"):
        return
    gone = _closing_tags(work)
    texts = [work.text]
    for tag in gone:
        texts.append(texts[-1][: -len(tag)].rstrip())
    # The more go the shorter it is: the fewest that are enough are found by halving.
    fewest = bisect_left(texts, 1, key=target.fits)
    gone = gone[:fewest]
    if gone:
        told = f"Dropped hashtags for want of room: {shortly_quoted(gone, most=20)}."
        work.change(texts[len(gone)], told)


def _closing_tags(work: Work) -> list[str]:
    """The hashtags behind the text that were not added, the last first."""
    found: list[str] = []
    text = work.text
    for tag in reversed(parse(text).hashtags):
        if text.endswith(tag) and tag not in work.added:
            text = text[: -len(tag)].rstrip()
            found.append(tag)
    return found


def _cut_off(work: Work, target: Target) -> None:
    """Cuts the text where a clause or, failing that, a word ends; the links stay."""
    tail = " ".join([*parse(work.text).links, *work.added])
    body = work.text
    for part in (*parse(work.text).links, *work.added):
        body = body.replace(part, "")

    def cut(place: int) -> str:
        kept = body[:place].rstrip(" ,;:–—-\n")
        return f"{kept}… {tail}".strip() if kept else ""

    for ends, least in ((_CUT, _ROOM), (_WORD_END, 1), (_GRAPHEME, 1)):
        places = [match.start() for match in ends.finditer(body)]
        # The later the cut the longer the text: the last that fits is found by halving.
        fitting = bisect_left(places, 1, key=lambda place: not target.fits(cut(place)))
        place = places[fitting - 1] if fitting else 0
        if len(body[:place].rstrip(" ,;:–—-\n")) >= least:
            _note_cut(work, cut(place))
            return
    shorter = tail
    while shorter and not target.fits(shorter):
        shorter = shorter[: min(len(shorter) - 1, int(target.amount))].rstrip()
    if shorter:
        _note_cut(work, shorter)


def _note_cut(work: Work, text: str) -> None:
    kept = text.partition("…")[0].rstrip()
    gone = work.text[len(kept) :].strip() if work.text.startswith(kept) else ""
    note = "Cut the text off where it still fits: nothing else could go."
    note += f" What went: {shortly_quoted([gone])}." if gone else ""
    work.change(text, note + losses(work, text, why=ROOM))


def fit(work: Work) -> None:
    """Holds the text to the platform's limits and to the length that was asked for."""
    platform = PLATFORMS[work.platform]
    for wish in work.wishes("limit_length"):
        shorten(work, wish.amount or 0, unit=wish.argument, hard=True)
    if size(work.text, "characters", work.platform) > platform.max_characters:
        before = size(work.text, "characters", work.platform)
        shorten(work, platform.max_characters, hard=True)
        work.notes.append(
            f"Fitted it to the {platform.max_characters:,} characters of {platform.label}; it had "
            f"{before:,}."
        )
