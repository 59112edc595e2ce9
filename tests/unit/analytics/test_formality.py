import pytest

from analytics.formality import formality
from analytics.linear import features_of


def rate(text: str, language: str = "en") -> float:
    (rating,) = formality([features_of([text], language)], language)
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


@pytest.mark.parametrize(
    ("text", "looser"),
    [
        ("We do not know when it will open.", "We don't know when it'll open."),
        ("Thank you for your message.", "Thx for ur message!!"),
        ("I am sorry about the delay.", "i am soooo sorry about the delay lol"),
    ],
)
def test_loosening_a_text_lowers_its_formality(text: str, looser: str) -> None:
    assert rate(looser) < rate(text)


def test_stays_in_its_range() -> None:
    assert 0 <= rate("lol omg u r sooo funny haha!!! :D :D") <= 100
    assert 0 <= rate("The aforementioned provisions shall apply " * 40) <= 100


def test_a_text_lies_between_its_sentences() -> None:
    low, high = features_of(["lol u guys r nuts!!", "The board approved the resolution."], "en")
    (both,) = formality([[low, high]], "en")
    assert both is not None
    assert rate("lol u guys r nuts!!") < both < rate("The board approved the resolution.")


def test_says_nothing_without_a_model_or_words() -> None:
    assert formality([features_of(["Bonjour tout le monde"], "fr")], "fr") == [None]
    assert formality([features_of(["!!!"], "en"), []], "en") == [None, None]
    assert formality([], "en") == []
