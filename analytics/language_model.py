"""The model of languages, unpacked once: py3langid unpacks it anew in each process, for a second.

`make env` writes the file; without it, or with one of other languages or of another py3langid, the
model is unpacked anew.
"""

import sys
import zipfile
from array import array
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from py3langid import langid  # type: ignore[import-untyped]  # the package ships no types

FILE_NAME: Final = "languages-1.npz"


def identifier(languages: Collection[str]) -> langid.LanguageIdentifier:
    """Makes what identifies some languages, by their ISO 639-1 codes."""
    found = _read(where(), languages)
    return _unpacked(languages) if found is None else found


def where() -> Path:
    """Tells the path of the file, which need not exist."""
    return Path(sys.prefix) / "share" / "manusmesh" / FILE_NAME


def write(path: Path, languages: Collection[str]) -> None:
    """Writes the model of some languages; the file is there whole or not at all."""
    known = _unpacked(languages)
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        version=np.array(version("py3langid")),
        classes=np.array(known.nb_classes),
        likely=known.nb_ptc,
        prior=known.nb_pc,
        following=np.frombuffer(known.tk_nextmove, dtype=np.uint32),
        rows=np.frombuffer(known.tk_row, dtype=np.uint16),
        found=np.array(known.tk_output, dtype=np.int32),
    )
    partial.replace(path)


def _read(path: Path, languages: Collection[str]) -> langid.LanguageIdentifier | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            classes = data["classes"].tolist()
            if str(data["version"]) != version("py3langid") or set(classes) != set(languages):
                return None
            return langid.LanguageIdentifier(
                data["likely"],
                data["prior"],
                classes,
                _array("I", data["following"]),
                data["found"].tolist(),
                norm_probs=True,
                tk_row=_array("H", data["rows"]),
            )
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile):
        return None


def _array(kind: str, values: npt.NDArray[Any]) -> "array[int]":
    """Py3langid goes through its automaton in Python, where these are faster than NumPy's."""
    found = array(kind)
    found.frombytes(values.data.cast("B"))
    return found


def _unpacked(languages: Collection[str]) -> langid.LanguageIdentifier:
    everything = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    everything.set_languages(languages)
    return langid.LanguageIdentifier(  # a second one, for the first keeps all languages in memory
        np.ascontiguousarray(everything.nb_ptc),  # picked by column; a text needs rows
        everything.nb_pc,
        everything.nb_classes,
        everything.tk_nextmove,
        everything.tk_output,
        norm_probs=True,
        tk_row=everything.tk_row,
    )
