from itertools import combinations

import pytest

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from services.reporter import evidence


@pytest.mark.parametrize(("better", "rest"), [(1, 1), (2, 2), (3, 2), (4, 3), (4, 4), (5, 5)])
def test_smallest_p_is_that_of_perfectly_separated_groups(better: int, rest: int) -> None:
    values = [0.0] * rest + [1.0] * better
    total = sum(values)

    def distance(chosen: tuple[float, ...]) -> float:
        return abs(sum(chosen) / better - (total - sum(chosen)) / rest)

    observed = distance((1.0,) * better)
    splits = list(combinations(values, better))
    p_value = sum(distance(split) >= observed * (1 - 1e-12) for split in splits) / len(splits)
    assert evidence.smallest_p(better, rest) == pytest.approx(p_value)


def test_it_takes_seven_posts_to_reach_p_below_five_percent() -> None:
    assert evidence.posts_to_tell_apart() == 7


def test_differences_come_with_the_largest_effect_first(full: pb.WriteSkillReportRequest) -> None:
    effects = [abs(difference.effect) for difference in evidence.differences(full.patterns)]
    assert effects == sorted(effects, reverse=True)


def test_units_come_from_measurements_and_patterns(full: pb.WriteSkillReportRequest) -> None:
    assert evidence.unit_of(full.patterns, "words") == "words"
    assert evidence.unit_of(full.patterns, "has_image") == "share"
    assert evidence.unit_of(full.patterns, "has_emoji") == "share"
    assert evidence.unit_of(full.patterns, "unheard_of") == ""


@pytest.mark.parametrize(
    ("score", "word"), [(0, "low"), (39.9, "low"), (40, "moderate"), (70, "high"), (100, "high")]
)
def test_confidence_has_a_word(score: float, word: str) -> None:
    assert evidence.confidence_word(score) == word


def test_an_estimate_without_confidence_counts_as_none(
    estimate: skill_pb2.PerformanceEstimate,
) -> None:
    assert evidence.has_interval(estimate)
    estimate.confidence = 0
    assert not evidence.has_interval(estimate)


@pytest.mark.parametrize(
    ("low", "high", "covers"), [(-3.0, 8.0, True), (0.0, 8.0, True), (1.0, 8.0, False)]
)
def test_an_interval_may_cover_no_change(low: float, high: float, covers: bool) -> None:
    estimate = skill_pb2.PerformanceEstimate(confidence=20, low=low, high=high)
    assert evidence.covers_zero(estimate) is covers
    assert not evidence.covers_zero(skill_pb2.PerformanceEstimate(confidence=20))
