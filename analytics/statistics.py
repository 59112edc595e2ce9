"""Small-sample statistics: nothing here assumes more than a handful of posts.

Every function is deterministic. Where chance is needed its seed is derived from the data, so the
same posts give the
same numbers whatever their order.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z95: Final = 1.959963984540054
"""Standard deviations of a normal distribution to either side that hold 95 % of it."""
_MAX_EXACT_SPLITS: Final = 20_000
_RANDOM_SPLITS: Final = 9_999
_MOST_SPLIT: Final = 200


def wilson_interval(count: float, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share (Wilson 1927).

    Args:
        count: How many have the trait, 0 to `total`; a sum of chances where each has it by chance.
        total: How many were looked at.

    Returns:
        Lower and upper end, each 0 to 1; (0, 1) when `total` is 0, because nothing is known then.

    Raises:
        ValueError: `count` is not between 0 and `total`.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count {count} is not between 0 and total {total}")
    if total == 0:
        return 0.0, 1.0
    share = count / total
    scale = 1 + Z95**2 / total
    centre = (share + Z95**2 / (2 * total)) / scale
    half = Z95 * math.sqrt(share * (1 - share) / total + Z95**2 / (4 * total**2)) / scale
    # Rounding must not push the end of a full or empty share off the scale.
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return low, high


def cliffs_delta(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Cliff's delta (Cliff 1993): P(first > second) - P(first < second).

    Returns:
        -1 to 1; 0 when either is empty.
    """
    if not first or not second:
        return 0.0
    differences = np.subtract.outer(np.asarray(first, float), np.asarray(second, float))
    return float(np.sign(differences).mean())


def permutation_p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p value of a permutation test on the difference of means.

    Exact over all splits into groups of these sizes while there are at most 20,000 (always so for
    16 values or fewer);
    beyond that estimated from 9,999 random splits, the observed one counted in (Phipson & Smyth
    2010), with a seed from the data; for more than 200 values from the normal distribution that
    the splits come near (Hoeffding 1951).

    Returns:
        p, above 0 and at most 1; 1 when either group is empty.
    """
    if not first or not second:
        return 1.0
    values = np.sort(np.asarray([*first, *second], float))
    size, total = len(first), float(values.sum())
    observed = abs(_difference(float(np.sum(np.asarray(first, float))), total, size, len(values)))
    tolerance = 1e-9 * max(1.0, float(np.abs(values).max()))
    if math.comb(len(values), size) <= _MAX_EXACT_SPLITS:
        sums = [sum(split) for split in combinations(values.tolist(), size)]
        extreme = sum(
            abs(_difference(part, total, size, len(values))) >= observed - tolerance
            for part in sums
        )
        return extreme / len(sums)
    if len(values) > _MOST_SPLIT:
        spread = math.sqrt(float(values.var(ddof=1)) * (1 / size + 1 / (len(values) - size)))
        return max(math.erfc(observed / spread / math.sqrt(2)), 1e-300) if spread else 1.0
    generator = np.random.default_rng(seed_from(values.tolist()))
    extreme = 1
    for _ in range(_RANDOM_SPLITS):
        part = float(generator.permutation(values)[:size].sum())
        extreme += abs(_difference(part, total, size, len(values))) >= observed - tolerance
    return extreme / (_RANDOM_SPLITS + 1)


def _difference(part: float, total: float, size: int, count: int) -> float:
    """Return the difference of means when `size` of `count` values add up to `part`."""
    return part / size - (total - part) / (count - size)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for the number of comparisons (Holm 1979), in the order given."""
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        running = max(running, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = running
    return adjusted


def median(values: Sequence[float]) -> float:
    """Return the median.

    Raises:
        ValueError: There are no values.
    """
    return quantile(values, 0.5)


def quantile(values: Sequence[float], level: float) -> float:
    """Return a quantile by linear interpolation (Hyndman & Fan type 7).

    Args:
        values: At least one value, in any order.
        level: 0 to 1.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("a quantile needs at least one value")
    return float(np.quantile(np.asarray(values, float), level))


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the distribution-free 95 % interval of the median from order statistics.

    Its ends are values of the sample, chosen by the binomial distribution (Conover 1999, section
    3.2).

    Returns:
        Lower and upper end; None for fewer than 6 values, which cannot give 95 %.
    """
    ordered = sorted(values)
    count = len(ordered)
    tail, rank = 0.0, 0
    while rank < count:
        tail += math.comb(count, rank) * 0.5**count
        if tail > 0.025:
            break
        rank += 1
    if rank == 0:
        return None
    return ordered[rank - 1], ordered[count - rank]


def bootstrap(
    size: int,
    statistic: Callable[[NDArray[np.intp]], NDArray[np.float64]],
    *,
    seed: int,
    rounds: int = 2000,
) -> NDArray[np.float64]:
    """Return a statistic of `rounds` resamples (Efron 1979), NaN ones left out.

    Args:
        size: How many observations there are.
        statistic: Takes the positions of all resamples, one a row, `size` with replacement, and
            returns one value a row.
        seed: Makes it repeatable; `seed_from` derives one from data.
        rounds: How many resamples.
    """
    generator = np.random.default_rng(seed)
    results = statistic(generator.integers(0, size, size=(rounds, size), dtype=np.intp))
    kept: NDArray[np.float64] = results[~np.isnan(results)]
    return kept


def seed_from(values: Sequence[float]) -> int:
    """Derive a seed from numbers, the same whatever their order."""
    text = ",".join(f"{value:.9g}" for value in sorted(values))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
