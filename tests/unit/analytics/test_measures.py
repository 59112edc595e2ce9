import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.measures import TextMeasures, measure, measure_all, runs
from tests.support.pace import takes_less

POST = """🎉 5 reasons our café in Berlin is special:

1. We roast our own beans
2. You choose the music
3. It's 100% VEGAN!

Have you been here yet? Tell us in the comments 👇
https://x.com/a?b #coffee #Café @acme"""


@given(
    st.permutations(
        [POST, "", "🎉", "Wir freuen uns sehr!", "¡Hola a todos los amigos!", "Ok. No?"]
    ),
    st.lists(st.text(max_size=40), max_size=3),
)
def test_texts_measured_together_are_measured_as_each_alone(
    order: list[str], more: list[str]
) -> None:
    for together, text in zip(measure_all([*more, *order]), [*more, *order], strict=True):
        alone = measure(text)
        for field in fields(TextMeasures):
            one, other = getattr(together, field.name), getattr(alone, field.name)
            if isinstance(one, float | dict):
                assert other == pytest.approx(one, rel=1e-6), field.name
            else:
                assert one == other, field.name


def test_runs_are_bounded_by_texts_and_by_characters() -> None:
    assert [len(run) for run in runs(["a"] * 300)] == [128, 128, 44]
    assert [len(run) for run in runs(["a" * 40_000] * 5)] == [2, 2, 1]
    assert [len(run) for run in runs(iter("abc"), at_once=1)] == [1, 1, 1]
    assert list(runs([])) == []


def test_measures_a_post() -> None:
    m = measure(POST)
    assert m.language == "en"
    assert m.characters == len(POST)
    assert (m.words, m.sentences, m.paragraphs, m.lines) == (30, 6, 3, 6)
    assert m.words_per_sentence == pytest.approx(30 / 6)
    assert m.sentences_per_paragraph == pytest.approx(2)
    assert m.list_items == 3
    assert m.opening == "🎉 5 reasons our café in Berlin is special:"
    assert m.opening_words == 8
    assert (m.opens_with_emoji, m.opens_with_number, m.opens_with_question) == (True, True, False)
    assert m.emoji == ("🎉", "👇")
    assert m.hashtags == ("#coffee", "#Café")
    assert m.mentions == ("@acme",)
    assert m.links == ("https://x.com/a?b",)
    assert m.numbers == ("5", "100%")
    assert (m.questions, m.exclamations) == (1, 1)
    assert m.calls_to_action == ("Tell us in the comments 👇",)
    assert m.closes_with_call_to_action
    assert m.first_person == pytest.approx(4 / 30)
    assert m.second_person == pytest.approx(2 / 30)
    assert m.uppercase_share == pytest.approx(1 / 30)
    assert None not in (m.formality, m.enthusiasm, m.technicality, m.reading_grade, m.tone)


def test_english_only_measures_are_silent_elsewhere() -> None:
    text = "Nous sommes très heureux de vous présenter notre nouveau café dans le centre de Berlin."
    m = measure(text)
    assert m.language == "fr"
    assert m.first_person > 0
    assert m.second_person > 0
    judged = (m.formality, m.enthusiasm, m.technicality, m.reading_grade, m.reading_ease, m.tone)
    assert judged == (None,) * 6
    assert m.tone_scores == {}


def test_german_has_formality_alone() -> None:
    m = measure("Die Gesellschaft wurde im Jahre 1998 mit Sitz in Hamburg gegründet.")
    assert m.language == "de"
    assert m.formality is not None
    assert m.tone is None


def test_empty_text() -> None:
    m = measure(" \n ")
    assert (m.characters, m.words, m.sentences, m.paragraphs, m.lines) == (0, 0, 0, 0, 0)
    assert m.opening == ""
    assert m.language == "und"
    assert not m.closes_with_call_to_action


def test_opening_without_words_is_the_first_line() -> None:
    assert measure("🔥🔥🔥\nBig news today").opening == "🔥🔥🔥"


def _check_ranges(m: TextMeasures) -> None:
    for field in fields(m):
        value = getattr(m, field.name)
        if isinstance(value, int | float):
            assert math.isfinite(value)
            assert value >= 0
    for score in (m.formality, m.enthusiasm, m.technicality, m.reading_ease):
        assert score is None or 0 <= score <= 100
    for share in (m.first_person, m.second_person, m.uppercase_share):
        assert share <= 1
    assert len(m.calls_to_action) <= m.sentences
    assert m.questions <= m.sentences
    assert (m.tone is None) == (not m.tone_scores)


@given(st.text(max_size=200))
def test_any_text_can_be_measured(text: str) -> None:
    _check_ranges(measure(text))


@given(st.text(alphabet="aeiout hnsr.!?,\n#@’-1✅🎉", max_size=200))
def test_any_posting_like_text_can_be_measured(text: str) -> None:
    _check_ranges(measure("We are happy to tell you that " + text))


@pytest.mark.parametrize(
    "unit",
    ["a", "👍", "\x00", "[(", "a ", "The. ", "\ud800", "#a ", "日本", "Wow!!! ", "word word\n"],
)
def test_hostile_texts_take_little_time(unit: str) -> None:
    text = unit * (5000 // len(unit))
    measure("Warm up with some English words.")
    assert takes_less(lambda more: _check_ranges(measure(text + more)), 2)
