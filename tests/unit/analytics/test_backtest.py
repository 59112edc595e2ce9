import pytest

from analytics.backtest import beyond_platform, other_texts, review_skill
from analytics.patterns import analyze
from analytics.post import Post
from analytics.skill.model import Provenance, SkillDraft
from analytics.skill.writer import write_skill

LONG = "The grinder matters more than the machine, as our baristas found out in a blind tasting."


def post(text, likes=10, *, platform="facebook"):
    return Post(platform, text, False, likes, 0, 0, 1000)


POSTS = [post(LONG, 90), post(f"{LONG} Twice.", 80), post("Too short.", 1), post("Tiny text.", 2)]


def draft_of(posts, *, platforms=("facebook",)):
    made = Provenance("task_1", "offline", len(posts), "2026-01-02T03:04:05Z")
    report = analyze(posts)
    return write_skill(posts, report, name="Tips", platforms=platforms, provenance=made)


def test_the_back_test_counts_both_halves():
    review = review_skill(draft_of(POSTS), POSTS)
    tested = review.back_test
    assert review.accepted
    assert review.score == 100
    assert (tested.better_accepted, tested.better_total) == (2, 2)
    assert (tested.rest_accepted, tested.rest_total) == (0, 2)
    assert [entry.accepted for entry in tested.entries] == [True, True, False, False]
    assert "length" in tested.entries[2].failed_guards


def test_identical_texts_count_once_but_keep_their_entries():
    posts = [*POSTS, POSTS[0]]
    tested = review_skill(draft_of(posts), posts).back_test
    assert len(tested.entries) == 5
    assert (tested.better_total, tested.rest_total) == (2, 2)


def test_every_guard_has_one_result_and_skipped_is_not_passed():
    results = review_skill(draft_of(POSTS), POSTS).guard_results
    assert len(results) == len({one.guard for one in results}) == 15
    assert {one.status for one in results} == {"passed", "skipped"}
    assert all(one.passed == (one.status == "passed") for one in results)
    length = next(one for one in results if one.guard == "length")
    assert length.reason == "2 of 2 better examples pass; the median is 91.5."


def test_a_refusal_names_guard_and_example():
    draft = draft_of(POSTS)
    strict = SkillDraft(draft.skill_id, draft.name, draft.yaml.replace("max: 120", "max: 90"))
    review = review_skill(strict, POSTS)
    assert (review.accepted, review.score) == (False, 50)
    (sentence,) = review.feedback
    assert sentence.startswith("Guard length refuses example 2 of the better half: 95 characters")
    failed = next(one for one in review.guard_results if one.guard == "length")
    assert (failed.status, failed.passed) == ("failed", False)


def test_an_invalid_file_is_a_review_with_violations():
    review = review_skill(SkillDraft("skill_x_v1", "Tips", "name: 5"), POSTS)
    assert (review.accepted, review.score, review.guard_results) == (False, 0, ())
    assert review.violations
    assert len(review.feedback) == len(review.violations)


def test_scores_must_fit_the_posts():
    with pytest.raises(ValueError, match="1 scores for 4 posts"):
        review_skill(draft_of(POSTS), POSTS, analyze(POSTS[:1]).scores)


def test_an_example_of_another_platform_is_judged_by_the_other_guards():
    posts = [post(LONG * 5, 90, platform="linkedin")]
    review = review_skill(draft_of(posts, platforms=["twitter"]), posts)
    assert review.accepted
    length = next(one for one in review.guard_results if one.guard == "length")
    assert length.status == "skipped"


def test_versions_of_a_text_are_no_copies():
    posts = [post(LONG), post(LONG.upper()), post(f"{LONG} #coffee"), post("Something else on tea")]
    assert other_texts(posts[0], posts) == ["Something else on tea"]


def test_limits_of_the_platform_are_named():
    assert beyond_platform(post("short text", platform="twitter")) == ""
    assert beyond_platform(post("a" * 281, platform="twitter")) == (
        "has 281 characters, Twitter/X allows 280"
    )
    tags = " ".join(f"#tag{n}" for n in range(31))
    assert beyond_platform(post(tags, platform="instagram")) == (
        "has 31 hashtags, Instagram allows 30"
    )
