"""How easy an English text is to read.

Three things make a text hard: long sentences, long words and uncommon words. Each is standardised
on edited news texts and counts alike; the sum is put on the scales of the Flesch reading ease
(Flesch, 1948) and the Flesch-Kincaid grade (Kincaid and others, 1975), which readers know. How
well it follows the judgement of teachers stands in `analytics/data/README.md`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

from analytics.scales import scale
from analytics.vocabulary import zipf

MIN_WORDS: Final = 20
"""Fewer words say too little: see the table of text lengths in `analytics/data/README.md`."""

_UNCOMMON: Final = 4.0  # zipf: rarer than ten times in a million words
_VOWELS = regex.compile(r"[aeiouyà-öø-ý]++")
_SILENT_E = regex.compile(r"(?:[^laeiouy]|[aeiouy]l|^l)e$|(?<![szxcghi])es$|[^td]ed$")


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What makes a text hard.

    Attributes:
        sentence_length: Natural logarithm of the mean number of words in a sentence.
        syllables: Mean number of syllables in a word, estimated.
        uncommon: Share of uncommon words among those that do not start with a capital, 0 to 1.
    """

    sentence_length: float
    syllables: float
    uncommon: float


def readability(
    words: Sequence[str], sentences: int, language: str
) -> tuple[float | None, float | None]:
    """Rates how easy a text is to read.

    Args:
        words: The words of the text, as written.
        sentences: How many sentences they make.
        language: Its ISO 639-1 code.

    Returns:
        The US school grade that can read it (0 to 18) and the reading ease (0 very hard, 50 fairly
        hard, 60 to 70 plain English, 100 very easy); None for both outside English and below
        `MIN_WORDS` words.
    """
    if language != "en" or len(words) < MIN_WORDS or not sentences:
        return None, None
    if (difficulty := measure_difficulty(words, sentences)) is None:
        return None, None
    hardness = total(difficulty)
    ease_offset, ease_slope = scale("ease")
    grade_offset, grade_slope = scale("grade")
    return (
        min(18.0, max(0.0, grade_offset + grade_slope * hardness)),
        min(100.0, max(0.0, ease_offset + ease_slope * hardness)),
    )


def total(difficulty: Difficulty) -> float:
    """Adds up the three, each in standard deviations from the mean of edited news texts."""
    parts = {
        "sentence_length": difficulty.sentence_length,
        "syllables": difficulty.syllables,
        "uncommon": difficulty.uncommon,
    }
    hardness = 0.0
    for name, value in parts.items():
        mean, deviation = scale(name)
        hardness += (value - mean) / deviation
    return hardness


def measure_difficulty(words: Sequence[str], sentences: int) -> Difficulty | None:
    """Measures what makes a text hard; None when it has no word of letters."""
    spelled = [word for word in words if word[0].isalpha()]
    if not spelled:
        return None
    small = [word for word in spelled if word[0].islower()]
    return Difficulty(
        sentence_length=math.log(len(words) / sentences),
        syllables=sum(map(syllables, spelled)) / len(spelled),
        uncommon=sum(zipf(word, "en") < _UNCOMMON for word in small) / max(1, len(small)),
    )


def syllables(word: str) -> int:
    """Estimates the syllables of an English word: its groups of vowels less a silent e."""
    lower = word.lower()
    groups = len(_VOWELS.findall(lower))
    return max(1, groups - bool(groups > 1 and _SILENT_E.search(lower)))
