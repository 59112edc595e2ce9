"""Dropping whole sentences: those the rest needs least, and facts of their own last of all."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import regex

from analytics.refinement import central
from analytics.refinement.document import Piece, drop, join, split
from analytics.refinement.facts import facts_of
from analytics.refinement.meaning import meaning_kept
from analytics.refinement.target import Target
from analytics.refinement.telling import COST, ROOM, losses, shortly_quoted
from analytics.refinement.work import Work
from analytics.text import words_of

_GREETING: Final = 3  # words: a longer opening carries the text
_OVERSHOOT: Final = 0.7  # of a target: less is shorter than was asked
_MOST_PIECES: Final = 150
"""Of more than so many pieces neighbours go or stay together: to weigh each up against all others
takes a minute for a text of a thousand."""


def drop_free_sentences(work: Work, target: Target) -> None:
    """Drops the least central sentences that hold no fact of their own."""
    _drop_sentences(work, target, keep_facts=True)


def drop_any_sentences(work: Work, target: Target) -> None:
    """Drops the least central sentences, those with the fewest facts of their own first."""
    _drop_sentences(work, target, keep_facts=False)


def drop_costly_sentence(work: Work, rank: int) -> None:
    """Drops one sentence although it holds facts, which are named.

    Args:
        work: The text on its way; its opening and the items of lists stay.
        rank: Which of those that may go, from 0 for the one that costs least; the last where there
            are fewer.
    """
    whole = _rated(work, Target(1, "characters", work.platform))
    order: list[int] = []
    passed: set[str] = set()
    while (place := _least(whole, work, passed, keep_facts=False, loose=True)) is not None:
        piece = whole[place].piece
        passed.add(piece.text)
        opening = place == 0 and len(words_of(piece.text)) > _GREETING
        needed = opening or piece.mark.strip() or piece.text.endswith(":")
        if piece.kind == "text" and not needed:
            order.append(place)
    if order:
        index = order[min(rank, len(order) - 1)]
        note = f"Dropped a sentence with facts: {shortly_quoted([whole[index].piece.text])}."
        text = _without(whole, [index])
        work.change(text, note + losses(work, text, why=COST))


def _drop_sentences(work: Work, target: Target, *, keep_facts: bool) -> None:
    whole = _rated(work, target)
    # What is only to be shorter is not cut to the bone, where something smaller can go.
    gentle = keep_facts and not work.hard
    out = _choose(work, target, whole, keep_facts=keep_facts, gentle=gentle)
    if gentle and not out:
        out = _choose(work, target, whole, keep_facts=True)
    # An excerpt for a limit cannot say all; what is only shortened says the same as before.
    if out and keep_facts and not (work.hard or _says_the_same(work, _without(whole, out))):
        out = _choose(work, target, whole, keep_facts=True, check=_says_the_same)
    if keep_facts and not out:
        check = None if work.hard else _says_the_same
        out = _choose(work, target, whole, keep_facts=True, loose=True, check=check)
    if not out:
        return
    gone = [whole[index].piece.mark.lstrip() + whole[index].piece.text for index in sorted(out)]
    text = _without(whole, out)
    count = f"{len(gone)} sentences" if len(gone) > 1 else "sentence"
    note = f"Dropped the {count} that the rest needs least: {shortly_quoted(gone)}."
    work.change(text, note + losses(work, text, why=ROOM))


def _choose(
    work: Work,
    target: Target,
    whole: Sequence["_Rated"],
    *,
    keep_facts: bool,
    gentle: bool = False,
    loose: bool = False,
    check: Callable[[Work, str], bool] | None = None,
) -> list[int]:
    """Positions of the pieces to drop, in the order of dropping."""
    pieces = list(enumerate(whole))
    total = sum(one.size for one in whole)
    out: list[int] = []
    needed: set[str] = set()
    while len(pieces) > 1 and (total > target.amount or not target.fits(_without(whole, out))):
        left_over = [one for _, one in pieces]
        place = _least(left_over, work, needed, keep_facts=keep_facts, loose=loose)
        if place is None:
            break
        index = pieces[place][0]
        left = total - pieces[place][1].size
        too_much = gentle and left < _OVERSHOOT * target.amount
        if too_much or (check is not None and not check(work, _without(whole, [*out, index]))):
            needed.add(whole[index].piece.text)
            continue
        out.append(index)
        total -= pieces[place][1].size
        del pieces[place]
    # What went early may stay after all, when something longer had to follow it.
    for index in out[-2::-1]:
        rest = [other for other in out if other != index]
        if total + whole[index].size <= target.amount and target.fits(_without(whole, rest)):
            out = rest
            total += whole[index].size
    return out


def _without(whole: Sequence["_Rated"], out: Sequence[int]) -> str:
    """The text without some of its pieces."""
    pieces = [one.piece for one in whole]
    for index in sorted(out, reverse=True):
        pieces = drop(pieces, index)
    return join(_renumbered(pieces))


_NUMBER_MARK: Final = regex.compile(r"^(\s*\(?)\d{1,3}([.)]\s*)$")


def _renumbered(pieces: Sequence[Piece]) -> list[Piece]:
    """Numbers the items of a list anew."""
    kept = []
    number = 0
    for piece in pieces:
        match = _NUMBER_MARK.match(piece.mark)
        number = number + 1 if match else number if not piece.opens_line else 0
        mark = f"{match[1]}{number}{match[2]}" if match else piece.mark
        kept.append(piece if mark == piece.mark else replace(piece, mark=mark))
    return kept


@dataclass(frozen=True, slots=True)
class _Rated:
    """A piece with what decides whether it goes."""

    piece: Piece
    value: float
    size: int
    facts: frozenset[str]


def _rated(work: Work, target: Target) -> list[_Rated]:
    pieces = _grouped(split(work.text))
    return [
        _Rated(
            piece,
            value,
            # White space counts for characters alone; hence an estimate, checked at the end.
            target.size(piece.mark + piece.text),
            _facts(piece, work),
        )
        for piece, value in zip(pieces, central.centrality(pieces, work.language), strict=True)
    ]


def _grouped(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, of very many several in one."""
    together = max(1, -(-len(pieces) // _MOST_PIECES))
    return [_as_one(pieces[at : at + together]) for at in range(0, len(pieces), together)]


def _as_one(pieces: Sequence[Piece]) -> Piece:
    first, last = pieces[0], pieces[-1]
    whole = "".join(piece.mark + piece.text + piece.gap for piece in pieces[:-1])
    return replace(first, text=(whole + last.mark + last.text)[len(first.mark) :], gap=last.gap)


def _facts(piece: Piece, work: Work) -> frozenset[str]:
    """The facts of a piece, and its hashtags unless they may go."""
    found = facts_of(piece.text, work.language)
    if work.wishes("remove_hashtags", "limit_hashtags", "change_platform"):
        return found.all()
    return found.all() | found.hashtags


def _says_the_same(work: Work, text: str) -> bool:
    """Whether the text still says what the original says."""
    kept = meaning_kept(work.original, text, work.language)
    return kept is None or kept.value >= kept.floor


def _least(
    pieces: Sequence[_Rated],
    work: Work,
    needed: Collection[str],
    *,
    keep_facts: bool,
    loose: bool,
) -> int | None:
    """Position of the piece to drop next; None when none may go."""
    spread = Counter(fact for one in pieces for fact in one.facts)
    texts = sum(one.piece.kind == "text" for one in pieces)
    plain = [one.piece for one in pieces]
    options = []
    for index, one in enumerate(pieces):
        unique = sum(spread[fact] == 1 for fact in one.facts)
        if any(added in one.piece.text or one.piece.text in added for added in work.added):
            continue
        if one.piece.kind == "tags" or (one.piece.kind == "text" and texts == 1):
            continue
        if one.piece.text in needed:
            continue
        if keep_facts and (unique or not central.may_go(plain, index, work.language, loose=loose)):
            continue
        if keep_facts and one.piece.mark.strip():  # an item that is missing makes the list wrong
            continue
        if keep_facts and index == 0 and len(words_of(one.piece.text)) > _GREETING:
            continue
        options.append((unique > 0, unique, one.value, index))
    return min(options)[3] if options else None
