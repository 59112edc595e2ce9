"""The words of a text against general usage: technical level and keywords.

General usage is wordfreq's list of the roughly 30,000 commonest words of a language (Robyn Speer,
2022): frequencies from subtitles, books, news, web and social media.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

import regex
import wordfreq

from analytics.language import identify
from analytics.scales import percentile
from analytics.text import parse, plain

UNLISTED: Final = 2.5
"""Zipf frequency (log10 of occurrences per billion words) taken for a word not on the list, whose
rarest words have 3."""

_FUNCTION_WORD: Final = 5.6  # zipf; commoner words mark nobody's texts
_MIN_WORDS: Final = 6  # fewer do not make a level
_REPEATS: Final = 3  # one text repeating a word counts no more than this
_ACRONYM = regex.compile(r"\p{Lu}[\p{Lu}\d]{1,5}s?$")
_LENGTHENED = regex.compile(r"(\p{L})\1\1")
_SLANG: Final = frozenset({
    "af", "ain't", "asap", "bae", "bc", "bestie", "bff", "brb", "bro", "bruh", "btw", "cuz",
    "dm", "dms", "dunno", "fam", "fomo", "ftw", "fyi", "gimme", "gonna",
    "gotta", "haha", "hahaha", "hehe", "hella", "hmu", "icymi", "idc", "idk", "ikr", "imho", "imo",
    "irl", "jk", "kinda", "lemme", "lfg", "lmao", "lmfao", "lmk", "lol", "lols", "luv",
    "nah", "ngl", "nvm", "obvs", "ofc", "omfg", "omg", "outta", "pls", "plz", "ppl", "r", "rn",
    "rofl", "sis", "smh", "sorta", "srsly", "sus", "tbh", "tbt", "tfw", "tho", "thx", "tmi",
    "tryna", "ttyl", "tysm", "u", "ur", "wanna", "whatcha", "wtf", "xoxo", "ya", "y'all",
    "yall", "yay", "yolo", "yup",
})  # fmt: skip


@lru_cache(maxsize=1 << 14)
def zipf(word: str, language: str) -> float:
    """Returns a word's frequency in general usage, 2.5 (rare or unknown) to about 7.7 ("the").

    Args:
        word: A word in any case, with straight or curly apostrophes.
        language: A language wordfreq has a list of.

    Raises:
        LookupError: wordfreq has no list of the language.
    """
    frequencies = _frequencies(language)
    if frequencies is None:
        raise LookupError(f"no word frequencies of {language!r}")
    frequency = frequencies.get(_lookup(word))
    return UNLISTED if frequency is None else math.log10(frequency) + 9


@cache
def _frequencies(language: str) -> Mapping[str, float] | None:
    # To find out that there is no list takes wordfreq a millisecond, each time.
    try:
        return wordfreq.get_frequency_dict(language, "small")
    except LookupError:
        return None


def technicality(words: Sequence[str], language: str) -> float | None:
    """Rates how technical the words are, by their rarity. Not validated against human ratings.

    Names are left out, as far as capitals tell them; acronyms and the like ("API", "B2B") count.
    So are slang and what is spelled for fun ("sooo", "gr8"): rare in print, and not technical.

    Args:
        words: The words of the text, as written.
        language: Its ISO 639-1 code.

    Returns:
        0 to 100, the percentile among English posts of organisations' Facebook pages (50 is the
        average post). None outside English and below 6 words that can be judged,
        or when most are capitalised.
    """
    if language != "en" or (raw := raw_technicality(words)) is None:
        return None
    return percentile("technicality", raw)


def raw_technicality(words: Sequence[str]) -> float | None:
    """Returns the mean rarity of the words, 0 (all among the commonest) to 3.5 (none listed)."""
    written = [w for w in words if w[0].isalpha() and not _is_lengthened(w)]
    if len([w for w in written if w[0].islower()]) < len(written) / 2:
        return None  # a headline, names or shouting: capitals tell nothing
    rarity = [rare for rare in map(_rarity, written) if rare is not None]
    return sum(rarity) / len(rarity) if len(rarity) >= _MIN_WORDS else None


@lru_cache(maxsize=1 << 14)
def _is_lengthened(word: str) -> bool:
    return bool(_LENGTHENED.search(word))


@lru_cache(maxsize=1 << 14)
def _rarity(word: str) -> float | None:
    """Returns how rare an English word is, 0 to 3.5; None for one that is not judged."""
    # Written small and without digits, unlike "gr8" and "k8s".
    plain_word = word[0].islower() and not any(map(str.isdigit, word))
    if not (plain_word or _ACRONYM.match(word)) or _lookup(word) in _SLANG:
        return None
    return max(0.0, 6 - zipf(word, "en"))


def keywords(texts: Sequence[str], *, limit: int = 15) -> list[str]:
    """Finds the words that mark the texts against general usage.

    Ranked by the log-likelihood ratio (Dunning, 1993) of their frequency here and in general. With
    three texts or more, a word must stand in two of them.

    Args:
        texts: Texts in one language.
        limit: The most words to return.

    Returns:
        Words in lower case, best first; each stands in the texts (in NFC), but for its case. Empty
        when the language cannot be told or has no frequency list.
    """
    language = identify(plain("\n".join(texts)))
    if language not in wordfreq.available_languages("small"):
        return []
    counts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    total = 0
    for text in texts:
        words = [_bare(word) for word in parse(text).words]
        total += len(words)
        here = Counter(words)
        spread.update(here.keys())
        counts.update({word: min(count, _REPEATS) for word, count in here.items()})
    needed = 2 if len(texts) >= 3 else 1
    ranked = sorted(
        (
            (-_surprise(count, total, zipf(word, language)), word)
            for word, count in counts.items()
            if spread[word] >= needed and _marks(word, language)
        ),
    )
    return [word for surprise, word in ranked[:limit] if surprise < 0]


def _marks(word: str, language: str) -> bool:
    letters = sum(c.isalpha() for c in word)
    return (
        letters > 2
        and letters == len(word.replace("-", ""))
        and (zipf(word, language) < _FUNCTION_WORD)
    )


def _surprise(count: int, total: int, frequency: float) -> float:
    """Signed log-likelihood ratio of `count` in `total` words against general usage."""
    expected = 10 ** (frequency - 9) * total
    return count * math.log(count / expected) - (count - expected) if count > expected else 0.0


def _bare(word: str) -> str:
    """Returns the word in lower case, without an English genitive."""
    return regex.sub(r"['’]s?$", "", word.lower())


def _lookup(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower().replace("’", "'")
