"""The words of a brand: keywords, and common words that it never uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Final
from zlib import crc32

import numpy as np
import wordfreq

from analytics.text import parse

MAX_WORDS: Final = 20
LISTED: Final = 3000
"""How many of the commonest English words are looked at."""

_CHANCE: Final = 0.01  # of not using a word in so many posts, where 3 of 4 brands use it more


@dataclass(frozen=True, slots=True)
class CommonWord:
    """A common word of English.

    Attributes:
        word: The word.
        share: The share of posts that hold it, 0 to 1, below which a quarter of the brands of the
            background stay.
    """

    word: str
    share: float


def common_words() -> tuple[str, ...]:
    """Returns the commonest English words of general usage that could be avoided."""
    listed = wordfreq.iter_wordlist("en", "small")
    return tuple(word for word in islice(listed, LISTED) if len(word) > 2 and word.isalpha())


def words_used(text: str) -> set[str]:
    """Returns the words of a text in lower case, hashtags included, genitives left off."""
    parsed = parse(text)
    words = (word.lower().replace("’", "'") for word in parsed.words)
    used = {part for word in words for part in (word, word.removesuffix("'s"), *word.split("-"))}
    return used | {tag[1:].lower() for tag in parsed.hashtags}


def never_used(texts: Sequence[str], language: str) -> tuple[str, ...]:
    """Finds words that other brands commonly use and that these texts never do.

    Args:
        texts: Distinct texts.
        language: Their main language, ISO 639-1.

    Returns:
        At most 20, the most surprising first; none outside English. A word is named when chance
        alone would leave it out of so many posts once in a hundred times, even at the rate of a
        brand that uses it less than three of four others.
    """
    if language != "en":
        return ()
    used = set().union(*map(words_used, texts)) if texts else set()
    ranked = sorted(
        (-common.share, common.word)
        for common in _background()
        if common.word not in used and (1 - common.share) ** len(texts) <= _CHANCE
    )
    return tuple(word for _, word in ranked[:MAX_WORDS])


@cache
def _background() -> tuple[CommonWord, ...]:
    """Loads the shares, kept under the words' hashes."""
    with (
        (resources.files("analytics") / "data" / "brand_words.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        shares = dict(zip(data["word"].tolist(), data["share"].tolist(), strict=True))
    return tuple(
        CommonWord(word, float(shares[key]))
        for word in common_words()
        if (key := crc32(word.encode())) in shares
    )
