"""Linear models on the surface of a sentence: hashed character and word n-grams, and counts.

The features need no vocabulary: an n-gram's number is its hash (feature hashing, Weinberger and
others, ICML 2009). A sentence becomes three blocks: character n-grams, word n-grams, each weighted
(1 + log count) * inverse document frequency and scaled to unit length, and a row of counts that are
standardised (length, capitals, punctuation, pronouns, emoticons). The scripts in `tools/fit` fit
the coefficients on the same functions.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
import regex

from analytics.text import plain

SLOTS: Final = 1 << 15
"""Slots for character n-grams, and as many for word n-grams; each n-gram shares its slot."""

Floats = npt.NDArray[np.float32]
_Slots = npt.NDArray[np.uint32]

_CHARACTER_LENGTHS: Final = (1, 2, 3, 4, 5)
_WORD_LENGTHS: Final = (1, 2)
_MAX_CHARACTERS: Final = 1000  # of one sentence; what is longer is no sentence, and costs time

_TOKEN = regex.compile(r"\w++(?:'\w++)*+|[^\w\s]")
_CONTRACTION = regex.compile(r"\w'(?:t|s|re|ve|ll|d|m)\b")
_FIRST_PERSON = regex.compile(r"\b(?:i|i'm|me|my|we|us|our)\b", regex.IGNORECASE)
_SECOND_PERSON = regex.compile(r"\b(?:you|your|u|ya)\b", regex.IGNORECASE)
_LENGTHENED = regex.compile(r"(\w)\1\1")
_EMOTICON = regex.compile(r"[:;=]-?[)(DPp]|\p{Emoji_Presentation}|<3")
_INTERJECTION = regex.compile(r"\b(?:lol|lmao|haha\w*|omg|wow|yeah|yay)\b", regex.IGNORECASE)
_LOWER_CASE_I = regex.compile(r"\bi\b")


@dataclass(frozen=True, slots=True)
class Features:
    """One sentence in numbers.

    Attributes:
        words: How many words and numbers it has; its weight in the mean over a text.
        slots: The slots of its n-grams, ascending; those of words start at `SLOTS`.
        counts: 1 + log of how often each occurs, same order.
        characters: How many of the slots belong to character n-grams.
        surface: The counts beside the n-grams, see `_surface`.
    """

    words: int
    slots: npt.NDArray[np.int64]
    counts: Floats
    characters: int
    surface: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """The coefficients of one or more linear outputs over the same features.

    Attributes:
        idf: Inverse document frequency of every slot, shape (2 * SLOTS,).
        weights: Coefficients of the n-grams, shape (2 * SLOTS, outputs).
        surface_mean: Mean of the surface counts, shape (counts,).
        surface_scale: Their standard deviation, same shape.
        surface_weights: Their coefficients, shape (counts, outputs).
        intercept: Shape (outputs,).
    """

    idf: Floats
    weights: Floats
    surface_mean: Floats
    surface_scale: Floats
    surface_weights: Floats
    intercept: Floats


def features(sentence: str) -> Features:
    """Turns a sentence into numbers.

    Args:
        sentence: Any text; links and handles in it are left out, and so is what comes after 1,000
            characters.
    """
    text = plain(sentence)[:_MAX_CHARACTERS]
    tokens = _TOKEN.findall(text)
    words = [token for token in tokens if token[0].isalnum()]
    characters, character_counts = np.unique(_character_slots(text), return_counts=True)
    word_slots, word_counts = np.unique(
        np.fromiter(_word_slots(tokens), dtype=np.int64), return_counts=True
    )
    counts = np.concatenate([character_counts, word_counts]).astype(np.float32)
    return Features(
        words=len(words),
        slots=np.concatenate([characters.astype(np.int64), word_slots + SLOTS]),
        counts=1 + np.log(counts),
        characters=len(characters),
        surface=_surface(text, words),
    )


def weigh(sentence: Features, idf: Floats) -> Floats:
    """Returns the values of the sentence's n-grams: tf-idf, each block at unit length."""
    values = sentence.counts * idf[sentence.slots]
    for block in (slice(sentence.characters), slice(sentence.characters, None)):
        length = math.sqrt(float(values[block] @ values[block]))
        if length > 0:
            values[block] /= length
    return values


