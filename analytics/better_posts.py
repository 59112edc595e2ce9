"""How far a brand's texts and times tell which of two of its posts did better.

Each post's engagement is expected by a model of the others: a Gaussian process (Rasmussen and
Williams 2006) over what the posts say and how, their kind, and when they were published. English
posts start from what `posts_en` expects, a model of other organisations' pages. How often the
better of two posts is found that way is in `docs/quality.md`. Observed, not tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.appeal import appeal_features
from analytics.embeddings import embed
from analytics.engagement import text_key
from analytics.linear import Features, load, scores, weigh
from analytics.ngrams import SLOTS
from analytics.statistics import seed_from

MIN_FOR_PAIRS: Final = 50
CLEAR: Final = 2.0
"""How many times the engagement of the other a post must have to have done better."""
_FOLDS: Final = 5
_DRAWS: Final = 500
_FOLDED: Final = 1 << 12  # slots of each block of n-grams here: a brand has few posts
_LEAST: Final = 0.05  # of the median, added to every count: nothing has no logarithm
_DAY: Final = 86_400.0

# Prior variances in units of the noise. Chosen on 32 organisations' pages.
_CHARACTERS, _WORDS, _SURFACE, _VECTOR, _TOPIC = 0.3, 0.3, 0.1, 0.1, 0.15
_KIND, _HOUR, _WEEKEND, _TREND = 0.2, 0.1, 0.03, 0.2
_HOURS_ALIKE, _DAYS_ALIKE = 2.0, 7.0

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of a brand.

    Attributes:
        text: Its text.
        published: When.
        interactions: Likes, comments and shares.
        kind: What it is compared across, such as its platform or whether it is a video.
    """

    text: str
    published: datetime
    interactions: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PairsTold:
    """How often the better of two posts was found by a model that had seen neither.

    Attributes:
        share: Of the pairs, 0 to 1; 0.5 is chance.
        low: Lower end of the 95 % bootstrap interval over posts.
        high: Upper end.
        pairs: How many there were.
    """

    share: float
    low: float
    high: float
    pairs: int


def pairs_told(posts: Sequence[OwnPost], language: str) -> PairsTold | None:
    """Measures how often the better of two posts can be told, whatever their order.

    Args:
        posts: Posts of one brand whose engagement is known.
        language: ISO 639-1 code of most of them.

    Returns:
        The measure; None for fewer than 50 posts, and where no two are clearly apart.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    if len(posts) < MIN_FOR_PAIRS:
        return None
    ordered = sorted(posts, key=lambda one: (one.published, one.text, one.interactions, one.kind))
    described = appeal_features([one.text for one in ordered], language)
    prior = np.zeros(len(ordered))
    if language == "en":
        model = load("posts_en")
        prior = scores(model, described)[:, 0].astype(np.float64)
    folds = folds_of(ordered)
    return compare_pairs(ordered, held_out(ordered, described, prior, folds), folds)


def compare_pairs(
    posts: Sequence[OwnPost], expected: Doubles, folds: npt.NDArray[np.intp]
) -> PairsTold | None:
    """Counts the clear pairs within each fold that are expected in the right order."""
    counts = np.array([post.interactions for post in posts], dtype=np.float64)
    clear = (counts[:, None] >= CLEAR * counts) & (counts[:, None] > 0)
    clear &= folds[:, None] == folds
    if not clear.any():
        return None
    ahead = np.sign(expected[:, None] - expected)
    right = np.where(clear, (ahead + 1) / 2, 0.0)
    draw = np.random.default_rng(seed_from(np.log(counts + 1).tolist()))
    drawn = draw.multinomial(len(posts), np.full(len(posts), 1 / len(posts)), size=_DRAWS)
    of = np.einsum("di,ij,dj->d", drawn, clear.astype(np.float64), drawn, optimize=True)
    shares = np.einsum("di,ij,dj->d", drawn, right, drawn, optimize=True)[of > 0] / of[of > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    pairs = int(clear.sum())
    return PairsTold(float(right.sum() / pairs), float(low), float(high), pairs)


def folds_of(posts: Sequence[OwnPost]) -> npt.NDArray[np.intp]:
    """Deals posts to five folds, copies of a text to the same."""
    keys = np.unique([text_key(post.text) for post in posts], return_inverse=True)[1]
    dealt = np.random.default_rng(0).permutation(int(keys.max()) + 1) % _FOLDS
    return np.asarray(dealt[keys], dtype=np.intp)


def held_out(
    posts: Sequence[OwnPost],
    described: Sequence[Features],
    prior: Doubles,
    folds: npt.NDArray[np.intp],
) -> Doubles:
    """Expects the logarithm of each post's engagement by a model of the posts of other folds.

    Args:
        posts: At least two folds of posts.
        described: Their texts in numbers.
        prior: What is expected of them before any is seen; only differences count.
        folds: Numbers of their folds.

    Returns:
        One number a post, on no particular level.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    counts = np.array([post.interactions for post in posts], dtype=np.float64)
    level = float(np.median(counts)) or float(counts.mean()) or 1.0
    logs = np.log(counts / level + _LEAST)
    alike = _covariance(posts, described)
    expected = np.zeros(len(posts))
    for fold in np.unique(folds):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        rest = logs[seen] - prior[seen]
        rest = rest - rest.mean()
        inner = alike[np.ix_(seen, seen)] + np.eye(len(seen))
        expected[unseen] = prior[unseen] + alike[np.ix_(unseen, seen)] @ np.linalg.solve(
            inner, rest
        )
    return expected


