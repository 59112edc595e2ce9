import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.linear import features_of
from analytics.tone import TONES, Tone, enthusiasm, tone


def hear(text: str) -> Tone:
    (heard,) = tone([features_of([text], "en")], "en")
    assert heard is not None
    return heard


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm so excited for this, can't wait! Happy birthday!", "enthusiastic"),
        ("Thank you so much, I love you all and appreciate your help.", "warm"),
        ("Haha that is hilarious, lol 😂", "humorous"),
        ("I'm not sure I understand, why would they do that?", "inquisitive"),
        ("This is terrible and disgusting, what an awful company.", "critical"),
        ("I'm so sorry for your loss, this is heartbreaking and sad.", "somber"),
        ("Amazing work, I admire you and hope you keep going, so proud!", "inspirational"),
        ("The store opens at nine on Monday.", "neutral"),
    ],
)
def test_tells_the_tone(text: str, expected: str) -> None:
    assert hear(text).leading == expected


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_scores_are_probabilities(text: str) -> None:
    (heard,) = tone([features_of([text], "en")], "en")
    if heard is not None:
        assert set(heard.scores) == set(TONES)
        assert sum(heard.scores.values()) == pytest.approx(1)
        assert heard.leading == max(heard.scores, key=lambda name: heard.scores[name])
        assert 0 <= enthusiasm(heard) <= 100


@pytest.mark.parametrize(
    ("loud", "tone_of_it"),
    [
        ("Thank you so much!", "warm"),
        ("I am so sorry.", "somber"),
        ("This is hilarious!", "humorous"),
    ],
)
def test_a_loud_word_amid_dull_ones_still_tells(loud: str, tone_of_it: str) -> None:
    dull = "The parcel went from the depot on Monday and came to the office on Tuesday"
    with_it = hear(f"{dull}. {loud}").scores[tone_of_it]
    assert with_it > 2 * hear(f"{dull}.").scores[tone_of_it]


def test_enthusiasm_ranks() -> None:
    calm = enthusiasm(hear("The office is closed on Friday."))
    keen = enthusiasm(hear("We are so excited! This is going to be amazing!!"))
    assert calm + 30 < keen


def test_says_nothing_without_a_model_or_words() -> None:
    assert tone([features_of(["Wir freuen uns sehr!"], "de")], "de") == [None]
    assert tone([features_of(["?!"], "en"), []], "en") == [None, None]
    assert tone([], "en") == []
