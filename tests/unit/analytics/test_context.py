import numpy as np
import pytest

from analytics.context import (
    MAX_TOKENS,
    in_context,
    likeness,
    load,
    load_landmarks,
    network_of,
    see,
)
from analytics.embeddings import tokens_of
from analytics.linear import features_of

UNITS, DIMENSIONS = 2, 3
WINDOW = np.random.default_rng(0).normal(size=(3 * DIMENSIONS, UNITS)).astype(np.float32)
BIAS = np.array([0.1, -0.2], dtype=np.float32)
NETWORK = network_of(
    np.array(
        [[0.5, 0, 0], [0, 1, 0], [0, 0, 1.5], [0.5, 0.5, 0.5], [-0.5, 0, 1]], dtype=np.float32
    ),
    WINDOW,
    BIAS,
    start=3,
    end=4,
)


def by_hand(sentence: list[int]) -> np.ndarray:
    vectors = NETWORK.vectors
    marked = [NETWORK.start, *sentence, NETWORK.end]
    seen = np.array([
        np.maximum(0, np.concatenate(vectors[marked[n : n + 3]]) @ WINDOW + BIAS)
        for n in range(len(sentence))
    ])  # fmt: skip
    return np.concatenate([seen.mean(axis=0), seen.max(axis=0), vectors[sentence].mean(axis=0)])


def test_sees_every_token_with_its_neighbours() -> None:
    sentences = [[0, 1, 2], [2], [1, 1, 0, 2]]
    found = see(NETWORK, sentences)
    assert found.shape == (3, NETWORK.width)
    np.testing.assert_allclose(found, [by_hand(each) for each in sentences], rtol=2e-3)


def test_order_counts() -> None:
    forth, back = see(NETWORK, [[0, 1, 2], [2, 1, 0]])
    assert forth[-DIMENSIONS:] == pytest.approx(back[-DIMENSIONS:])
    assert np.abs(forth - back).max() > 0.01


def test_sentences_beside_change_nothing() -> None:
    sentences = tokens_of(["Not at all.", "", "What a day!", "The board met on Monday."])
    together = in_context(sentences)
    assert together.shape == (4, load().width)
    assert not together[1].any()
    for sentence, row in zip(sentences, together, strict=True):
        np.testing.assert_allclose(in_context([sentence])[0], row, atol=1e-5)


def test_what_comes_after_the_longest_sentence_is_left_out() -> None:
    tokens = tokens_of(["word " * 2 * MAX_TOKENS])[0]
    assert len(tokens) > MAX_TOKENS
    whole, cut = in_context([tokens, tokens[:MAX_TOKENS]])
    np.testing.assert_allclose(whole, cut, atol=1e-6)


def test_many_long_sentences_are_seen_in_batches() -> None:
    tokens = tokens_of(["a day like no other " * 40])[0]
    rows = in_context([tokens] * 50)
    np.testing.assert_allclose(rows, np.repeat(rows[:1], 50, axis=0), atol=1e-5)


def test_a_sentence_is_like_the_landmark_that_lies_where_it_is() -> None:
    texts = ["omg lol u guys r gonna luv this!!!", "The committee approved the annual report."]
    tokens, surfaces = tokens_of(texts), [one.surface for one in features_of(texts, "en")]
    casual, formal = likeness(tokens, surfaces)
    assert casual.shape == (len(load_landmarks().places),)
    assert casual.min() >= 0
    assert casual.max() <= 1
    assert casual.argmax() != formal.argmax()
