"""What posts of many organisations look like: the statistics that a brand's voice is set against.

Statistics alone, no texts: `analytics/data/brand_background.npz`, made by
`tools/fit/brand_voice.py` from posts of organisations' Facebook pages. How posts of one brand
differ among themselves is kept apart from how brands differ (two covariances, as in probabilistic
linear discriminant analysis, Prince and Elder 2007): what varies within every brand, such as the
topic, is no voice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.brand_voice.features import BLOCKS, NEUTRAL, SLOTS, SURFACE, PostFeatures
from analytics.embeddings import DIMENSIONS

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

VECTOR_SCALE: Final = 10.0
"""Brings the numbers of a vector of unit length near those of the surface."""
_RIDGE: Final = 1.0  # added to the variance within brands, in units of it
_OWN_WAY: Final = 0.02  # brands also differ in ways that no brand of the background shows


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics as they are kept.

    The dense numbers of a post are its surface, its n-grams projected block by block on
    `components`, and its vector times `VECTOR_SCALE`, in this order.

    Attributes:
        posts: How many posts they were made from.
        idf: Inverse document frequency of each slot, shape (blocks * SLOTS,).
        slot_mean: Mean weight of each slot, every brand counted alike; same shape.
        slot_variance: Its variance; same shape.
        components: The main directions of each block, shape (blocks, SLOTS, kept).
        mean: Mean of the dense numbers, every brand counted alike, shape (numbers,).
        scale: Their standard deviation within brands, same shape.
        within: Their correlation within brands, shape (numbers, numbers).
        brands: How each brand's mean deviates, in units of `scale`, shape (brands, numbers).
    """

    posts: int
    idf: Floats
    slot_mean: Floats
    slot_variance: Floats
    components: Floats
    mean: Floats
    scale: Floats
    within: Floats
    brands: Floats


@dataclass(frozen=True, slots=True)
class Space:
    """Axes on which posts of one brand spread alike (by 1) and brands spread independently.

    Attributes:
        mean: As in `Statistics`, of the numbers that count here.
        scale: As in `Statistics`.
        axes: Shape (numbers, numbers): a column an axis.
        between: Variance of the brands along each axis, the variance within a brand being 1.
        total: Covariance of posts over all brands, in units of `scale`.
    """

    mean: Doubles
    scale: Doubles
    axes: Doubles
    between: Doubles
    total: Doubles


@dataclass(frozen=True, slots=True)
class Background:
    """The statistics with what is derived from them.

    Attributes:
        statistics: The statistics.
        full: The space of all numbers.
        neutral: The space of the numbers that tell of no language.
        rest: Variance of each slot that the components leave over, shape (blocks * SLOTS,).
    """

    statistics: Statistics
    full: Space
    neutral: Space
    rest: Doubles

    @classmethod
    def of(cls, statistics: Statistics) -> "Background":
        """Derives the spaces."""
        full = _space(statistics, slice(None))
        kept = statistics.components.shape[2]
        rest = statistics.slot_variance.astype(np.float64)
        for block in range(len(BLOCKS)):
            part = slice(SURFACE + block * kept, SURFACE + (block + 1) * kept)
            covariance = full.total[part, part] * np.outer(full.scale[part], full.scale[part])
            directions = statistics.components[block].astype(np.float64)
            explained = np.einsum("sk,kl,sl->s", directions, covariance, directions, optimize=True)
            rest[block * SLOTS : (block + 1) * SLOTS] -= explained
        return cls(statistics, full, _space(statistics, slice(NEUTRAL)), np.maximum(rest, 0))

    @property
    def brands(self) -> int:
        """How many brands it was made from."""
        return len(self.statistics.brands)


def weigh(post: PostFeatures, idf: Floats) -> Floats:
    """Weighs the n-grams of a post: tf-idf, each block at unit length; shape (blocks * SLOTS,)."""
    row = np.zeros(len(idf), dtype=np.float32)
    row[post.slots] = post.values * idf[post.slots]
    blocks = row.reshape(len(BLOCKS), SLOTS)
    lengths = np.linalg.norm(blocks, axis=1, keepdims=True)
    np.divide(blocks, lengths, out=blocks, where=lengths > 0)
    return row


def project(slots: Floats, components: Floats) -> Floats:
    """Projects weighed n-grams, a row a post, on the main directions of their blocks."""
    blocks = slots.reshape(len(slots), len(BLOCKS), SLOTS)
    return np.hstack([blocks[:, k] @ components[k] for k in range(len(BLOCKS))])


def dense(posts: Sequence[PostFeatures], projected: Floats, vectors: Floats) -> Floats:
    """Puts the dense numbers of posts together, a row a post."""
    surface = np.stack([post.surface for post in posts])
    if vectors.shape != (len(posts), DIMENSIONS):
        raise ValueError(f"vectors of shape {vectors.shape} for {len(posts)} posts")
    return np.hstack([surface, projected, VECTOR_SCALE * vectors]).astype(np.float32)


@cache
def load() -> Background:
    """Loads the background, once a process."""
    with (
        (resources.files("analytics") / "data" / "brand_background.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        numbers = len(data["mean"])
        within = np.zeros((numbers, numbers), dtype=np.float32)
        lower = np.tril_indices(numbers)
        within[lower] = data["within"]
        within.T[lower] = data["within"]
        statistics = Statistics(
            posts=data["posts"].item(),
            idf=data["idf"].astype(np.float32),
            slot_mean=data["slot_mean"].astype(np.float32) * data["slot_step"][0],
            slot_variance=data["slot_variance"].astype(np.float32) * data["slot_step"][1],
            components=data["components"].astype(np.float32) * data["component_step"],
            mean=data["mean"],
            scale=data["scale"],
            within=within,
            brands=data["brands"].astype(np.float32),
        )
    return Background.of(statistics)


def _space(statistics: Statistics, part: slice) -> Space:
    """Diagonalises both covariances at once."""
    within = statistics.within[part, part].astype(np.float64)
    within[np.diag_indices_from(within)] += _RIDGE
    deviations = statistics.brands[:, part].astype(np.float64)
    between = deviations.T @ deviations / len(deviations)
    root = np.linalg.inv(np.linalg.cholesky(within))
    spread, turned = np.linalg.eigh(root @ between @ root.T)
    return Space(
        mean=statistics.mean[part].astype(np.float64),
        scale=statistics.scale[part].astype(np.float64),
        axes=root.T @ turned,
        between=np.maximum(spread, 0) + _OWN_WAY,
        total=statistics.within[part, part] + between,
    )
