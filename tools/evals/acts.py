"""Questions and calls to action, cross-validated on labelled tweets."""

from pathlib import Path
from typing import Final

import numpy as np
from sklearn.model_selection import StratifiedKFold

from analytics.acts import chances, judge
from tools.evals.table import Row, bootstrap
from tools.fit import acts
from tools.fit.common import FOLDS, Integers

_ROUNDS: Final = 3
_PROTOCOL = (
    "five-fold cross-validation on whole tweets, three times over with other folds, whose mean it "
    "is; scaling, coefficients and threshold of each fifth are of the other four"
)


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    seen = acts.labelled(folder)
    found = np.stack([_found(seen, seed) for seed in range(_ROUNDS)], axis=2)
    return [
        bootstrap(name, _mean_f1, seen.wanted[:, act], found[:, act], protocol=_PROTOCOL)
        for act, name in enumerate(acts.ACTS)
    ]


def _found(seen: acts.Labelled, seed: int) -> Integers:
    """Tells which acts each text does by models that have not seen it: shape (texts, acts)."""
    found = np.zeros_like(seen.wanted)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for training, held_out in folds.split(seen.wanted, seen.wanted @ [1, 2]):
        fitted = acts.fit(seen.part(training))
        model = acts.model_of(fitted)
        unseen = [seen.texts[i] for i in held_out]
        for i, text, likely in zip(held_out, unseen, chances(model, unseen), strict=True):
            found[i] = judge(likely, text, fitted.thresholds)
    return found


def _mean_f1(wanted: Integers, found: Integers) -> float:
    """The mean over the rounds, which are the columns of `found`."""
    return float(np.mean([acts.f1(wanted, one) for one in found.T]))
