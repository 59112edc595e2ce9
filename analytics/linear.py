"""Linear models of a sentence: hashed character and word n-grams, counts, and its static vector.

A sentence becomes three blocks: character n-grams and word n-grams (see `analytics.ngrams`), each
weighted (1 + log count) * inverse document frequency and scaled to unit length, and a row of counts
that are standardised (see `analytics.surface`). English sentences have their static vector besides,
see `analytics.embeddings`, and for some models their strongest tokens, see `analytics.peaks`, or
their likeness to typical sentences, see `analytics.context` and `analytics.encoder`. The scripts in
`tools/fit` fit the coefficients on the same functions.

Everything takes many sentences at once, and a sentence's numbers do not depend on its company: sums
are made in double precision and given in single.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import regex

from analytics import context, encoder
from analytics.embeddings import embed_evenly, tokens_of
from analytics.ngrams import SLOTS, Slots, character_grams, counted, gathered, word_hashes
from analytics.peaks import levels_along, peaks
from analytics.surface import surface
from analytics.text import plain

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
_Lengths = npt.NDArray[np.intp]
_Item = TypeVar("_Item")

_NOTHING: Final = np.zeros(0, dtype=np.float32)

_MAX_CHARACTERS: Final = 1000  # of one sentence; what is longer is no sentence, and costs time
_AT_ONCE: Final = 1 << 16  # characters, and n-grams, that are worked on together: bounds the memory

_TOKEN = regex.compile(r"\w++(?:'\w++)*+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Features:
    """One sentence in numbers.

    Attributes:
        words: How many words and numbers it has; its weight in the mean over a text.
        slots: The slots of its n-grams, ascending; those of words start at `SLOTS`.
        counts: 1 + log of how often each occurs, same order.
        surface: The counts beside the n-grams, see `_surface`.
        vector: The static vector, of length 0 for languages without.
        tokens: The numbers of the tokens it is the mean of.
        likeness: How like each landmark it is, of length 0 for languages without.
    """

    words: int
    slots: Slots
    counts: Floats
    surface: Floats
    vector: Floats
    tokens: Sequence[int] = ()
    likeness: Floats = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Model:
    """The coefficients of one or more linear outputs over the same features.

    Attributes:
        idf: Inverse document frequency of every slot, shape (2 * SLOTS,).
        weights: Coefficients of the n-grams, shape (outputs, 2 * SLOTS).
        surface_mean: Mean of the surface counts, shape (counts,).
        surface_scale: Their standard deviation, same shape.
        surface_weights: Their coefficients, shape (counts, outputs).
        vector_weights: Coefficients of the static vector, shape (dimensions, outputs); of shape
            (0, outputs) for a model of sentences without.
        levels: Where tokens lie along the directions whose peaks count, shape (tokens, directions);
            None for a model without.
        peak_weights: Coefficients of the peaks, shape (`STATISTICS` * directions, outputs).
        likeness_weights: Coefficients of the likeness, shape (landmarks, outputs); of length 0 for
            a model without.
        sides: What `analytics.tone.sides` of the second output add to the first, shape (2,), for
            a model that has them; of length 0 for others.
        intercept: Shape (outputs,).
    """

    idf: Floats
    weights: Floats
    surface_mean: Floats
    surface_scale: Floats
    surface_weights: Floats
    vector_weights: Floats
    levels: Floats | None
    peak_weights: Floats
    likeness_weights: Floats
    sides: Floats
    intercept: Floats


def features_of(sentences: Sequence[str], language: str) -> list[Features]:
    """Turns sentences of one language into numbers, English ones with their static vectors.

    Args:
        sentences: Any texts; links and handles in them are left out, and so is what comes after
            1,000 characters.
        language: Their ISO 639-1 code.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
        EncoderUnavailableError: See `analytics.encoder.hear`.
    """
    texts = [plain(sentence) for sentence in sentences]
    found = [one for run in _runs(texts, [len(text) for text in texts]) for one in _features(run)]
    if language != "en" or not found:
        return found
    tokens = tokens_of(texts)
    vectors = embed_evenly(tokens)
    if encoder.wanted():
        alike = encoder.likeness(tokens)
    else:
        alike = context.likeness(tokens, [one.surface for one in found])
    return [
        replace(one, vector=vector, tokens=numbers, likeness=like)
        for one, vector, numbers, like in zip(found, vectors, tokens, alike, strict=True)
    ]


def _features(texts: Sequence[str]) -> list[Features]:
    texts = [text[:_MAX_CHARACTERS] for text in texts]
    tokens = [_TOKEN.findall(text) for text in texts]
    lower = [[token.lower() for token in one] for one in tokens]
    words = [[token for token in one if token[0].isalnum()] for one in tokens]
    grams = counted(len(texts), character_grams(texts), gathered([word_hashes(t) for t in lower]))
    return [
        Features(len(own), slots, counts, surface(text, own, small), _NOTHING)
        for text, own, small, (slots, counts) in zip(texts, words, lower, grams, strict=True)
    ]


def weigh(sentence: Features, idf: Floats) -> Floats:
    """Returns the values of the sentence's n-grams: tf-idf, each block at unit length."""
    values, _ = _weighed([sentence], sentence.slots, idf)
    return values.astype(np.float32)


