from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.patterns import analyze
from analytics.post import Post

TEXTS = [
    "We roast every Tuesday.\n\nCome and try the new Ethiopian beans in our shop. #coffee",
    "Three mistakes ruin your espresso:\n- stale beans\n- hot water\n- a dirty grinder\n#coffee",
    "Why does cold brew taste so sweet? Our roaster explains it in one minute. #coffee",
    "Our 12 baristas tasted 40 beans this week. One of them won. #coffee",
    "The grinder matters more than the machine. We measured it for you. #coffee",
    "Sunday is for slow coffee. Put the kettle on and read our guide. #coffee",
]


def post(text, likes=10, *, has_image=False, platform="linkedin", impressions=1000):
    return Post(platform, text, has_image, likes, 0, 0, impressions)


def posts_of(count, *, images=0, platform="linkedin"):
    return [
        post(text, 10 * (n + 1), has_image=n < images, platform=platform)
        for n, text in enumerate(TEXTS[:count])
    ]


def pattern(report, name):
    return next((one for one in report.patterns if one.name == name), None)


def findings(report):
    return (report.patterns, report.measurements, report.differences, report.voice)


def test_more_images_move_the_image_share():
    shares = [analyze(posts_of(5, images=n)).measurement("image_share").value for n in range(6)]
    assert shares == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert pattern(analyze(posts_of(5, images=4)), "has_image").sentence == (
        "4 of 5 examples (80 %) have an image."
    )
    assert pattern(analyze(posts_of(5, images=1)), "no_image").sentence == (
        "4 of 5 examples (80 %) have no image."
    )


def test_a_pattern_names_its_share_and_interval():
    found = pattern(analyze(posts_of(5)), "has_hashtags")
    assert (found.count, found.total, found.share) == (5, 5, 1)
    assert 0.5 < found.low < found.high == 1
    assert found.category == "hashtags"


def test_a_repeated_hashtag_is_named():
    assert pattern(analyze(posts_of(5)), "repeated_hashtag").sentence == (
        "5 of 5 examples (100 %) carry #coffee."
    )


def test_patterns_are_sorted_by_share():
    shares = [one.share for one in analyze(posts_of(6, images=4)).patterns]
    assert shares == sorted(shares, reverse=True)
    assert all(share >= 0.5 for share in shares)


def test_one_example_has_no_pattern_and_says_why():
    report = analyze(posts_of(1))
    assert (report.patterns, report.differences, report.distinct_examples) == ((), (), 1)
    assert any("a pattern is what at least two share" in limit for limit in report.limits)


def test_identical_posts_count_once():
    report = analyze(posts_of(1) * 5)
    assert (report.patterns, report.differences, report.distinct_examples) == ((), (), 1)
    assert "4 of 5 examples repeat the text of another; identical texts count once." in (
        report.limits
    )


def test_no_posts_are_refused():
    with pytest.raises(ValueError, match="no posts"):
        analyze([])


def test_differences_need_four_examples():
    assert analyze(posts_of(3, images=2)).differences == ()
    found = analyze(posts_of(4, images=2)).differences
    image = next(one for one in found if one.trait == "has_image")
    # The two posts with images did worse; two of six splits are as far apart as this.
    assert (image.better, image.rest, image.effect) == (0, 1, -1)
    assert image.p_value == pytest.approx(2 / 6)
    assert image.sentence == (
        "None of the 2 better examples (0 %) have an image, against 2 of the other 2 (100 %): "
        "not more than chance can give (p = 0.33)."
    )


def test_differences_are_sorted_by_effect():
    effects = [abs(one.effect) for one in analyze(posts_of(6, images=3)).differences]
    assert effects
    assert effects == sorted(effects, reverse=True)


def test_equal_success_shows_no_difference():
    report = analyze([replace(one, likes=10) for one in posts_of(6, images=3)])
    assert report.differences == ()
    assert any("no better half" in limit for limit in report.limits)


def test_unknown_impressions_are_said():
    posts = [replace(posts_of(1)[0], impressions=None), *posts_of(4)[1:]]
    report = analyze(posts)
    assert report.engagement_basis == "relative_interactions"
    assert any("there is no engagement rate" in limit for limit in report.limits)
    assert report.measurement("interactions_median_linkedin").unit == "count"
    assert analyze(posts_of(4)).measurement("engagement_rate_median_linkedin").unit == "rate"


def test_more_interactions_than_impressions_are_no_rate():
    posts = [post(TEXTS[0], 1002, impressions=1), *posts_of(4)[1:]]
    report = analyze(posts)
    assert report.engagement_basis == "relative_interactions"
    assert all(score.engagement_rate == 0 for score in report.scores)
    assert any("1 of 4 examples have more interactions than" in limit for limit in report.limits)
    assert analyze([replace(posts[0], likes=1), *posts[1:]]).engagement_basis == "engagement_rate"


@pytest.mark.parametrize("texts", [("https://a.example/1", "https://a.example/2"), ("🎉🎉", "☕")])
def test_posts_without_words_have_no_pattern_of_words(texts):
    report = analyze([post(text) for text in texts])
    names = {one.name for one in report.patterns}
    assert not names & {"words_band", "words_per_sentence_band", "short_sentences", "no_question"}
    assert not any("0 words" in one.sentence for one in report.patterns)
    assert report.measurement("words_per_sentence_median") is None
    assert report.measurement("words_median").value == 0


@pytest.mark.parametrize("ending", [" #coffee #shop", "\n#coffee #shop", " #coffee ☕ #shop 🎉"])
def test_hashtags_at_the_end_are_so_on_any_line(ending):
    texts = [f"We opened a new shop in {town} today. Coming?" for town in ("Bern", "Ulm", "Graz")]
    report = analyze([post(text + ending) for text in texts])
    assert report.measurement("hashtags_closing_share").value == 1
    assert pattern(report, "hashtags_closing").count == 3
    # What stands before the hashtags is how the post closes.
    assert report.measurement("question_closing_share").value == 1


@pytest.mark.parametrize("text", ["We love #coffee in the morning.", "#coffee #shop", "No tags."])
def test_other_hashtags_close_nothing(text):
    assert analyze([post(text)]).measurement("hashtags_closing_share").value == 0


def test_a_lone_platform_is_said():
    posts = [*posts_of(3), post(TEXTS[4], platform="twitter")]
    assert any(
        limit.startswith("Twitter/X has one distinct example") for limit in analyze(posts).limits
    )


@settings(deadline=None, max_examples=15)
@given(
    st.permutations(range(6)),
    st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=6, max_size=6),
    st.integers(2, 5),
)
def test_order_duplicates_and_scale_change_no_finding(order, traits, factor):
    posts = [
        post(text, likes, has_image=image)
        for text, (likes, image) in zip(TEXTS, traits, strict=True)
    ]
    expected = findings(analyze(posts))
    assert findings(analyze([posts[n] for n in order])) == expected
    assert findings(analyze([*posts, *posts])) == expected
    # With the rates the medians of engagement double too; everything else stays.
    scaled = findings(analyze([replace(one, likes=one.likes * factor) for one in posts]))
    assert (scaled[0], scaled[2], scaled[3]) == (expected[0], expected[2], expected[3])