def scores(model: Model, sentence: Features) -> Floats:
    """Applies a model to a sentence; returns one score per output."""
    surface = (sentence.surface - model.surface_mean) / model.surface_scale
    return np.asarray(
        weigh(sentence, model.idf) @ model.weights[sentence.slots]
        + surface @ model.surface_weights
        + model.intercept,
        dtype=np.float32,
    )


def mean_scores(model: Model, sentences: Sequence[Features]) -> Floats | None:
    """Applies a model to the sentences of a text.

    Returns:
        The mean over the sentences weighted by their words, one number per output; None when there
        is no word.
    """
    counted = [s for s in sentences if s.words]
    if not counted:
        return None
    total = sum(s.words * scores(model, s) for s in counted)
    return np.asarray(total / sum(s.words for s in counted), dtype=np.float32)


@cache
def load(name: str) -> Model:
    """Loads the coefficients `analytics/data/<name>.npz`, once a process.

    The n-gram weights are kept there as 8-bit steps of one scale per output.
    """
    with (
        (resources.files("analytics") / "data" / f"{name}.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        return Model(
            idf=data["idf"].astype(np.float32),
            weights=data["weights"].astype(np.float32) * data["weight_scale"],
            surface_mean=data["surface_mean"],
            surface_scale=data["surface_scale"],
            surface_weights=data["surface_weights"],
            intercept=data["intercept"],
        )


def _character_slots(text: str) -> _Slots:
    """Hashes all character n-grams at once: a polynomial over the code points, then mixed."""
    points = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    grams = []
    for length in _CHARACTER_LENGTHS:
        if length > len(points):
            break
        hashed = np.full(len(points) - length + 1, length, dtype=np.uint32)
        for k in range(length):
            hashed = hashed * np.uint32(0x01000193) + points[k : len(points) - length + 1 + k]
        grams.append(hashed)
    mixed = np.concatenate(grams)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    mixed *= np.uint32(0x297A2D39)
    mixed ^= mixed >> np.uint32(15)
    return mixed % np.uint32(SLOTS)


def _word_slots(tokens: Sequence[str]) -> Iterator[int]:
    tokens = [token.lower() for token in tokens]
    for length in _WORD_LENGTHS:
        for start in range(len(tokens) - length + 1):
            gram = " ".join(tokens[start : start + length])
            yield crc32(gram.encode("utf-8", "surrogatepass")) % SLOTS


def _surface(text: str, words: Sequence[str]) -> Floats:
    """Counts lengths, persons, punctuation, capitals and marks of casual writing."""
    count = max(1, len(words))
    lengths = [len(word) for word in words] or [0]
    letters = [c for c in text if c.isalpha()]
    return np.array(
        [
            math.log1p(len(words)),
            sum(lengths) / count,
            sum(n > 6 for n in lengths) / count,
            sum(n > 9 for n in lengths) / count,
            min(max(lengths), 30) / 10,
            len(_CONTRACTION.findall(text)) / count,
            len(_FIRST_PERSON.findall(text)) / count,
            len(_SECOND_PERSON.findall(text)) / count,
            min(text.count("!"), 4),
            min(text.count("?"), 3),
            "..." in text,
            min(1.0, text.count(",") / count),
            '"' in text,
            sum(c.isupper() for c in letters) / max(1, len(letters)),
            bool(letters) and letters[0].isupper(),
            text[-1:] in {".", "!", "?"},
            sum(w.isupper() and len(w) > 1 for w in words) / count,
            sum(w[0].isupper() for w in words) / count,
            any(c.isdigit() for c in text),
            "(" in text,
            ";" in text or ":" in text,
            bool(_LENGTHENED.search(text)),
            bool(_EMOTICON.search(text)),
            bool(_INTERJECTION.search(text)),
            bool(_LOWER_CASE_I.search(text)),
        ],
        dtype=np.float32,
    )
