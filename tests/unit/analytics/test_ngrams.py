from itertools import pairwise
from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.ngrams import SLOTS, character_grams, counted, gathered, word_hashes

_WHOLE = 1 << 32


def mixed(hashed: int) -> int:
    hashed ^= hashed >> 15
    hashed = hashed * 0x2C1B3C6D % _WHOLE
    hashed ^= hashed >> 12
    hashed = hashed * 0x297A2D39 % _WHOLE
    return hashed ^ (hashed >> 15)


def hash_one(gram: str) -> int:
    """The hash of a character n-gram, from first to last character as in a textbook."""
    hashed = len(gram)
    for character in gram:
        hashed = (hashed * 0x01000193 + ord(character)) % _WHOLE
    return mixed(hashed)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_all_character_grams_of_each_text_are_hashed(texts: list[str]) -> None:
    found = character_grams(texts)
    for row, text in enumerate(texts):
        padded = f" {text} "
        wanted = [
            hash_one(padded[start : start + length])
            for length in range(1, 6)
            for start in range(len(padded) - length + 1)
        ]
        assert sorted(found.hashes[found.rows == row].tolist()) == sorted(wanted)


@given(st.lists(st.text(max_size=5), max_size=6))
def test_words_and_their_pairs_are_hashed(words: list[str]) -> None:
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    wanted = [crc32(gram.encode("utf-8", "surrogatepass")) for gram in [*words, *pairs]]
    assert word_hashes(words) == wanted


def test_grams_are_counted_by_text_and_block() -> None:
    first = gathered([[1, 1, 1, SLOTS + 2], [], [7]])
    second = gathered([[5], [5, 5], []])
    (one, two, three) = counted(3, first, second)
    np.testing.assert_array_equal(one[0], [1, 2, SLOTS + 5])
    np.testing.assert_allclose(one[1], [1 + np.log(3), 1, 1], rtol=1e-6)
    np.testing.assert_array_equal(two[0], [SLOTS + 5])
    np.testing.assert_array_equal(three[0], [7])
    assert [slots.size for slots, _ in counted(2, gathered([[], []]))] == [0, 0]
