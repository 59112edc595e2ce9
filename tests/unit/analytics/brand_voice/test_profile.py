import numpy as np
import pytest

from analytics.brand_voice.profile import draft_profile
from analytics.brand_voice.report import analyze_voice
from tests.unit.analytics.brand_voice.test_report import TEXTS, posts

NEWS = [
    f"The {place} council approved a budget of {amount} million on {day}, officials said."
    for place, amount, day in (
        ("city", 12, "Monday"), ("county", 40, "Tuesday"), ("state", 900, "Friday"),
        ("harbour", 7, "Sunday"), ("school", 3, "Monday"), ("village", 1, "Thursday"),
    )
]  # fmt: skip


def draft(given, competitors=()):
    return draft_profile(given, analyze_voice(given), competitors)


def test_the_draft_holds_scores_samples_and_the_mean_embedding():
    found = draft(posts())
    assert [post.index for post in found.posts] == list(range(len(TEXTS)))
    assert all(post.score is not None and 0 <= post.score <= 100 for post in found.posts)
    assert np.linalg.norm(found.embedding) == pytest.approx(1)
    assert len(found.high_scoring) == len(found.low_scoring) == 4
    assert set(found.high_scoring) | set(found.low_scoring) == set(TEXTS)
    best = max(found.posts, key=lambda post: post.score)
    assert TEXTS[best.index] == found.high_scoring[0]
    assert found.model is not None
    assert 0.5 <= found.quality.low <= found.quality.auc <= found.quality.high <= 1
    assert found.quality.sample_size == len(TEXTS)
    assert found.quality.background_size > 10_000
    assert found.differentiation is None


def test_every_order_and_copies_give_the_same_draft():
    shuffled = posts()[3:] + posts()[:3][::-1]
    one = draft(posts())
    for given in (shuffled, [*posts(), *posts()]):
        other = draft(given)
        assert (one.model, one.quality, one.embedding) == (
            other.model, other.quality, other.embedding,
        )  # fmt: skip
        assert (one.high_scoring, one.low_scoring) == (other.high_scoring, other.low_scoring)


def test_copies_share_a_score():
    found = draft([*posts(), *posts()])
    half = len(TEXTS)
    assert [p.score for p in found.posts[:half]] == [p.score for p in found.posts[half:]]


def test_too_few_posts_leave_the_model_out_and_say_so():
    found = draft(posts(TEXTS[:2]))
    assert found.model is None
    assert found.quality.auc == 0
    assert "No model" in found.quality.basis
    assert found.high_scoring == found.low_scoring == ()
    assert all(post.score is None for post in found.posts)


def test_differences_from_competitors_carry_their_figures():
    found = draft(posts(), [NEWS]).differentiation
    assert found is not None
    hashtags = next(s for s in found.unique_to_customer if "use hashtags" in s)
    assert "7 of 8 (88 %)" in hashtags
    assert "0 of 6" in hashtags
    numbers = next(s for s in found.opportunities if "name at least one number" in s)
    assert "6 of 6 (100 %)" in numbers


def test_few_posts_of_competitors_are_not_compared():
    found = draft(posts(), [NEWS[:2], []]).differentiation
    assert found is not None
    assert found.unique_to_customer == ()
    assert "Nothing can be compared yet" in found.opportunities[0]


def test_posts_that_are_all_told_apart_leave_doubt():
    loud = [
        f"{word} night is HERE!!! 🎉 #{word} #wow" for word in ("Pizza", "Taco", "Ramen", "Curry")
    ]
    found = draft(posts(loud))
    assert found.quality.auc > 0.95
    assert found.quality.low < 0.7
