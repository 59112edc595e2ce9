"""Fits what makes English texts go down well: headlines in their tests, posts in their brands.

Headlines: ridge regression of the logarithm of the click rate within each randomised test, weighed
by the clicks. Posts: ridge regression of the logarithm of engagement within each brand, freed of
fortnight and type of post; and again on brands drawn with replacement, which tells how far the
scores depend on the brands.

Run as `python -m tools.fit.appeal --data DIR`. Writes `posts_en.npz`. The model of headlines is
only evaluated: it does not carry over to posts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.linear_model import Ridge

from analytics.appeal import appeal_features
from analytics.posting_times import detrend
from tools.fit.common import Design, Doubles, Row, data_folder, design_of, read, save

HEADLINE_PENALTY: Final = 100.0
POST_PENALTY: Final = 40.0
DRAWS: Final = 8  # of brands
_OTHER_NOISE: Final = 0.01  # variance of logarithms of click rates that more clicks do not lower
_PRIOR_CLICKS: Final = 2.0  # at the rate of the group, so that no clicks have a logarithm too

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Headlines:
    """The headlines of all tests.

    Attributes:
        texts: The headlines.
        tests: Number of the test of each.
        groups: Number of its group of variants; visitors were assigned within it.
        clicks: How often it was clicked.
        impressions: How often it was shown.
    """

    texts: list[str]
    tests: Indices
    groups: Indices
    clicks: Doubles
    impressions: Doubles


def headlines(folder: Path) -> Headlines:
    """Reads the headlines."""
    tests = read(folder, "headline_tests/tests.jsonl")
    groups = [(number, group) for number, test in enumerate(tests) for group in test["groups"]]
    found = [(number, place, one) for place, (number, group) in enumerate(groups) for one in group]
    return Headlines(
        texts=[one["headline"] for _, _, one in found],
        tests=np.array([number for number, _, _ in found]),
        groups=np.array([place for _, place, _ in found]),
        clicks=np.array([one["clicks"] for _, _, one in found], dtype=np.float64),
        impressions=np.array([one["impressions"] for _, _, one in found], dtype=np.float64),
    )


def fit_headlines(matrix: Any, data: Headlines, chosen: Indices) -> Doubles:  # noqa: ANN401 - SciPy ships no types
    """Fits on some of the headlines, whole groups of them; returns one coefficient a column."""
    rates, certainty = log_rates(data)
    groups, weights = data.groups[chosen], certainty[chosen]
    rows = within(matrix[chosen], groups, weights)
    wanted = within(scipy.sparse.csr_matrix(rates[chosen, None]), groups, weights).toarray()[:, 0]
    ridge = Ridge(alpha=HEADLINE_PENALTY, solver="sparse_cg", fit_intercept=False, tol=1e-3)
    ridge.fit(rows, wanted, sample_weight=weights)
    return np.asarray(ridge.coef_, dtype=np.float64)


def log_rates(data: Headlines) -> tuple[Doubles, Doubles]:
    """Returns the logarithms of the click rates, and the reciprocals of their variances."""
    rate = np.bincount(data.groups, data.clicks) / np.bincount(data.groups, data.impressions)
    clicks = data.clicks + _PRIOR_CLICKS
    shown = data.impressions + _PRIOR_CLICKS / np.maximum(rate[data.groups], 1e-6)
    return np.log(clicks / shown), 1 / (1 / clicks + _OTHER_NOISE)


def within(rows: Any, groups: Indices, weights: Doubles) -> Any:  # noqa: ANN401 - SciPy ships no types
    """Returns sparse rows less the weighted mean of their group."""
    numbers = np.unique(groups, return_inverse=True)[1]
    share = weights / np.bincount(numbers, weights)[numbers]
    means = scipy.sparse.csr_matrix((share, (numbers, np.arange(len(numbers))))) @ rows
    return (rows - means[numbers]).tocsr()


def fit_posts(matrix: Any, logs: Doubles, brands: Indices, weights: Doubles | None = None) -> Ridge:  # noqa: ANN401 - SciPy ships no types
    """Fits on posts in English.

    Args:
        matrix: The posts.
        logs: Logarithms of their engagement, freed of what is not the text's.
        brands: Numbers of their brands.
        weights: What the posts count; None for all the same.
    """
    middle = np.bincount(brands, logs) / np.maximum(np.bincount(brands), 1)
    ridge = Ridge(alpha=POST_PENALTY, solver="sparse_cg", tol=1e-3)
    return ridge.fit(matrix, logs - middle[brands], sample_weight=weights)


def redrawn(matrix: Any, logs: Doubles, brands: Indices) -> Doubles:  # noqa: ANN401 - SciPy ships no types
    """Fits on brands drawn with replacement; returns one row of coefficients a draw."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        drawn = draw.integers(0, brands.max() + 1, brands.max() + 1)
        times = np.bincount(drawn, minlength=brands.max() + 1)[brands].astype(np.float64)
        kept = times > 0
        found.append(fit_posts(matrix[kept], logs[kept], brands[kept], times[kept]).coef_)
    return np.stack(found)


def freed_logs(posts: Sequence[Row]) -> Doubles:
    """Returns the logarithms of posts' engagement less the levels of their fortnight and type."""
    found = np.zeros(len(posts))
    owner = np.array([post["brand"] for post in posts])
    for brand in np.unique(owner):
        own = np.flatnonzero(owner == brand).tolist()
        moments = [moment(posts[k]) for k in own]
        periods = np.array([(one - min(moments)) // timedelta(days=14) for one in moments])
        kinds = np.unique([posts[k]["type"] for k in own], return_inverse=True)[1]
        counts = np.array([engagement(posts[k]) for k in own], dtype=np.float64)
        found[own] = detrend(np.log1p(counts), periods, kinds)
    return found


def moment(post: Row) -> datetime:
    """Reads when a post was published, in the time zone of the source."""
    return datetime.fromisoformat(post["published"]).replace(tzinfo=UTC)


def engagement(post: Row) -> int:
    """Adds up reactions, comments and shares."""
    return int(post["reactions"] + post["comments"] + post["shares"])


def english_posts(folder: Path) -> list[Row]:
    """Reads the posts of brands that write English."""
    brands = read(folder, "fb_pages/brands.jsonl")
    wanted = {one["brand"] for one in brands if one["lang"] == "en"}
    return [post for post in read(folder, "fb_pages/posts.jsonl") if post["brand"] in wanted]


def post_design(posts: Sequence[Row]) -> tuple[Design, Doubles, Indices]:
    """Returns the matrix of posts, their freed logarithms and the numbers of their brands."""
    brands = np.unique([post["brand"] for post in posts], return_inverse=True)[1]
    design = design_of(appeal_features([post["text"] for post in posts]))
    return design, freed_logs(posts), brands


def main() -> None:
    """Fits the model of posts; its first output is the model, the others are of brands redrawn."""
    design, logs, brands = post_design(english_posts(data_folder(__doc__ or "")))
    coefficients = np.vstack(
        [fit_posts(design.matrix, logs, brands).coef_, redrawn(design.matrix, logs, brands)]
    )
    save("posts_en", design, coefficients, np.zeros(len(coefficients)))


if __name__ == "__main__":
    main()
