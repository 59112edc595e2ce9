"""Trains the network of `analytics.context` by gradient descent (Adam), in numpy.

Two things are asked of it at once: of sentences whose tokens' states are known, to tell these from
the units, and of labelled sentences, to tell the labels from the units' means and peaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tools.fit.common import Integers

Floats = npt.NDArray[np.float32]

_EPOCHS: Final = 8
_BATCH: Final = 64  # sentences of either kind
_RATE: Final = 3e-3
_VECTOR_RATE: Final = 3e-3
_WARM_UP: Final = 100  # steps
_WHOLE: Final = 3.0  # what the mean over a sentence weighs beside its tokens
_KEPT: Final = 0.8  # of the units that tell labels; the others are dropped at random
_DECAY: Final = 0.1  # of the coefficients that tell labels


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is to be learned.

    Attributes:
        sentences: The tokens of sentences, first those with states.
        states: What is to be told of each token of these, shape (their tokens, components).
        labels: What is to be told of the others, shape (others, labels), standardised.
        shares: What each of these labels weighs, 0 for those that are not known, same shape.
    """

    sentences: Sequence[Integers]
    states: Floats
    labels: Floats
    shares: Floats


class _Adam:
    def __init__(self, parameters: Sequence[Floats]) -> None:
        self._parameters = parameters
        self._means = [np.zeros_like(each) for each in parameters]
        self._squares = [np.zeros_like(each) for each in parameters]
        self._steps = 0

    def step(self, slopes: Sequence[Floats], rate: float) -> None:
        self._steps += 1
        first, second = 1 - 0.9**self._steps, 1 - 0.99**self._steps
        for n, slope in enumerate(slopes):
            self._means[n] += 0.1 * (slope - self._means[n])
            self._squares[n] += 0.01 * (slope * slope - self._squares[n])
            change = (self._means[n] / first) / (np.sqrt(self._squares[n] / second) + 1e-8)
            np.subtract(self._parameters[n], rate * change, out=self._parameters[n])


