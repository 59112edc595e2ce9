import pytest

from services.research.knowledge.fusion import fuse


def test_scores_are_sums_of_reciprocal_ranks() -> None:
    fused = dict(fuse([["a", "b", "c"], ["c", "a"]]))
    assert fused == {
        "a": pytest.approx(1 / 61 + 1 / 62),
        "b": pytest.approx(1 / 62),
        "c": pytest.approx(1 / 63 + 1 / 61),
    }


def test_the_best_come_first() -> None:
    assert [item for item, _ in fuse([["a", "b", "c"], ["c", "a"]])] == ["a", "c", "b"]


def test_two_middling_ranks_beat_one_first() -> None:
    assert fuse([["x", "y"], ["z", "y"]])[0][0] == "y"


def test_of_equals_the_earlier_ranking_decides() -> None:
    assert [item for item, _ in fuse([["b"], ["a"]])] == ["b", "a"]
    assert [item for item, _ in fuse([["b", "a"], ["a", "b"]])] == ["b", "a"]


def test_nothing_gives_nothing() -> None:
    assert fuse([[], []]) == []
