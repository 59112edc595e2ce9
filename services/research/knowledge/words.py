"""Words as FTS5 gets them: whatever is in a text or a query is data, none of it syntax."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import regex
import wordfreq

from analytics.language import identify
from analytics.vocabulary import zipf

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"
"""Folds case and accents; the stems are English, and harmless to other languages because queries
and texts get the same."""
TERMS_MAX: Final = 64
"""Terms of a query that count."""

_FUNCTION_WORD: Final = 6.3
"""Zipf frequency from which a word of a query tells nothing beside others: "of", "the". In a small
knowledge base it may be rare, and would win."""

_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# Scripts that put no space between words are indexed by the sign.
_RUN: Final = regex.compile(rf"(?V1)[{_UNSPACED}]++|[[\p{{L}}\p{{M}}\p{{N}}]--[{_UNSPACED}]]++")
# A code such as "QX-2291" is one thing, and its parts apart are in many texts.
_CODE: Final = regex.compile(r"(?=\S*\p{N})[\p{L}\p{M}\p{N}]++(?:[-_./:][\p{L}\p{M}\p{N}]++)++")
_IS_UNSPACED: Final = regex.compile(rf"[{_UNSPACED}]")


def indexed(text: str) -> str:
    """The words of a text with spaces between them.

    What has been indexed is taken out of the index by the same words: a change of this function
    needs a new version of the store's schema.
    """
    return " ".join(" ".join(run) if _IS_UNSPACED.match(run) else run for run in _RUN.findall(text))


def terms(query: str) -> list[str]:
    """What a query looks for, at most `TERMS_MAX` terms; one of several words is a phrase.

    Function words of English, and of the query's language if it can be told, count only where there
    is nothing else.
    """
    query = query.lower()
    found = dict.fromkeys(indexed(code) for code in _CODE.findall(query))
    for run in _RUN.findall(_CODE.sub(" ", query)):
        if not _IS_UNSPACED.match(run) or len(run) == 1:
            found[run] = None
        else:
            found |= dict.fromkeys(f"{first} {second}" for first, second in pairwise(run))
    # There is no list of every language.
    languages = {"en", identify(query)} & wordfreq.available_languages("small").keys()
    telling = [term for term in found if not _says_nothing(term, languages)]
    return (telling or list(found))[:TERMS_MAX]


def matching(query: str) -> str:
    """The FTS5 expression that finds texts with any term of a query; empty when it has none."""
    return " OR ".join(f'"{term}"' for term in terms(query))


def _says_nothing(word: str, languages: Iterable[str]) -> bool:
    return any(zipf(word, language) >= _FUNCTION_WORD for language in languages)
