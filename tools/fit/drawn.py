"""Draws English sentences of all sets whose terms allow it, but those that are evaluated."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import regex

from analytics.embeddings import tokens_of
from analytics.language import identify
from analytics.text import parse, plain
from tools.fit.common import Integers, read

_SENTENCES: Final = 20_000
_SHORTEST: Final = 3  # words
_LONGEST: Final = 60  # tokens

_NO_WORD = regex.compile(r"\W+")


def draw(folder: Path) -> list[str]:
    """Draws 20,000 sentences, each of another wording and with tokens."""
    met = unseen(folder)
    found = []
    for text in _texts(folder):
        words = wording(plain(text))
        if words.count(" ") >= _SHORTEST - 1 and words not in met:
            met.add(words)
            found.append(text)
    chosen = np.random.default_rng(0).permutation(len(found))[:_SENTENCES]
    drawn = [found[place] for place in chosen]
    return [text for text, tokens in zip(drawn, cut(drawn), strict=True) if len(tokens)]


def cut(texts: Sequence[str]) -> list[Integers]:
    """Splits texts into their tokens, of each the first 60."""
    return [np.array(t[:_LONGEST], dtype=np.int64) for t in tokens_of([plain(x) for x in texts])]


def unseen(folder: Path) -> set[str]:
    """Returns the wordings of formality and arousal, which are evaluated and must not be seen."""
    rows = [row for name in ("formality_en", "arousal") for row in read(folder, name)]
    return {wording(row["text"]) for row in rows}


def wording(text: str) -> str:
    """Returns the words of a text alone, by which two texts are the same."""
    return _NO_WORD.sub(" ", text.lower()).strip()


def _texts(folder: Path) -> Iterator[str]:
    for name in ("tone", "politeness", "speech_acts", "readability_levels"):
        for row in read(folder, name):
            yield from parse(row["text"]).sentences
    for row in read(folder, "fb_pages/posts.jsonl"):
        post = parse(row["text"])
        if identify(plain(post.text)) == "en":
            yield from post.sentences
    for row in read(folder, "headline_tests/tests.jsonl"):
        yield from (variant["headline"] for group in row["groups"] for variant in group)
