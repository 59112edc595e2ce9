"""Words for FTS5: any text is data."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.research.knowledge.words import TERMS_MAX, TOKENIZER, indexed, matching


@contextlib.contextmanager
def index(*texts: str) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE VIRTUAL TABLE words USING fts5(text, tokenize='{TOKENIZER}')")
        rows = [(indexed(text),) for text in texts]
        database.executemany("INSERT INTO words (text) VALUES (?)", rows)
        yield database


def found(database: sqlite3.Connection, query: str) -> list[int]:
    expression = matching(query)
    if not expression:
        return []
    rows = database.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,))
    return [number for (number,) in rows]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("We refunded it.", "REFUNDS"),
        ("Rückgabe im Café", "ruckgabe cafe"),
        ("Order code QX-2291", "qx-2291"),
        ("#SlowMonday by @roast_house", "slowmonday"),
        ("東京で珈琲を飲む", "珈琲"),
        ("กาแฟสด", "กาแฟ"),
        ("Кофе из Уилы", "кофе"),
    ],
)
def test_words_are_found(text: str, query: str) -> None:
    with index("Something else entirely.", text) as database:
        assert found(database, query) == [2]


def test_signs_of_a_script_without_spaces_must_stand_side_by_side() -> None:
    with index("珈琲店", "珈 and 琲") as database:
        assert found(database, "珈琲") == [1]


@pytest.mark.parametrize("query", ["", "  ", '"', "*:^()-", "😀", "___"])
def test_a_query_without_words_asks_nothing(query: str) -> None:
    assert matching(query) == ""


@pytest.mark.parametrize(
    "query",
    ['a" OR "b', "NEAR(coffee tea)", "text:coffee", "coffee AND NOT tea", "-coffee", "c*", "{x}:y"],
)
def test_syntax_is_data(query: str) -> None:
    with index("coffee", "tea") as database:
        assert set(found(database, query)) <= {1, 2}


@given(st.text(max_size=200))
def test_any_query_is_one_that_fts5_takes(query: str) -> None:
    with index("coffee") as database:
        assert found(database, query) in ([], [1])


def test_what_is_indexed_can_be_told_again() -> None:
    """An index forgets a text by the words that it was told: they must be the same."""
    assert indexed(indexed("Ein Café, 東京 2026!")) == indexed("Ein Café, 東京 2026!")


def test_function_words_count_only_where_there_is_nothing_else() -> None:
    assert matching("the tone of voice") == '"tone" OR "voice"'
    assert matching("der Ton von der Marke ist ruhig") == '"ton" OR "marke" OR "ruhig"'
    assert matching("to be or not to be") == '"to" OR "be" OR "or" OR "not"'


def test_a_code_is_one_term() -> None:
    assert matching("where is QX-2291/b today") == '"qx 2291 b" OR "where" OR "today"'
    assert matching("24/7 well-known") == '"24 7" OR "well" OR "known"'


def test_a_query_has_no_more_terms_than_said() -> None:
    query = " ".join(f"term{number}" for number in range(300))
    assert matching(query).count(" OR ") == TERMS_MAX - 1
