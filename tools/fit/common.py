"""What the fitting scripts share: reading data, the feature matrix, cross-validation, saving.

Needs scikit-learn and SciPy, which the product itself does not: `pip install scikit-learn`.
"""

import argparse
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse

from analytics.linear import SLOTS, Features, Floats, features, weigh

COEFFICIENTS: Final = Path(__file__).parents[2] / "analytics" / "data"
SURFACE_SHARE: Final = 0.1
"""What a standardised count weighs beside the unit-length blocks of n-grams."""

FOLDS: Final = 5

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
        matrix: Shape (sentences, 2 * SLOTS + counts), sparse.
        idf: Inverse document frequency of each slot, 0 for slots never met.
        mean: Mean of the surface counts.
        scale: Their standard deviation over `SURFACE_SHARE`.
    """

    matrix: Any  # scipy.sparse.csr_matrix, which has no types
    idf: Floats
    mean: Floats
    scale: Floats


def design(texts: Sequence[str]) -> Design:
    """Builds the matrix of the texts, each taken as one sentence."""
    rows = [features(text) for text in texts]
    seen = np.bincount(np.concatenate([row.slots for row in rows]), minlength=2 * SLOTS)
    idf = np.where(seen > 0, np.log((1 + len(rows)) / (1 + seen)) + 1, 0).astype(np.float32)
    surface = np.stack([row.surface for row in rows])
    mean = surface.mean(axis=0)
    scale = np.maximum(surface.std(axis=0), 1e-3) / SURFACE_SHARE
    return Design(_matrix(rows, idf, (surface - mean) / scale), idf, mean, scale)


def _matrix(rows: Sequence[Features], idf: Floats, surface: Floats) -> Any:  # noqa: ANN401 - SciPy ships no types
    ends = np.cumsum([0, *(len(row.slots) for row in rows)])
    ngrams = scipy.sparse.csr_matrix(
        (
            np.concatenate([weigh(row, idf) for row in rows]),
            np.concatenate([row.slots for row in rows]),
            ends,
        ),
        shape=(len(rows), 2 * SLOTS),
    )
    return scipy.sparse.hstack([ngrams, scipy.sparse.csr_matrix(surface)]).tocsr()


def save(
    name: str,
    fitted_on: Design,
    coefficients: npt.NDArray[np.float64],
    intercept: npt.NDArray[np.float64],
    **more: npt.NDArray[Any],
) -> None:
    """Writes the coefficients, shape (outputs, columns of the matrix), for `analytics.linear.load`.

    The file has no time stamps: the same fit gives the same bytes.
    """
    ngrams = coefficients[:, : 2 * SLOTS].T
    step = np.abs(ngrams).max(axis=0) / 127
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": fitted_on.idf.astype(np.float16),
        "weights": np.round(ngrams / step).astype(np.int8),
        "weight_scale": step.astype(np.float32),
        "surface_mean": fitted_on.mean,
        "surface_scale": fitted_on.scale,
        "surface_weights": coefficients[:, 2 * SLOTS :].T.astype(np.float32),
        "intercept": intercept.astype(np.float32),
        **more,
    }
    path = COEFFICIENTS / f"{name}.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)
    print(f"{path.name}: {path.stat().st_size:,} bytes")
