"""Fits the formality of English and German sentences by ridge regression.

Run as `python tools/fit/formality.py --data DIR`. Writes `formality_en.npz` and `formality_de.npz`
and prints the cross-validated figures of `analytics/data/README.md`.
"""

import numpy as np
from common import FOLDS, data_folder, design, read, save
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    KFold,
    cross_val_predict,
)

# data set, ridge penalty, half the raters' scale, gap that makes a pair clear
SETS = {"formality_en": (3.0, 3.0, 1.0), "formality_de": (1.0, 1.0, 0.5)}


def main() -> None:
    """Fits both languages."""
    folder = data_folder(__doc__ or "")
    for name, (penalty, half_scale, gap) in SETS.items():
        rows = read(folder, name)
        ratings = np.array([row["score"] for row in rows]) / half_scale
        fitted_on = design([row["text"] for row in rows])
        ridge = Ridge(alpha=penalty, solver="sparse_cg")
        folds = KFold(FOLDS, shuffle=True, random_state=0)
        guesses = cross_val_predict(ridge, fitted_on.matrix, ratings, cv=folds)
        print(f"{name}: Spearman {spearmanr(guesses, ratings)[0]:.3f}", end=", ")
        print(f"pairs {_pairs(guesses, ratings, gap / half_scale):.3f}")
        # Ridge draws guesses to the mean: stretch them until they spread as the ratings do.
        stretch = ratings.std() / guesses.std()
        ridge.fit(fitted_on.matrix, ratings)
        centre = ratings.mean()
        intercept = (ridge.intercept_ - centre) * stretch + centre
        save(name, fitted_on, ridge.coef_[None] * stretch, np.array([intercept]))


def _pairs(guesses: np.ndarray, ratings: np.ndarray, gap: float) -> float:
    """Share of the pairs rated at least `gap` apart that are guessed in the same order."""
    clear = ratings[:, None] - ratings[None] >= gap
    return float((guesses[:, None] > guesses[None])[clear].mean())


if __name__ == "__main__":
    main()
