"""Fits the tone of English texts by logistic regression and their arousal by ridge regression.

Run as `python tools/fit/tone.py --data DIR`. Writes `tone_en.npz` and `arousal_en.npz` and prints
the cross-validated figures of `analytics/data/README.md`. Run `scales.py` afterwards.
"""

from pathlib import Path

import numpy as np
from common import FOLDS, data_folder, design, read, save
from scipy.stats import pearsonr
from sklearn.linear_model import (
    LogisticRegression,
    Ridge,
)
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import (
    KFold,
    StratifiedKFold,
    cross_val_predict,
)

from analytics.tone import TONES


def main() -> None:
    """Fits both models."""
    folder = data_folder(__doc__ or "")
    _fit_tone(folder)
    _fit_arousal(folder)


def _fit_tone(folder: Path) -> None:
    rows = read(folder, "tone")
    tones = np.array([TONES.index(row["tone"]) for row in rows])
    fitted_on = design([row["text"] for row in rows])
    model = LogisticRegression(C=5, class_weight="balanced", max_iter=300)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    logits = cross_val_predict(model, fitted_on.matrix, tones, cv=folds, method="decision_function")
    ranked = np.argsort(-logits, axis=1)
    enthusiastic, neutral = TONES.index("enthusiastic"), TONES.index("neutral")
    either = np.isin(tones, [enthusiastic, neutral])
    odds = logits[:, enthusiastic] - logits[:, neutral]
    print(f"tone: macro-F1 {f1_score(tones, ranked[:, 0], average='macro'):.3f}", end=", ")
    print(f"top 2 {(ranked[:, :2] == tones[:, None]).any(axis=1).mean():.3f}", end=", ")
    auc = roc_auc_score(tones[either] == enthusiastic, odds[either])
    print(f"enthusiastic against neutral AUC {auc:.3f}")
    model.fit(fitted_on.matrix, tones)
    save("tone_en", fitted_on, model.coef_, model.intercept_)


def _fit_arousal(folder: Path) -> None:
    rows = read(folder, "arousal")
    ratings = np.array([row["arousal"] for row in rows])
    ratings = (ratings - ratings.mean()) / ratings.std()
    fitted_on = design([row["text"] for row in rows])
    ridge = Ridge(alpha=5, solver="sparse_cg")
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    guesses = cross_val_predict(ridge, fitted_on.matrix, ratings, cv=folds)
    print(f"arousal: Pearson {pearsonr(guesses, ratings)[0]:.3f}")
    ridge.fit(fitted_on.matrix, ratings)
    stretch = 1 / guesses.std()
    save(
        "arousal_en", fitted_on, ridge.coef_[None] * stretch, np.array([ridge.intercept_ * stretch])
    )


if __name__ == "__main__":
    main()
