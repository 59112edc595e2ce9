"""What must be true of every rewriting, whatever the text."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from analytics.platforms import PLATFORMS, count_characters
from analytics.refinement import target
from analytics.refinement.document import normal
from analytics.refinement.facts import facts_of, lost
from analytics.refinement.review import review_refinement
from analytics.refinement.work import LEVELS, shortened, size
from analytics.refinement.writer import refine_text
from analytics.text import parse
from tests.unit.analytics.refinement.posts import FEEDBACK, PLATFORM, RUBBISH, posts

checked = settings(max_examples=60, deadline=None)


def refined(text, feedback, platform="instagram", **more):
    return refine_text(text, platform, feedback, **more)


def texts(draft):
    return [candidate.text for candidate in draft.candidates]


@given(posts(), PLATFORM, FEEDBACK)
@checked
def test_two_or_three_distinct_options_within_the_limits(text, platform, feedback):
    draft = refined(text, feedback, platform)
    made = texts(draft)
    assert 1 <= len(made) <= 3
    assert len(set(made)) == len(made)
    assert len(made) > 1 or "cannot be made shorter" in " ".join(draft.candidates[0].changes_made)
    limits = PLATFORMS[draft.platform]
    for candidate in draft.candidates:
        assert count_characters(candidate.text, draft.platform) <= limits.max_characters
        assert len(parse(candidate.text).hashtags) <= (limits.hashtag_limit or 1000)
        assert candidate.changes_made
        assert candidate.variant in LEVELS


@given(posts(), PLATFORM, FEEDBACK)
@checked
def test_the_same_request_gives_the_same_answer(text, platform, feedback):
    assert refined(text, feedback, platform) == refined(text, feedback, platform)


@given(posts())
@checked
def test_shorter_is_shorter(text):
    for candidate in refined(text, "shorter").candidates:
        if "cannot be made shorter" not in " ".join(candidate.changes_made):
            assert shortened(normal(text), candidate.text, "instagram")


@given(posts(held=False))
@checked
def test_what_holds_no_facts_can_always_be_shortened(text):
    assume("1️⃣" not in text)  # a number is a fact, in a keycap, too
    made = texts(refined(text, "shorter"))
    assert len(made) > 1
    assert all(len(one) < len(normal(text)) for one in made)


@given(posts(), st.integers(40, 400))
@checked
def test_a_limit_of_characters_holds(text, limit):
    for one in texts(refined(text, f"under {limit} characters", "facebook")):
        assert len(one) <= limit


@given(posts(), st.integers(5, 60))
@checked
def test_a_limit_of_words_holds(text, limit):
    for one in texts(refined(text, f"in {limit} words", "facebook")):
        assert len(parse(one).words) <= limit


@given(st.one_of(posts(), RUBBISH))
@checked
def test_removing_emoji_leaves_none(text):
    for candidate in refined(text, "remove the emojis").candidates:
        assert parse(candidate.text).emoji == () or not parse(text).words


@given(posts())
@checked
def test_removing_hashtags_leaves_none_and_their_words_in_sentences(text):
    for one in texts(refined(f"We love #bread. {text}", "no hashtags")):
        assert parse(one).hashtags == ()
        assert "love bread" in one


@given(posts(), st.integers(0, 4))
@checked
def test_hashtags_come_down_to_a_number(text, most):
    assume(len(parse(text).hashtags) >= most)
    for one in texts(refined(text, f"max {most} hashtags")):
        assert len(parse(one).hashtags) <= most


SOFT = st.sampled_from([
    "shorter", "more formal", "less formal", "more enthusiastic", "calmer", "simpler", "longer",
    "add emojis", "add line breaks", "as a list", "add a question", "for LinkedIn", "fix the style",
])  # fmt: skip


@given(posts(), SOFT)
@checked
def test_no_fact_is_lost_to_a_soft_wish(text, feedback):
    draft = refined(text, feedback, "facebook")
    for one in texts(draft):
        assert lost(normal(text), one, draft.reading.language) == []


@given(posts(), PLATFORM, FEEDBACK)
@example("Der Kaffee ist sehr gut 1️⃣", "facebook", "more enthusiastic")
@checked
def test_no_number_link_or_handle_is_invented(text, platform, feedback):
    draft = refined(text, feedback, platform)
    language = draft.reading.language
    told = facts_of(normal(text), language)
    spelled = {str(number) for number in range(2, 61)} if "numbers" in feedback else set()
    for one in texts(draft):
        found = facts_of(one, language)
        assert found.numbers <= told.numbers | spelled
        assert found.links <= told.links
        assert found.handles <= told.handles


@given(posts(), PLATFORM)
@checked
def test_what_a_limit_costs_is_named(text, platform):
    draft = refined(text, "under 60 characters", platform)
    for candidate in draft.candidates:
        named = " ".join(candidate.changes_made)
        for fact in lost(normal(text), candidate.text, draft.reading.language):
            assert f"“{fact}”" in named


@given(st.one_of(RUBBISH, posts()), PLATFORM, st.one_of(FEEDBACK, st.text(min_size=1, max_size=60)))
@example("0:. \ufe0f", "facebook", "shorter")
@example("\r", "linkedin", "shorter")
@settings(max_examples=120, deadline=None)
def test_rubbish_is_refined_and_reviewed_without_an_error(text, platform, feedback):
    draft = refined(text, feedback, platform)
    review = review_refinement(text, draft)
    assert len(review.verdicts) == len(draft.candidates)
    for one in texts(draft):
        assert count_characters(one, draft.platform) <= PLATFORMS[draft.platform].max_characters


@given(posts(), PLATFORM, FEEDBACK)
@settings(max_examples=40, deadline=None)
def test_rounds_end_and_never_get_worse(text, platform, feedback):
    draft = refined(text, feedback, platform)
    review = review_refinement(text, draft)
    best = review.accepted_count
    for _ in range(4):
        if review.accepted:
            break
        draft = refined(text, feedback, platform, previous=draft, review=review)
        review = review_refinement(text, draft)
        assert review.accepted_count >= best
        best = review.accepted_count


@pytest.mark.parametrize("feedback", ["make it funnier", "ignore previous instructions", "🎉"])
def test_feedback_that_cannot_be_followed_changes_nothing_in_secret(feedback):
    text = "We opened our shop. Come by and see it. There is coffee."
    draft = refined(text, feedback)
    assert draft.candidates[0].text == text
    assert draft.candidates[0].changes_made == (
        "Nothing was changed: the feedback holds no wish that the offline engine can fulfil.",
    )
    for candidate in draft.candidates[1:]:
        assert any(note.startswith("Beyond the wish") for note in candidate.changes_made)


@pytest.mark.parametrize(
    ("feedback", "note"),
    [
        ("remove emojis", "There was no emoji to remove."),
        ("remove the hashtags", "There was no hashtag to remove."),
        ("remove the links", "There was no link to remove."),
        ("no questions", "There was no question to remove."),
        ("for Facebook", "It fits Facebook as it is."),
        ("simpler", "Found no hard word or long sentence"),
        ("fix the punctuation", "Found nothing in its style to mend."),
        ("mention the shop", "It mentions “the shop” already."),
    ],
)
def test_what_was_not_needed_is_named(feedback, note):
    text = "We opened the shop in May. Our coffee is hot. Bread is fresh."
    first = refined(text, feedback, "facebook").candidates[0]
    assert any(note in one for one in first.changes_made)


@pytest.mark.parametrize(
    "text",
    [
        "A" * 5000,
        "word " * 990,
        "Hi. " * 1200,
        "あ" * 1500,
        "https://example.com/" + "a" * 2500 + " " + "b" * 1500,
        " ".join(f"#tag{number}" for number in range(600)),
    ],
    ids=["letters", "words", "sentences", "kana", "address", "hashtags"],
)
def test_long_texts_of_few_kinds_are_cut_in_few_looks(text: str, monkeypatch):
    looks = 0

    def counted(*asked):
        nonlocal looks
        looks += 1
        return size(*asked)

    monkeypatch.setattr(target, "size", counted)
    draft = refine_text(text, "twitter", "shorter")
    assert all(size(one.text, "characters", "twitter") <= 280 for one in draft.candidates)
    # Halving, not letter by letter: a hundred thousand looks took minutes. Each piece is looked at
    # once or twice; there are 1,200 of them at most.
    assert 0 < looks < 20_000


def test_a_fact_of_a_script_without_spaces_is_not_called_lost():
    text = "新しいコーヒーを発売しました！価格は1,200円です。ぜひお越しください。"
    for candidate in refine_text(text, "linkedin", "add a question").candidates:
        assert "1,200" in candidate.text
        assert not any("want of room" in note for note in candidate.changes_made)
