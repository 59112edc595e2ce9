"""The encoder all-MiniLM-L6-v2 for texts of one token, in numpy.

Six transformer layers of BERT (Devlin and others, NAACL 2019). Nothing else of it is needed to
distil static vectors, and so neither is PyTorch.
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_HEADS: Final = 12
_LAYERS: Final = 6
_EPSILON: Final = 1e-12
_BATCH: Final = 256


def read_safetensors(content: bytes) -> dict[str, Floats]:
    """Reads the 32-bit tensors of a safetensors file; others are left out."""
    (length,) = struct.unpack_from("<Q", content)
    tensors = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if entry.get("dtype") == "F32":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content[start:end], "<f4").reshape(entry["shape"])
    return tensors


class Encoder:
    """Encodes tokens, each alone between the marks of a text's start and end."""

    def __init__(self, weights: Mapping[str, Floats], *, start: int, end: int) -> None:
        """Takes the tensors by their names, and the numbers of the two marks."""
        self._weights = weights
        self._marks = start, end

    def encode(self, tokens: npt.NDArray[np.int64]) -> Iterator[Floats]:
        """Yields the mean of the last layer over each text, shape (some, 384), in order."""
        start, end = self._marks
        for first in range(0, len(tokens), _BATCH):
            some = tokens[first : first + _BATCH]
            texts = np.stack([np.full_like(some, start), some, np.full_like(some, end)], axis=1)
            yield self._forward(texts).mean(axis=1)

    def _forward(self, texts: npt.NDArray[np.int64]) -> Floats:
        *_, last = self._layers(texts)
        return last

    def _layers(self, texts: npt.NDArray[np.int64]) -> Iterator[Floats]:
        """Yields the states of the tokens after each layer, shape (texts, tokens, 384)."""
        weights = self._weights
        state = (
            weights["embeddings.word_embeddings.weight"][texts]
            + weights["embeddings.position_embeddings.weight"][: texts.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm("embeddings.LayerNorm", state)
        for number in range(_LAYERS):
            layer = f"encoder.layer.{number}"
            attended = self._linear(f"{layer}.attention.output.dense", self._attend(layer, state))
            state = self._norm(f"{layer}.attention.output.LayerNorm", state + attended)
            wide = _gelu(self._linear(f"{layer}.intermediate.dense", state))
            narrow = self._linear(f"{layer}.output.dense", wide)
            state = self._norm(f"{layer}.output.LayerNorm", state + narrow)
            yield state

    def _attend(self, layer: str, state: Floats) -> Floats:
        texts, length, width = state.shape
        query, key, value = (
            self._linear(f"{layer}.attention.self.{part}", state)
            .reshape(texts, length, _HEADS, width // _HEADS)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        match = np.exp(query @ key.transpose(0, 1, 3, 2) / math.sqrt(width // _HEADS))
        mixed = (match / match.sum(axis=-1, keepdims=True)) @ value
        return np.ascontiguousarray(mixed.transpose(0, 2, 1, 3)).reshape(texts, length, width)

    def _linear(self, name: str, state: Floats) -> Floats:
        flat = state.reshape(-1, state.shape[-1])
        out = flat @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return np.asarray(out.reshape(*state.shape[:-1], -1), dtype=np.float32)

    def _norm(self, name: str, state: Floats) -> Floats:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        scaled = centred / spread * self._weights[f"{name}.weight"]
        return np.asarray(scaled + self._weights[f"{name}.bias"], dtype=np.float32)


def _gelu(x: Floats) -> Floats:
    """The activation by its approximation with tanh, within 0.001; numpy has no error function."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += 1
    inner *= x
    inner *= np.float32(math.sqrt(2 / math.pi))
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return inner
