import re

import pytest

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from services.reporter.recommendations import recommendations

Estimate = skill_pb2.PerformanceEstimate


def found(advice: list[str], *words: str) -> list[str]:
    return [line for line in advice if all(word in line for word in words)]


@pytest.mark.parametrize("name", ["full", "single", "identical"])
def test_every_advice_names_a_number_and_is_said_once(
    name: str, request: pytest.FixtureRequest, estimate: Estimate
) -> None:
    advice = recommendations(request.getfixturevalue(name), estimate)
    assert advice
    assert len(set(advice)) == len(advice)
    for line in advice:
        assert re.search(r"\d", line), line
        assert line.endswith((".", "?")), line


def test_hints_are_for_testing_and_give_their_evidence(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    (line,) = found(recommendations(full, estimate), "“words”")
    assert "18.4 words in the better half (5 posts) against 6.6 words in the rest (5)" in line
    assert "Cliff’s delta +0.88, p = 0.016; a hint" in line


def test_differences_that_chance_explains_are_not_advised(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    for difference in full.patterns.differences:
        difference.p_value = 0.2
    advice = recommendations(full, estimate)
    assert not found(advice, "Test on your next posts")
    assert found(advice, "Don’t change your posts", "4 traits", "p = 0.20")


def test_traits_that_most_posts_share_are_house_style(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    (line,) = found(recommendations(full, estimate), "house style")
    assert "“image” (9 of 10, 95 % interval 60–98\u00a0%)" in line
    assert "addresses reader" not in line
    full.patterns.differences.add(trait="has_image", effect=-0.6, p_value=0.03)
    assert not found(recommendations(full, estimate), "house style")


def test_a_missing_image_address_is_no_house_style(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    full.patterns.patterns[0].name = "no_image"
    assert not found(recommendations(full, estimate), "house style")


def test_guards_that_refuse_better_posts_or_cannot_run_are_named(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    advice = recommendations(full, estimate)
    assert found(advice, "“call to action”", "refuses 1 of 5", "(post 2)")
    assert found(advice, "2 guards of 7", "“contrast ratio”", "was not fetched.")
    assert not found(advice, "weaker posts")
    full.review.back_test.rest_accepted = 5
    assert found(recommendations(full, estimate), "5 of 5 weaker posts", "4 of 5 better ones")


def test_an_estimate_is_taken_at_its_lower_end(
    full: pb.WriteSkillReportRequest, estimate: Estimate, no_estimate: Estimate
) -> None:
    assert found(recommendations(full, estimate), "Plan with the lower end, +12.3")
    estimate.low = -4
    assert found(recommendations(full, estimate), "Promise no increase yet", "−4\u00a0%")
    assert not found(recommendations(full, no_estimate), "interval of")


def test_little_evidence_is_answered_by_which_data_to_add(
    single: pb.WriteSkillReportRequest, no_estimate: Estimate
) -> None:
    advice = recommendations(single, no_estimate)
    assert found(advice, "Add at least 6 different posts", "it takes 7")
    assert found(advice, "Add posts from Instagram", "none of yours (1)")
    assert not found(advice, "Test on your next posts")


def test_enough_but_not_all_posts_are_asked_to_be_completed(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    full.patterns.distinct_examples = 8
    assert found(recommendations(full, estimate), "Add 2 more posts", "8 of the 10")
    full.patterns.distinct_examples = 10
    assert not found(recommendations(full, estimate), "Add ")


def test_identical_posts_and_unknown_impressions_are_named(
    identical: pb.WriteSkillReportRequest, no_estimate: Estimate
) -> None:
    advice = recommendations(identical, no_estimate)
    assert found(advice, "Replace posts 2–10", "10 examples count as 1")
    assert found(advice, "impressions of posts 1–10", "(10 of 10)")
    assert found(advice, "Facebook") == []
    assert found(advice, "X (Twitter)", "that platform’s limits")
    assert found(advice, "breaks its schema in 1 place")


def test_posts_that_did_equally_well_teach_no_difference(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    for score in full.patterns.scores:
        score.relative = 1
    assert found(recommendations(full, estimate), "all 10 did equally well")


def test_images_below_a_standard_are_to_be_replaced(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    test = full.review.back_test
    better = next(entry for entry in test.entries if entry.better_half)
    better.failed_guards.append("image_contrast_ratio")
    full.review.guard_results.add(guard="image_contrast_ratio", status="failed")
    (line,) = found(recommendations(full, estimate), "image contrast ratio")
    assert line.startswith(f"Publish better images than those of post {better.index + 1}: 1 of 5")
    assert not found(recommendations(full, estimate), "Check the limit", "image contrast ratio")


def test_what_the_knowledge_base_says_is_to_be_read_beside_the_skill(
    full: pb.WriteSkillReportRequest, estimate: Estimate
) -> None:
    [line] = found(recommendations(full, estimate), "knowledge base")
    assert line == (
        "Read the skill beside what your knowledge base says in “Brand book”: 1 passage there "
        "speaks of “roast” and “farm”."
    )
