import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.language import LANGUAGES, UNKNOWN, identify, identify_all


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We are happy to announce our new product today", "en"),
        ("Wir freuen uns, heute unser neues Produkt vorzustellen", "de"),
        ("Nous sommes heureux de vous annoncer notre nouveau produit", "fr"),
        ("Estamos muy contentos de anunciar nuestro nuevo producto", "es"),
        ("今日はとてもいい天気ですね", "ja"),
        ("Сегодня мы рады представить наш новый продукт", "ru"),
    ],
)
def test_names_the_language(text: str, code: str) -> None:
    assert identify(text) == code
    assert identify(text.upper()) == code


@pytest.mark.parametrize("text", ["", "OK", "🔥🔥🔥", "12345", "Wow", "...", "\ud800\x00"])
def test_is_unsure_of_short_texts(text: str) -> None:
    assert identify(text) == UNKNOWN


@given(st.lists(st.text(max_size=60), max_size=20))
def test_texts_together_have_the_language_of_each(texts: list[str]) -> None:
    several = [
        *texts,
        "We are happy to announce our new product today",
        "WIR FREUEN UNS, HEUTE UNSER NEUES PRODUKT VORZUSTELLEN",
        "今日はとてもいい天気ですね",
        "\ud800 half of a pair",
        "\x00\x00\x00 zeros",
        *("Estamos muy contentos " * 10, "Nous sommes heureux " * 200, "Сегодня " * 300),
    ]
    assert identify_all(several) == [identify(text) for text in several]


def test_codes_are_iso_639_1() -> None:
    assert all(len(code) == 2 for code in LANGUAGES)
