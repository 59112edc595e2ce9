"""Fits what English texts do (ask, ask for something to be done) by logistic regression.

Run as `python -m tools.fit.acts --data DIR`. Writes `acts_en.npz` and prints the thresholds of
`analytics.acts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import regex
import scipy.sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from analytics.act_features import WHOLLY, features_of_texts
from analytics.embeddings import DIMENSIONS
from analytics.linear import Features, Model, load
from analytics.ngrams import SLOTS
from analytics.text import parse
from tools.fit.common import FOLDS, Design, Doubles, Integers, data_folder, design_of, read, save

_SHARE: Final = 0.05  # of a finding: there are ten times as many as counts of other models
_MARKS = regex.compile(r"\s*+[?？]++(?!\S*\w)")  # none inside a link


@dataclass(frozen=True, slots=True)
class Act:
    """How an act is learned.

    Attributes:
        labels: The labels that count as it.
        strength: The inverse of the penalty on coefficients.
        vectors: Whether the static vector counts.
        unmarked: What a copy without question marks, of a text that does it, weighs beside the
            text; 0 for none. Teaches the word order of questions, as one in six has no mark.
    """

    labels: tuple[str, ...]
    strength: float
    vectors: bool
    unmarked: float


ACTS: Final = {
    "question": Act(("QUE",), strength=1.0, vectors=False, unmarked=0.3),
    "call_to_action": Act(("REQ", "SUG"), strength=3.0, vectors=True, unmarked=0.0),
}
"""The acts in the order of the model's outputs."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and what they do.

    Attributes:
        texts: The texts in numbers.
        unmarked: The same without their question marks.
        marked: Whether there are any: shape (texts,).
        wanted: Which acts each does: shape (texts, acts), 0 or 1.
    """

    texts: Sequence[Features]
    unmarked: Sequence[Features]
    marked: npt.NDArray[np.bool_]
    wanted: Integers

    def part(self, chosen: Integers) -> "Labelled":
        """Returns the texts of these numbers."""
        return Labelled(
            [self.texts[i] for i in chosen],
            [self.unmarked[i] for i in chosen],
            self.marked[chosen],
            self.wanted[chosen],
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both acts, fitted.

    Attributes:
        design: What they are fitted on.
        coefficients: Shape (acts, columns of the matrix).
        intercept: Shape (acts,).
        thresholds: From which probability a text does each act.
    """

    design: Design
    coefficients: Doubles
    intercept: Doubles
    thresholds: tuple[float, ...]


def labelled(folder: Path) -> Labelled:
    """Reads the texts and what each does."""
    rows = read(folder, "speech_acts")
    texts = [row["text"] for row in rows]
    wanted = [[row["act"] in act.labels for act in ACTS.values()] for row in rows]
    unmarked = [_MARKS.sub(" ", text) for text in texts]
    return Labelled(
        _in_numbers(texts),
        _in_numbers(unmarked),
        np.array([text != bare for text, bare in zip(texts, unmarked, strict=True)]),
        np.array(wanted).astype(np.int64),
    )


def _in_numbers(texts: Sequence[str]) -> list[Features]:
    return features_of_texts(texts, [parse(text).sentences for text in texts])


def fit(seen: Labelled) -> Fitted:
    """Fits both acts, and chooses the thresholds by cross-validation within the texts."""
    design = design_of(seen.texts, _SHARE)
    unmarked = design.like(seen.unmarked)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    models, thresholds = [], []
    for number, act in enumerate(ACTS.values()):
        wanted = seen.wanted[:, number]
        copied = seen.marked & (wanted == 1) & (act.unmarked > 0)
        chances = np.zeros(len(wanted))
        for training, held_out in folds.split(wanted, wanted):
            copies = unmarked[training][copied[training]]
            model = _fit(act, design.matrix[training], wanted[training], copies)
            chances[held_out] = model.predict_proba(design.matrix[held_out])[:, 1]
        chances[[bool(text.surface[WHOLLY[number]]) for text in seen.texts]] = 1
        thresholds.append(best_threshold(wanted, chances))
        models.append(_fit(act, design.matrix, wanted, unmarked[copied]))
    return Fitted(
        design,
        np.concatenate([model.coef_ for model in models]),
        np.concatenate([model.intercept_ for model in models]),
        tuple(thresholds),
    )


def _fit(act: Act, texts: Any, wanted: Integers, copies: Any) -> LogisticRegression:  # noqa: ANN401 - SciPy ships no types
    """Fits one act to rows of a matrix; vectors that do not count have coefficients of 0.

    Args:
        act: Which.
        texts: The texts' rows.
        wanted: Whether each does it.
        copies: The rows of texts that do it, without their question marks.
    """
    matrix = scipy.sparse.vstack([texts, copies]).tocsr()
    if not act.vectors:
        counts = np.arange(matrix.shape[1]) < matrix.shape[1] - DIMENSIONS
        matrix = matrix @ scipy.sparse.diags_array(counts.astype(np.float64))
    own, others = texts.shape[0], copies.shape[0]
    return LogisticRegression(C=act.strength, solver="liblinear", tol=1e-3).fit(
        matrix,
        np.concatenate([wanted, np.ones(others, dtype=np.int64)]),
        np.repeat([1.0, act.unmarked], [own, others]),
    )


def model_of(fitted: Fitted) -> Model:
    """Returns the acts as the product applies them: the model it ships, with these coefficients."""
    design = fitted.design
    dense = fitted.coefficients[:, 2 * SLOTS :].T.astype(np.float32)
    vector = dense[len(design.mean) :] / design.reach
    return replace(
        load("acts_en"),
        idf=design.idf,
        weights=fitted.coefficients[:, : 2 * SLOTS].astype(np.float32),
        surface_mean=design.mean,
        surface_scale=design.scale,
        surface_weights=dense[: len(design.mean)],
        vector_weights=vector,
        intercept=(fitted.intercept - design.centre @ vector).astype(np.float32),
    )


def f1(wanted: Integers, found: Integers) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * float((wanted & found).sum()) / max(1, int(wanted.sum() + found.sum()))


def best_threshold(wanted: Integers, chances: Doubles) -> float:
    """The probability from which the mean F1 of eleven neighbouring thresholds is highest."""
    grid = np.arange(0.05, 0.95, 0.01)
    figures = np.array([f1(wanted, (chances >= from_).astype(np.int64)) for from_ in grid])
    smooth = np.convolve(figures, np.ones(11) / 11, mode="same")
    return float(grid[smooth.argmax()])


def main() -> None:
    """Fits both acts into one file."""
    fitted = fit(labelled(data_folder(__doc__ or "")))
    for name, threshold in zip(ACTS, fitted.thresholds, strict=True):
        print(f"{name}: from {threshold:.2f}")
    save("acts_en", fitted.design, fitted.coefficients, fitted.intercept)


if __name__ == "__main__":
    main()
