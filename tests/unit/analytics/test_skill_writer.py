import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.backtest import review_skill
from analytics.patterns import analyze
from analytics.platforms import PLATFORMS, count_characters
from analytics.post import Post
from analytics.skill.model import IMAGE_GUARDS, TEXT_GUARDS, Provenance, SkillDraft
from analytics.skill.render import render_skill
from analytics.skill.validator import parse_skill, validate_skill
from analytics.skill.writer import slug, write_skill

MADE = Provenance("task_1", "offline", 4, "2026-01-02T03:04:05Z")
ROUNDS = 5

nasty = st.one_of(
    st.sampled_from(
        [
            "no", "null", "3.14", "2026-01-01", "0o17", "a: b", "- item", "# comment", "*alias",
            "!!python/object:x", '"quoted"', "it's", "line\nbreak", "tab\there", "🔥 fire",
            "ends with colon:", "{a: [1]}", "\u0085next", "\u2028sep", "\ufeffbom", "%directive",
        ]
    ),
    st.text(min_size=3, max_size=60),
).filter(lambda text: len(text) >= 2)  # fmt: skip

posts_strategy = st.lists(
    st.builds(
        Post,
        platform=st.sampled_from(list(PLATFORMS)),
        text=st.one_of(
            st.lists(
                st.sampled_from(
                    [
                        "We roast our beans every Tuesday.", "Try the new espresso today!", "Why?",
                        "\n\n", "#coffee", "- stale beans\n", "🎉", "https://example.com/a",
                        "@user",
                        "Der neue Kaffee ist da.", "12 % more taste.", "BUY NOW!!!",
                    ]
                ),
                min_size=2,
                max_size=60,
            ).map(" ".join),
            st.text(min_size=10, max_size=200),
        ),
        has_image=st.booleans(),
        likes=st.integers(0, 1000),
        comments=st.integers(0, 100),
        shares=st.integers(0, 100),
        impressions=st.one_of(st.none(), st.integers(1, 10_000)),
    ),
    min_size=1,
    max_size=10,
)  # fmt: skip
platforms_strategy = st.lists(st.sampled_from(list(PLATFORMS)), min_size=1, max_size=4, unique=True)


def post(text, likes=10, *, platform="linkedin", has_image=False):
    return Post(platform, text, has_image, likes, 0, 0, 1000)


def write(posts, *, name="Coffee tips", platforms=("linkedin",), **kw):
    report = analyze(posts)
    return write_skill(posts, report, name=name, platforms=platforms, provenance=MADE, **kw)


def iterate(posts, platforms):
    report = analyze(posts)
    draft = write(posts, platforms=platforms)
    review = review_skill(draft, posts, report.scores)
    rounds = 0
    while not review.accepted and rounds < ROUNDS:
        draft = write(posts, platforms=platforms, previous=draft, review=review)
        review = review_skill(draft, posts, report.scores)
        rounds += 1
    return draft, review


def guard(draft, name):
    return next(one for one in yaml.safe_load(draft.yaml)["guards"] if one["name"] == name)


POSTS = [
    post("Our 12 baristas tasted 40 beans this week. Try the winner today! #coffee", 50),
    post("The grinder matters more than the machine. Read our guide now. #coffee", 40),
    post("Sunday is for slow coffee.", 3),
    post("Cold brew tastes sweet.", 2),
]


def test_the_file_has_what_the_format_asks_for():
    data = yaml.safe_load(write(POSTS).yaml)
    assert list(data) == [
        "skill_id", "name", "version", "platforms", "layout", "brand_voice", "variables",
        "locked", "guards", "provenance",
    ]  # fmt: skip
    assert (data["skill_id"], data["name"]) == ("skill_coffee_tips_v1", "Coffee tips")
    assert [one["name"] for one in data["guards"]] == [*TEXT_GUARDS, *IMAGE_GUARDS]
    assert data["provenance"] == {
        "task_id": "task_1",
        "engine": "offline",
        "examples": 4,
        "created_at": "2026-01-02T03:04:05Z",
    }
    assert [one["type"] for one in data["layout"]["components"]][:2] == ["hook", "body"]


def test_comments_name_the_evidence():
    posts = [*POSTS[:3], post(POSTS[3].text, 2, has_image=True)]
    text = write(posts).yaml
    low, high = sorted(len(one.text) for one in POSTS[:2])
    assert "# 3 of 4 examples (75 %) have no image." in text
    assert f"# 2 better examples: {low} to {high} characters." in text


def test_limits_come_from_the_better_half():
    # The two short posts did badly: the least length is that of the better ones.
    assert guard(write(POSTS), "length")["platforms"]["linkedin"]["min"] == 50
    turned = [post(one.text, 100 - one.likes) for one in POSTS]
    assert guard(write(turned), "length")["platforms"]["linkedin"]["max"] < 50
    assert guard(write(POSTS), "call_to_action")["min"] == 1
    assert guard(write(turned), "call_to_action")["min"] == 0


@pytest.mark.parametrize("platform", PLATFORMS)
def test_limits_never_exceed_the_platform(platform):
    long = [post(f"{n} " + "A long story about coffee. " * 180, n) for n in range(1, 5)]
    limits = guard(write(long, platforms=[platform]), "length")["platforms"][platform]
    assert 0 < limits["min"] <= limits["max"] <= PLATFORMS[platform].max_characters


