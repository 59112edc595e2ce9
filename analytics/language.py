"""Which language a text is written in, by py3langid (naive Bayes on byte n-grams; BSD)."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from py3langid import langid  # type: ignore[import-untyped]  # the package ships no types

from analytics import language_model

UNKNOWN: Final = "und"

# The languages considered, by ISO 639-1 code: those with many speakers online. Fewer candidates
# make short texts safer: against all 140 of py3langid, "Wow" is Polish and "OK" Serbian.
LANGUAGES: Final = frozenset({
    "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu",
    "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk",
    "km", "kn", "ko", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl", "no",
    "pa", "pl", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th",
    "tl", "tr", "uk", "ur", "uz", "vi", "zh",
})  # fmt: skip


@cache
def _identifier() -> langid.LanguageIdentifier:
    return language_model.identifier(LANGUAGES)


def identify(text: str) -> str:
    """Names the language of `text`.

    Args:
        text: Text without links, handles and hashtags (see `analytics.text.plain`): they are
            rarely in its language.

    Returns:
        The ISO 639-1 code, "und" when the text is too short or too mixed to tell.
    """
    if not _has_letters(text):
        return UNKNOWN
    code, confidence = _identifier().classify(text)
    return str(code) if confidence >= MIN_CONFIDENCE else UNKNOWN


def identify_all(texts: Sequence[str]) -> list[str]:
    """Names the languages of texts, several times as fast as `identify` does one by one.

    py3langid follows an automaton byte by byte in Python; here it is NumPy that follows it, through
    all texts at once.
    """
    encoded = {n: _encode(text) for n, text in enumerate(texts) if _has_letters(text)}
    together = [n for n, text in encoded.items() if len(text) <= _LONG]
    codes = [UNKNOWN] * len(texts)
    if len(together) < _SEVERAL:
        together = []
    for n in encoded.keys() - set(together):
        codes[n] = identify(texts[n])
    if together:
        classes = _identifier().nb_classes
        shares = _shares([encoded[n] for n in together])
        for n, best, share in zip(together, shares.argmax(axis=1), shares.max(axis=1), strict=True):
            codes[n] = classes[best] if share >= MIN_CONFIDENCE else UNKNOWN
    return codes


MIN_CONFIDENCE: Final = 0.2
"""Below this share of the probability a guess is no better than chance on short lines."""

_LETTERS: Final = 3  # fewer are no language
_SEVERAL: Final = 8  # texts; fewer are not worth following together
_LONG: Final = 2000  # bytes; longer ones would keep NumPy busy with one text after all others ended


def _has_letters(text: str) -> bool:
    return len(list(islice(filter(str.isalpha, text), _LETTERS))) == _LETTERS


class _Automaton(NamedTuple):
    """The automaton that finds the n-grams, as arrays.

    Attributes:
        rows: Where the row of each state begins in `following`.
        following: The next state, by row and byte.
        found: The number of the n-gram that ends with a state, -1 for none.
    """

    rows: npt.NDArray[np.int64]
    following: npt.NDArray[np.uint32]
    found: npt.NDArray[np.int64]


@cache
def _automaton() -> _Automaton:
    known = _identifier()
    return _Automaton(
        rows=np.asarray(known.tk_row, dtype=np.int64) << 8,
        following=np.frombuffer(known.tk_nextmove, dtype=np.uint32),
        found=np.asarray(known.tk_output, dtype=np.int64),
    )


def _encode(text: str) -> bytes:
    """Encodes a text as py3langid does."""
    text = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def _shares(texts: Sequence[bytes]) -> npt.NDArray[np.float32]:
    """Returns the probability of each class, shape (texts, classes)."""
    known = _identifier()
    lengths = np.array([len(text) for text in texts])
    rows, grams, counts = _grams(texts, lengths)
    scores = np.zeros((len(texts), len(known.nb_classes)), dtype=np.float32)
    some, starts = np.unique(rows, return_index=True)
    if len(some):
        likely = np.log1p(counts.astype(np.float32))[:, None] * known.nb_ptc.take(grams, axis=0)
        scores[some] = np.add.reduceat(likely, starts, axis=0) + known.nb_pc
    scores /= np.sqrt(lengths)[:, None]
    np.exp(scores - scores.max(axis=1, keepdims=True), out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    for first, again in _aliases(tuple(known.nb_classes)):
        scores[:, first] += scores[:, again]
        scores[:, again] = 0
    return scores


@cache
def _aliases(classes: Sequence[str]) -> list[tuple[int, int]]:
    """Finds the classes that stand for a language that an earlier one stands for."""
    first = {code: classes.index(code) for code in classes}
    return [(first[code], n) for n, code in enumerate(classes) if first[code] != n]


def _grams(
    texts: Sequence[bytes], lengths: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Finds n-grams: the number of the text, that of the n-gram, and how often it occurs there."""
    automaton = _automaton()
    order = np.argsort(-lengths)
    longest = int(lengths.max())
    columns = np.frombuffer(b"".join(texts[n].ljust(longest, b"\0") for n in order), dtype=np.uint8)
    columns = np.ascontiguousarray(columns.reshape(len(texts), longest).T)
    going = np.searchsorted(-lengths[order], -np.arange(longest)).tolist()  # so many are longer
    states = np.zeros(columns.shape, dtype=np.uint32)
    state = np.zeros(len(texts), dtype=np.uint32)
    for place, (count, column) in enumerate(zip(going, columns, strict=True)):
        state = automaton.following.take(automaton.rows.take(state[:count]) + column[:count])
        states[place, :count] = state
    found = automaton.found.take(states)
    found[np.arange(longest)[:, None] >= lengths[order]] = -1
    places, ranks = np.nonzero(found >= 0)
    span = len(automaton.found)
    keys, counts = np.unique(order[ranks] * span + found[places, ranks], return_counts=True)
    return keys // span, keys % span, counts
