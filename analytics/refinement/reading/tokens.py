"""Reading feedback into tokens, and the numbers, units and names inside them."""

from dataclasses import dataclass
from typing import Final

import regex

from analytics.refinement.reading.signals import KINDS, LEXER


@dataclass(frozen=True, slots=True)
class Token:
    """A part of feedback.

    Attributes:
        kind: Its kind, such as "REMOVE" or "T_EMOJI"; "WORD" for a word that carries no wish.
        text: Verbatim.
        start: Where it starts in the feedback.
        end: Where it ends.
        value: A number or a name inside it, such as the platform; "" for none.
        extra: A second one, such as the unit.
    """

    kind: str
    text: str
    start: int
    end: int
    value: str = ""
    extra: str = ""


_VALUES: Final = {
    "QUOTED": ("quoted", "single"),
    "REPLACE": ("old", "new"),
    "INSTEAD": ("worse", "better"),
    "PERCENT": ("percent", ""),
    "ATLEAST": ("least", "lunit"),
    "ATMOST": ("most", "unit"),
    "PLATFORM": ("platform", ""),
}


def tokens_of(feedback: str) -> list[Token]:
    """Reads feedback into tokens, in order; curly apostrophes count as straight ones."""
    found = []
    for match in LEXER.finditer(feedback.replace("’", "'")):
        kind = match.lastgroup or ""
        if kind not in KINDS:  # a group inside the rule was the last to match
            kind = next(name for name, text in match.groupdict().items() if name in KINDS and text)
        value, extra = (
            (match.group(name) or "") if name else "" for name in _VALUES.get(kind, ("", ""))
        )
        if kind == "QUOTED":
            value, extra = value or extra, ""
        text = feedback[match.start() : match.end()]
        found.append(Token(kind, text, match.start(), match.end(), value, extra))
    return found


_NUMERALS: Final = (
    {
        name: number
        for names in (
            "one two three four five six seven eight nine ten",
            "ein zwei drei vier fünf sechs sieben acht neun zehn",
            "un dos tres cuatro cinco seis siete ocho nueve diez",
        )
        for number, name in enumerate(names.split(), start=1)
    }
    | dict.fromkeys(("eine", "einen", "einem", "einer", "uno", "una"), 1)
    | dict.fromkeys(("a couple of", "ein paar", "un par de"), 2)
)


def number_of(text: str) -> float | None:
    """Returns the number that "3", "1,500" or "drei" names; None for anything else."""
    text = text.strip().lower()
    digits = regex.sub(r"[.,](?=\d{3})", "", text)
    return float(digits) if digits.isdecimal() else _NUMERALS.get(text)


_UNITS: Final = (
    ("characters", r"char|zeichen|buchst|caracter|signos"),
    ("words", r"word|wört|wort|palabra"),
    ("sentences", r"sent|satz|sätz|frase|oracion"),
    ("lines", r"line|zeile|línea"),
    ("paragraphs", r"para|abs|párr"),
)


def unit_of(text: str) -> str:
    """Names the unit that "Zeichen" or "words" stands for; "" for none."""
    return next(
        (name for name, pattern in _UNITS if regex.match(pattern, text, regex.IGNORECASE)), ""
    )


def platform_of(text: str) -> str:
    """Names the platform that "tweet" or "insta" stands for."""
    low = text.lower()
    for name, starts in (
        ("twitter", ("tw", "x")),
        ("linkedin", ("linkedin",)),
        ("facebook", ("f",)),
        ("instagram", ("i",)),
    ):
        if low.startswith(starts):
            return name
    raise ValueError(low)
