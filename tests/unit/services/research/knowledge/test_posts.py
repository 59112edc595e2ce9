"""Posts out of CSV."""

import csv

import pytest

from services.research.knowledge.posts import NotPostsError, read


def test_columns_are_found_by_their_usual_names() -> None:
    table = (
        "Post ID,Platform,Published At,Post Text,Reactions,Impressions\n"
        '7,linkedin,2026-01-02,"Two lines,\nof one post",40,1200\n'
        "8,x,,Bye,,\n"
    )
    assert read(table) == [
        "linkedin · 2026-01-02 · likes 40 · impressions 1200\nTwo lines,\nof one post",
        "x\nBye",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_separates_them(delimiter: str) -> None:
    table = "\n".join(delimiter.join(row) for row in (("title", "text"), ("News", "Hello")))
    assert read(table) == ["News\nHello"]


def test_rows_without_text_are_left_out() -> None:
    assert read('\ufeffcontent,likes\n"",3\nHello\n\nBye,2') == ["Hello", "likes 2\nBye"]


def test_names_that_are_usual_in_another_table_do_not_mix() -> None:
    assert read("message,description\nThe post,An aside") == ["The post"]


@pytest.mark.parametrize("table", ["", "a,b\n1,2", "Hello world, this is a post\nand another"])
def test_without_a_column_of_texts_there_are_no_posts(table: str) -> None:
    with pytest.raises(NotPostsError, match="content, text, message"):
        read(table)


def test_a_field_without_end_is_no_csv() -> None:
    known = csv.field_size_limit(1000)
    try:
        with pytest.raises(NotPostsError, match="no CSV"):
            read('text\n"' + "x" * 2000)
    finally:
        csv.field_size_limit(known)
