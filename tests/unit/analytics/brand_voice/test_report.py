from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.brand_voice.records import BrandPost
from analytics.brand_voice.report import analyze_voice

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEXTS = (
    "Fresh roast is in! 🎉 Come by and taste our new Ethiopian beans this weekend. #coffee #roast",
    "Our baristas pulled 412 shots today. ☕ What's your order? #coffee",
    "Fresh roast is in again! Grab a bag of Kenyan beans before they are gone. #coffee #beans",
    "Meet Ana, who roasts every bag you buy from us. Say hi when you drop by! ❤️ #coffee",
    "Rainy morning? We've got you. Come by and warm up with a flat white. ☔ #coffee #roast",
    "We love this town! Thanks for ten wonderful years. 🎂\n\nParty on Friday, cake for everyone.",
    "New on the menu: cold brew with orange peel. Tell us what you think! #coldbrew #coffee",
    "The new Ethiopian beans are almost sold out. Come by and get the last bags! #beans #coffee",
)


def posts(texts=TEXTS):
    return [
        BrandPost(
            platform="instagram" if k % 3 else "facebook",
            text=text,
            created_at=START + timedelta(days=k, hours=k),
            likes=10 + 7 * k,
            comments=k % 4,
            shares=k % 2,
        )
        for k, text in enumerate(texts)
    ]


def without_posts(report):
    return replace(report, posts=())


def test_every_order_of_the_posts_gives_the_same_report():
    given = posts()
    shuffled = given[3:] + given[:3][::-1]
    one, other = analyze_voice(given), analyze_voice(shuffled)
    assert without_posts(one) == without_posts(other)
    values = {
        post.text: replace(found, index=0) for post, found in zip(given, one.posts, strict=True)
    }
    for post, found in zip(shuffled, other.posts, strict=True):
        assert replace(found, index=0) == values[post.text]


def test_posts_given_twice_change_no_share():
    once, twice = analyze_voice(posts()), analyze_voice([*posts(), *posts()])
    assert once.profile == twice.profile
    assert once.tones == twice.tones
    assert once.phrases == twice.phrases
    assert once.measurements == twice.measurements
    assert once.posting_times == twice.posting_times
    assert twice.distinct_posts == len(TEXTS)
    assert [post.duplicate_of for post in twice.posts] == [None] * 8 + list(range(8))
    assert any("8 of 16 posts repeat" in limit for limit in twice.limits)


def test_an_informal_post_does_not_raise_formality():
    before = analyze_voice(posts())
    after = analyze_voice(posts((*TEXTS, "omg lol u guys r sooo cool!!! luv ya :)")))
    one, other = (r.profile.voice_dimensions.formality for r in (before, after))
    assert 0 < other <= one


def test_doubled_engagement_changes_no_ranking():
    doubled = [
        replace(post, likes=2 * post.likes, comments=2 * post.comments, shares=2 * post.shares)
        for post in posts()
    ]
    one, other = analyze_voice(posts()), analyze_voice(doubled)
    assert one.posts == other.posts
    assert one.differences == other.differences


def test_phrases_stand_verbatim_in_as_many_posts_as_told():
    report = analyze_voice(posts())
    assert report.phrases
    assert report.profile.lexicon.common_phrases == tuple(p.label for p in report.phrases)
    for phrase in report.phrases:
        assert any(phrase.label in text for text in TEXTS)
        assert phrase.count == sum(phrase.label.lower() in text.lower() for text in TEXTS)
        assert 2 <= len(phrase.label.split()) <= 6


def test_style_is_told_in_numbers():
    style = analyze_voice(posts()).profile.style
    assert style.sentence_length == "short"
    assert style.emoji_usage == "moderate"
    assert style.hashtag_strategy == "2 at the end of most posts"
    assert style.paragraph_structure == "one short paragraph in most posts"


def test_style_and_measurement_agree_on_hashtags_at_the_end():
    texts = [f"We opened a new shop in {town}. #coffee #shop" for town in ("Bern", "Ulm", "Graz")]
    report = analyze_voice(posts(texts))
    assert report.profile.style.hashtag_strategy == "2 at the end of every post"
    shares = {one.name: one.value for one in report.measurements}
    assert shares["hashtags_closing_share"] == 1


def test_counts_nobody_tells_are_unknown_and_not_zero():
    given = [replace(post, shares=None) for post in posts()]
    given[2] = replace(given[2], likes=None)
    report = analyze_voice(given)
    assert report.posts[2].relative_engagement is None
    assert all(p.relative_engagement is not None for p in report.posts if p.index != 2)
    assert any("The engagement of 1 of 8 posts" in limit for limit in report.limits)


def test_no_times_below_fifty_posts():
    times = analyze_voice(posts()).posting_times
    assert (times.hours, times.days, times.best_days, times.best_times) == ((), (), (), ())
    assert "at least 50 posts" in times.basis


def test_how_far_posts_are_told_apart_is_measured_from_fifty_posts():
    assert not [one for one in analyze_voice(posts()).measurements if "of_two" in one.name]
    many = [f"{text} Bag {k} of today." for k in range(7) for text in TEXTS]
    (told,) = [one for one in analyze_voice(posts(many)).measurements if "of_two" in one.name]
    assert told.low <= told.value <= told.high
    assert (told.unit, told.sample_size) == ("share", 56)
    assert "0.5 is chance" in told.method


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (("Heute frisch geröstet: unser neuer Kaffee aus Äthiopien.",), "de"),
        (("今日は新しいコーヒー豆が届きました。ぜひお試しください。",), "ja"),
        (("🎉",), "und"),
        (("Hoy tenemos café nuevo de Etiopía. ¡Ven a probarlo!", "Nuevo café."), "es"),
    ],
)
def test_any_language_and_number_of_posts(texts, language):
    report = analyze_voice(posts(texts))
    assert report.language == language
    assert report.distinct_posts == len(texts)
    if language != "en":
        assert report.profile.voice_dimensions.enthusiasm == 0
        assert report.profile.tone.primary == ""
        assert any("background" in limit for limit in report.limits)


def test_no_posts_are_refused():
    with pytest.raises(ValueError, match="no posts"):
        analyze_voice([])
