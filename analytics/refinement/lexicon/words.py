"""What the rules know of a language, and the small grammar that its lists are written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import regex


@dataclass(frozen=True)
class Lexicon:
    """Phrases and what they are exchanged for.

    Attributes:
        entries: By the phrase in lower case, its words a space apart and its apostrophes straight;
            an empty value drops the phrase.
    """

    entries: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def pattern(self) -> regex.Pattern[str]:
        """Finds the phrases, the longest first, in any case."""
        ordered = sorted(self.entries, key=lambda phrase: (-len(phrase), phrase))
        alternatives = "|".join(
            regex.escape(phrase, special_only=True, literal_spaces=True)
            .replace("'", "['’]")
            .replace(" ", r"[^\S\n]+")
            for phrase in ordered
        )
        return regex.compile(rf"(?<![\w'’&-])(?:{alternatives})(?![\w'’&-])", regex.IGNORECASE)

    def __getitem__(self, found: str) -> str:
        return self.entries[" ".join(found.lower().replace("’", "'").split())]

    def __bool__(self) -> bool:
        return bool(self.entries)


def pairs(*lists: str) -> Lexicon:
    """Reads "old = new" lines; an empty new drops the old. Old is in lower case."""
    found = {}
    for line in "\n".join(lists).splitlines():
        if line.strip():
            old, _, new = line.partition("=")
            for one in old.split("|"):
                found[one.strip()] = new.strip()
    return Lexicon(found)


def inflected(endings: str, *stems: tuple[str, str]) -> str:
    """Writes the lines of adjectives that take the same endings on both sides."""
    return "\n".join(
        f"{old}{ending} = {new}{ending}" for old, new in stems for ending in endings.split("|")
    )


@dataclass(frozen=True)
class Words:
    """What the rules know of a language.

    Attributes:
        wordy: Phrases that can be said in fewer words or dropped.
        to_formal: Casual words and their formal likes.
        to_casual: Formal words and their casual likes.
        to_simple: Hard words and their simple likes.
        to_lively: Plain words and their enthusiastic likes.
        to_calm: Enthusiastic words and their plain likes.
        bound: Words that open a sentence which cannot stand without the one before.
        numerals: Spelled-out numbers and their digits, without those that are also articles.
        calls: Templates of calls to action by platform and by address.
        link_calls: Those for a text with a link.
        questions: Templates of questions; "{topic}" is a topic as `topics` finds it.
        recap: Template of a recap, with "{points}".
        mention: Templates of a sentence that mentions "{thing}".
        mention_clause: Template for "{clause}", which begins with "that".
        conjunction: "and".
        topic: Pattern that finds the phrase of a keyword in a text, with "{word}".
    """

    wordy: Lexicon = field(default_factory=Lexicon)
    to_formal: Lexicon = field(default_factory=Lexicon)
    to_casual: Lexicon = field(default_factory=Lexicon)
    to_simple: Lexicon = field(default_factory=Lexicon)
    to_lively: Lexicon = field(default_factory=Lexicon)
    to_calm: Lexicon = field(default_factory=Lexicon)
    bound: frozenset[str] = frozenset()
    numerals: Lexicon = field(default_factory=Lexicon)
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recap: str = ""
    mention: tuple[str, ...] = ()
    mention_clause: str = ""
    conjunction: str = ""
    topic: str = ""

    def numerals_in(self, text: str) -> Iterator[regex.Match[str]]:
        """Finds the spelled-out numbers that stand before a word."""
        if not self.numerals:
            return iter(())
        return (
            match
            for match in self.numerals.pattern.finditer(text)
            if regex.match(r"\s+\p{L}", text[match.end() : match.end() + 3])
        )


def word_set(text: str) -> frozenset[str]:
    """Reads words with white space between."""
    return frozenset(text.split())
