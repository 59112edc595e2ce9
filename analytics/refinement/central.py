"""Which sentences of a text carry it, and which may go."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import regex

from analytics import embeddings
from analytics.actions import asks, calls_to_action
from analytics.refinement.document import Piece
from analytics.refinement.lexicon import words_for
from analytics.text import plain, words_of
from analytics.vocabulary import zipf

_SMALL: Final = 5.6  # zipf: commoner words say nothing of the topic
_FIRST: Final = 1.0  # the opening carries a post
_CLOSING: Final = 0.3  # and so, less, does what asks the reader to act


def centrality(pieces: Sequence[Piece], language: str) -> list[float]:
    """Rates each piece by how much of what the text says it says.

    English by the cosine of its embedding with the whole's, other languages by the words that the
    rest shares.

    Returns:
        Values, one a piece, the larger the more central; the opening and what asks the reader
        something are raised.
    """
    rated = _by_meaning(pieces) if language == "en" else None
    if rated is None:
        rated = _by_words(pieces, language)
    for index, piece in enumerate(pieces):
        if index == 0:
            rated[index] += _FIRST
        if calls_to_action([piece.text], language) or asks(piece.text, language):
            rated[index] += _CLOSING
    return rated


def _by_meaning(pieces: Sequence[Piece]) -> list[float] | None:
    """Cosines with the whole text; None on a machine without vectors."""
    if not embeddings.where().exists():
        return None
    texts = [plain(piece.text) for piece in pieces]
    rows = embeddings.embed([*texts, " ".join(texts)])
    return [float(cosine) for cosine in rows[:-1] @ rows[-1]]


def _by_words(pieces: Sequence[Piece], language: str) -> list[float]:
    bags = [_content(piece.text, language) for piece in pieces]
    spread = Counter(word for bag in bags for word in bag)
    return [
        sum(spread[word] - 1 for word in bag) / max(1.0, len(bag) ** 0.5) / max(1, len(pieces))
        for bag in bags
    ]


def _content(text: str, language: str) -> frozenset[str]:
    found = set()
    for word in words_of(text):
        low = word.lower()
        try:
            if len(low) > 2 and zipf(low, language) < _SMALL:
                found.add(low)
        except LookupError:
            if len(low) > 3:
                found.add(low)
    return frozenset(found)


@lru_cache(maxsize=1024)
def rests_on_before(text: str, language: str) -> bool:
    """Whether a sentence cannot stand without the one before it, such as "It is …"."""
    words = words_of(text)
    return bool(words) and words[0].lower().split("'")[0].split("’")[0] in words_for(language).bound


def _announces(text: str) -> bool:
    return text.rstrip().endswith((":", "👇", "⬇️"))


# One of several that are counted: without it the others are wrong.
_ORDERED: Final = regex.compile(
    r"(?i)\W*(?:first|second|third|fourth|fifth|last|(?:first|second|third|last)ly|erstens|zweitens"
    r"|drittens|viertens|primero|segundo|tercero|cuarto|en (?:primer|segundo|tercer) lugar)[,:]"
)


def may_go(pieces: Sequence[Piece], index: int, language: str, *, loose: bool = False) -> bool:
    """Whether dropping a piece leaves no sentence hanging and no announcement without its list.

    A question that a sentence follows may be answered by it: it goes only if `loose`.
    """
    piece = pieces[index]
    if piece.kind == "tags" or _ORDERED.match(piece.text):
        return False
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    # What a sentence announces, or the answer to it, comes next.
    if (
        following is not None
        and following.kind == "text"
        and (
            rests_on_before(following.text, language)
            or _announces(piece.text)
            or (not loose and asks(piece.text, language))
        )
    ):
        return False
    before = pieces[index - 1] if index else None
    return not (
        before is not None
        and before.text.rstrip().endswith(":")
        and (following is None or following.gap != piece.gap)
        and not (following is not None and following.mark)
    )
