"""Formality and arousal where sentences are heard by the encoder (`analytics.encoder`)."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from analytics.encoder import FILE_NAME, PATH_VARIABLE
from tools.evals import style
from tools.evals.table import Row

_BUILT = Path(sys.prefix) / "share" / "manusmesh" / FILE_NAME  # by `make encoder`


def rows(folder: Path) -> list[Row]:
    """Measures all figures of the group."""
    # In a process of its own: an encoder is wanted by a process as a whole, or not.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(_heard, folder).result()


def _heard(folder: Path) -> list[Row]:
    os.environ[PATH_VARIABLE] = str(_BUILT)
    found = [*style.formality_rows(folder, ("formality_en",)), *style.arousal_rows(folder)]
    return [replace(row, key=f"{row.key}_encoder") for row in found]
