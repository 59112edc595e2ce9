from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engagement import distinct_posts
from analytics.estimate import estimate, followers
from analytics.patterns import analyze
from analytics.post import Post
from analytics.traits import samples

SUBJECTS = [
    "grinder", "kettle", "roaster", "espresso", "filter", "barista", "milk", "water", "cup", "bean",
]  # fmt: skip


def posts_of(count, *, better=lambda n: n % 2, lead=8):
    """Posts of which the better ones have an image and a question."""
    return [
        Post(
            "facebook",
            f"Is the {word} worth it? We found out." if better(n) else f"The {word} is in stock.",
            bool(better(n)),
            (10 + n % 3) * (lead if better(n) else 1),
            0,
            0,
            1000,
        )
        for n, word in enumerate(SUBJECTS[:count])
    ]


def estimate_of(posts):
    return estimate(posts, analyze(posts))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_examples_give_no_estimate_and_say_why(count):
    found = estimate_of(posts_of(count))
    assert (found.engagement_rate_increase, found.confidence) == (0, 0)
    assert (found.low, found.high) == (None, None)
    assert f"{count} distinct example" in found.basis


def test_copies_are_no_more_examples():
    assert "1 distinct example cannot" in estimate_of(posts_of(1) * 10).basis


def test_equal_success_gives_no_estimate():
    posts = [replace(one, likes=10) for one in posts_of(10)]
    found = estimate_of(posts)
    assert (found.engagement_rate_increase, found.confidence) == (0, 0)
    assert "did equally well" in found.basis


def test_a_clear_lead_is_estimated_and_shrunk():
    posts = posts_of(10)
    found = estimate_of(posts)
    lead = 100 * (distinct_posts(posts)[2].relative - 1)
    assert 0 < found.engagement_rate_increase < lead / 2
    assert 0 < found.confidence <= 100 / 3
    assert found.low <= found.engagement_rate_increase <= found.high
    assert "5 of 10 distinct examples" in found.basis


def test_more_examples_give_more_confidence():
    assert estimate_of(posts_of(6)).confidence < estimate_of(posts_of(10)).confidence


def test_traits_that_come_and_go_by_chance_promise_nothing():
    # The posts that did best have nothing in common that the others lack.
    posts = [replace(one, likes=10 + 7 * (n // 2 % 2)) for n, one in enumerate(posts_of(8))]
    found = estimate_of(posts)
    assert found.engagement_rate_increase < 2
    assert found.confidence < 10


def test_followers_have_the_traits_of_the_better_half():
    taken = samples(distinct_posts(posts_of(10)))
    assert [bool(one) for one in followers(taken)] == [one.post.has_image for one in taken]


def test_unknown_impressions_are_named_in_the_basis():
    posts = [replace(one, impressions=None) for one in posts_of(10)]
    assert "interactions" in estimate_of(posts).basis
    assert "engagement rate" in estimate_of(posts_of(10)).basis


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.integers(0, 200), min_size=8, max_size=8),
    st.randoms(use_true_random=False),
    st.integers(2, 5),
)
def test_order_scale_and_copies_do_not_matter(likes, random, factor):
    posts = [replace(one, likes=n) for one, n in zip(posts_of(8), likes, strict=True)]
    expected = estimate_of(posts)
    shuffled = posts[:]
    random.shuffle(shuffled)
    assert estimate_of(shuffled) == expected
    assert estimate_of([*posts, *posts]) == expected
    assert estimate_of([replace(one, likes=one.likes * factor) for one in posts]) == expected
    assert expected.engagement_rate_increase >= 0
    assert 0 <= expected.confidence <= 100
