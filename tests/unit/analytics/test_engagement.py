from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.engagement import distinct_posts, engagement_basis, score_examples
from analytics.post import Post


def post(text="A post about coffee.", likes=10, *, platform="linkedin", impressions=1000, **kw):
    return Post(
        platform=platform,
        text=text,
        has_image=kw.get("has_image", False),
        likes=likes,
        comments=kw.get("comments", 0),
        shares=kw.get("shares", 0),
        impressions=impressions,
    )


posts_strategy = st.lists(
    st.builds(
        post,
        text=st.sampled_from([f"Text number {n} of the brand" for n in range(6)]),
        likes=st.integers(0, 1000),
        platform=st.sampled_from(["linkedin", "twitter", "facebook"]),
        impressions=st.one_of(st.none(), st.integers(1, 10_000)),
        has_image=st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


def test_rate_is_interactions_per_impression():
    (score,) = score_examples([post(likes=10, comments=5, shares=5, impressions=400)])
    assert score.engagement_rate == 0.05
    assert score.relative == 1
    assert score.better_half


def test_one_unknown_impression_makes_all_relative():
    posts = [post("One post", 10), post("Another post", 30, impressions=None)]
    assert engagement_basis(posts) == "relative_interactions"
    scores = score_examples(posts)
    assert [score.engagement_rate for score in scores] == [0, 0]
    assert [score.relative for score in scores] == [0.5, 1.5]


def test_platforms_are_never_compared_raw():
    quiet = [post(f"LinkedIn text {n}", n) for n in (1, 2, 3)]
    loud = [post(f"Instagram text {n}", 1000 * n, platform="instagram") for n in (1, 2, 3)]
    scores = score_examples([*quiet, *loud])
    assert [score.relative for score in scores] == [0.5, 1, 1.5] * 2
    assert [score.better_half for score in scores] == [False, True, True] * 2


def test_better_half_does_not_part_equals():
    scores = score_examples([post(f"Text {n}", likes) for n, likes in enumerate((9, 3, 3, 3))])
    assert [score.better_half for score in scores] == [True, False, False, False]
    scores = score_examples([post(f"Text {n}", 5) for n in range(4)])
    assert all(score.better_half for score in scores)


def test_identical_texts_count_once():
    posts = [post("The same text", 10), post("the SAME  text", 30), post("Another one", 40)]
    scores = score_examples(posts)
    assert [score.duplicate_of for score in scores] == [None, 0, None]
    assert [one.indexes for one in distinct_posts(posts)] == [(2,), (0, 1)]
    # The copies' mean, 20, and 40 have the median 30.
    assert [one.relative for one in distinct_posts(posts)] == [40 / 30, 20 / 30]


def test_no_engagement_at_all_is_typical():
    scores = score_examples([post("One text", 0), post("Two texts", 0)])
    assert [score.relative for score in scores] == [1, 1]


def test_a_rate_is_at_most_one():
    assert engagement_basis([post(likes=400, impressions=400)]) == "engagement_rate"
    odd = [post(likes=401, impressions=400), post("Another", 10)]
    assert engagement_basis(odd) == "relative_interactions"
    assert [score.engagement_rate for score in score_examples(odd)] == [0, 0]


def test_a_median_of_zero_is_replaced_by_the_mean():
    scores = score_examples([post("One", 0), post("Two", 0), post("Three", 9)])
    assert [score.relative for score in scores] == [0, 0, 3]


@given(posts_strategy, st.integers(2, 7))
def test_multiplying_every_count_changes_nothing(posts, factor):
    scaled = [
        replace(
            one,
            likes=one.likes * factor,
            comments=one.comments * factor,
            shares=one.shares * factor,
        )
        for one in posts
    ]
    # What was a rate may be none any more: more interactions than impressions.
    assume(engagement_basis(posts) == engagement_basis(scaled))
    before, after = score_examples(posts), score_examples(scaled)
    assert [one.relative for one in before] == [one.relative for one in after]
    assert [one.better_half for one in before] == [one.better_half for one in after]


@given(posts_strategy, st.randoms(use_true_random=False))
def test_order_does_not_matter(posts, random):
    shuffled = posts[:]
    random.shuffle(shuffled)
    assert [replace(one, indexes=()) for one in distinct_posts(posts)] == [
        replace(one, indexes=()) for one in distinct_posts(shuffled)
    ]


@given(posts_strategy)
def test_duplicating_all_posts_changes_no_score(posts):
    before, after = score_examples(posts), score_examples([*posts, *posts])
    assert [one.relative for one in before] == [one.relative for one in after[: len(posts)]]
    assert [one.better_half for one in before] == [one.better_half for one in after[len(posts) :]]


@given(posts_strategy)
def test_the_better_half_is_never_empty_and_never_worse(posts):
    distinct = distinct_posts(posts)
    better = [one.relative for one in distinct if one.better_half]
    rest = [one.relative for one in distinct if not one.better_half]
    assert better
    assert not rest or min(better) > max(rest)
