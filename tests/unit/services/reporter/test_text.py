import math
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporter import text

FAMILY = "👩‍👩‍👧"


@given(st.text())
def test_clean_text_is_one_line_of_valid_xml_and_stays_as_it_is(words: str) -> None:
    plain = text.clean(words)
    assert text.clean(plain) == plain
    assert "\n" not in plain
    element = ET.Element("t")
    element.text = plain
    written = ET.tostring(element, encoding="unicode")
    assert (ET.fromstring(written).text or "") == plain  # noqa: S314 -- written one line above


@given(st.text(alphabet="ab\u2068\u2069\u202e\u05d0 "))
def test_directions_opened_in_a_text_are_closed_in_it(words: str) -> None:
    plain = text.isolated(words)
    assert plain.count("\u2068") == plain.count("\u2069")
    assert "\u202e" not in plain


@given(st.text(), st.integers(min_value=3, max_value=40))
def test_shortened_text_fits(words: str, limit: int) -> None:
    assert len(text.shortened(words, limit)) <= limit


def test_invisible_characters_and_piled_up_marks_are_removed() -> None:
    assert text.clean("a\u200bb\ufeff\u202ec\x00") == "abc"
    assert text.clean("e" + "\u0301" * 50).count("\u0301") < 5
    assert text.clean(f"x {FAMILY}") == f"x {FAMILY}"


def test_compound_emoji_are_not_cut_in_two() -> None:
    for limit in range(3, 12):
        kept = text.shortened(f"ab{FAMILY}{FAMILY}", limit).removesuffix("…")
        assert not kept.endswith("\u200d")
        assert unicodedata.normalize("NFC", kept).replace(FAMILY, "") in {"a", "ab"}


def test_right_to_left_text_is_isolated() -> None:
    assert text.quoted("שלום עולם", 40) == "“\u2068שלום עולם\u2069”"
    assert text.quoted("hello", 40) == "“hello”"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.03249, "p = 0.032"),
        (0.0079, "p = 0.0079"),
        (0.1, "p = 0.10"),
        (1.0, "p = 1.0"),
        (0.00001, "p < 0.0001"),
        (0.0, "p < 0.0001"),
        (math.nan, "p = n/a"),
    ],
)
def test_p_values_have_two_significant_digits(value: float, shown: str) -> None:
    assert text.p_is(value) == shown


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (text.share(0.875), "87.5\u00a0%"),
        (text.change(12.34), "+12.3\u00a0%"),
        (text.change(-3), "−3\u00a0%"),
        (text.change(0.01), "0\u00a0%"),
        (text.change(math.inf), "n/a"),
        (text.interval(0.566, 0.98), "57–98\u00a0%"),
        (text.times(2), "2.0×"),
        (text.times(0.04), "0.04×"),
        (text.times(1234.5), "1,234×"),
        (text.effect(0.884), "+0.88"),
        (text.effect(-0.2), "−0.20"),
        (text.decimal(1234.56), "1,234.6"),
        (text.measured(0.034, "rate"), "3.4\u00a0%"),
        (text.measured(62, "score"), "62 of 100"),
        (text.measured(8.25, "grade"), "grade 8.2"),
        (text.measured(12, "words"), "12 words"),
        (text.measured(1, "paragraphs"), "1 paragraph"),
        (text.measured(math.nan, "words"), "n/a"),
    ],
)
def test_numbers_are_written_with_unit_and_sensible_rounding(shown: str, expected: str) -> None:
    assert shown == expected


def test_names_and_lists_read_as_words() -> None:
    assert text.label("has_call_to_action") == "Call to action"
    assert text.label("words_band") == "Words, typical range"
    assert text.platform("twitter") == "X (Twitter)"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.numbered("post", [0, 2, 3, 4, 8]) == "posts 1, 3–5 and 9"
    assert text.numbered("post", [1]) == "post 2"
    assert text.sentence("hello world") == "Hello world."
    assert text.sentence("") == ""
