"""The strongest tokens of a sentence: what one word says loudly is not averaged away.

Every token lies somewhere along directions of the static vectors that were learned ("says thanks",
"is afraid"); a sentence has the highest, the lowest, the spread and the soft maximum of its tokens.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.embeddings import project

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

STATISTICS: Final = 4
"""Numbers a direction gives: highest, lowest, standard deviation, log of the mean exponential."""


def levels_along(directions: npt.NDArray[np.floating]) -> Floats:
    """Tells where every token of the vocabulary lies.

    Args:
        directions: Shape (`analytics.embeddings.DIMENSIONS`, directions), of any length.

    Returns:
        Shape (tokens, directions), with a mean of 0 and a standard deviation of 1 along each.

    Raises:
        VectorsUnavailableError: See `analytics.embeddings.embed`.
    """
    levels = project(directions.astype(np.float32))
    levels -= levels.mean(axis=0)
    levels /= levels.std(axis=0)
    return levels


def peaks(levels: Floats, sentences: Sequence[Sequence[int]]) -> Doubles:
    """Sums up where the tokens of sentences lie.

    Args:
        levels: See `levels_along`.
        sentences: The numbers of each sentence's tokens.

    Returns:
        Shape (sentences, `STATISTICS` * directions), one statistic after the other; zeros for a
        sentence without tokens.
    """
    found = np.zeros((len(sentences), STATISTICS * levels.shape[1]))
    lengths = np.array([len(tokens) for tokens in sentences], dtype=np.intp)
    some = lengths > 0
    if not some.any():
        return found
    every = np.array([token for tokens in sentences for token in tokens])
    here = levels.take(every, axis=0).astype(np.float64)
    starts = (lengths.cumsum() - lengths)[some]
    count = lengths[some, None]
    mean = np.add.reduceat(here, starts) / count
    spread = np.sqrt(np.maximum(0, np.add.reduceat(here * here, starts) / count - mean * mean))
    soft = np.log(np.add.reduceat(np.exp(here), starts) / count)
    highest, lowest = np.maximum.reduceat(here, starts), np.minimum.reduceat(here, starts)
    found[some] = np.hstack([highest, lowest, spread, soft])
    return found
