"""The words of the languages that the rules write."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analytics.refinement.lexicon.english import ENGLISH
from analytics.refinement.lexicon.german import GERMAN
from analytics.refinement.lexicon.spanish import SPANISH
from analytics.refinement.lexicon.words import Words

_WORDS: Final[Mapping[str, Words]] = MappingProxyType({"en": ENGLISH, "de": GERMAN, "es": SPANISH})
_NONE: Final = Words()


def words_for(language: str) -> Words:
    """Returns the words of a language; empty ones for a language the rules do not write."""
    return _WORDS.get(language, _NONE)
