"""The encoder: the same numbers as the reference in numpy, models of its own, and refusals."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from analytics import encoder
from analytics.context import MAX_TOKENS
from analytics.encoder import EncoderUnavailableError, fitted, hear, likeness, wanted
from analytics.linear import features_of, load
from analytics.measures import measure_all
from tools.vectors.encoder import build
from tools.vectors.minilm import Encoder

MARKS = 101, 102  # [CLS] and [SEP]
UNITS = 384
SHAPES = {
    "attention.self.query": (UNITS, UNITS),
    "attention.self.key": (UNITS, UNITS),
    "attention.self.value": (UNITS, UNITS),
    "attention.output.dense": (UNITS, UNITS),
    "intermediate.dense": (4 * UNITS, UNITS),
    "output.dense": (UNITS, 4 * UNITS),
}


def weights(vocabulary: int) -> dict[str, np.ndarray]:
    """Weights of the encoder's shapes, drawn at random."""
    draw = np.random.default_rng(7)

    def some(*shape: int) -> np.ndarray:
        return draw.normal(scale=0.06, size=shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": some(vocabulary, UNITS),
        "embeddings.position_embeddings.weight": some(512, UNITS),
        "embeddings.token_type_embeddings.weight": some(2, UNITS),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(6):
        layer = f"encoder.layer.{number}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for name, shape in SHAPES.items():
            tensors[f"{layer}.{name}.weight"] = some(*shape)
            tensors[f"{layer}.{name}.bias"] = some(shape[0])
    for name in norms:
        tensors[f"{name}.weight"] = 1 + some(UNITS)
        tensors[f"{name}.bias"] = some(UNITS)
    return tensors


TENSORS = weights(vocabulary=30_522)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encoder") / encoder.FILE_NAME
    onnx.save(build(TENSORS), path)
    return path


@pytest.fixture
def wanted_encoder(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(encoder.PATH_VARIABLE, str(file))
    yield
    encoder._load.cache_clear()


def states(sentence: list[int]) -> np.ndarray:
    """What the implementation in numpy makes of a sentence, shape (tokens, layers, 384)."""
    reference = Encoder(TENSORS, start=MARKS[0], end=MARKS[1])
    marked = np.array([[MARKS[0], *sentence, MARKS[1]]])
    found = list(reference._layers(marked))
    return np.stack([found[number - 1][0, 1:-1] for number in encoder.LAYERS], axis=1)


@pytest.mark.usefixtures("wanted_encoder")
def test_hears_what_the_layers_make_of_the_tokens() -> None:
    sentences = [[2023, 2003, 1037, 3231], [999], [7592, 2088, 1010, 7592, 2088, 999, 102]]
    heard = hear(sentences, MARKS)
    assert heard.shape == (3, encoder.WIDTH)
    for sentence, row in zip(sentences, heard, strict=True):
        # The reference's activation is an approximation within 0.001.
        np.testing.assert_allclose(row, states(sentence).mean(axis=0).ravel(), atol=5e-3)


@pytest.mark.usefixtures("wanted_encoder")
def test_nothing_is_heard_of_nothing_and_of_what_comes_too_late() -> None:
    long = list(range(1000, 1000 + MAX_TOKENS))
    nothing, cut, whole = hear([[], [*long, 5, 6, 7], long], MARKS)
    assert not nothing.any()
    np.testing.assert_array_equal(cut, whole)


@pytest.mark.usefixtures("wanted_encoder")
def test_company_changes_nothing() -> None:
    sentences = [[2023, 2003], [1037, 3231, 999], [2023, 2003]]
    together = likeness(sentences)
    assert ((together >= 0) & (together <= 1)).all()
    for sentence, row in zip(sentences, together, strict=True):
        np.testing.assert_array_equal(likeness([sentence])[0], row)


@pytest.mark.usefixtures("wanted_encoder")
def test_models_that_hear_it_take_the_place_of_the_others() -> None:
    assert wanted()
    assert fitted("formality_en") == "formality_en_encoder"
    assert fitted("formality_de") == "formality_de"
    assert load("tone_en") is load("tone_en")
    (features,) = features_of(["What a day it was!"], "en")
    assert features.likeness.shape == load("arousal_en").likeness_weights.shape[:1]
    assert not features_of(["Was für ein Tag!"], "de")[0].likeness.size


def test_english_formality_and_enthusiasm_hear_it_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english, german = "We are so thrilled to see you all!", "Wir freuen uns auf Sie."
    monkeypatch.delenv(encoder.PATH_VARIABLE, raising=False)
    without = list(measure_all([english, german]))
    monkeypatch.setenv(encoder.PATH_VARIABLE, str(file))
    heard = list(measure_all([english, german]))
    encoder._load.cache_clear()
    assert heard[1] == without[1]
    differing = {
        name
        for name in type(heard[0]).__slots__
        if getattr(heard[0], name) != getattr(without[0], name)
    }
    assert differing == {"formality", "enthusiasm"}
    for found in heard[0].formality, heard[0].enthusiasm:
        assert 0 <= found <= 100


@pytest.mark.parametrize("name", ["nowhere/encoder-1.onnx", "encoder-0.onnx", "."])
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "encoder-0.onnx").write_bytes(b"")
    monkeypatch.setenv(encoder.PATH_VARIABLE, str(tmp_path / name))
    with pytest.raises(
        EncoderUnavailableError, match=r"names no file encoder-1\.onnx.*make encoder"
    ):
        hear([[1]], MARKS)


def another_model() -> bytes:
    shape = helper.make_tensor_value_info("heard", TensorProto.FLOAT, ["sentences", 3])
    node = helper.make_node("Identity", ["tokens"], ["heard"])
    graph = helper.make_graph(
        [node],
        "another",
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["sentences", 3])],
        [shape],
    )
    opset = [helper.make_opsetid("", 20)]
    return helper.make_model(graph, opset_imports=opset, ir_version=10).SerializeToString()


@pytest.mark.parametrize(
    "content", [b"", b"rubbish" * 99, another_model()], ids=["empty", "rubbish", "another"]
)
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / encoder.FILE_NAME
    path.write_bytes(content)
    monkeypatch.setenv(encoder.PATH_VARIABLE, str(path))
    with pytest.raises(EncoderUnavailableError, match=r"is no encoder: .*make encoder"):
        hear([[1]], MARKS)


def test_without_the_runtime_it_says_what_to_install(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(encoder.PATH_VARIABLE, str(file))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EncoderUnavailableError, match=r"manusmesh\[encoder\]"):
        hear([[1]], MARKS)


def test_by_default_no_encoder_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(encoder.PATH_VARIABLE, raising=False)
    assert not wanted()
    monkeypatch.setenv(encoder.PATH_VARIABLE, "")
    assert not wanted()
    assert fitted("formality_en") == "formality_en"
