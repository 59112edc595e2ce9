"""The words of feedback that carry wishes, in English, German and Spanish at once.

Feedback is often written in another language than the text, and mixes languages ("CTA raus"), so
that one lexer reads all three; words that exist in two of them mean the same here.
"""

from typing import Final

import regex

from analytics.refinement.reading.signals import amounts, manners, parts, phrases, verbs

# What cuts feedback into clauses, and any other word.
_REST: Final = (
    (
        "BREAK",
        (
            r"[.;!?\n]+|\b(?:but|however|although|aber|jedoch|doch|sondern|pero|sino|aunque|then"
            r"|dann|"
            r"also|außerdem|además|luego|después)\b"
        ),
    ),
    ("CONJ", r"\b(?:and|und|y|e|or|oder|o|sowie|plus|&)\b|&|\+"),
    ("COMMA", r"[,:]|\s[-–—]\s"),
    ("WORD", r"[@#]?[\w'’%€$./-]*\w[%€$]?"),
)
# Kind of token and what it looks like; the first that fits at a place wins. Order matters: longer
# and more telling before shorter.
_RULES: Final[tuple[tuple[str, str], ...]] = (
    *amounts.RULES,
    *phrases.RULES,
    *manners.RULES,
    *parts.RULES,
    *verbs.RULES,
    *_REST,
)
_SPLIT_OFF: Final = {"BREAK", "CONJ", "COMMA", "QUOTED", "WORD", "NAMED"}
LEXER: Final = regex.compile(
    "|".join(
        f"(?P<{kind}>{pattern})"
        if kind in _SPLIT_OFF
        else rf"(?P<{kind}>(?<![\w])(?:{pattern})(?![\w]))"
        for kind, pattern in _RULES
    ),
    regex.IGNORECASE,
)
KINDS: Final = frozenset(kind for kind, _ in _RULES)
