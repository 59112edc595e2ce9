"""Words beside their neighbours: a small network over the tokens of a sentence.

A mean of static vectors knows no order. Here every token is seen together with the one before and
the one after it by one layer of rectified units, whose means and peaks over the sentence say how it
is put. The network was taught by `tools/fit/context.py`: to tell what the lower layers of the
encoder all-MiniLM-L6-v2 (Apache-2.0) make of a token, and emotions, politeness and speech acts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analytics.landmarks import Landmarks, nearness, stored_landmarks

FILE_NAME: Final = "context_en.npz"
MAX_TOKENS: Final = 256
"""Tokens of one sentence that count; what is longer is no sentence."""
_BATCH_TOKENS: Final = 1 << 12  # bounds the memory of one call, at 4 MB

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]  # as exact as the vectors are kept, in half the memory


@dataclass(frozen=True, slots=True)
class Network:
    """The network.

    Attributes:
        vectors: Those of the tokens, shape (tokens, dimensions).
        before: What each token adds to the units of the one after it, shape (tokens, units).
        here: What it adds to its own, and what units start from; same shape.
        after: What it adds to those of the one before it; same shape.
        start: The number of the token that stands before a sentence.
        end: The number of the one after it.
    """

    vectors: Floats
    before: Halves
    here: Halves
    after: Halves
    start: int
    end: int

    @property
    def width(self) -> int:
        """How many numbers a sentence has."""
        return 2 * int(self.here.shape[1]) + int(self.vectors.shape[1])


def network_of(vectors: Floats, window: Floats, bias: Floats, *, start: int, end: int) -> Network:
    """Makes a network: its layer is applied to the whole vocabulary once, and then only added up.

    Args:
        vectors: As in `Network`.
        window: What the units see of the token before, the token and the one after, shape
            (3 * dimensions, units).
        bias: What each unit starts from, shape (units,).
        start: As in `Network`.
        end: As in `Network`.
    """
    before, here, after = np.empty((3, len(vectors), len(bias)), dtype=np.float16)
    added = np.stack([np.zeros_like(bias), bias, np.zeros_like(bias)])
    for table, weights, more in zip((before, here, after), np.split(window, 3), added, strict=True):
        # In parts, so that nothing of the size of a table comes and goes.
        for row in range(0, len(vectors), _BATCH_TOKENS):
            part = slice(row, row + _BATCH_TOKENS)
            table[part] = vectors[part] @ weights + more
    return Network(vectors, before, here, after, start=start, end=end)


def in_context(sentences: Sequence[Sequence[int]]) -> Floats:
    """Puts sentences in numbers.

    Args:
        sentences: The numbers of their tokens, see `analytics.embeddings.tokens_of`.

    Returns:
        Shape (sentences, numbers): the units' means over the tokens, their peaks, and the means of
        the tokens' vectors; zeros for a sentence without tokens.
    """
    network = load()
    rows = np.zeros((len(sentences), network.width), dtype=np.float32)
    pending: list[int] = []
    size = 0
    for row, sentence in enumerate(sentences):
        if sentence:
            pending.append(row)
            size += min(len(sentence), MAX_TOKENS)
        if size >= _BATCH_TOKENS or (size and row == len(sentences) - 1):
            rows[pending] = see(network, [sentences[each][:MAX_TOKENS] for each in pending])
            pending, size = [], 0
    return rows


def see(network: Network, sentences: Sequence[Sequence[int]]) -> Floats:
    """Applies a network to sentences of one token or more at once, as `in_context` does."""
    every = [number for sentence in sentences for number in (network.start, *sentence, network.end)]
    marked = np.array(every)
    seen = network.before.take(marked[:-2], axis=0).astype(np.float32)
    seen += network.here.take(marked[1:-1], axis=0)
    seen += network.after.take(marked[2:], axis=0)
    np.maximum(seen, 0, out=seen)
    lengths = np.array([len(sentence) for sentence in sentences])
    # Row 0 of `seen` is the token at 1. Two rows between an end and the next start belong to none.
    first = (lengths + 2).cumsum() - lengths - 2
    cuts = np.stack([first, first + lengths], axis=1).ravel()[:-1]
    own = network.vectors.take(marked[1:-1], axis=0)
    return np.hstack(
        [
            np.add.reduceat(seen, cuts, dtype=np.float64)[::2] / lengths[:, None],
            np.maximum.reduceat(seen, cuts)[::2],
            np.add.reduceat(own, cuts, dtype=np.float64)[::2] / lengths[:, None],
        ]
    ).astype(np.float32)


def likeness(sentences: Sequence[Sequence[int]], surfaces: Sequence[Floats]) -> Floats:
    """Tells how like the landmarks (see `analytics.landmarks`) sentences are.

    Args:
        sentences: The numbers of their tokens.
        surfaces: The counts of each, see `analytics.linear.Features`.

    Returns:
        Shape (sentences, landmarks).
    """
    numbers = np.hstack([in_context(sentences), np.stack(surfaces)])
    return nearness(load_landmarks(), numbers).astype(np.float32)


@cache
def load() -> Network:
    """Loads the network, once a process. Its vectors are kept in 8-bit steps of a scale each."""
    with _opened() as data:
        start, end = data["marks"].tolist()
        vectors = data["steps"] * data["scale"]
        return network_of(vectors, data["window"], data["bias"], start=start, end=end)


@cache
def load_landmarks() -> Landmarks:
    """Loads the landmarks, once a process."""
    with _opened() as data:
        return stored_landmarks(data)


@contextmanager
def _opened() -> Iterator[Mapping[str, npt.NDArray[Any]]]:
    with (
        (resources.files("analytics") / "data" / FILE_NAME).open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        yield data
