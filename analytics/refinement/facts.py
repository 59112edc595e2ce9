"""The facts of a text, which no rewriting may lose or invent."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from analytics.refinement.keycaps import digits_of
from analytics.refinement.lexicon.proper import ACRONYMS, NAMES, PLACES
from analytics.refinement.lexicon.words import word_set
from analytics.text import parse, spans
from analytics.vocabulary import zipf

_OPENING: Final = regex.compile(r"[¿¡“„«\"(•:\p{Extended_Pictographic}\uFE0F]\s*$")
_NAME: Final = regex.compile(r"\p{Lu}[\p{L}\p{M}\d'’.&-]*+$")
_MIXED: Final = regex.compile(r"\p{Ll}\p{Lu}|^[\p{Lu}\d&]{2,}s?$|\d")
DAYS: Final = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february april june july
    august september october november december montag dienstag mittwoch donnerstag freitag
    samstag sonntag januar februar märz april juni juli oktober dezember lunes martes miércoles
    jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre mondays tuesdays wednesdays thursdays fridays saturdays sundays
    tomorrow tonight heute hoy noon midnight
""")
_NO_NAMES: Final = word_set("""
    damen herren kunden kundinnen freunde i i'm i've i'll i'd ok tv pm am ps rsvp dm cta faq diy
    asap btw omg lol fyi sie ihnen ihr ihre ihren ihrem ihrer ihres
""")
# Before an apostrophe: "We're", "That's".
_PRONOUNS: Final = word_set("we you they he she it that this there here who what where let")
# German writes every noun large: a name is known by what stands before it.
_GERMAN_LEADS: Final = word_set("""
    in aus nach bei von mit für gegen durch ab bis zwischen herr frau dr prof seit firma familie
    stadt marke &
""")
_KNOWN: Final = (ACRONYMS | NAMES | PLACES) - _NO_NAMES
"""Names that are known whatever the text shouts."""
_LOUD_SHARE: Final = 0.5
_NEAR: Final = 8  # characters before a word in which what opens a sentence is looked for
# An ampersand between large words is part of a name: "Kettle & Crane".
_FIRM: Final = regex.compile(r"(?<![\p{L}\d#@/])\p{Lu}[\p{L}'’.-]* & \p{Lu}[\p{L}'’-]*")
# Scripts without spaces: what stands beside a fact in them is another word.
_MORE_DIGITS: Final = regex.compile(r"[.,:]\d")
_BESIDE: Final = regex.compile(r"(?V1)[[\p{L}\p{Nd}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text, verbatim, each once.

    Attributes:
        numbers: Numbers in digits with unit or sign.
        names: Names of people, places, products and firms, as far as capitals tell them, and the
            names of days and months.
        links: Web addresses.
        handles: Mentions and e-mail addresses.
        hashtags: Hashtags.
    """

    numbers: frozenset[str]
    names: frozenset[str]
    links: frozenset[str]
    handles: frozenset[str]
    hashtags: frozenset[str]

    def all(self) -> frozenset[str]:
        """All of them but the hashtags."""
        return self.numbers | self.names | self.links | self.handles


@lru_cache(maxsize=512)
def facts_of(text: str, language: str) -> Facts:
    """Finds the facts of a text.

    Args:
        text: Any text.
        language: ISO 639-1 code; in German a name is a capitalised word behind a preposition,
            "und", another name or a title.
    """
    parsed = parse(text)
    emails = [text[start:end] for kind, start, end in spans(text) if kind == "email"]
    return Facts(
        numbers=frozenset(number.lstrip("+-−") for number in parsed.numbers) | digits_of(text),
        names=frozenset((*_names(parsed.sentences, language), *_FIRM.findall(parsed.text))),
        links=frozenset(parsed.links),
        handles=frozenset((*parsed.mentions, *emails)),
        hashtags=frozenset(parsed.hashtags),
    )


def _names(sentences: Iterable[str], language: str) -> Iterable[str]:
    for sentence in sentences:
        found = [(sentence[s:e], s) for kind, s, e in spans(sentence) if kind == "word"]
        words = [word for word, _ in found]
        large = sum(word[0].isupper() for word in words)
        loud = sum(word.isupper() and len(word) > 1 for word in words) > _LOUD_SHARE * len(words)
        headline = language != "de" and len(words) > 4 and large > 0.7 * len(words)
        for index, (word, start) in enumerate(found):
            low = word.lower().replace("’", "'")
            opens = index == 0 or bool(_OPENING.search(sentence, max(0, start - _NEAR), start))
            if (
                low in DAYS
                or (loud and word.isupper() and low in _KNOWN and (language, low) != ("es", "usa"))
                or (not (loud or headline) and _is_name(words, index, low, language, opens=opens))
            ):
                yield word


def _is_name(words: list[str], index: int, low: str, language: str, *, opens: bool) -> bool:
    word = words[index]
    stem, apostrophe, _ = low.partition("'")
    if low in _NO_NAMES or stem in _NO_NAMES or (apostrophe and stem in _PRONOUNS):
        return False
    if not _NAME.match(word):
        return False
    if _MIXED.search(word):
        return len(word) > 1 and not (word.isupper() and _common(low, language))
    if opens:  # whatever stands there starts large
        return False
    if language == "de":
        leads = [words[index - 1].lower()]
        if index > 1 and words[index - 1][0].isupper():  # "bei Jonas Weber"
            leads.append(words[index - 2].lower())
        return not _GERMAN_LEADS.isdisjoint(leads) and not _common_german(low)
    return len(word) > 1


def _common(word: str, language: str) -> bool:
    """Whether a word in capitals is a shouted common word, not an acronym."""
    try:
        return len(word) > 3 and zipf(word, language) > 4.5
    except LookupError:
        return False


def _common_german(word: str) -> bool:
    return len(word) > 3 and word.endswith(("ung", "heit", "keit", "schaft", "tion", "ungen"))


def holds(text: str, fact: str) -> bool:
    """Whether a text holds a fact, as a word of its own and in any case."""
    # By hand: a pattern that ignores case takes a second to find an address of 2,000 characters.
    text, fact = f" {text.lower()} ", fact.lower()
    place = text.find(fact) if fact else -1
    while place > 0:
        end = place + len(fact)
        beside = _BESIDE.match(text[place - 1]) or _BESIDE.match(text[end])
        # "30" is not in "30.06.", nor in "1.30".
        number = fact[-1].isdigit() and _MORE_DIGITS.match(text, end)
        if not (beside or number):
            return True
        place = text.find(fact, place + 1)
    return False


def lost(original: str, text: str, language: str) -> list[str]:
    """Names the facts of `original`, hashtags apart, that `text` does not hold, sorted."""
    return sorted(fact for fact in facts_of(original, language).all() if not holds(text, fact))