def _covariance(posts: Sequence[OwnPost], described: Sequence[Features]) -> Doubles:
    """Returns how alike posts are expected to do, in units of the noise; shape (posts, posts)."""
    idf = load("posts_en").idf
    ngrams = np.zeros((2, len(posts), _FOLDED), dtype=np.float32)
    for row, one in enumerate(described):
        values = weigh(one, idf)
        np.add.at(ngrams[:, row], (one.slots // SLOTS, one.slots % _FOLDED), values)
    surface = np.stack([one.surface for one in described]).astype(np.float64)
    surface = (surface - surface.mean(axis=0)) / np.maximum(surface.std(axis=0), 1e-6)
    vectors = np.stack([one.vector for one in described])
    topics = embed([post.text for post in posts])
    moments = [post.published.astimezone(UTC) for post in posts]
    days = np.array([moment.timestamp() for moment in moments]) / _DAY
    hours = np.array([moment.hour + moment.minute / 60 for moment in moments])
    weekend = np.array([moment.weekday() >= 5 for moment in moments])
    kinds = np.unique([post.kind for post in posts], return_inverse=True)[1]
    gap = np.abs(hours[:, None] - hours)
    parts = (
        (_CHARACTERS, ngrams[0] @ ngrams[0].T),
        (_WORDS, ngrams[1] @ ngrams[1].T),
        (_SURFACE, surface @ surface.T),
        (_VECTOR, vectors @ vectors.T),
        (_TOPIC, topics @ topics.T),
        (_KIND, kinds[:, None] == kinds),
        (_HOUR, _near(np.minimum(gap, 24 - gap) / _HOURS_ALIKE)),
        (_WEEKEND, weekend[:, None] == weekend),
        (_TREND, _near((days[:, None] - days) / _DAYS_ALIKE)),
    )
    found = np.zeros((len(posts), len(posts)))
    for share, part in parts:
        found += share * _standard(np.asarray(part, dtype=np.float64))
    return found


def _near(distance: Doubles) -> Doubles:
    return np.asarray(np.exp(-0.5 * distance**2), dtype=np.float64)


def _standard(alike: Doubles) -> Doubles:
    """Centres a covariance and scales it to a mean variance of 1; one without any stays 0."""
    means = alike.mean(axis=0)
    centred = alike - means - means[:, None] + means.mean()
    variance = float(np.trace(centred)) / len(centred)
    return centred / variance if variance > 1e-9 else np.zeros_like(centred)
