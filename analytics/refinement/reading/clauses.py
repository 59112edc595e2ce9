"""Feedback in clauses, and what stands near what in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import regex

from analytics.refinement.reading.signals.filler import FILLER
from analytics.refinement.reading.tokens import Token

_STOPS: Final = frozenset({"BREAK", "COMMA", "CONJ"})
_NEW_WISH: Final = frozenset({
    "ADD", "REMOVE", "KEEP", "USE", "MORE", "LESS", "NO", "NEG", "ONLY", "SHORTER", "LONGER",
    "FORMAL", "CASUAL", "EXCITED", "CALM", "SIMPLE", "NOWORD", "MENTION", "REPLACE", "ATMOST",
    "T_HASHTAGS", "T_EMOJI", "T_CTA", "T_QUESTION", "END", "START", "NUM", "UNSUPPORTED",
    "PLATFORM",
})  # fmt: skip
_ENDINGS: Final = frozenset({"END", "START"})
# "Open with", "close on" are wishes behind a comma alone: "mention that we open on Sundays".
_ORDER: Final = regex.compile(
    r"(?i)(?:end|finish|clos|conclud|start|open|begin|beend|schlie|eröffn|termin|acab|cierr|empiez|inici"
    r"|comienz|abr)"
)
_LEADS: Final = regex.compile(
    r"^(?:(?:the (?:words?|phrases?)|das wort|la palabra|also|auch|además)\b|[\s,:])+",
    regex.IGNORECASE,
)
_TAILS: Final = regex.compile(
    r"(?:[\s,:]|(?<=\s)(?:please|bitte|por favor|hinzu|ein|rein|somewhere|irgendwo|too|auch|also|"
    r"as well|también))+$",
    regex.IGNORECASE,
)


@dataclass(slots=True)
class Clause:
    """A clause of feedback.

    Attributes:
        tokens: Its tokens.
        used: Positions of those that a wish has been read from.
        carry: What the last verb did ("add", "remove", "keep", "fewer"), for targets that follow
            without one: "remove emoji and hashtags"; "" before the first.
    """

    tokens: Sequence[Token]
    used: set[int] = field(default_factory=set)
    carry: str = ""

    def near(self, index: int) -> Iterator[int]:
        """Positions not yet used between the stops around `index`, nearest first."""
        segment = self.segment(index)
        order = sorted(segment, key=lambda other: (abs(other - index), other))
        return (other for other in order if other != index and other not in self.used)

    def of_kind(self, *kinds: str, near: int) -> list[int]:
        """Positions of unused tokens of some kinds near `near`."""
        return [other for other in self.near(near) if self.tokens[other].kind in kinds]

    def segment(self, index: int) -> list[int]:
        """Positions between the commas and conjunctions around `index`."""
        return next(segment for segment in self.segments() if index in segment)

    def segments(self) -> list[list[int]]:
        """The positions of all tokens but the stops, cut at them."""
        found: list[list[int]] = [[]]
        for index, token in enumerate(self.tokens):
            if token.kind in _STOPS:
                found.append([])
            else:
                found[-1].append(index)
        return [segment for segment in found if segment]

    def negated(self, index: int) -> bool:
        """Whether the verb at `index` has a "not" before it."""
        return index > 0 and self.tokens[index - 1].kind in {"NEG", "NO"}

    def argument(self, feedback: str, index: int) -> tuple[list[int], list[str]]:
        """What follows a verb such as "mention", up to the next wish.

        Returns:
            The positions of its tokens, and the things: the quoted ones, else the whole as one.
        """
        used: list[int] = []
        for other in range(index + 1, len(self.tokens)):
            kind = self.tokens[other].kind
            place = kind in _ENDINGS and not _ORDER.match(self.tokens[other].text)
            if place or (kind in {"COMMA", "CONJ"} and self._wish_at(other + 1)):
                break
            used.append(other)
        quoted = [self.tokens[i].value for i in used if self.tokens[i].kind == "QUOTED"]
        if quoted:
            return used, quoted
        if used:
            text = feedback[self.tokens[used[0]].start : self.tokens[used[-1]].end]
            return used, [_TAILS.sub("", _LEADS.sub("", text))]
        return self._argument_before(feedback, index)

    def _argument_before(self, feedback: str, index: int) -> tuple[list[int], list[str]]:
        """In German the verb may come last: "den Rabatt erwähnen"."""
        used = [i for i in self.segment(index) if i < index and i not in self.used]
        while used and self.tokens[used[0]].text.lower() in FILLER - _ARTICLES:
            used.pop(0)
        if not used:
            return [], [""]
        text = feedback[self.tokens[used[0]].start : self.tokens[used[-1]].end]
        return used, [_TAILS.sub("", text)]

    def _wish_at(self, index: int) -> bool:
        while index < len(self.tokens) and self.tokens[index].kind in {"CONJ", "COMMA"}:
            index += 1
        if index < len(self.tokens) and self.tokens[index].text.lower() in {"make", "mach", "haz"}:
            return True
        return index < len(self.tokens) and self.tokens[index].kind in _NEW_WISH


_ARTICLES: Final = frozenset({
    "the", "a", "an", "our", "der", "die", "das", "den", "dem", "ein", "eine", "einen", "unser",
    "unsere", "el", "la", "los", "las", "un", "una",
})  # fmt: skip


def clauses_of(tokens: Sequence[Token]) -> Iterator[Clause]:
    """Cuts tokens at full stops and words like "but"; what a verb did carries over the latter."""
    current: list[Token] = []
    carry = ""
    for token in tokens:
        if token.kind != "BREAK":
            current.append(token)
            continue
        if current:
            clause = Clause(current, carry=carry)
            yield clause
            carry = clause.carry if token.text[0].isalpha() else ""
        current = []
    if current:
        yield Clause(current, carry=carry)
