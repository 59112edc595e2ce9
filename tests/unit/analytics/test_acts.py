import numpy as np
import pytest

from analytics import act_features
from analytics.act_features import features_of_texts
from analytics.actions import calls_to_action
from analytics.acts import Acts, acts
from analytics.text import parse
from tests.support.pace import takes_less


def done(text: str, language: str = "en") -> Acts:
    (found,) = acts([text], [parse(text).sentences], [language])
    return found


@pytest.mark.parametrize(
    "text",
    [
        *("What do you think?", "Are you coming tomorrow?", "Why not?", "how happy are you"),
        *("@acme when do you open on Sundays?", "New roast is in. Which one is your favourite?"),
        *(
            "@acme where can I buy this",
            "why do you close on Mondays",
            "@acme do you ship to Spain",
        ),
    ],
)
def test_a_text_that_asks(text: str) -> None:
    assert done(text).is_question


@pytest.mark.parametrize(
    "text",
    [
        *("Sign up now.", "Join us on Friday.", "Please share this.", "Read this: https://x.com/a"),
        *(
            "Don't miss it!",
            "Vote for us!",
            "Tell us what you think.",
            "Click the link in bio.",
        ),
    ],
)
def test_a_text_that_calls_for_action(text: str) -> None:
    assert calls_to_action(parse(text).sentences, "en")
    assert done(text).is_call_to_action


@pytest.mark.parametrize(
    "text",
    [
        *("We roast coffee.", "The library is closed on Monday.", "Wow!"),
        *("What a day", "How our roastery works", "Why we love Mondays"),
    ],
)
def test_a_text_that_does_neither(text: str) -> None:
    assert (done(text).is_question, done(text).is_call_to_action) == (False, False)


@pytest.mark.parametrize(
    ("text", "language", "question", "call"),
    [
        ("Melde dich jetzt an.", "de", False, True),
        ("Kommst du auch?", "de", True, False),
        ("Regístrate hoy en nuestra web.", "es", False, True),
        ("¿Qué te parece?", "es", True, False),
        ("Wir rösten Kaffee.", "de", False, False),
        ("Macht mit!", "de", False, True),
    ],
)
def test_other_languages_have_rules_and_no_score(
    text: str, language: str, question: bool, call: bool
) -> None:
    assert done(text, language) == Acts(None, None, question, call)


def test_a_text_without_words() -> None:
    assert done("🎉") == Acts(None, None, is_question=False, is_call_to_action=False)


def test_texts_together_do_what_each_does_alone() -> None:
    texts = ["Sign up now.", "🎉", "Kommst du auch?", "What do you think?", "", "We roast coffee."]
    languages = ["en", "en", "de", "en", "und", "en"]
    together = acts(texts, [parse(text).sentences for text in texts], languages)
    assert together == [done(*each) for each in zip(texts, languages, strict=True)]


def test_wordings_are_written_for_small_letters() -> None:
    for wording, _ in act_features._WORDINGS:
        assert not any(c.isupper() for c in wording.pattern.replace(r"\W", "").replace(r"\S", ""))


def test_whom_it_is_to_and_where_it_links_do_not_count() -> None:
    texts = ["@ann look at https://a.com/1", "@bob look at https://b.org/2?x"]
    one, other = features_of_texts(texts, [parse(text).sentences for text in texts])
    assert np.array_equal(one.slots, other.slots)


@pytest.mark.parametrize("text", ["why " * 50_000, "?" * 200_000, '"' * 200_000, "@a " * 50_000])
def test_time_is_bounded(text: str) -> None:
    assert takes_less(lambda more: features_of_texts([text + more], [[text + more]]), 5)
