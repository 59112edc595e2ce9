"""What following the better posts promises: tested on posts left out, then shrunk towards nothing.

The better half did better than the median by construction, so its lead is no promise. Instead each
post is held out in turn: the traits of the better half are learned on the others, and the held-out
post counts as a follower if it has them. How much better than the median the followers did, as a
mean of logarithms, is then shrunk by its uncertainty against a normal prior around no gain (the
normal-normal model of Efron & Morris 1973). docs/skill-file.md says how well that does.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.differences import value_of
from analytics.engagement import distinct_posts
from analytics.evidence import PatternReport, PerformanceEstimate
from analytics.post import Post
from analytics.statistics import Z95, bootstrap, cliffs_delta, seed_from
from analytics.traits import TRAITS, Sample, samples

MIN_FOR_ESTIMATE: Final = 6
_MIN_FOLLOWERS: Final = 2
_HALF_CONFIDENCE: Final = 20
# Spread of true gains, in logarithms. Chosen on 32 organisations' pages: traits learned on 6 or 10
# posts were looked for in 90 others of the same page; 0.15 keeps the estimates below the gains.
_PRIOR_SPREAD: Final = 0.15
# A post without any engagement counts as a twentieth of the median, a viral one as 20 times it.
_EXTREME: Final = 20.0


def estimate(posts: Sequence[Post], report: PatternReport) -> PerformanceEstimate:
    """Estimate what following the traits of the better half changes in engagement.

    Args:
        posts: The examples.
        report: Their report, as `analytics.patterns.analyze` gives it.

    Returns:
        The estimate in percent of the median, never negative. Its confidence is how much likelier a
        gain is than a loss (2P - 1), times n / (n + 20): at most 33 for 10 posts. 0 with confidence
        0, and the reason as basis, where the posts do not bear a number. The interval is that of
        the shrunk gain: 95 % of the normal distribution that its confidence is taken from.
    """
    unit = "engagement rate" if report.engagement_basis == "engagement_rate" else "interactions"
    distinct = distinct_posts(posts)
    count = len(distinct)
    if count < MIN_FOR_ESTIMATE:
        noun = "example" if count == 1 else "examples"
        return _none(
            f"No estimate: {count} distinct {noun} cannot show what works; at least "
            f"{MIN_FOR_ESTIMATE} are needed."
        )
    relative = np.asarray([post.relative for post in distinct])
    if float(np.ptp(relative)) == 0:
        return _none("No estimate: all examples did equally well for their platform.")
    follows = followers(samples(distinct))
    size = int(follows.sum())
    if not _MIN_FOLLOWERS <= size < count:
        return _none(
            f"No estimate: tested on posts left out, {size} of {count} distinct examples have the "
            f"traits of the better half among the others; {_MIN_FOLLOWERS} to {count - 1} are "
            "needed to compare."
        )
    logs = np.log(np.clip(relative, 1 / _EXTREME, _EXTREME))
    observed = float(_gains(logs[None, :], follows[None, :])[0])
    gains = bootstrap(
        count, lambda draws: _gains(logs[draws], follows[draws]), seed=seed_from(logs.tolist())
    )
    seen = [_percent(float(end)) for end in np.quantile(gains, [0.025, 0.975])]
    tested = (
        f"{size} of {count} distinct examples have the traits of the better half when these are "
        f"learned without them; the geometric mean of their {unit} is "
        f"{_percent(observed):+.0f} % against the median of all (95 % bootstrap interval "
        f"{seen[0]:+.0f} % to {seen[1]:+.0f} %)"
    )
    variance = float(gains.var())
    kept = _PRIOR_SPREAD**2 / (_PRIOR_SPREAD**2 + variance)
    spread = math.sqrt(kept * variance)
    ends = (_percent(observed * kept + sign * Z95 * spread) for sign in (-1, 1))
    low, high = (round(end, 1) for end in ends)
    if observed <= 0:
        return _none(f"No gain can be promised: {tested}.", low, high)
    # 2P(gain) - 1 of a normal distribution around the shrunk gain.
    certainty = math.erf(observed * kept / spread / math.sqrt(2)) if spread else 1.0
    increase = _percent(observed * kept)
    return PerformanceEstimate(
        engagement_rate_increase=round(increase, 1),
        confidence=round(100 * certainty * count / (count + _HALF_CONFIDENCE), 1),
        basis=(
            f"{tested}; {100 * kept:.0f} % of that gain is kept, for so few posts tell little "
            "(leave-one-out, shrunk by a normal prior). Observed, not tried: the traits need not "
            "be the cause."
        ),
        low=low,
        high=high,
    )


def followers(taken: Sequence[Sample]) -> NDArray[np.bool_]:
    """Tell which posts have the traits of the better half, as learned from the other posts.

    Each trait votes with how many standard deviations the post is above the others' mean, times
    Cliff's delta of the others' better half against their rest: traits are weighed one by one
    because there are more of them than posts (the independence rule, Bickel & Levina 2004).

    Args:
        taken: The measured distinct posts.

    Returns:
        One truth value a post, in their order.
    """
    relative = np.asarray([one.post.relative for one in taken])
    votes = np.zeros(len(taken))
    for trait in TRAITS:
        values = np.asarray(
            [np.nan if (value := value_of(trait, one)) is None else value for one in taken]
        )
        for index in range(len(taken)):
            others = np.arange(len(taken)) != index
            votes[index] += _vote(values[index], values[others], relative[others])
    return votes > 0


def _vote(value: float, others: NDArray[np.float64], relative: NDArray[np.float64]) -> float:
    """Return one trait's vote for a post held out."""
    known = ~np.isnan(others)
    spread = float(others[known].std()) if known.any() else 0.0
    if np.isnan(value) or spread == 0:
        return 0.0
    middle = np.median(relative)
    better, rest = others[known & (relative > middle)], others[known & (relative <= middle)]
    effect = cliffs_delta(better.tolist(), rest.tolist())
    # Beyond three deviations a post is no more of a follower: one odd value must not outvote all.
    distance = float(np.clip((value - others[known].mean()) / spread, -3, 3))
    return effect * distance


def _gains(logs: NDArray[np.float64], follows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return, a row, the followers' mean less the median of all; NaN without followers."""
    sizes = follows.sum(axis=1)
    sums = np.where(follows, logs, 0.0).sum(axis=1)
    means = np.divide(sums, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)
    gains: NDArray[np.float64] = means - np.median(logs, axis=1)
    return gains


def _percent(gain: float) -> float:
    """Turn a difference of logarithms into a change in percent."""
    return 100 * math.expm1(gain) + 0.0  # no minus before a zero


def _none(basis: str, low: float | None = None, high: float | None = None) -> PerformanceEstimate:
    """Return the estimate that promises nothing."""
    return PerformanceEstimate(
        engagement_rate_increase=0.0,
        confidence=0.0,
        basis=basis,
        low=None if low is None else round(low, 1),
        high=None if high is None else round(high, 1),
    )
