"""Lists: setting an enumeration or sentences as one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import regex

from analytics.actions import asks, calls_to_action
from analytics.refinement.document import Piece, capitalize, join, split
from analytics.refinement.layout import is_bare
from analytics.refinement.work import Work
from analytics.text import parse

_ENUMERATION: Final = regex.compile(
    r"^(?P<intro>[^:\n]{3,120}):\s+(?P<items>[^:.!?\n]+(?:,\s+[^:.!?\n,]+)+)(?P<end>[.!]?)$"
)
_SEPARATOR: Final = regex.compile(
    r",\s+(?:(?:and|und|y|e|or|oder|o)\s+)?|\s+(?:and|und|y|e)\s+(?=[^,]*$)"
)
_BULLETS: Final = ("•", "✔", "→")


def list_enumeration(work: Work) -> None:
    """Turns an enumeration into a list; before the text is shortened, which may drop it."""
    if not work.wishes("add_list") or parse(work.text).list_items > 1:
        return
    pieces = split(work.text)
    for index, piece in enumerate(pieces):
        match = _ENUMERATION.match(piece.text)
        if match is None:
            continue
        items = [item.strip() for item in _SEPARATOR.split(match["items"]) if item.strip()]
        if len(items) < 3:
            continue
        lines = "\n".join(f"{_bullet(work)} {capitalize(item)}" for item in items)
        pieces[index] = replace(
            piece, text=f"{match['intro']}:\n{lines}", gap="\n\n" if piece.gap else ""
        )
        work.change(join(pieces), f"Turned an enumeration into a list of {len(items)}.")
        return


def list_sentences(work: Work) -> None:
    """Turns the sentences in the middle into a list, where there is none."""
    for wish in work.wishes("add_list"):
        if parse(work.text).list_items > 1:
            continue
        if not _sentence_list(work, split(work.text), _bullet(work)):
            work.stuck(wish, "it has too few sentences for a list")


def _bullet(work: Work) -> str:
    # A check mark counts as an emoji, which go where room is wanted.
    plain = work.wishes("remove_emoji", "limit_emoji", "shorter", "limit_length")
    return _BULLETS[0] if plain else _BULLETS[work.level]


def judge_list(work: Work) -> None:
    """Says what became of the list that was wished for: a limit may have taken it."""
    for wish in work.wishes("add_list"):
        if wish in work.outcomes:
            continue
        if parse(work.text).list_items < 2:
            work.stuck(wish, "there is no room for more than one item of it")
        elif parse(work.original).list_items > 1:
            work.idle(wish, "It holds a list already.")


def _sentence_list(work: Work, pieces: Sequence[Piece], bullet: str) -> bool:
    """Turns the longest run of statements into a list; False where none has two."""
    body = [index for index, piece in enumerate(pieces) if piece.kind == "text"]
    middle = [
        index
        for index in body[1:]
        if not asks(pieces[index].text, work.language)
        and not calls_to_action([pieces[index].text], work.language)
        and not is_bare(pieces[index].text)
        and not asks(pieces[index - 1].text, work.language)  # the answer stays with its question
    ]
    runs = [
        [index for _, index in run]
        for _, run in groupby(enumerate(middle), key=lambda item: item[1] - item[0])
    ]
    middle = max(runs, key=len, default=[])
    if len(middle) < 2:
        return False
    changed = list(pieces)
    for index in middle:
        last = index == middle[-1]
        changed[index] = replace(
            changed[index],
            mark=f"{bullet} ",
            text=_unstopped(changed[index].text),
            gap=("\n\n" if changed[index].gap or not last else "")
            if last or index + 1 not in middle
            else "\n",
        )
    before = middle[0] - 1
    if before >= 0:
        changed[before] = replace(changed[before], gap="\n\n")
    work.change(join(changed), f"Set {len(middle)} sentences as a list.")
    return True


def _unstopped(text: str) -> str:
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text
