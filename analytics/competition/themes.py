"""What posts are about: their telling words, those drawn together that go together."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.competition.corpus import Entry
from analytics.embeddings import embed
from analytics.language import UNKNOWN, identify
from analytics.text import parse, plain
from analytics.vocabulary import keywords

MAX_THEMES: Final = 8

_CANDIDATES: Final = 60
_MOST_WORDS: Final = 4
_ALIKE: Final = 0.3  # from which two groups of words make one theme
_MEANING: Final = 0.4  # what nearness of meaning weighs beside standing in the same posts
_FEW: Final = 5  # posts from which a word must stand in two
_SAME: Final = 0.6  # share of their posts in common from which two themes are one

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme.

    Attributes:
        words: Its words, the most frequent first.
        entries: The posts that hold at least one of them, in the order of the corpus.
    """

    words: tuple[str, ...]
    entries: tuple[Entry, ...]


def stem(word: str) -> str:
    """Return what a word and its plain English, French or Spanish plural share."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def stems(text: str) -> set[str]:
    """Return the stems of a text's words and hashtags."""
    parsed = parse(text)
    words = [*parsed.words, *(tag[1:] for tag in parsed.hashtags)]
    return {stem(part) for word in words for part in (word, *word.split("-"))}


def find_themes(corpus: Sequence[Entry]) -> list[Theme]:
    """Find what posts are about.

    The words that mark the posts of each language against general usage are drawn together, the
    most alike first, by the posts they share and, in English, by nearness of meaning.

    Returns:
        At most 8 themes, the most frequent first; the same for every order of the posts.
    """
    holders: dict[str, set[int]] = defaultdict(set)
    for number, entry in enumerate(corpus):
        for word in stems(entry.text):
            holders[word].add(number)
    names = _candidates(corpus, holders)
    if not names:
        return []
    words = sorted(names)
    groups = _merge(words, _likeness(words, holders, len(corpus)))
    themes = [
        (set().union(*(holders[word] for word in group)), _ordered(group, holders, names))
        for group in groups
    ]
    themes.sort(key=lambda theme: (-len(theme[0]), theme[1]))
    kept: list[tuple[set[int], tuple[str, ...]]] = []
    for posts, named in themes:
        if len(kept) < MAX_THEMES and not any(_nearly_same(posts, other) for other, _ in kept):
            kept.append((posts, named))
    return [Theme(named, tuple(corpus[number] for number in sorted(p))) for p, named in kept]


def _candidates(corpus: Sequence[Entry], holders: dict[str, set[int]]) -> dict[str, str]:
    """Pick the telling words of each language: stem to the form that is written most often."""
    needed = 2 if len(corpus) >= _FEW else 1
    by_language: dict[str, list[str]] = defaultdict(list)
    for entry in corpus:
        language = entry.measures.language
        if language == UNKNOWN:  # the title may tell what the text does not
            language = identify(plain(entry.text))
        by_language[language].append(entry.text)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for language, texts in sorted(by_language.items()):
        share = len(texts) / len(corpus)
        limit = max(5, round(_CANDIDATES * share))
        counts = Counter(word.lower() for text in texts for word in parse(text).words)
        for word in keywords(texts, limit=limit) if language != UNKNOWN else []:
            if len(holders.get(stem(word), ())) >= needed:
                found[stem(word)][word] += counts[word]
    return {key: min(forms, key=lambda form: (-forms[form], form)) for key, forms in found.items()}


def _likeness(words: Sequence[str], holders: dict[str, set[int]], posts: int) -> Doubles:
    """Return how alike words are: cosine over posts, and of their vectors."""
    held = np.zeros((len(words), posts))
    for row, word in enumerate(words):
        held[row, list(holders[word])] = 1
    held /= np.linalg.norm(held, axis=1, keepdims=True)
    vectors = embed(words).astype(np.float64)
    near = np.maximum(vectors @ vectors.T, 0)
    return np.round((1 - _MEANING) * held @ held.T + _MEANING * near, 9)


def _merge(words: Sequence[str], likeness: Doubles) -> list[list[str]]:
    """Draw the two most alike groups together until none are alike (average linkage)."""
    groups = [[k] for k in range(len(words))]
    while True:
        best, pair = _ALIKE, None
        for i, first in enumerate(groups):
            for j in range(i):
                if len(first) + len(groups[j]) > _MOST_WORDS:
                    continue
                value = float(likeness[np.ix_(first, groups[j])].mean())
                if value > best + 1e-9:
                    best, pair = value, (i, j)
        if pair is None:
            return [[words[k] for k in group] for group in groups]
        groups[pair[1]] = sorted(groups[pair[1]] + groups.pop(pair[0]))


def _ordered(
    group: Sequence[str], holders: dict[str, set[int]], names: dict[str, str]
) -> tuple[str, ...]:
    return tuple(names[word] for word in sorted(group, key=lambda w: (-len(holders[w]), w)))


def _nearly_same(posts: set[int], other: set[int]) -> bool:
    return len(posts & other) >= _SAME * len(posts | other)