def test_a_refused_better_example_widens_exactly_its_limit():
    draft = write(POSTS)
    review = review_skill(draft, POSTS)
    assert [entry.failed_guards for entry in review.back_test.entries[:2]] == [
        ("hashtag_count",),
        ("hashtag_count",),
    ]
    revised = write(POSTS, previous=draft, review=review)
    (change,) = revised.changes
    assert change == (
        "hashtag_count on LinkedIn: minimum lowered from 3 to 1, "
        "as example 1 of the better half has."
    )
    before, after = yaml.safe_load(draft.yaml), yaml.safe_load(revised.yaml)
    changed = [
        old["name"]
        for old, new in zip(before["guards"], after["guards"], strict=True)
        if old != new
    ]
    assert changed == ["hashtag_count"]
    assert review_skill(revised, POSTS).accepted


@pytest.mark.parametrize(
    ("name", "strict"),
    [
        ("brand_voice_score", {"min_score": 100}),
        ("readability", {"max": -9}),
        ("call_to_action", {"min": 0, "max": 0}),
        ("call_to_action", {"min": 5, "max": 9}),
        ("originality", {"max": 0}),
        ("length", {"platforms": {"linkedin": {"min": 1, "max": 2}}}),
    ],
)
def test_every_limit_can_be_widened(name, strict):
    first = (
        "Every barista in our town would buy this small grinder again, and so would we. "
        "It makes no noise, it is easy to clean and it lasts for many years."
    )
    second = (
        "Roasters sell that kettle in blue and in green. We like the green one more, for "
        "the water stays hot while you talk to the people at your table."
    )
    posts = [
        post(f"{text} Try it today! #a #b #c", likes) for text, likes in ((first, 9), (second, 8))
    ]
    data = yaml.safe_load(write(posts).yaml)
    for one in data["guards"]:
        if one["name"] == name:
            one.update(strict)
            one.pop("target", None)
    edited = SkillDraft("skill_coffee_tips_v1", "Coffee tips", yaml.safe_dump(data))
    review = review_skill(edited, posts)
    assert [entry.failed_guards for entry in review.back_test.entries if entry.better_half] == [
        (name,)
    ]
    revised = write(posts, previous=edited, review=review)
    assert len(revised.changes) == 1
    assert revised.changes[0].startswith(name)
    assert review_skill(revised, posts).accepted


def test_an_invalid_draft_is_written_anew():
    broken = SkillDraft("skill_x_v1", "Coffee tips", "name: [")
    revised = write(POSTS, previous=broken, review=review_skill(broken, POSTS))
    (change,) = revised.changes
    assert change.startswith("Written anew, for the file was invalid: line 2: Not valid")
    assert validate_skill(revised.yaml) == []


def test_an_example_beyond_the_platform_is_said_and_not_accepted():
    posts = [post("A very long tweet about coffee. " * 20, 9, platform="twitter")]
    draft, review = iterate(posts, ["twitter"])
    assert not review.accepted
    assert draft.changes == ()
    assert "No draft can accept it" in review.feedback[0]
    assert count_characters(posts[0].text, "twitter") > 280


@pytest.mark.parametrize("name", ["", "   "])
def test_a_blank_name_is_made_from_the_examples(name):
    draft = write(POSTS, name=name)
    assert draft.name.startswith("LinkedIn short post")
    assert 3 <= len(draft.name) <= 100


@pytest.mark.parametrize(
    ("platforms", "name"), [((), "Tips"), (("myspace",), "Tips"), (("twitter",) * 2, "Tips")]
)
def test_bad_platforms_are_refused(platforms, name):
    with pytest.raises(ValueError, match="platforms must be"):
        write(POSTS, platforms=platforms, name=name)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 5000,
        "word " * 1000,
        " ".join(f"#tag{n}" for n in range(700)),
        "🎉" * 5000,
        "\n" * 20 + "- item\n" * 600,
        "https://example.com/" + "x" * 4900,
        "\x00\x01\x7f control characters \x85\u2028",
    ],
)
def test_extreme_texts_make_a_valid_file(text):
    draft, _ = iterate([post(text, 9), post(f"{text[:-9]} again", 8)], list(PLATFORMS))
    assert validate_skill(draft.yaml) == []


def test_slugs_are_safe():
    assert slug("Über Café – Tips #1!") == "uber_cafe_tips_1"
    assert slug("コーヒー") == slug("コーヒー") != slug("紅茶")
    assert len(slug("word " * 50)) <= 48


@settings(deadline=None, max_examples=30)
@given(nasty.filter(lambda text: len(text) >= 3 and text.strip()))
def test_names_stay_data(name):
    draft = write(POSTS, name=name)
    assert validate_skill(draft.yaml) == []
    assert yaml.safe_load(draft.yaml)["name"] == name == parse_skill(draft.yaml).name


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(nasty, min_size=1, max_size=5))
def test_texts_stay_data(pieces):
    texts = [f"{piece} and {piece} for coffee.\nTry it: {piece}" for piece in pieces]
    draft = write([post(text, n) for n, text in enumerate(texts)])
    assert validate_skill(draft.yaml) == []
    assert set(yaml.safe_load(draft.yaml)["guards"][0]) <= {"name", "min_score"}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(posts_strategy, platforms_strategy)
def test_rounds_end_with_the_better_half_accepted_or_say_why(posts, platforms):
    draft, review = iterate(posts, platforms)
    assert validate_skill(draft.yaml) == []
    assert review.violations == ()
    if review.accepted:
        assert review.score == 100
        assert review.feedback == ()
    else:
        assert review.score < 100
        assert all("No draft can accept it" in sentence for sentence in review.feedback)


def test_controls_that_turn_the_direction_of_reading_are_escaped() -> None:
    hostile = "Our roastery\u202e wen si \u2066today\u2069, come and see it"
    text = render_skill({"name": hostile}, {})
    assert "\u202e" not in text
    assert yaml.safe_load(text)["name"] == hostile