class Trainer:
    """A network while it is trained, with what it tells beside.

    Attributes:
        vectors: Of the tokens, shape (tokens, dimensions).
        window: See `analytics.context.Network`; so is `bias`.
    """

    def __init__(
        self, vectors: Floats, units: int, lessons: Lessons, marks: tuple[int, int]
    ) -> None:
        """Starts from vectors of the tokens, whose components have a spread of about 1."""
        random = np.random.default_rng(0)
        dimensions, components = vectors.shape[1], lessons.states.shape[1]
        self._random, self._lessons, self._marks = random, lessons, marks
        self.vectors = vectors.copy()
        self.window = _normal(random, (3 * dimensions, units), (3 * dimensions) ** -0.5)
        self.bias = np.zeros(units, dtype=np.float32)
        self._from_units = _normal(random, (units, components), 0.1 * units**-0.5)
        self._from_vectors = np.zeros((dimensions, components), dtype=np.float32)
        self._level = np.zeros(components, dtype=np.float32)
        labels = lessons.labels.shape[1]
        self._to_labels = np.zeros((2 * units, labels), dtype=np.float32)
        self._label_level = np.zeros(labels, dtype=np.float32)
        self._squares = np.zeros((len(vectors), 1), dtype=np.float32)
        lengths = [len(each) for each in lessons.sentences]
        self._offsets = np.cumsum([0, *lengths])

    def train(self) -> None:
        """Goes through the sentences with states `_EPOCHS` times, and as many labelled ones."""
        known = len(self._lessons.sentences) - len(self._lessons.labels)
        steps = _EPOCHS * (known // _BATCH)
        adam = _Adam([
            self.window, self.bias, self._from_units, self._from_vectors, self._level,
            self._to_labels, self._label_level,
        ])  # fmt: skip
        for step, chosen in enumerate(self._batches(known)):
            rate = min(1.0, (step + 1) / _WARM_UP) * (1 + np.cos(np.pi * step / steps)) / 2
            labelled = self._random.choice(len(self._lessons.labels), _BATCH)
            self._learn(adam, chosen, labelled, float(rate))

    def _batches(self, known: int) -> Iterator[Integers]:
        for _ in range(_EPOCHS):
            order = self._random.permutation(known)
            for first in range(0, known - _BATCH + 1, _BATCH):
                yield order[first : first + _BATCH]

    def _learn(self, adam: _Adam, chosen: Integers, labelled: Integers, rate: float) -> None:
        lessons = self._lessons
        known = len(lessons.sentences) - len(lessons.labels)
        some = [lessons.sentences[n] for n in (*chosen, *(known + labelled))]
        marked = np.concatenate([[self._marks[0], *each, self._marks[1]] for each in some])
        lengths = np.array([len(each) for each in some])
        starts = np.cumsum([1, *(lengths[:-1] + 2)])
        places = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, lengths, strict=True)])
        tokens = self.vectors[marked]
        around = np.concatenate([tokens[places + shift] for shift in (-1, 0, 1)], axis=1)
        units = np.maximum(around @ self.window + self.bias, 0)
        split = int(lengths[:_BATCH].sum())

        here = tokens[places[:split]]
        wanted = np.concatenate(
            [lessons.states[self._offsets[n] : self._offsets[n + 1]] for n in chosen]
        )
        slope = self._state_slope(units[:split], here, wanted, lengths[:_BATCH])
        label_slopes, unit_slope = self._label_slopes(units[split:], lengths[_BATCH:], labelled)

        back = np.concatenate([slope @ self._from_units.T, unit_slope]) * (units > 0)
        around_slope = (back @ self.window.T).reshape(len(places), 3, -1)
        token_slope = np.zeros_like(tokens)
        for number, shift in enumerate((-1, 0, 1)):
            token_slope[places + shift] += around_slope[:, number]
        token_slope[places[:split]] += slope @ self._from_vectors.T
        slopes = [
            around.T @ back, back.sum(axis=0), units[:split].T @ slope, here.T @ slope,
            slope.sum(axis=0), *label_slopes,
        ]  # fmt: skip
        adam.step(slopes, _RATE * rate)
        self._to_labels *= 1 - _RATE * rate * _DECAY
        self._move_vectors(marked, token_slope, _VECTOR_RATE * rate)

    def _state_slope(
        self, units: Floats, here: Floats, wanted: Floats, lengths: Integers
    ) -> Floats:
        wrong = units @ self._from_units + here @ self._from_vectors + self._level - wanted
        whole = _sums(wrong, lengths) / lengths[:, None]
        slope = (wrong + _WHOLE * np.repeat(whole, lengths, axis=0)) / len(wrong)
        return np.asarray(slope, dtype=np.float32)

    def _label_slopes(
        self, units: Floats, lengths: Integers, labelled: Integers
    ) -> tuple[tuple[Floats, Floats], Floats]:
        starts = np.cumsum([0, *lengths[:-1]])
        peaks = np.maximum.reduceat(units, starts)
        told = np.concatenate([_sums(units, lengths) / lengths[:, None], peaks], axis=1)
        kept = ((self._random.random(told.shape) < _KEPT) / _KEPT).astype(np.float32)
        told = (told * kept).astype(np.float32)
        wrong = told @ self._to_labels + self._label_level - self._lessons.labels[labelled]
        slope = np.asarray(wrong * self._lessons.shares[labelled] / len(labelled), dtype=np.float32)
        of_means, of_peaks = np.split((slope @ self._to_labels.T) * kept, 2, axis=1)
        back = np.repeat(of_means / lengths[:, None], lengths, axis=0)
        back += (units == np.repeat(peaks, lengths, axis=0)) * np.repeat(of_peaks, lengths, axis=0)
        to_labels = np.asarray(told.T @ slope, dtype=np.float32)
        level = np.asarray(slope.sum(axis=0), dtype=np.float32)
        return (to_labels, level), np.asarray(back, dtype=np.float32)

    def _move_vectors(self, marked: Integers, slope: Floats, rate: float) -> None:
        """One step of row-wise Adagrad: rare tokens move as far as common ones."""
        order = np.argsort(marked, kind="stable")
        tokens, starts = np.unique(marked[order], return_index=True)
        total = np.add.reduceat(slope[order], starts)
        self._squares[tokens] += (total**2).mean(axis=1, keepdims=True)
        self.vectors[tokens] -= rate * total / (np.sqrt(self._squares[tokens]) + 1e-8)


def _normal(random: np.random.Generator, shape: tuple[int, int], spread: float) -> Floats:
    return np.asarray(random.normal(size=shape) * spread, dtype=np.float32)


def _sums(rows: Floats, lengths: Integers) -> Floats:
    return np.asarray(np.add.reduceat(rows, np.cumsum([0, *lengths[:-1]])), dtype=np.float32)
