"""Phrases that recur over posts: what a brand says again and again, in its own words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import regex
import wordfreq

from analytics.vocabulary import zipf

MAX_PHRASES: Final = 20

_LENGTHS: Final = (2, 6)
_MOST_CHARACTERS: Final = 200
# A word, and what may stand between two words of a phrase: one space and nothing else.
_WORD = regex.compile(r"(?<![#@＃＠\w])\w++(?:['’‘\-&]\w++)*+")
_COMMONEST: Final = 6.0  # zipf; such words make no phrase
_COVERED: Final = 0.6  # a phrase in a longer one that holds this share of its posts says no more
_CONTENT: Final = 0.3  # weight above which a word is one of content
_LEAST: Final = 0.15  # weight of the commonest words
_PIECE: Final = 2  # words in common at their ends that make two phrases pieces of one
_IDIOM: Final = 4  # words from which common ones alone make a phrase


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase.

    Attributes:
        text: The phrase, as it is most often written.
        posts: How many posts hold it, in any case.
    """

    text: str
    posts: int


def recurring_phrases(texts: Sequence[str], language: str) -> list[Phrase]:
    """Finds phrases of two to six words that at least two texts share, case aside.

    Ranked by how many texts hold them times how uncommon their words are in general usage. Of
    phrases that overlap in mostly the same texts, such as the pieces of a template, the best one
    is kept.

    Args:
        texts: Distinct texts.
        language: Their main language, ISO 639-1.

    Returns:
        At most 20, the most telling first; each occurs verbatim in one of the texts. The same for
        every order of the texts.
    """
    needed = 2 if len(texts) < 40 else 3
    weight = _weights(language)
    found = _grams(texts, needed)
    ranked = sorted(
        (
            (-round((len(posts) - 1) * sum(weight(word) for word in words), 6), words)
            for words, posts in found.items()
            if _telling(words, weight)
        ),
    )
    kept: list[tuple[str, ...]] = []
    for _, words in ranked:
        if len(kept) == MAX_PHRASES:
            break
        if not any(_overlaps(words, other, found, weight) for other in kept):
            kept.append(words)
    forms = _forms(texts, kept)
    return [
        Phrase(min(forms[words], key=lambda form: (-forms[words][form], form)), len(found[words]))
        for words in kept
    ]


def _grams(texts: Sequence[str], needed: int) -> dict[tuple[str, ...], set[int]]:
    """Finds the n-grams in enough texts: only what begins with a frequent one can be frequent."""
    runs = [_runs(text) for text in texts]
    found: dict[tuple[str, ...], set[int]] = {}
    frequent: set[tuple[str, ...]] | None = None
    for length in range(1, _LENGTHS[1] + 1):
        holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for number, own in enumerate(runs):
            for run in own:
                for start in range(len(run) - length + 1):
                    gram = run[start : start + length]
                    if frequent is None or (gram[:-1] in frequent and gram[1:] in frequent):
                        holders[gram].add(number)
        kept = {gram: posts for gram, posts in holders.items() if len(posts) >= needed}
        frequent = set(kept)
        if length >= _LENGTHS[0]:
            found |= kept
    return found


def _runs(text: str) -> list[tuple[str, ...]]:
    """Returns the words in lower case, in runs where single spaces alone part them."""
    runs: list[list[str]] = []
    end = -1
    for match in _WORD.finditer(text):
        if end < 0 or match.start() != end + 1 or text[end] != " ":
            runs.append([])
        runs[-1].append(match.group().lower())
        end = match.end()
    return [tuple(run) for run in runs]


def _forms(
    texts: Sequence[str], wanted: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], Counter[str]]:
    """Counts how each phrase is written."""
    forms: dict[tuple[str, ...], Counter[str]] = {words: Counter() for words in wanted}
    lengths = sorted({len(words) for words in wanted})
    for text in texts:
        spans = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        for length in lengths:
            for first in range(len(spans) - length + 1):
                written = text[spans[first][0] : spans[first + length - 1][1]]
                counts = forms.get(tuple(written.lower().split(" ")))
                if counts is not None:
                    counts[written] += 1
    return forms


def _telling(words: tuple[str, ...], weight: Callable[[str], float]) -> bool:
    """Tells whether a phrase says something.

    A short one has a word of content at either end; a long one may be an idiom of common words.
    """
    edges = min(weight(words[0]), weight(words[-1])) > _CONTENT
    return (
        (edges or len(words) >= _IDIOM)
        and any(word[0].isalpha() and len(word) > 2 for word in words)
        and sum(map(len, words)) < _MOST_CHARACTERS
    )


def _overlaps(
    words: tuple[str, ...],
    other: tuple[str, ...],
    found: dict[tuple[str, ...], set[int]],
    weight: Callable[[str], float],
) -> bool:
    """Tells whether a phrase says little that a better one does not."""
    short, long = sorted((words, other), key=len)
    shared = len(found[words] & found[other])
    if any(long[k : k + len(short)] == short for k in range(len(long) - len(short) + 1)):
        added = sum(map(weight, long)) - sum(map(weight, short))
        return added <= _CONTENT or shared >= _COVERED * len(found[short])
    if shared < _COVERED * len(found[words]):
        return False
    common = len(set(words) & set(other))
    return common >= len(short) - 1 > 0 or _run_on(words, other) >= min(_PIECE, len(short) - 1)


def _run_on(words: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Returns in how many words the end of one is the beginning of the other."""
    return max(
        (
            k
            for k in range(1, min(len(words), len(other)))
            if words[-k:] == other[:k] or other[-k:] == words[:k]
        ),
        default=0,
    )


def _weights(language: str) -> Callable[[str], float]:
    """Returns how much a word tells: the rarer in general usage the more, 0 to 3."""
    if language in wordfreq.available_languages("small"):
        return lambda word: min(3.0, max(_LEAST, _COMMONEST - zipf(word, language)))
    # Without frequencies: short words are mostly function words, in most scripts.
    return lambda word: min(3.0, max(_LEAST, (len(word) - 2) / 2)) if word[0].isalpha() else _LEAST
