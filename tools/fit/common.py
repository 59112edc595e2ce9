"""What the fitting scripts share: reading data, the feature matrix, cross-validation, saving.

Needs scikit-learn and SciPy, which the product itself does not: `make eval` brings them.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse

from analytics.encoder import fitted
from analytics.linear import Features, Floats, features_of, weigh
from analytics.ngrams import SLOTS
from analytics.peaks import levels_along, peaks
from tools.fit.arrays import write_npz

COEFFICIENTS: Final = Path(__file__).parents[2] / "analytics" / "data"
SURFACE_SHARE: Final = 0.1
"""What a standardised count weighs beside the unit-length blocks of n-grams."""

FOLDS: Final = 5

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Row = dict[str, Any]  # a line of a data file: its fields differ by data set


def data_folder(description: str) -> Path:
    """Reads `--data DIR` from the command line: the folder that holds one folder per data set."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    folder: Path = parser.parse_args().data
    return folder


def read(folder: Path, name: str) -> list[Row]:
    """Reads the rows of a data set, a JSON object per line."""
    path = folder / name
    path = path if path.suffix else path / "data.jsonl"
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True, slots=True)
class Design:
    """Sentences as a matrix, with what their scaling learned from them.

    Attributes:
        rows: The sentences.
        matrix: Shape (sentences, 2 * SLOTS + counts + dimensions), sparse.
        idf: Inverse document frequency of each slot, 0 for slots never met.
        mean: Mean of the surface counts.
        scale: Their standard deviation over what they weigh.
        centre: Mean of the static vectors; of length 0 without.
        reach: Root mean square of their distance from it.
    """

    rows: Sequence[Features]
    matrix: Any  # scipy.sparse.csr_matrix, which has no types
    idf: Floats
    mean: Floats
    scale: Floats
    centre: Floats
    reach: float

    def like(self, rows: Sequence[Features]) -> Any:  # noqa: ANN401 - SciPy ships no types
        """Returns the matrix of other sentences, scaled as these were."""
        surface = (np.stack([row.surface for row in rows]) - self.mean) / self.scale
        vectors = (np.stack([row.vector for row in rows]) - self.centre) / self.reach
        return _matrix(rows, self.idf, np.hstack([surface, vectors]))


def design(texts: Sequence[str], language: str) -> Design:
    """Builds the matrix of the texts, each taken as one sentence of the language."""
    return design_of(features_of(texts, language))


def design_of(rows: Sequence[Features], share: float = SURFACE_SHARE) -> Design:
    """Builds the matrix of sentences, whose standardised counts weigh `share` each."""
    seen = np.bincount(np.concatenate([row.slots for row in rows]), minlength=2 * SLOTS)
    idf = np.where(seen > 0, np.log((1 + len(rows)) / (1 + seen)) + 1, 0).astype(np.float32)
    surface = np.stack([row.surface for row in rows])
    mean = surface.mean(axis=0)
    scale = np.maximum(surface.std(axis=0), 1e-3) / share
    vectors = np.stack([row.vector for row in rows])
    centre = vectors.mean(axis=0)
    reach = float(np.sqrt(((vectors - centre) ** 2).sum(axis=1).mean())) or 1.0
    dense = np.hstack([(surface - mean) / scale, (vectors - centre) / reach])
    return Design(rows, _matrix(rows, idf, dense), idf, mean, scale, centre, reach)


def peaks_along(sentences: Design, directions: Doubles) -> Doubles:
    """Returns the peaks of the sentences' tokens, shape (sentences, peaks)."""
    return peaks(levels_along(directions), [row.tokens for row in sentences.rows])


def _matrix(rows: Sequence[Features], idf: Floats, dense: Floats) -> Any:  # noqa: ANN401 - SciPy ships no types
    ends = np.cumsum([0, *(len(row.slots) for row in rows)])
    ngrams = scipy.sparse.csr_matrix(
        (
            np.concatenate([weigh(row, idf) for row in rows]),
            np.concatenate([row.slots for row in rows]),
            ends,
        ),
        shape=(len(rows), 2 * SLOTS),
    )
    return scipy.sparse.hstack([ngrams, scipy.sparse.csr_matrix(dense)]).tocsr()


def save(
    name: str,
    fitted_on: Design,
    coefficients: npt.NDArray[np.float64],
    intercept: npt.NDArray[np.float64],
    **more: npt.NDArray[Any],
) -> None:
    """Writes the coefficients, shape (outputs, columns of the matrix), for `analytics.linear.load`.

    Arrays in `more` are written beside them. With `MESH_ENCODER`, models that hear an encoder are
    written as such.
    """
    ngrams = coefficients[:, : 2 * SLOTS].T
    step = np.abs(ngrams).max(axis=0) / 127
    dense = coefficients[:, 2 * SLOTS :].T
    vector = dense[len(fitted_on.mean) :] / fitted_on.reach
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": fitted_on.idf.astype(np.float16),
        "weights": np.round(ngrams / step).astype(np.int8),
        "weight_scale": step.astype(np.float32),
        "surface_mean": fitted_on.mean,
        "surface_scale": fitted_on.scale,
        "surface_weights": dense[: len(fitted_on.mean)].astype(np.float32),
        "vector_weights": vector.astype(np.float16),
        "intercept": (intercept - fitted_on.centre @ vector).astype(np.float32),
        **more,
    }
    write_npz(COEFFICIENTS / f"{fitted(name)}.npz", **arrays)