def scores(model: Model, sentences: Sequence[Features]) -> Floats:
    """Applies a model to sentences; returns one score per output, shape (sentences, outputs)."""
    parts = [_scores(model, run) for run in _runs(sentences, [len(one.slots) for one in sentences])]
    return np.concatenate(parts or [np.zeros((0, len(model.intercept)), dtype=np.float32)])


def _scores(model: Model, sentences: Sequence[Features]) -> Floats:
    slots = np.concatenate([one.slots for one in sentences])
    values, whole = _weighed(sentences, slots, model.idf)
    # Output by output, and by `take`: several times as fast as all at once by indexing.
    found = np.array([_sums(row.take(slots) * values, whole) for row in model.weights]).T
    counts = np.array([one.surface for one in sentences], dtype=np.float64)
    vectors = np.array([one.vector for one in sentences], dtype=np.float64)
    found += (counts - model.surface_mean) / model.surface_scale @ model.surface_weights
    found += vectors @ model.vector_weights
    found += model.intercept
    if model.levels is not None:
        found += peaks(model.levels, [one.tokens for one in sentences]) @ model.peak_weights
    if len(model.likeness_weights):
        alike = np.array([one.likeness for one in sentences], dtype=np.float64)
        found += alike @ model.likeness_weights
    return found.astype(np.float32)


def _weighed(sentences: Sequence[Features], slots: Slots, idf: Floats) -> tuple[Doubles, _Lengths]:
    """Returns the values of the sentences' n-grams, and how many each sentence has."""
    values = np.concatenate([one.counts for one in sentences]) * idf.take(slots).astype(np.float64)
    whole = np.array([len(one.slots) for one in sentences])
    words = _sums(slots >= SLOTS, whole).astype(np.intp)
    blocks = np.array([whole - words, words]).T.ravel()
    squares = _sums(values * values, blocks)
    values /= np.sqrt(np.where(squares > 0, squares, 1)).repeat(blocks)
    return values, whole


def _sums(values: npt.NDArray[Any], lengths: _Lengths) -> Doubles:
    """Sums stretches of `values`, one after the other, some of which may be empty."""
    starts = lengths.cumsum() - lengths
    if lengths.all():
        return np.add.reduceat(values, starts, dtype=np.float64)
    sums = np.zeros((len(lengths), *values.shape[1:]))
    if lengths.any():
        some = lengths > 0
        sums[some] = np.add.reduceat(values, starts[some], dtype=np.float64)
    return sums


def mean_scores(model: Model, texts: Sequence[Sequence[Features]]) -> list[Floats | None]:
    """Applies a model to the sentences of texts.

    Returns:
        For each text the mean over its sentences weighted by their words, one number per output;
        None when there is no word.
    """
    worded = [[one for one in text if one.words] for text in texts]
    sentences = [one for text in worded for one in text]
    weights = np.array([one.words for one in sentences], dtype=np.float64)
    lengths = np.array([len(text) for text in worded], dtype=np.intp)
    sums = _sums(weights[:, None] * scores(model, sentences), lengths)
    means = (sums / np.maximum(_sums(weights, lengths), 1)[:, None]).astype(np.float32)
    return [mean if text else None for mean, text in zip(means, worded, strict=True)]


def _runs(items: Sequence[_Item], sizes: Sequence[int]) -> Iterator[Sequence[_Item]]:
    """Cuts a sequence into runs of about `_AT_ONCE` altogether."""
    start = total = 0
    for place, size in enumerate(sizes, start=1):
        total += size
        if total >= _AT_ONCE or place == len(sizes):
            yield items[start:place]
            start, total = place, 0


def load(name: str) -> Model:
    """Loads the coefficients of a model, once a process; with an encoder its own, if there are.

    They are in `analytics/data/<name>.npz`, the n-gram weights as 8-bit steps of one scale per
    output.
    """
    return _load(encoder.fitted(name))


@cache
def _load(name: str) -> Model:
    with (
        (resources.files("analytics") / "data" / f"{name}.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        return Model(
            idf=data["idf"].astype(np.float32),
            weights=np.ascontiguousarray((data["weights"] * data["weight_scale"]).T),
            surface_mean=data["surface_mean"],
            surface_scale=data["surface_scale"],
            surface_weights=data["surface_weights"],
            vector_weights=data["vector_weights"].astype(np.float32),
            levels=levels_along(data["directions"]) if "directions" in data else None,
            peak_weights=data["peak_weights"] if "directions" in data else _NOTHING,
            likeness_weights=data.get("likeness_weights", _NOTHING),
            sides=data.get("sides", _NOTHING),
            intercept=data["intercept"],
        )
