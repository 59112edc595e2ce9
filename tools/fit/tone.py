"""Fits the tone of English texts by linear models.

The tone is the sum of two: logistic regression with the tones weighted as if equally common, and
ridge regression on the tones as 0 and 1; they err differently. Beside what other models see, both
see the peaks of the tokens along directions of the static vectors that tell the tones and the
emotions behind them.

Run as `python -m tools.fit.tone --data DIR`. Writes `tone_en.npz`. Run `scales` afterwards.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold

from analytics.tone import TONES
from tools.fit.common import (
    FOLDS,
    Design,
    Doubles,
    Integers,
    data_folder,
    design,
    peaks_along,
    read,
    save,
)

RIDGE_SHARE = 3.0
"""What the ridge regression weighs beside the logistic one."""
PRIOR_SHARE = 0.5
"""How far the logits go from tones equally common (0) to as common as in the data (1)."""
PEAK_SHARE = 0.15
"""What a standardised peak weighs beside the unit-length blocks of n-grams."""
_DIRECTION_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class ToneModel:
    """A tone model fitted on some sentences.

    Attributes:
        coefficients: Of the columns of the matrix, shape (tones, columns).
        directions: Those of the peaks, shape (dimensions of the vectors, directions).
        peak_weights: Coefficients of the peaks as they come, shape (peaks, tones).
        intercept: Shape (tones,).
    """

    coefficients: Doubles
    directions: Doubles
    peak_weights: Doubles
    intercept: Doubles

    def logits(self, sentences: Design, chosen: Integers) -> Doubles:
        """Applies the model to the chosen sentences, shape (chosen, tones)."""
        peaked = peaks_along(sentences, self.directions)[chosen]
        linear = sentences.matrix[chosen] @ self.coefficients.T
        return np.asarray(linear + peaked @ self.peak_weights + self.intercept)


def read_tones(folder: Path) -> tuple[Design, Integers, Doubles]:
    """Returns the matrix, the tones (by number), and each emotion as 0 or 1."""
    rows = read(folder, "tone")
    tones = np.array([TONES.index(row["tone"]) for row in rows])
    emotions = sorted({label for row in rows for label in row["labels"]})
    felt = np.array([[emotion in row["labels"] for emotion in emotions] for row in rows])
    return design([row["text"] for row in rows], "en"), tones, felt.astype(np.float64)


def cross_validate_tone(folder: Path) -> tuple[Design, Integers, Doubles]:
    """Returns the matrix, the tones (by number) and logits by models that did not see them."""
    fitted_on, tones, felt = read_tones(folder)
    logits = np.zeros((len(tones), len(TONES)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(logits, tones):
        logits[unseen] = fit_tone(fitted_on, tones, felt, seen).logits(fitted_on, unseen)
    return fitted_on, tones, logits


def fit_tone(sentences: Design, tones: Integers, felt: Doubles, seen: Integers) -> ToneModel:
    """Fits on the sentences numbered in `seen` alone."""
    told = tones[seen]
    vectors = np.stack([row.vector for row in sentences.rows])[seen] / sentences.reach
    one_hot = np.eye(len(TONES))[told]
    learned = Ridge(alpha=_DIRECTION_PENALTY).fit(vectors, np.hstack([one_hot, felt[seen]]))
    directions = learned.coef_.T
    peaked = peaks_along(sentences, directions)[seen]
    middle, spread = peaked.mean(axis=0), np.maximum(peaked.std(axis=0), 1e-3) / PEAK_SHARE
    matrix = scipy.sparse.hstack([sentences.matrix[seen], (peaked - middle) / spread]).tocsr()
    logistic = LogisticRegression(C=3, class_weight="balanced", max_iter=120, tol=1e-3)
    logistic.fit(matrix, told)
    shared = Ridge(alpha=1, solver="sparse_cg", tol=1e-3).fit(matrix, one_hot)
    shares = one_hot.mean(axis=0)
    # Ridge regression answers shares of the data: as if equally common means less its mean.
    level = RIDGE_SHARE * (shared.intercept_ - shares) + PRIOR_SHARE * np.log(shares)
    coefficients = logistic.coef_ + RIDGE_SHARE * shared.coef_
    columns = sentences.matrix.shape[1]
    peak_weights = coefficients[:, columns:].T / spread[:, None]
    intercept = logistic.intercept_ + level - middle @ peak_weights
    return ToneModel(coefficients[:, :columns], directions, peak_weights, intercept)


def main() -> None:
    """Fits on all comments and writes the coefficients."""
    fitted_on, tones, felt = read_tones(data_folder(__doc__ or ""))
    model = fit_tone(fitted_on, tones, felt, np.arange(len(tones)))
    save(
        "tone_en",
        fitted_on,
        model.coefficients,
        model.intercept,
        directions=model.directions.astype(np.float16),
        peak_weights=model.peak_weights.astype(np.float32),
    )


if __name__ == "__main__":
    main()
