import numpy as np
import pytest

from analytics.landmarks import Landmarks, nearness

KNOWN = Landmarks(
    centre=np.array([1.0, 2.0], dtype=np.float32),
    scale=np.array([2.0, 0.5], dtype=np.float32),
    places=np.array([[0.0, 0.0], [1.0, -1.0]], dtype=np.float32),
    squares=np.array([0.0, 2.0], dtype=np.float32),
)


def test_nearness_is_one_at_the_landmark_and_falls_with_distance() -> None:
    at_first = nearness(KNOWN, KNOWN.centre)
    assert at_first == pytest.approx([1, np.exp(-2)])
    away = [nearness(KNOWN, KNOWN.centre + np.float32(step))[0] for step in (0, 0.5, 1, 100)]
    assert away == sorted(away, reverse=True)
    assert away[-1] == pytest.approx(0)


def test_many_sentences_are_as_near_as_each_alone() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    alone = np.stack([nearness(KNOWN, row) for row in rows])
    np.testing.assert_allclose(nearness(KNOWN, rows), alone, rtol=1e-5)
