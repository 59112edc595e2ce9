import pytest

from analytics.actions import asks, calls_to_action
from tests.support.pace import takes_less


@pytest.mark.parametrize(
    "sentence",
    [
        *("What do you think?", "Ready? 👇", "Really?!", "“Why not?”", "Anyone else seen this"),
        *("How do you start your day", "Do you agree", "@user are you coming", "Wirklich？"),
    ],
)
def test_asks(sentence: str) -> None:
    assert asks(sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    ["What a day!", "How to win.", "He asked why.", "“Why?” is a book.", "Did it. Done.", "", "?a"],
)
def test_does_not_ask(sentence: str) -> None:
    assert not asks(sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        *("Join us on Friday.", "Sign up here: https://x.com", "👉 Register now!", "Link in bio"),
        *(
            "Tell us in the comments",
            "Please share.",
            "Don’t miss it!",
            "If you agree, share this.",
        ),
        *("Want more? Click the link.", "Tickets here → bit.ly/x", "Let us know what you think!"),
        *("- Tag a friend who needs this", "RT if you agree", "We'd love to hear from you."),
        *(
            "You should try this today.",
            "Could you please vote?",
            "Follow @acme",
            "Details: https://x.com/a",
        ),
    ],
)
def test_calls_for_action(sentence: str) -> None:
    assert calls_to_action([sentence], "en") == (sentence,)


@pytest.mark.parametrize(
    "sentence",
    [
        *("Share prices fell on Monday.", "Watch brand recalls its new model.", "I love reading."),
        *(
            "Our team joined the fair.",
            "She will never forget it.",
            "Book sales are up.",
            "Let's hope.",
        ),
        *("We met at the market, read poems and left.", "Follow-up meetings are dull."),
        *("Support staff were kind.", "Great news for everyone!"),
    ],
)
def test_does_not_call(sentence: str) -> None:
    assert calls_to_action([sentence], "en") == ()


@pytest.mark.parametrize(
    ("language", "call", "statement"),
    [
        ("de", "Meldet euch jetzt an!", "Wir haben gestern gewonnen."),
        ("de", "Jetzt kostenlos anmelden", "Die Anmeldung war einfach."),
        ("de", "Besuchen Sie uns auf der Messe.", "Sie besuchten die Messe."),
        ("fr", "Découvrez notre offre", "Nous avons gagné."),
        ("es", "Descubre nuestra oferta", "Hemos ganado."),
        ("pt", "Confira a novidade", "Nós ganhamos."),
        ("it", "Scopri la novità", "Abbiamo vinto."),
        ("sv", "Länk i bio: link in bio", "Vi vann."),
    ],
)
def test_other_languages(language: str, call: str, statement: str) -> None:
    assert calls_to_action([call, statement], language) == (call,)


@pytest.mark.parametrize(
    "unit", ["? ", "?a", "more:", "if, ", "you can a ", "link in the ", "! ", "- "]
)
def test_hostile_sentences_take_linear_time(unit: str) -> None:
    text = unit * (5000 // len(unit))

    def read(more: str) -> None:
        for language in ("en", "de", "fr"):
            asks(text + more, language)
            calls_to_action([text + more], language)

    assert takes_less(read, 0.5)


@pytest.mark.parametrize(
    "sentence",
    ["Come by before it's gone.", "Come to the shop on Friday.", "Go to our website."],
)
def test_coming_and_going_are_calls(sentence: str) -> None:
    assert calls_to_action([sentence], "en") == (sentence,)


@pytest.mark.parametrize(
    "sentence", ['Nine of them answered: "Take your time."', "We go home.", "They come on Friday."]
)
def test_what_others_do_or_are_told_is_no_call(sentence: str) -> None:
    assert calls_to_action([sentence], "en") == ()
