import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import linear
from analytics.linear import Features, Model, features_of, load, mean_scores, scores
from analytics.ngrams import SLOTS

SENTENCES = [
    "We opened our new workshop this week.",
    "",
    "lol u guys r nuts!!",
    "https://example.com",
    "🎉",
    "The board approved the resolution, and the committee (of nine) will report in May.",
]


def same(one: Features, other: Features) -> bool:
    return (
        one.words == other.words
        and list(one.tokens) == list(other.tokens)
        and all(
            np.array_equal(getattr(one, name), getattr(other, name))
            for name in ("slots", "counts", "surface", "vector")
        )
    )


@given(st.permutations(SENTENCES), st.lists(st.text(max_size=30), max_size=3))
def test_a_sentence_does_not_depend_on_its_company(order: list[str], more: list[str]) -> None:
    company = [*more, *order]
    together = features_of(company, "en")
    alone = [features_of([sentence], "en")[0] for sentence in company]
    assert all(map(same, together, alone))
    for name in ("formality_en", "tone_en", "arousal_en"):
        model = load(name)
        one_by_one = np.concatenate([scores(model, [one]) for one in alone])
        np.testing.assert_allclose(scores(model, together), one_by_one, rtol=1e-6)


def test_runs_give_what_all_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load("tone_en")
    whole = features_of(SENTENCES * 4, "en")
    wanted = scores(model, whole)
    monkeypatch.setattr(linear, "_AT_ONCE", 50)
    cut = features_of(SENTENCES * 4, "en")
    assert all(map(same, cut, whole))
    np.testing.assert_allclose(scores(model, cut), wanted, rtol=1e-6)
    assert scores(model, []).shape == (0, len(model.intercept))


def small_model() -> Model:
    """A model of n-grams 1 and 2 of the first block, 3 of the second, and one count."""
    idf = np.zeros(2 * SLOTS, dtype=np.float32)
    weights = np.zeros((1, 2 * SLOTS), dtype=np.float32)
    idf[[1, 2, SLOTS + 3]] = 2
    weights[0, [1, 2, SLOTS + 3]] = 10, 100, 1000
    return Model(
        idf=idf,
        weights=weights,
        surface_mean=np.array([1.0], dtype=np.float32),
        surface_scale=np.array([2.0], dtype=np.float32),
        surface_weights=np.array([[8.0]], dtype=np.float32),
        vector_weights=np.zeros((0, 1), dtype=np.float32),
        levels=None,
        peak_weights=np.zeros(0, dtype=np.float32),
        likeness_weights=np.zeros(0, dtype=np.float32),
        sides=np.zeros(0, dtype=np.float32),
        intercept=np.array([0.5], dtype=np.float32),
    )


def sentence(slots: list[int], words: int = 1) -> Features:
    none = np.zeros(0, dtype=np.float32)
    counts = np.ones(len(slots), dtype=np.float32)
    surface = np.array([3.0], dtype=np.float32)
    return Features(words, np.array(slots, dtype=np.int64), counts, surface, none)


def test_each_block_has_unit_length() -> None:
    found = scores(
        small_model(),
        [
            sentence([1, 2, SLOTS + 3]),
            sentence([]),
            sentence([1]),
            sentence([SLOTS + 3]),
            sentence([7]),
        ],
    )
    base = 0.5 + 8.0
    half = 1 / math.sqrt(2)
    wanted = [base + 110 * half + 1000, base, base + 10, base + 1000, base]
    np.testing.assert_allclose(found[:, 0], wanted, rtol=1e-6)


def test_means_weigh_sentences_by_their_words() -> None:
    texts = [
        [sentence([1], words=1), sentence([2], words=3)],
        [],
        [sentence([1], words=0)],
        [sentence([1], words=0), sentence([2], words=2)],
    ]
    found = mean_scores(small_model(), texts)
    assert [None if mean is None else pytest.approx(mean[0]) for mean in found] == [
        8.5 + (10 + 3 * 100) / 4,
        None,
        None,
        8.5 + 100,
    ]
    assert mean_scores(small_model(), []) == []
