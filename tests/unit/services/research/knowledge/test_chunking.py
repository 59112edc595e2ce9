"""Chunks: how large, how they overlap, where they end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.research.knowledge.chunking import OVERLAP, TOKENS_MAX, cut


def one(_word: str) -> int:
    return 1


def numbered(count: int, *, every: int = 0, end: str = ".") -> str:
    """Words with numbers; every so many of them one with `end` behind it."""
    return " ".join(
        f"w{number}{end if every and number % every == 0 else ''}" for number in range(1, count + 1)
    )


def numbers(chunk: str) -> list[int]:
    return [int(found) for found in re.findall(r"w(\d+)", chunk)]


def test_a_short_text_is_one_chunk() -> None:
    assert cut("  Two words \n", one) == ["Two words"]
    assert cut(numbered(TOKENS_MAX), one) == [numbered(TOKENS_MAX)]


@pytest.mark.parametrize("text", ["", "  \n\n\t "])
def test_a_text_of_nothing_has_no_chunk(text: str) -> None:
    assert cut(text, one) == []


def test_chunks_have_512_tokens_and_overlap_by_100() -> None:
    chunks = [numbers(chunk) for chunk in cut(numbered(2000), one)]
    assert [(chunk[0], chunk[-1]) for chunk in chunks] == [
        (1, 512),
        (413, 924),
        (825, 1336),
        (1237, 1748),
        (1649, 2000),
    ]


def test_what_counts_is_tokens() -> None:
    chunks = cut(numbered(1000), lambda _: 4)
    assert [len(numbers(chunk)) for chunk in chunks[:2]] == [TOKENS_MAX // 4, TOKENS_MAX // 4]
    assert numbers(chunks[0])[-(OVERLAP // 4) :] == numbers(chunks[1])[: OVERLAP // 4]


def test_a_chunk_ends_with_a_sentence_where_one_ends_late_enough() -> None:
    first, second, *_ = cut(numbered(1200, every=50), one)
    assert first.endswith("w500.")
    assert numbers(second)[0] == 401
    assert cut(numbered(1200, every=50, end="?”"), one)[0].endswith("w500?”")


def test_a_sentence_that_ends_early_ends_no_chunk() -> None:
    text = "Short start. " + numbered(600)
    assert len(cut(text, one)[0].split()) == TOKENS_MAX


def test_a_paragraph_counts_more_than_a_sentence() -> None:
    paragraphs = f"{numbered(350)}\n\n{numbered(700, every=50)}"
    assert cut(paragraphs, one)[0] == numbered(350)
    # A line that ends ends no paragraph.
    assert cut(f"{numbered(350)}\n{numbered(700, every=50)}", one)[0] != numbered(350)


def test_a_run_without_spaces_is_cut_and_overlaps() -> None:
    text = "語" * 3000
    chunks = cut(text, len)
    assert max(map(len, chunks)) <= TOKENS_MAX
    assert sum(map(len, chunks)) == 3000 + (len(chunks) - 1) * OVERLAP
    assert set("".join(chunks)) == {"語"}


def test_a_run_of_one_scripts_sentences_ends_with_one() -> None:
    chunks = cut(("語" * 19 + "。") * 100, len)
    assert all(chunk.endswith("。") for chunk in chunks)


def test_a_word_of_more_tokens_than_a_chunk_has_one_for_itself() -> None:
    assert cut("a b c", lambda word: 900 if word == "b" else 1) == ["a", "b", "c"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["", ".", "語", "?)"]), st.sampled_from(" \n\t")), max_size=80
    ),
    st.integers(1, 600),
)
def test_every_word_is_kept_in_its_order(words: list[tuple[str, str]], tokens: int) -> None:
    text = "".join(f"w{number}{end}{space * 2}" for number, (end, space) in enumerate(words))
    chunks = cut(text, lambda _: tokens)
    assert all(chunk in text for chunk in chunks)
    seen: list[int] = []
    for chunk in map(numbers, chunks):
        assert chunk == list(range(chunk[0], chunk[-1] + 1))
        assert chunk[0] <= len(seen) <= chunk[-1]
        assert len(chunk) * tokens <= max(TOKENS_MAX, tokens)
        seen += range(len(seen), chunk[-1] + 1)
    assert seen == list(range(len(words)))
