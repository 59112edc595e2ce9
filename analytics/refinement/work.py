"""What a rewrite is working on, and what its steps share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from analytics.platforms import count_characters
from analytics.refinement.document import capitalize, outside, tidy
from analytics.refinement.lexicon.words import Lexicon
from analytics.refinement.model import Outcome, RefinementIntent, WishOutcome
from analytics.text import parse, words_of

LEVELS = ("close", "balanced", "bold")
"""The variants, from the least change to the most; a level is a position here."""


@dataclass(slots=True)
class Work:
    """A text on its way.

    Attributes:
        original: The text as it came in.
        text: The text as it is now.
        language: Its language.
        platform: The platform it is for now.
        intents: The wishes that can be had.
        level: 0 for the least change, 2 for the most.
        notes: What was changed so far, sentences for people.
        outcomes: What became of the wishes so far; the last word on a wish holds.
        added: Sentences that were added and must stay.
        named: Facts that had to go and were named in the notes.
        hard: Whether what shortens it now is a limit that must be met.
    """

    original: str
    text: str
    language: str
    platform: str
    intents: Sequence[RefinementIntent]
    level: int
    notes: list[str] = field(default_factory=list)
    outcomes: dict[RefinementIntent, WishOutcome] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    hard: bool = False

    def wishes(self, *kinds: str) -> list[RefinementIntent]:
        """The wishes of some kinds, in order."""
        return [one for one in self.intents if one.kind in kinds]

    def keeps(self, what: str) -> bool:
        """Whether something is to be left as it is."""
        return any(one.kind == "keep" and one.argument == what for one in self.intents)

    def change(self, text: str, note: str) -> bool:
        """Takes a new text over, with what was done; an unchanged one leaves no note."""
        text = tidy(text, self.language)
        if text == self.text or not text:
            return False
        self.text = text
        self.notes.append(note)
        return True

    def done(self, wish: RefinementIntent, *, added: str = "") -> None:
        """Says that a wish was done, and the sentence that was added for it."""
        self.outcomes[wish] = WishOutcome(wish, Outcome.DONE, added=added)

    def idle(self, wish: RefinementIntent, note: str = "") -> None:
        """Says that there was nothing to do for a wish, with a note of what was found."""
        self.outcomes[wish] = WishOutcome(wish, Outcome.IDLE)
        self._note(note)

    def stuck(self, wish: RefinementIntent, reason: str = "", *, note: str | None = None) -> None:
        """Says that no rule found a way to do a wish.

        Args:
            wish: The wish.
            reason: Why, a clause.
            note: What is noted of it, a sentence; the reason unless given, "" for nothing.
        """
        self.outcomes[wish] = WishOutcome(wish, Outcome.STUCK, reason)
        self._note(f"{capitalize(reason)}." if note is None else note)

    def _note(self, note: str) -> None:
        if note:
            self.notes.append(note)


@lru_cache(maxsize=1024)
def size(text: str, unit: str, platform: str) -> int:
    """Counts a text in "characters" (as the platform does), "words", "sentences" and so on."""
    if unit == "words":
        return len(words_of(text))
    if unit in {"sentences", "lines", "paragraphs"}:
        return _parts(text, unit)
    return count_characters(text, platform)


def shortened(original: str, text: str, platform: str) -> bool:
    """Whether a text is shorter for its reader: by a word or a sign at least, not by a mark."""
    if size(text, "characters", platform) >= size(original, "characters", platform):
        return False
    return _read(text) < _read(original)


def _read(text: str) -> int:
    parsed = parse(text)
    signs = (parsed.emoji, parsed.hashtags, parsed.mentions, parsed.links)
    return len(parsed.words) + sum(map(len, signs))


def _parts(text: str, unit: str) -> int:
    parsed = parse(text)
    if unit == "paragraphs":
        return parsed.paragraphs
    return len(parsed.lines if unit == "lines" else parsed.sentences)


def substitute(
    text: str, lexicon: Lexicon, *, most: int | None = None
) -> tuple[str, list[tuple[str, str]]]:
    """Replaces the phrases of a lexicon outside links, handles and hashtags.

    The letter case of the first letter is kept, "a" and "an" follow the new word, and a sentence
    whose first word went starts large again.

    Returns:
        The text, and what was replaced by what, as written.
    """
    if not lexicon:
        return text, []
    made: list[tuple[str, str]] = []

    def exchange(match: regex.Match[str]) -> str:
        old = match.group()
        if (most is not None and len(made) >= most) or _INITIAL.match(match.string, match.start()):
            return old
        new = lexicon[old]
        if old.lower() == new.lower():  # listed so that a part of it is left alone
            return old
        if old.lower() in _LETTERS:
            new = capitalize(new) if _BEGINS.search(match.string, 0, match.start()) else new
        elif old.isupper() and len(old) > 2:
            new = new.upper()
        elif old[0].isupper():
            new = capitalize(new)
        made.append((old, new))
        return new or _GONE

    changed = outside(text, lambda part: _heal(lexicon.pattern.sub(exchange, part)))
    return changed, made


_INITIAL = regex.compile(r"\p{Lu}(?![\w'’])|\p{L}\.\p{L}")  # of "U.S.", and no short "you"
_LETTERS = frozenset({"asap", "btw", "fyi"})  # large as letters, not for their loudness
_BEGINS = regex.compile(r"(?:^|[.!?…\n])\W*$")
_GONE = "\ufff0"  # a noncharacter-like mark of the specials block, never in a text
_OPENING = regex.compile(
    rf"(?P<before>^|[.!?…:]\s+|\n\s*|[¡¿“„\"(]){_GONE}[^\S\n]*(?P<next>\p{{Ll}}?)"
)
_SEVERAL = regex.compile(rf"{_GONE}(?:[^\S\n]*,[^\S\n]*{_GONE})+")
_INSIDE = regex.compile(rf"[^\S\n]*{_GONE}")
_ARTICLE = regex.compile(r"\b([Aa])(n?) (?=([\p{L}]+))")
_VOWEL = regex.compile(r"(?i)(?:[aeio]|u(?!ni|se|su|ti|til|ro))(?!ne\b|nce\b|uro)|hour|honest|heir")


def _heal(text: str) -> str:
    """Closes the holes that dropped words leave."""
    if _GONE not in text:
        return text
    text = _SEVERAL.sub(_GONE, text)  # "really, really good"
    text = _OPENING.sub(lambda m: m["before"] + m["next"].upper(), text)
    return _INSIDE.sub("", text)


def fix_articles(text: str) -> str:
    """Writes "a" before consonants and "an" before vowels, in English."""
    return outside(text, lambda part: _ARTICLE.sub(lambda m: _article(m[1], m[3]), part))


def _article(letter: str, word: str) -> str:
    return f"{letter}{'n' if _VOWEL.match(word) else ''} "
