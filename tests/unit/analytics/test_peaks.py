import numpy as np
import pytest

from analytics.peaks import STATISTICS, peaks

LEVELS = np.array([[0.0, 1.0], [2.0, -1.0], [-1.0, 0.5]], dtype=np.float32)


def test_peaks_are_the_statistics_of_each_direction() -> None:
    found = peaks(LEVELS, [[0, 1, 2]]).reshape(STATISTICS, 2)
    np.testing.assert_allclose(found[0], [2, 1])
    np.testing.assert_allclose(found[1], [-1, -1])
    np.testing.assert_allclose(found[2], LEVELS.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(found[3], np.log(np.exp(LEVELS).mean(axis=0)), rtol=1e-6)


def test_order_and_repetition_of_all_tokens_change_nothing() -> None:
    np.testing.assert_allclose(peaks(LEVELS, [[0, 1, 2]]), peaks(LEVELS, [[2, 0, 1]]), atol=1e-6)
    np.testing.assert_allclose(peaks(LEVELS, [[0, 1]]), peaks(LEVELS, [[0, 1] * 3]), atol=1e-6)


def test_one_token_is_highest_and_lowest() -> None:
    highest, lowest, spread, soft = peaks(LEVELS, [[1]]).reshape(STATISTICS, 2)
    assert highest == pytest.approx(LEVELS[1])
    assert lowest == pytest.approx(LEVELS[1])
    assert soft == pytest.approx(LEVELS[1])
    assert not spread.any()


def test_no_tokens_have_no_peaks() -> None:
    assert not peaks(LEVELS, [[]]).any()
    assert peaks(LEVELS, []).shape == (0, STATISTICS * 2)


def test_sentences_together_have_the_peaks_of_each() -> None:
    sentences = [[], [1], [0, 1, 2], [], [2, 2], []]
    together = peaks(LEVELS, sentences)
    np.testing.assert_array_equal(together, np.concatenate([peaks(LEVELS, [s]) for s in sentences]))
