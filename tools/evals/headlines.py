"""Which of two headlines does better: randomised tests, cross-validated.

Each test by a model of the other tests; and by the product's model of posts, which has seen none:
versions of a text are told apart by it in refine-content.
"""

from pathlib import Path
from typing import Final

import numpy as np

from analytics.appeal import appeal_features
from analytics.refinement.outlook import difference, expectations
from analytics.statistics import Z95
from tools.evals.table import Array, Row, bootstrap
from tools.fit import appeal
from tools.fit.appeal import Headlines, Indices
from tools.fit.common import Doubles, design_of

_FOLDS: Final = 10
_TESTS: Final = "ten-fold cross-validation over tests; interval over tests"
_UNSEEN: Final = "by the product's model of posts, which has seen no headline; interval over tests"


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    data = appeal.headlines(folder)
    return [*_headlines(data), *_versions(data)]


def _headlines(data: Headlines) -> list[Row]:
    matrix = design_of(appeal_features(data.texts)).matrix
    folds = np.random.default_rng(0).permutation(int(data.tests.max()) + 1) % _FOLDS
    part = folds[data.tests]
    expected = np.zeros(len(part))
    for fold in range(_FOLDS):
        tried = np.flatnonzero(part == fold)
        weights = appeal.fit_headlines(matrix, data, np.flatnonzero(part != fold))
        expected[tried] = matrix[tried] @ weights
    better, worse = _clear_pairs(data)
    gains, tests = _gains(data, expected)
    return [
        bootstrap(
            "headline_pairs",
            _mean,
            (np.sign(expected[better] - expected[worse]) + 1) / 2,
            protocol=f"pairs of a test with p < .05; {_TESTS}",
            groups=data.tests[better],
        ),
        bootstrap(
            "headline_uplift",
            _mean,
            gains,
            protocol=f"click rate of the variant expected to do best over the mean of its test's "
            f"variants; {_TESTS}",
            groups=tests,
        ),
    ]


def _versions(data: Headlines) -> list[Row]:
    """How far what the product expects of versions of a text came true."""
    expected = expectations(data.texts)
    first, second = np.nonzero(np.triu(data.groups[:, None] == data.groups, 1))
    found = [difference(expected[j], expected[i]) for i, j in zip(first, second, strict=True)]
    lead, reach = np.array(found).T
    told = np.abs(lead) > reach
    rates, certainty = appeal.log_rates(data)
    did = rates[first] - rates[second]
    weight = 1 / (1 / certainty[first] + 1 / certainty[second])
    is_clear = np.isin(first * len(rates) + second, _numbers(data))
    right = (np.sign(lead * did) + 1) / 2
    tests = data.tests[first]
    kinds = (
        ("version_pairs", is_clear, "pairs of a test with p < .05"),
        ("version_pairs_told", is_clear & told, "those of them that the product tells apart"),
        ("version_pairs_all", told, "all pairs that it tells apart, whatever their p"),
    )
    return [
        *(
            bootstrap(key, _mean, right[kept], protocol=f"{of}, {_UNSEEN}", groups=tests[kept])
            for key, kept, of in kinds
        ),
        bootstrap(
            "version_holds",
            lambda ahead, ahead_in_fact, counts: float(
                (counts * ahead * ahead_in_fact).sum() / (counts * ahead**2).sum()
            ),
            lead[told],
            did[told],
            weight[told],
            protocol="slope of the difference of the logarithms of click rates on the difference "
            f"expected, pairs that the product tells apart, {_UNSEEN}",
            groups=tests[told],
        ),
    ]


def _mean(figures: Array) -> float:
    return float(figures.mean())


def _numbers(data: Headlines) -> Indices:
    """The clear pairs, each as one number: the earlier headline's place, and the later's."""
    pairs = np.sort(np.stack(_clear_pairs(data)), axis=0)
    return np.asarray(pairs[0] * len(data.tests) + pairs[1], dtype=np.intp)


def _clear_pairs(data: Headlines) -> tuple[Indices, Indices]:
    """Returns the better and the worse of each pair of a group whose rates differ (p < .05)."""
    first, second = np.nonzero(np.triu(data.groups[:, None] == data.groups, 1))
    clicks, shown = data.clicks, data.impressions
    pooled = (clicks[first] + clicks[second]) / (shown[first] + shown[second])
    error = np.sqrt(pooled * (1 - pooled) * (1 / shown[first] + 1 / shown[second]))
    apart = clicks[first] / shown[first] - clicks[second] / shown[second]
    clear = np.abs(apart) > Z95 * error
    ahead = apart > 0
    return np.where(ahead, first, second)[clear], np.where(ahead, second, first)[clear]


def _gains(data: Headlines, expected: Doubles) -> tuple[Doubles, Indices]:
    """The lead of the variant picked of each group, and the numbers of their tests."""
    rates = data.clicks / data.impressions
    gains, tests = [], []
    for group in np.unique(data.groups):
        own = np.flatnonzero(data.groups == group)
        if rates[own].any():
            gains.append(rates[own[expected[own].argmax()]] / rates[own].mean() - 1)
            tests.append(data.tests[own[0]])
    return np.array(gains), np.array(tests)
