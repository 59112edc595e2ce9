import pytest

from analytics.formality import formality
from analytics.linear import features


def rate(text: str, language: str = "en") -> float:
    rating = formality([features(text)], language)
    assert rating is not None
    return rating


@pytest.mark.parametrize(
    ("casual", "formal", "language"),
    [
        (
            "omg lol u guys r gonna luv this!!!",
            "The committee will review the proposal before the annual meeting.",
            "en",
        ),
        (
            "hey whats up, wanna hang out??",
            "We regret to inform you that the service has been discontinued.",
            "en",
        ),
        (
            "Boah ey, voll krass was da abgeht :D",
            "Die Gesellschaft wurde im Jahre 1998 mit Sitz in Hamburg gegründet.",
            "de",
        ),
    ],
)
def test_formal_rates_above_casual(casual: str, formal: str, language: str) -> None:
    assert rate(casual, language) + 25 < rate(formal, language)


def test_stays_in_its_range() -> None:
    assert 0 <= rate("lol omg u r sooo funny haha!!! :D :D") <= 100
    assert 0 <= rate("The aforementioned provisions shall apply " * 40) <= 100


def test_a_text_lies_between_its_sentences() -> None:
    low, high = features("lol u guys r nuts!!"), features("The board approved the resolution.")
    both = formality([low, high], "en")
    assert both is not None
    assert rate("lol u guys r nuts!!") < both < rate("The board approved the resolution.")


def test_says_nothing_without_a_model_or_words() -> None:
    assert formality([features("Bonjour tout le monde")], "fr") is None
    assert formality([features("!!!")], "en") is None
    assert formality([], "en") is None
