"""What a sentence looks like, in counts: length, persons, punctuation, capitals, casual writing."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import regex

Floats = npt.NDArray[np.float32]

_CONTRACTION = regex.compile(r"\w'(?:t|s|re|ve|ll|d|m)\b")
_FIRST_PERSON: Final = frozenset({"i", "me", "my", "we", "us", "our"})
_SECOND_PERSON: Final = frozenset({"you", "your", "u", "ya"})
_LENGTHENED = regex.compile(r"(\w)\1\1")
_EMOTICON = regex.compile(r"[:;=]-?[)(DPp]|\p{Emoji_Presentation}|<3")
_INTERJECTION = regex.compile(r"\b(?:lol|lmao|haha\w*|omg|wow|yeah|yay)\b", regex.IGNORECASE)
_LOWER_CASE_I = regex.compile(r"\bi\b")


def surface(text: str, words: Sequence[str], lower: Sequence[str]) -> Floats:
    """Counts what can be seen.

    Args:
        text: The sentence, as `analytics.text.plain` gives it.
        words: Its words and numbers.
        lower: All its tokens in small letters.

    Returns:
        Shape (25,).
    """
    count = max(1, len(words))
    lengths = [len(word) for word in words] or [0]
    letters = list(filter(str.isalpha, text))
    parts = " ".join(lower).replace("'", " ").split()
    return np.array(
        [
            math.log1p(len(words)),
            sum(lengths) / count,
            len([n for n in lengths if n > 6]) / count,
            len([n for n in lengths if n > 9]) / count,
            min(max(lengths), 30) / 10,
            (len(_CONTRACTION.findall(text)) if "'" in text else 0) / count,
            len([part for part in parts if part in _FIRST_PERSON]) / count,
            len([part for part in parts if part in _SECOND_PERSON]) / count,
            min(text.count("!"), 4),
            min(text.count("?"), 3),
            "..." in text,
            min(1.0, text.count(",") / count),
            '"' in text,
            sum(map(str.isupper, letters)) / max(1, len(letters)),
            bool(letters) and letters[0].isupper(),
            text[-1:] in {".", "!", "?"},
            len([word for word in words if len(word) > 1 and word.isupper()]) / count,
            len([word for word in words if word[0].isupper()]) / count,
            any(map(str.isdigit, text)),
            "(" in text,
            ";" in text or ":" in text,
            bool(_LENGTHENED.search(text)),
            bool(_EMOTICON.search(text)),
            bool(_INTERJECTION.search(text)),
            bool(_LOWER_CASE_I.search(text)),
        ],
        dtype=np.float32,
    )
