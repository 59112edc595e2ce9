"""Fits the direction in which editors move the wording of a text when they make it harder.

Logistic regression on the differences of the static vectors of two versions of one article: the
topic, which both share, cancels out. Run as `python -m tools.fit.wording --data DIR`. Writes
`wording_en.npz`. Run `scales` afterwards.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from analytics.linear import Floats, features_of
from analytics.readability import mean_vector
from analytics.text import parse
from tools.fit.arrays import write_npz
from tools.fit.common import COEFFICIENTS, data_folder, read

_STRENGTH = 10.0
"""By cross-validation over articles; more follows the levels hardly better."""


def fit(folder: Path) -> Floats:
    """Returns the direction, shape (256,), of no particular length."""
    rows = read(folder, "readability_levels")
    vectors = np.stack([mean_vector(features_of(parse(r["text"]).sentences, "en")) for r in rows])
    centred = vectors - vectors.mean(axis=0)
    reach = np.sqrt((centred**2).sum(axis=1).mean())
    steps = [
        (centred[harder] - centred[easier]) / reach
        for one, other in combinations(range(len(rows)), 2)
        if rows[one]["article"] == rows[other]["article"]
        for easier, harder in [sorted((one, other), key=lambda i: rows[i]["level"])]
    ]
    # Each step both ways, because a classifier wants two classes; the direction is the same.
    both = np.concatenate([steps, np.negative(steps)])
    upward = np.repeat([1, 0], len(steps))
    model = LogisticRegression(C=_STRENGTH, fit_intercept=False, max_iter=300).fit(both, upward)
    return np.asarray(model.coef_[0] / reach, dtype=np.float32)


def main() -> None:
    """Fits and writes the direction."""
    write_npz(COEFFICIENTS / "wording_en.npz", direction=fit(data_folder(__doc__ or "")))


if __name__ == "__main__":
    main()
