"""Percentiles, spreads, ratios and targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import (
    Spread,
    Target,
    missed,
    of_sample,
    over_rounds,
    percentile,
    ratios,
)
from bench.load import Sample

TARGET = Target("status.p95_ms", 100, "status P95 < 100 ms")


def test_percentiles_by_nearest_rank() -> None:
    values = [float(n) for n in range(100, 0, -1)]

    assert percentile(values, 0.50) == 50
    assert percentile(values, 0.95) == 95
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.5) == 7


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@given(
    st.lists(st.floats(min_value=0, max_value=1e6), min_size=1),
    st.floats(min_value=0, max_value=1),
)
def test_a_percentile_covers_its_share_and_no_smaller_value_does(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert found == min(values) or sum(value < found for value in values) < share * len(values)


def test_figures_of_a_sample_are_in_ms_and_a_second() -> None:
    figures = of_sample("status", Sample([0.001, 0.002, 0.003, 0.004], 1, elapsed_s=2.0))

    assert figures["status.p50_ms"] == pytest.approx(2)
    assert figures["status.p99_ms"] == pytest.approx(4)
    assert figures["status.per_s"] == 2


def test_a_sample_without_answers_has_no_figures() -> None:
    assert of_sample("status", Sample([], 9, elapsed_s=1.0)) == {}


def test_spreads_over_the_rounds_that_have_the_figure() -> None:
    spreads = over_rounds([{"a": 3.0}, {"a": 1.0, "b": 5.0}, {"a": 2.0}])

    assert spreads == {"a": Spread(2, 1, 3), "b": Spread(5, 5, 5)}


def test_ratios_are_of_the_two_halves_of_each_round() -> None:
    mesh = [{"a": 6.0, "b": 1.0}, {"a": 4.0}, {"a": 1.0}]
    floor = [{"a": 2.0}, {"a": 4.0, "b": 1.0}, {"a": 0.0}]

    assert ratios(mesh, floor) == {"a": Spread(2, 1, 3)}


def test_a_round_has_two_halves() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([{"a": 1.0}], [])


@pytest.mark.parametrize(("median", "is_met"), [(99.9, True), (100.0, False), (100.1, False)])
def test_a_target_is_missed_from_its_bound_on(median: float, *, is_met: bool) -> None:
    assert TARGET.met({TARGET.name: Spread(median, 0, 1000)}, {}) is is_met


@pytest.mark.parametrize(("median", "is_met"), [(0.79, False), (0.8, True), (0.81, True)])
def test_a_ratio_has_to_reach_its_bound(median: float, *, is_met: bool) -> None:
    target = Target("noop.per_s", 0.8, "≥ 0.8 × floor", at_least=True, of_floor=True)

    assert (
        target.met({"noop.per_s": Spread(1, 1, 1)}, {"noop.per_s": Spread(median, 0, 9)}) is is_met
    )


def test_a_target_that_was_not_measured_is_missed() -> None:
    assert missed({}, {}, [TARGET]) == [TARGET]
