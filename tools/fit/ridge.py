"""Ratings by ridge regression, with the likeness to landmarks (`analytics.landmarks`) if wanted."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from analytics import context, encoder
from analytics.landmarks import nearness
from tools.fit.common import FOLDS, Design, Doubles, Integers, save

_JITTER: Final = 1e-4  # keeps nearness of landmarks that lie close together apart


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fit.

    Attributes:
        penalty: That of the ridge regression.
        likeness_share: What the likeness to all landmarks weighs, beside the unit-length blocks of
            n-grams; 0 for none.
    """

    penalty: float
    likeness_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Rater:
    """A fitted model.

    Attributes:
        coefficients: Of the columns of the matrix, shape (columns,).
        likeness: Those of the likeness, shape (landmarks,); of length 0 without.
        intercept: What is added.
    """

    coefficients: Doubles
    likeness: Doubles
    intercept: float

    def rate(self, sentences: Design, chosen: Integers) -> Doubles:
        """Rates the chosen sentences."""
        found = sentences.matrix[chosen] @ self.coefficients + self.intercept
        if len(self.likeness):
            found = found + likeness_of(sentences, chosen) @ self.likeness
        return np.asarray(found)


def likeness_of(sentences: Design, chosen: Integers) -> Doubles:
    """Returns how like the landmarks the chosen sentences are, shape (chosen, landmarks)."""
    return np.stack([sentences.rows[number].likeness for number in chosen]).astype(np.float64)


def evenly(share: float) -> Doubles:
    """Returns what equalises the likeness to all landmarks, shape (landmarks, landmarks).

    Likeness to one says much of that to the next: equalised, the penalty is fair.
    """
    known = encoder.load_ear().landmarks if encoder.wanted() else context.load_landmarks()
    between = nearness(known, known.places / known.scale + known.centre)
    values, axes = np.linalg.eigh(between.astype(np.float64))
    return np.asarray(axes / np.sqrt(np.maximum(values, 0) + _JITTER) * share)


def widen(sentences: Design, seen: Integers, even: Doubles) -> Any:  # noqa: ANN401 - SciPy ships no types
    """Returns the matrix of the sentences numbered in `seen`, with their likeness beside."""
    beside = scipy.sparse.csr_matrix(likeness_of(sentences, seen) @ even)
    return scipy.sparse.hstack([sentences.matrix[seen], beside]).tocsr()


def fit(sentences: Design, ratings: Doubles, seen: Integers, settings: Settings) -> Rater:
    """Fits on the sentences numbered in `seen` alone."""
    ridge = Ridge(alpha=settings.penalty, solver="sparse_cg", tol=1e-3)
    if not settings.likeness_share:
        ridge.fit(sentences.matrix[seen], ratings[seen])
        return Rater(ridge.coef_, np.zeros(0), float(ridge.intercept_))
    even = evenly(settings.likeness_share)
    ridge.fit(widen(sentences, seen, even), ratings[seen])
    own, beside = np.split(ridge.coef_, [sentences.matrix.shape[1]])
    return Rater(own, even @ beside, float(ridge.intercept_))


def cross_validate(sentences: Design, ratings: Doubles, settings: Settings) -> Doubles:
    """Returns guesses by models that did not see the sentences."""
    guesses = np.zeros(len(ratings))
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=0).split(ratings):
        guesses[unseen] = fit(sentences, ratings, seen, settings).rate(sentences, unseen)
    return guesses


def fit_and_save(
    name: str, sentences: Design, ratings: Doubles, guesses: Doubles, settings: Settings
) -> None:
    """Fits on all sentences and writes the coefficients.

    Ridge regression draws guesses to the mean: they are stretched until they spread as the ratings
    do, as far as `guesses` by cross-validation tell.
    """
    model = fit(sentences, ratings, np.arange(len(ratings)), settings)
    stretch = ratings.std() / guesses.std()
    centre = ratings.mean()
    intercept = np.array([(model.intercept - centre) * stretch + centre])
    more = {}
    if len(model.likeness):
        more["likeness_weights"] = (model.likeness[:, None] * stretch).astype(np.float32)
    save(name, sentences, model.coefficients[None] * stretch, intercept, **more)
