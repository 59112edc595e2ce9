"""What the numbers of a skill bear, and what they don't."""

import math

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2

ALPHA = 0.05
"""Below this p value a difference is worth acting on; the usual level."""

MODERATE_CONFIDENCE, HIGH_CONFIDENCE = 40, 70
"""From which confidence score on the report says "moderate" and "high"."""


def differences(report: skill_pb2.PatternReport) -> list[skill_pb2.Difference]:
    """Returns the differences between the better half and the rest, the largest effect first."""
    return sorted(report.differences, key=lambda difference: -abs(difference.effect))


def is_hint(difference: skill_pb2.Difference) -> bool:
    """Whether a difference is worth testing on new posts.

    Never more than that: many traits are compared at once, and with ten posts at most no exact
    permutation test reaches a p value that would withstand correction for so many.
    """
    return difference.p_value < ALPHA


def smallest_p(better_size: int, rest_size: int) -> float:
    """Returns the smallest p value a two-sided exact permutation test of such groups can reach.

    Groups of equal size can be swapped, so each split has a mirror image that is as extreme.
    """
    splits = math.comb(better_size + rest_size, better_size)
    return min(1.0, (2 if better_size == rest_size else 1) / splits)


def posts_to_tell_apart() -> int:
    """Returns how many posts, halved, it takes before the permutation test can reach p < 0.05."""
    posts = 2
    while smallest_p(posts // 2, posts - posts // 2) >= ALPHA:
        posts += 1
    return posts


def confidence_word(score: float) -> str:
    """Returns "low", "moderate" or "high" for a confidence of 0 to 100."""
    if score >= HIGH_CONFIDENCE:
        return "high"
    return "moderate" if score >= MODERATE_CONFIDENCE else "low"


def has_interval(estimate: skill_pb2.PerformanceEstimate) -> bool:
    """Whether the estimate could be computed and comes with an interval."""
    return estimate.HasField("low") and estimate.HasField("high") and estimate.confidence > 0


def covers_zero(estimate: skill_pb2.PerformanceEstimate) -> bool:
    """Whether no change at all lies within the estimate's interval."""
    return has_interval(estimate) and estimate.low <= 0 <= estimate.high


def without_impressions(request: reporter_service_pb2.WriteSkillReportRequest) -> list[int]:
    """Returns the positions, from 0, of the examples whose impressions are unknown."""
    return [
        index
        for index, example in enumerate(request.examples)
        if example.performance_metrics.impressions_unknown
    ]


def duplicates(request: reporter_service_pb2.WriteSkillReportRequest) -> list[int]:
    """Returns the positions, from 0, of the examples that repeat the text of an earlier one."""
    return [score.index for score in request.patterns.scores if score.HasField("duplicate_of")]


def unit_of(report: skill_pb2.PatternReport, trait: str) -> str:
    """Returns the unit of a trait: of its measurement, "share" for a yes-or-no one, else ""."""
    units = {measurement.name: measurement.unit for measurement in report.measurements}
    for name in (trait, f"{trait}_median", f"{trait.removeprefix('has_')}_share"):
        if name in units:
            return units[name]
    return "share" if any(pattern.name == trait for pattern in report.patterns) else ""
