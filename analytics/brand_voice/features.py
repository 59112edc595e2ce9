"""A post in numbers, as the models of a brand's voice see it: habits of writing before topics.

Three kinds of numbers. The surface: lengths, punctuation, capitals, how a post begins and ends,
layout, and which groups of English function words it uses. Hashed n-grams (Weinberger and others,
ICML 2009) in three blocks: characters, words, and shapes, where every longer word is replaced by
its length and case so that style stays and topic goes (text distortion, Stamatatos 2017). Static
vectors, which are `analytics.embeddings`' and not made here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
import regex

from analytics.ngrams import mixed
from analytics.text import parse

SLOTS: Final = 1 << 12
"""Slots of each of the three blocks of n-grams."""
BLOCKS: Final = ("characters", "words", "shapes")

_MAX_CHARACTERS: Final = 2000  # a post's opening tells its voice; what is longer costs time
_CHARACTER_LENGTHS: Final = (2, 3, 4)
_TOKEN = regex.compile(
    r"https?://\S++|www\.\S++|[#@]\w++|\p{L}++(?:['’]\p{L}++)*+|\d++|\n++|[^\w\s]"
)
_LINK = regex.compile(r"(?:https?://|www\.)\S++")
_HOST = regex.compile(r"(?:https?://)?(?:www\.)?([^/\s]++)")
_DIGIT = regex.compile(r"\d")

_MARKS: Final = ".,!?:;-–—\"'“”‘’()…|•►/&%$#@*"
_COUNTED_MARKS: Final = ".,!?'\"-:"
_QUOTES: Final = "\"“'‘„«"
# Groups of which a post uses at least one word or none.
_FUNCTION_WORDS: Final = tuple(
    frozenset(group.split())
    for group in (
        "i i'm my me",
        "we our us we're",
        "you your you're",
        "he she his her him",
        "they their",
        "the",
        "a an",
        "this these",
        "who what when where why how",
        "is are was were",
        "has have had",
        "will would could can",
        "says said say",
        "new",
        "here here's",
        "and",
        "but",
        "to",
        "of",
        "in",
        "for",
        "with",
        "on",
        "at",
        "from",
        "by",
        "that",
        "it it's",
        "not don't isn't can't",
        "all every",
        "so just really",
    )
)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PostFeatures:
    """One post in numbers.

    Attributes:
        surface: Its surface, shape (`SURFACE`,); the first `NEUTRAL` tell of no language.
        slots: The slots of its n-grams, ascending; block number k has those from k * `SLOTS` on.
        values: 1 + log of how often each occurs, same order.
    """

    surface: Floats
    slots: npt.NDArray[np.int64]
    values: Floats


def post_features(text: str) -> PostFeatures:
    """Turns a post into numbers; what comes after its first 2,000 characters does not count."""
    text = text[:_MAX_CHARACTERS]
    tokens: list[str] = _TOKEN.findall(text)
    blocks = (_character_slots(text), _word_slots(tokens), _shape_slots(tokens))
    slots, counts = np.unique(
        np.concatenate([block + SLOTS * k for k, block in enumerate(blocks)]), return_counts=True
    )
    return PostFeatures(_surface(text, tokens), slots, np.log1p(counts).astype(np.float32))


def _character_slots(text: str) -> npt.NDArray[np.int64]:
    """Hashes all character n-grams at once; digits are alike, links lose what is behind a host."""
    text = _LINK.sub(lambda match: match.group()[:20], text)
    text = f" {_DIGIT.sub('0', text)} "
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    grams = []
    for length in _CHARACTER_LENGTHS:
        if length > len(points):
            break
        hashed = np.full(len(points) - length + 1, length, dtype=np.uint32)
        for k in range(length):
            hashed = hashed * np.uint32(0x01000193) + points[k : len(points) - length + 1 + k]
        grams.append(hashed)
    return (mixed(np.concatenate(grams)) % np.uint32(SLOTS)).astype(np.int64)


def _word_slots(tokens: Sequence[str]) -> npt.NDArray[np.int64]:
    return _grams([_word(token) for token in tokens], lengths=(1, 2))


def _shape_slots(tokens: Sequence[str]) -> npt.NDArray[np.int64]:
    return _grams([_shape(token) for token in tokens], lengths=(1, 2, 3))


def _grams(names: Sequence[str], lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    """Hashes the n-grams of names, with a mark at either end."""
    marked = [name.encode("utf-8", "surrogatepass") for name in ("\x02", *names, "\x03")]

    def hashes() -> Iterator[int]:
        for length in lengths:
            for start in range(len(marked) - length + 1):
                yield crc32(b" ".join(marked[start : start + length])) % SLOTS

    return np.fromiter(hashes(), dtype=np.int64)


def _word(token: str) -> str:
    first = token[0]
    if first == "\n":
        return "\n"
    if first.isdigit():
        return f"0{min(len(token), 4)}"
    if _LINK.match(token):
        host = _HOST.match(token)
        return f"://{host.group(1).lower() if host else ''}"
    return token.lower().replace("’", "'")


def _shape(token: str) -> str:  # noqa: PLR0911 - a table of cases
    first = token[0]
    if first == "\n":
        return "\n" * min(len(token), 2)
    if first.isdigit():
        return f"0{min(len(token), 4)}"
    if not first.isalpha():
        return first
    if _LINK.match(token):
        return "://"
    lower = token.lower()
    if token == lower:
        return token if len(token) <= 4 else f"x{min(len(token), 10) // 3}"
    if len(token) > 1 and token.isupper():
        return "XX"
    return f"Xx{min(len(token), 10) // 4}" if first.isupper() else "xX"


def _surface(text: str, tokens: Sequence[str]) -> Floats:
    parsed = parse(text)
    words, sentences = parsed.words, len(parsed.sentences)
    count = max(1, len(words))
    letters = [c for c in text if c.isalpha()]
    shouted = sum(len(w) > 1 and w.isupper() for w in words)
    digits = sum(c.isdigit() for c in text)
    values: list[float] = [
        math.log1p(len(text)),
        math.log1p(len(words)),
        math.log1p(sentences),
        math.log1p(len(words) / max(1, sentences)),
        sum(map(len, words)) / count,
        sum(len(w) > 6 for w in words) / count,
        math.log1p(len(parsed.lines)),
        min(parsed.paragraphs, 5),
        min(parsed.list_items, 5),
        *(len(words) < most for most in (4, 8, 14, 22, 35, 61)),
        sentences == 1,
        sentences == 2,
        sentences > 3,
        *(mark in text for mark in _MARKS),
        *(math.log1p(text.count(mark)) for mark in _COUNTED_MARKS),
        "..." in text,
        "  " in text,
        "\n\n" in text,
        "\n" in text,
        sum(c.isupper() for c in letters) / max(1, len(letters)),
        sum(w[0].isupper() for w in words) / count,
        shouted / count,
        shouted > 0,
        10 * digits / max(1, len(text)),
        digits > 0,
        *_ends(text.strip() or " ", tokens),
        min(len(parsed.links), 3),
        bool(parsed.links),
        min(len(parsed.hashtags), 5),
        bool(parsed.hashtags),
        min(len(parsed.mentions), 3),
        bool(parsed.mentions),
        min(len(parsed.emoji), 5),
        bool(parsed.emoji),
        bool(parsed.numbers),
    ]
    used = {w.lower().replace("’", "'") for w in words}
    return np.array([*values, *(not used.isdisjoint(g) for g in _FUNCTION_WORDS)], dtype=np.float32)


def _ends(text: str, tokens: Sequence[str]) -> Iterator[bool]:
    """Tells how the text begins and ends."""
    first, last = text[0], text[-1]
    final = tokens[-1] if tokens else " "
    yield first.isupper()
    yield first.islower()
    yield first.isdigit()
    yield first in _QUOTES
    yield first == "#"
    yield first == "@"
    yield not first.isalnum() and first not in f"{_QUOTES}#@"
    yield from (last == mark for mark in ".!?:")
    yield last in "\"”'’"
    yield last.isalnum()
    yield text.endswith("...") or last == "…"
    yield final.startswith(("http", "www."))
    yield final[0] == "#"
    yield final[0].isalpha()


SURFACE: Final = len(post_features("").surface)
NEUTRAL: Final = SURFACE - len(_FUNCTION_WORDS)
