import pytest

from analytics.backtest import review_skill
from analytics.confidence import confidence
from analytics.patterns import analyze
from analytics.post import Post
from analytics.skill.model import BackTest, Provenance, SkillReview
from analytics.skill.writer import write_skill

SUBJECTS = [
    "grinder", "kettle", "roaster", "espresso", "filter", "barista", "milk", "water", "cup", "bean",
]  # fmt: skip


def posts_of(count):
    return [
        Post(
            "facebook",
            f"The {word} decides how your coffee tastes. Try ours today!",
            True,
            n,
            0,
            0,
            99,
        )
        for n, word in enumerate(SUBJECTS[:count], start=1)
    ]


def confidence_of(posts):
    report = analyze(posts)
    made = Provenance("task_1", "offline", len(posts), "2026-01-02T03:04:05Z")
    draft = write_skill(posts, report, name="Tips", platforms=["facebook"], provenance=made)
    return confidence(report, review_skill(draft, posts))


def test_one_example_gives_little_confidence():
    score, _ = confidence_of(posts_of(1))
    assert 0 < score <= 25


def test_identical_examples_are_one():
    assert confidence_of(posts_of(1) * 5) == confidence_of(posts_of(1))


def test_more_examples_give_more():
    scores = [confidence_of(posts_of(count))[0] for count in (1, 3, 6, 10)]
    assert scores == sorted(scores)
    assert scores[-1] > 2 * scores[0]
    assert scores[-1] <= 100


def test_the_score_is_the_weighted_mean_of_its_parts():
    score, parts = confidence_of(posts_of(5))
    assert [one.name for one in parts] == ["sample_size", "agreement", "back_test", "measurability"]
    assert sum(one.weight for one in parts) == pytest.approx(1)
    assert all(0 <= one.value <= 1 and one.reason for one in parts)
    assert score == pytest.approx(100 * sum(one.value * one.weight for one in parts), abs=0.05)


def test_an_untested_skill_earns_nothing_for_the_back_test():
    report = analyze(posts_of(5))
    nothing = SkillReview((), (), BackTest(), 0.0, accepted=False)
    part = next(one for one in confidence(report, nothing)[1] if one.name == "back_test")
    assert part.value == 0


def test_what_is_missing_is_named():
    posts = [Post("facebook", "コーヒーはとても美味しいです。", False, 1, 0, 0, None)]
    part = next(one for one in confidence_of(posts)[1] if one.name == "measurability")
    assert part.value < 0.5
    assert "engagement rate" in part.reason


@pytest.mark.parametrize("form", ["https://example.com/coffee/{}", "☕" * 10 + "{}"])
def test_examples_without_words_earn_next_to_nothing(form):
    marks = ("🎉", "🔥", "🌱", "🫘") if "☕" in form else range(4)
    posts = [Post("facebook", form.format(mark), True, n, 0, 0, 99) for n, mark in enumerate(marks)]
    score, parts = confidence_of(posts)
    assert score <= 5
    assert "0 distinct examples with words, of 4" in parts[0].reason


def test_examples_without_words_do_not_add_to_others():
    links = [Post("facebook", f"https://example.com/{n}", True, n, 0, 0, 99) for n in range(3)]
    mixed, parts = confidence_of([*posts_of(3), *links])
    assert parts[0].value == pytest.approx(3 / 8)
    assert mixed < confidence_of(posts_of(3))[0] + 5
