"""How easy an English text is to read.

Four things make a text hard: long sentences, long words, uncommon words one after the other, and
wording that editors replace when they simplify (the direction of the static vectors in which they
move a text). Each is standardised on edited news texts and counts alike; the sum is put on the
scales of the Flesch reading ease (Flesch, 1948) and the Flesch-Kincaid grade (Kincaid and others,
1975), which readers know. How well it follows the judgement of teachers stands in
`docs/quality.md`.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import numpy as np
import regex

from analytics.linear import Features, Floats
from analytics.scales import scale
from analytics.vocabulary import zipf

MIN_WORDS: Final = 20
"""Fewer words say too little."""

_UNCOMMON: Final = 4.0  # zipf: rarer than ten times in a million words
_WINDOW: Final = 100  # words; the longer the text, the more of its words are repeats
_STEP: Final = 50  # words from window to window
_VOWELS = regex.compile(r"[aeiouyà-öø-ý]++")
_SILENT_E = regex.compile(r"(?:[^laeiouy]|[aeiouy]l|^l)e$|(?<![szxcghi])es$|[^td]ed$")


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What makes a text hard.

    Attributes:
        sentence_length: Natural logarithm of the root mean square of the sentences' words, so
            that one very long sentence among short ones counts.
        syllables: Mean number of syllables in a word, estimated.
        uncommon: Different uncommon words to a word, 0 to 1, in stretches of 100 words; those that
            start with a capital may be names and do not count.
        wording: Where the text lies between simplified (lower) and original wording, on no
            particular scale.
    """

    sentence_length: float
    syllables: float
    uncommon: float
    wording: float


def readability(
    words: Sequence[str], sentences: Sequence[Features], language: str
) -> tuple[float | None, float | None]:
    """Rates how easy a text is to read.

    Args:
        words: The words of the text, as written.
        sentences: Its sentences.
        language: Its ISO 639-1 code.

    Returns:
        The US school grade that can read it (0 to 18) and the reading ease (0 very hard, 50 fairly
        hard, 60 to 70 plain English, 100 very easy); None for both outside English and below
        `MIN_WORDS` words.
    """
    if language != "en" or len(words) < MIN_WORDS:
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
    """Adds up the four, each in standard deviations from the mean of edited news texts."""
    hardness = 0.0
    for field, value in zip(fields(difficulty), astuple(difficulty), strict=True):
        mean, deviation = scale(field.name)
        hardness += (value - mean) / deviation
    return hardness


def measure_difficulty(words: Sequence[str], sentences: Sequence[Features]) -> Difficulty | None:
    """Measures what makes an English text hard; None when it has no word of letters."""
    spelled = [word for word in words if word[0].isalpha()]
    lengths = [sentence.words for sentence in sentences if sentence.words]
    if not spelled or not lengths:
        return None
    return Difficulty(
        sentence_length=math.log(sum(n * n for n in lengths) / len(lengths)) / 2,
        syllables=sum(map(syllables, spelled)) / len(spelled),
        uncommon=_uncommon(spelled),
        wording=float(mean_vector(sentences) @ _direction()),
    )


def mean_vector(sentences: Sequence[Features]) -> Floats:
    """Returns the mean of the sentences' static vectors, weighted by their words, shape (256,)."""
    weights = np.array([sentence.words for sentence in sentences], dtype=np.float32)
    vectors = np.stack([sentence.vector for sentence in sentences])
    return np.asarray(weights @ vectors / weights.sum(), dtype=np.float32)


@lru_cache(maxsize=1 << 14)
def syllables(word: str) -> int:
    """Estimates the syllables of an English word: its groups of vowels less a silent e."""
    lower = word.lower()
    groups = len(_VOWELS.findall(lower))
    return max(1, groups - bool(groups > 1 and _SILENT_E.search(lower)))


def _uncommon(words: Sequence[str]) -> float:
    """Averages, over windows of the text, the share of words that are uncommon and not repeats."""
    rare = [w if w[0].islower() and zipf(w, "en") < _UNCOMMON else None for w in words]
    size = min(_WINDOW, len(rare))
    starts = range(0, len(rare) - size + 1, _STEP)
    found = sum(len(set(rare[start : start + size]) - {None}) for start in starts)
    return found / (size * len(starts))


@cache
def _direction() -> Floats:
    """Loads the direction in which editors move a text, shape (256,)."""
    with (
        (resources.files("analytics") / "data" / "wording_en.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        return np.asarray(data["direction"], dtype=np.float32)
