from pathlib import Path

import numpy as np
import pytest

from analytics import embeddings
from analytics.embeddings import (
    DIMENSIONS,
    PATH_VARIABLE,
    VectorsUnavailableError,
    embed,
    embed_evenly,
    tokens_of,
)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "vectors.npz"
    monkeypatch.setenv(PATH_VARIABLE, str(path))
    monkeypatch.setattr(embeddings, "load", embeddings.load.__wrapped__)
    return path


def test_rows_have_unit_length() -> None:
    rows = embed(["Happy birthday!", "The quarterly report is out.", "x"])
    assert rows.shape == (3, DIMENSIONS)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_texts_without_tokens_are_zero() -> None:
    assert not embed(["", " \n", "😀", "\u200b"]).any()
    assert not embed_evenly(tokens_of([""])).any()


def test_no_texts_make_no_rows() -> None:
    assert embed([]).shape == (0, DIMENSIONS)


def test_same_topic_is_nearer_than_another() -> None:
    match, win, rates = embed(
        [
            "The team scored in the final minute of the match",
            "A late goal won it for our players",
            "Central banks raise interest rates again",
        ]
    )
    assert match @ win > match @ rates + 0.2


def test_case_and_company_change_nothing() -> None:
    alone = embed(["Hello world"])[0]
    amid = embed(["a " * 9000, "HELLO WORLD", "b " * 9000])[1]
    np.testing.assert_allclose(alone, amid, atol=1e-6)


def test_order_of_words_plays_no_part() -> None:
    there, back = embed(["coffee beans from Peru", "Peru from beans coffee"])
    np.testing.assert_allclose(there, back, atol=1e-6)


def test_even_means_weigh_small_words_fully() -> None:
    texts = ["volcano erupts", "the volcano of the erupts in the"]
    content, padded = embed(texts)
    even_content, even_padded = embed_evenly(tokens_of(texts))
    cosine = even_content @ even_padded / np.linalg.norm(even_content) / np.linalg.norm(even_padded)
    assert content @ padded > 0.95 > cosine


def test_missing_file_says_what_to_run(elsewhere: Path) -> None:
    with pytest.raises(VectorsUnavailableError, match=r"vectors\.npz is missing: run `make env`"):
        embed(["text"])


@pytest.mark.parametrize("content", [b"no archive", b"", b"PK\x03\x04 cut short"])
def test_broken_file_says_what_to_run(elsewhere: Path, content: bytes) -> None:
    elsewhere.write_bytes(content)
    with pytest.raises(VectorsUnavailableError, match="no file of vectors: remove it"):
        embed(["text"])


def test_vectors_of_another_shape_are_refused(elsewhere: Path) -> None:
    np.savez(
        elsewhere,
        vocabulary=np.frombuffer(b"a\nb", dtype=np.uint8),
        steps=np.zeros((2, 3), dtype=np.int8),
        scale=np.ones((2, 1), dtype=np.float32),
        weights=np.ones(2, dtype=np.float32),
    )
    with pytest.raises(VectorsUnavailableError, match="another shape"):
        embed(["text"])
