"""Texts as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.research.knowledge.texts import clean, title_of


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a \t  b", "a b"),
        ("a\n \n\n \nb", "a\n\nb"),
        ("nul\x00l and \x1b[31mred\x7f", "null and [31mred"),
        ("zero\u200bwidth \u202eturned\ufeff", "zerowidth turned"),
        ("cafe\u0301", "café"),
        ("family 👨‍👩‍👧 stays", "family 👨‍👩‍👧 stays"),
        ("  \n ", ""),
    ],
)
def test_clean(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_title_is_the_owners_the_documents_or_the_first_line() -> None:
    assert title_of(" Mine\n ", "Its own", "First line\nSecond") == "Mine"
    assert title_of("", "Its  own\x00", "First line\nSecond") == "Its own"
    assert title_of("", "", "First line\nSecond") == "First line"
    long = title_of("", "", "word, " * 40)
    assert long.endswith("word…")
    assert len(long) <= 101
    assert len(title_of("x" * 400, "", "")) == 300
