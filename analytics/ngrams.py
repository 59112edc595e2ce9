"""Hashed n-grams of many texts at once: characters and words, counted by the slot they fall into.

No vocabulary is needed: an n-gram's number is its hash (feature hashing, Weinberger and others,
ICML 2009). NumPy takes as long to start on one sentence as on a hundred, so everything here takes
many.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

SLOTS: Final = 1 << 15
"""Slots for a block of n-grams; n-grams that fall into one are told apart no more."""

Slots = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_LONGEST: Final = 5  # character n-gram
_PRIME: Final = np.uint32(0x01000193)


class Grams(NamedTuple):
    """Hashed n-grams of several texts, in no particular order, each as often as it occurs.

    Attributes:
        rows: The number of the text of each.
        hashes: The hash of each.
    """

    rows: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.int64]


def character_grams(texts: Sequence[str]) -> Grams:
    """Hashes the n-grams of one to five characters, of each text with a space on either side.

    The hash is a polynomial over the code points, then mixed. That of a length goes on from that of
    the next shorter; its seed, the length, is added last.
    """
    encoded = [f" {text} ".encode("utf-32-le", "surrogatepass") for text in texts]
    points = np.frombuffer(b"".join(encoded), dtype=np.uint32)
    lengths = np.array([len(one) // 4 for one in encoded], dtype=np.int64)
    rows = np.repeat(np.arange(len(texts)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(points))  # characters to the end
    hashes, owners = [], []
    hashed = np.zeros(len(points), dtype=np.uint32)
    for length in range(1, min(_LONGEST, len(points)) + 1):
        hashed = hashed[: len(points) - length + 1] * _PRIME + points[length - 1 :]
        within = left[: len(hashed)] >= length
        seed = np.uint32(length * pow(int(_PRIME), length, 1 << 32) % (1 << 32))
        hashes.append(hashed[within] + seed)
        owners.append(rows[: len(hashed)][within])
    return Grams(np.concatenate(owners), mixed(np.concatenate(hashes)).astype(np.int64))


def mixed(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Mixes hashes in place, so that each bit of them depends on all; answers them."""
    hashes ^= hashes >> np.uint32(15)
    hashes *= np.uint32(0x2C1B3C6D)
    hashes ^= hashes >> np.uint32(12)
    hashes *= np.uint32(0x297A2D39)
    hashes ^= hashes >> np.uint32(15)
    return hashes


def word_hashes(words: Sequence[str]) -> list[int]:
    """Hashes words, and pairs of neighbours with a space between them."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    alone = [crc32(word) for word in encoded]
    # As of the pair joined: the checksum goes on from that of its first word.
    pairs = zip(alone, encoded[1:], strict=False)
    return alone + [crc32(b" " + word, first) for first, word in pairs]


def gathered(texts: Sequence[Sequence[int]]) -> Grams:
    """Takes hashes that were made already, a sequence a text."""
    every = [number for text in texts for number in text]
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return Grams(rows, np.fromiter(every, dtype=np.int64, count=len(every)))


def counted(texts: int, *blocks: Grams) -> Iterator[tuple[Slots, Floats]]:
    """Counts how often the n-grams of each text occur.

    Args:
        texts: The number of texts.
        blocks: N-grams of different kinds, which share no slots.

    Returns:
        For each text the slots that occur, ascending, those of a block `SLOTS` after those of the
        block before, and 1 + the natural logarithm of how often each occurs.
    """
    span = len(blocks) * SLOTS
    keys = np.concatenate(
        [
            block.rows * span + (number * SLOTS + block.hashes % SLOTS)
            for number, block in enumerate(blocks)
        ]
    )
    keys.sort()
    starts = np.ones(len(keys) + 1, dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=starts[1:-1])
    places = starts.nonzero()[0]
    found = keys[places[:-1]]
    weights = 1 + np.log((places[1:] - places[:-1]).astype(np.float32))
    bounds = np.searchsorted(found, np.arange(texts + 1) * span).tolist()
    slots = found % span
    for start, end in pairwise(bounds):
        yield slots[start:end], weights[start:end]
