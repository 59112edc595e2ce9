"""Splitting English text into the WordPiece tokens of uncased BERT (Devlin and others, NAACL 2019).

Some forty lines instead of the package that is known for it, which brings seven others along, among
them clients that fetch models from a hub.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import regex

_CONTINUES: Final = "##"  # before a token that does not start its word
_MAX_WORD: Final = 100  # characters; what is longer is no word
_REMEMBERED: Final = 1 << 14  # words

# BERT's own notion: runs of what is neither space, control, punctuation nor Han; each sign of the
# latter two stands alone. ASCII symbols such as "$" and "+" count as punctuation. One difference:
# other symbols are no part of words, because BERT knows no word that touches an emoji ("great😀").
_WORD = regex.compile(
    r"(?V1)[^\s\p{C}\p{P}\p{S}\p{Han}]++|[\p{S}--[\$+<=>\^`|~]]++|[\p{P}\$+<=>\^`|~\p{Han}]"
)
_ACCENT = regex.compile(r"\p{Mn}+")


class WordPiece:
    """The tokens of one vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Takes the tokens in the order of their numbers; those in brackets stand for no text."""
        self._ids: Mapping[str, int] = {
            token: number
            for number, token in enumerate(vocabulary)
            if not (token.startswith("[") and token.endswith("]") and len(token) > 2)
        }
        self._pieces = lru_cache(maxsize=_REMEMBERED)(self._split)

    def __call__(self, text: str) -> list[int]:
        """Returns the numbers of the tokens of `text`, in order.

        A word that has a part outside the vocabulary has no tokens. Takes time linear in the text.
        """
        text = text.lower()
        if not text.isascii():
            text = _ACCENT.sub("", unicodedata.normalize("NFD", text))
        return [number for word in _WORD.findall(text) for number in self._pieces(word)]

    def _split(self, word: str) -> tuple[int, ...]:
        """Takes the longest token that fits, again and again."""
        if len(word) > _MAX_WORD:
            return ()
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = _CONTINUES if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return ()
        return tuple(found)
