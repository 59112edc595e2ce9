"""Cutting a text into overlapping chunks that end where a paragraph or a sentence does."""

import re
from array import array
from collections.abc import Callable
from typing import Final

TOKENS_MAX: Final = 512
"""Tokens of a chunk at most."""
OVERLAP: Final = 100
"""Tokens at the end of a chunk that the next one begins with; fewer when a word would be cut."""

_FULL_ENOUGH: Final = 0.6
"""Share of `TOKENS_MAX` from which a chunk may end early, with a paragraph or a sentence."""
_RUN_MAX: Final = 60
"""Characters without a space from which a run of them is no word and may be cut anywhere."""
_CUT: Final = 20
"""Characters of the parts that it is cut into, so that scripts without spaces overlap, too."""
_WORD: Final = re.compile(r"\S+")
_CLOSING: Final = "\"'”’»)]"
_SENTENCE_ENDS: Final = tuple(".!?…。！？")


class _Parts:
    """The words of a text, and the parts of runs too long to be words, in its order.

    A text may have half a million of them: plain numbers in arrays take a tenth of the memory of
    objects.

    Attributes:
        starts: Where each begins in the text.
        ends: Where it ends, exclusive.
        tokens: How many tokens it has, at least 1.
        closes: 2 when a paragraph ends with it, 1 for a sentence, 0 for neither.
    """

    def __init__(self) -> None:
        self.starts = array("I")
        self.ends = array("I")
        self.tokens = array("I")
        self.closes = bytearray()

    def __len__(self) -> int:
        return len(self.starts)

    def add(self, start: int, end: int, tokens: int, closes: int) -> None:
        """Adds one after the others."""
        self.starts.append(start)
        self.ends.append(end)
        self.tokens.append(tokens)
        self.closes.append(closes)


def cut(text: str, count: Callable[[str], int]) -> list[str]:
    """Cuts a text into chunks.

    Takes time linear in the text, as long as `count` does.

    Args:
        text: Any text.
        count: How many tokens a word has, at least 1; of words side by side the sum counts.

    Returns:
        Verbatim parts of the text in its order, each of at most `TOKENS_MAX` tokens, without space
        around; none for a text of nothing but space. Every word is in one of them at least.
    """
    parts = _parts(text, count)
    chunks: list[str] = []
    start = 0
    while start < len(parts):
        end = _end(parts, start)
        chunks.append(text[parts.starts[start] : parts.ends[end - 1]])
        if end == len(parts):
            break
        start = _back(parts, start, end)
    return chunks


def _parts(text: str, count: Callable[[str], int]) -> _Parts:
    parts = _Parts()
    for found in _WORD.finditer(text):
        word, (start, end) = found[0], found.span()
        if parts and text.count("\n", parts.ends[-1], start) > 1:
            parts.closes[-1] = 2
        if end - start <= _RUN_MAX:
            parts.add(start, end, count(word), _closes(word))
            continue
        for at in range(start, end, _CUT):
            piece = text[at : min(at + _CUT, end)]
            parts.add(at, at + len(piece), count(piece), _closes(piece))
    return parts


def _closes(word: str) -> int:
    return 1 if word.rstrip(_CLOSING).endswith(_SENTENCE_ENDS) else 0


def _end(parts: _Parts, start: int) -> int:
    """Where a chunk that begins at `start` ends, exclusive: as late as it may, or a bit earlier."""
    tokens = 0
    breaks = [0, 0, 0]
    end = start
    while end < len(parts):
        tokens += parts.tokens[end]
        if tokens > TOKENS_MAX and end > start:
            return breaks[2] or breaks[1] or end
        if parts.closes[end] and tokens >= _FULL_ENOUGH * TOKENS_MAX:
            breaks[parts.closes[end]] = end + 1
        end += 1
    return end


def _back(parts: _Parts, start: int, end: int) -> int:
    """Where the chunk after one from `start` to `end` begins: later than `start`."""
    tokens = 0
    while end > start + 1 and tokens + parts.tokens[end - 1] <= OVERLAP:
        end -= 1
        tokens += parts.tokens[end]
    return end
