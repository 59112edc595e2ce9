"""Embeddings of texts from static vectors: what a text is about, at thousands of texts a second.

Every WordPiece token has a vector of 256 numbers, distilled from the encoder all-MiniLM-L6-v2
(Apache-2.0) by `tools/vectors`; a text has the mean of its tokens' vectors, commoner tokens
counting less (smooth inverse frequency: Arora and others, ICLR 2017), at unit length. Word order
plays no part. The encoder learned from English: other languages in Latin letters get vectors that
tell little, other scripts hardly any.

The file of vectors is built when the environment is made, because it is too large to be kept with
the code, and is read at the first use.
"""

import os
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.wordpiece import WordPiece

DIMENSIONS: Final = 256
FILE_NAME: Final = "vectors-1.npz"
"""Changes whenever the vectors do: coefficients fitted on others would be wrong with them."""
PATH_VARIABLE: Final = "MESH_VECTORS"
"""The environment variable that names another path of the file."""

_MAX_CHARACTERS: Final = 20_000  # of one text; what comes after moves a mean no more
_BATCH_TOKENS: Final = 1 << 14  # bounds the memory of one call, at 16 MB

Floats = npt.NDArray[np.float32]
_Tokens = list[int]


class VectorsUnavailableError(Exception):
    """The file of vectors is absent or of another kind; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The static vectors.

    Attributes:
        tokens: Splits a text into the numbers of its tokens.
        steps: The vectors in 8-bit steps, shape (tokens, `DIMENSIONS`).
        scale: What a step of each vector is worth, shape (tokens, 1).
        weights: What each token counts in the mean, 0 (the commonest) to 1, shape (tokens,).
    """

    tokens: WordPiece
    steps: npt.NDArray[np.int8]
    scale: Floats
    weights: Floats


def embed(texts: Sequence[str]) -> Floats:
    """Embeds texts.

    Args:
        texts: Any texts; of each the first 20,000 characters count.

    Returns:
        Shape (texts, 256): rows of unit length, so that their dot product is the cosine; a row of
        zeros for a text without a known token.

    Raises:
        VectorsUnavailableError: The vectors have not been built.
    """
    rows = _means(tokens_of(texts), load().weights)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def tokens_of(texts: Sequence[str]) -> list[list[int]]:
    """Splits texts into the numbers of their tokens.

    Raises:
        VectorsUnavailableError: As for `embed`.
    """
    split = load().tokens
    return [split(text[:_MAX_CHARACTERS]) for text in texts]


def embed_evenly(texts: Sequence[_Tokens]) -> Floats:
    """As `embed`, of texts split into tokens, but every token counts the same, and rows are means.

    Small words say little of the topic but much of the style: models of style take these.
    """
    return _means(texts, _even_weights())


@cache
def _even_weights() -> Floats:
    return np.ones_like(load().weights)


def project(directions: Floats) -> Floats:
    """Tells where every token lies along some directions.

    Args:
        directions: Shape (`DIMENSIONS`, directions).

    Returns:
        Shape (tokens of the vocabulary, directions): the products of the tokens' vectors with them.
    """
    vectors = load()
    rows = range(0, len(vectors.steps), _BATCH_TOKENS)
    parts = [vectors.steps[row : row + _BATCH_TOKENS] @ directions for row in rows]
    return np.asarray(np.concatenate(parts) * vectors.scale, dtype=np.float32)


def _means(texts: Sequence[_Tokens], weights: Floats) -> Floats:
    """Returns the weighted means of the tokens' vectors, zeros for texts without tokens."""
    vectors = load()
    rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    pending: list[tuple[int, _Tokens]] = []
    size = 0
    for row, tokens in enumerate(texts):
        if not tokens:
            continue
        pending.append((row, tokens))
        size += len(tokens)
        if size >= _BATCH_TOKENS:
            _average(vectors, weights, pending, rows)
            pending, size = [], 0
    if pending:
        _average(vectors, weights, pending, rows)
    return rows


def _average(
    vectors: Vectors, weights: Floats, pending: Sequence[tuple[int, _Tokens]], rows: Floats
) -> None:
    """Writes the mean vector of each text into its row."""
    tokens = np.concatenate([np.array(each) for _, each in pending])
    starts = np.cumsum([0, *(len(each) for _, each in pending[:-1])])
    # By `take`, which is several times as fast as indexing.
    counts = weights.take(tokens)
    values = (
        vectors.steps.take(tokens, axis=0) * (vectors.scale[:, 0].take(tokens) * counts)[:, None]
    )
    totals = np.add.reduceat(counts, starts)
    rows[[row for row, _ in pending]] = np.add.reduceat(values, starts, axis=0) / totals[:, None]


@cache
def load() -> Vectors:
    """Loads the vectors, once a process.

    Raises:
        VectorsUnavailableError: As for `embed`.
    """
    path = where()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            vocabulary = bytes(data["vocabulary"]).decode().split("\n")
            steps, scale, weights = data["steps"], data["scale"], data["weights"]
    except FileNotFoundError as error:
        raise VectorsUnavailableError(
            f"{path} is missing: run `make env`, which builds it, or set {PATH_VARIABLE} to its "
            "path."
        ) from error
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise VectorsUnavailableError(
            f"{path} is no file of vectors: remove it and run `make env`, which builds it."
        ) from error
    if steps.shape != (len(vocabulary), DIMENSIONS):
        raise VectorsUnavailableError(f"{path} holds vectors of another shape: {steps.shape}.")
    return Vectors(WordPiece(vocabulary), steps, scale, weights)


def where() -> Path:
    """Names the file of vectors, whether it is there or not."""
    override = os.environ.get(PATH_VARIABLE)
    return Path(override) if override else Path(sys.prefix) / "share" / "manusmesh" / FILE_NAME
