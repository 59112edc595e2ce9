"""Sentences as an encoder hears them, where the operator wants that: closer to people, and slower.

By default `analytics.context` tells how a sentence is put. Where the environment names the ONNX
file of all-MiniLM-L6-v2 (Apache-2.0) in `MESH_ENCODER`, its lower layers do, and models fitted with
them take the place of the others (`fitted`). `make encoder` builds the file (`tools/vectors`); it
needs onnxruntime, which the extra `encoder` brings.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from analytics.context import MAX_TOKENS
from analytics.landmarks import Landmarks, nearness, stored_landmarks

if TYPE_CHECKING:
    import onnxruntime

FILE_NAME: Final = "encoder-1.onnx"
"""Changes whenever the model does: coefficients fitted with another would be wrong with it."""
PATH_VARIABLE: Final = "MESH_ENCODER"
"""The environment variable that names the path of the file; unset or empty for no encoder."""
LAYERS: Final = (2, 4)
"""Whose means over the tokens are heard; the later ones say what a sentence is about."""
WIDTH: Final = len(LAYERS) * 384
LANDMARKS_NAME: Final = "encoder_en.npz"
_FITTED: Final = frozenset({"formality_en", "arousal_en", "enthusiasm"})

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


class EncoderUnavailableError(Exception):
    """The encoder is wanted but cannot run; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What is heard of a sentence: where it lies among typical ones.

    Attributes:
        axes: The directions in which sentences differ most, shape (`WIDTH`, directions).
        landmarks: The typical sentences along them.
        start: The number of the token that stands before a sentence.
        end: The number of the one after it.
    """

    axes: Floats
    landmarks: Landmarks
    start: int
    end: int


def wanted() -> bool:
    """Whether the environment names an encoder."""
    return bool(os.environ.get(PATH_VARIABLE))


def fitted(name: str) -> str:
    """Names the model, or scale, that stands for `name` in this environment."""
    return f"{name}_encoder" if wanted() and name in _FITTED else name


def hear(sentences: Sequence[Sequence[int]], marks: tuple[int, int]) -> Floats:
    """Hears sentences of tokens (see `analytics.embeddings.tokens_of`) between the two marks.

    Each sentence by itself: together some would be faster, but their numbers would depend on their
    company by the last bit.

    Returns:
        Shape (sentences, `WIDTH`); zeros for a sentence without tokens.

    Raises:
        EncoderUnavailableError: The file is absent or of another kind, or onnxruntime is absent.
    """
    session, (start, end) = load(), marks
    rows = np.zeros((len(sentences), WIDTH), dtype=np.float32)
    for row, sentence in zip(rows, sentences, strict=True):
        if sentence:
            marked = np.array([[start, *sentence[:MAX_TOKENS], end]], dtype=np.int64)
            row[:] = session.run(["heard"], {"tokens": marked})[0][0]
    return rows


def likeness(sentences: Sequence[Sequence[int]]) -> Floats:
    """Tells how like typical sentences (see `analytics.landmarks`) sentences of tokens are.

    Returns:
        Shape (sentences, landmarks).

    Raises:
        EncoderUnavailableError: As for `hear`.
    """
    ear = load_ear()
    heard = hear(sentences, (ear.start, ear.end)).astype(np.float64)
    return nearness(ear.landmarks, heard @ ear.axes).astype(np.float32)


@cache
def load_ear() -> Ear:
    """Loads what is heard, once a process."""
    with (
        (resources.files("analytics") / "data" / LANDMARKS_NAME).open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        start, end = data["marks"].tolist()
        return Ear(data["axes"].astype(np.float32), stored_landmarks(data), start=start, end=end)


def load() -> "onnxruntime.InferenceSession":
    """Loads the encoder that the environment names, once a process.

    Raises:
        EncoderUnavailableError: As for `hear`.
    """
    return _load(Path(os.environ.get(PATH_VARIABLE, "")))


@cache
def _load(path: Path) -> "onnxruntime.InferenceSession":
    try:
        import onnxruntime  # noqa: PLC0415 - no process needs it unless asked to
    except ImportError as error:
        message = f"{PATH_VARIABLE} needs onnxruntime: `pip install 'manusmesh[encoder]'`"
        raise EncoderUnavailableError(message) from error
    if path.name != FILE_NAME or not path.is_file():
        message = f"{PATH_VARIABLE} names no file {FILE_NAME}: {path}; `make encoder` builds one"
        raise EncoderUnavailableError(message)
    options = onnxruntime.SessionOptions()
    # The processes of a mesh share the cores, and one thread adds up in one order.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    try:
        session = onnxruntime.InferenceSession(path, options, providers=providers)
        shapes = {output.name: output.shape[-1] for output in session.get_outputs()}
    except Exception as error:  # onnxruntime has a class for each way in which a file can be wrong
        raise EncoderUnavailableError(_not_one(path)) from error
    if shapes != {"heard": WIDTH}:
        raise EncoderUnavailableError(_not_one(path))
    return session


def _not_one(path: Path) -> str:
    return f"{path} is no encoder: remove it and run `make encoder`, which builds one"
