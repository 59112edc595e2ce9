import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics import (
    bootstrap,
    cliffs_delta,
    holm,
    median,
    median_interval,
    permutation_p_value,
    seed_from,
    wilson_interval,
)

numbers = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Worked values of the Wilson score interval at z = 1.96.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_wilson_interval_has_the_known_ends(count, total, low, high):
    assert wilson_interval(count, total) == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_of_nothing_is_everything():
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3)])
def test_wilson_interval_refuses_impossible_counts(count, total):
    with pytest.raises(ValueError, match="not between"):
        wilson_interval(count, total)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share(counts):
    count, total = counts
    low, high = wilson_interval(count, total)
    assert 0 <= low <= count / total <= high <= 1


def test_cliffs_delta_counts_pairs():
    assert cliffs_delta([3, 4], [1, 2]) == 1
    assert cliffs_delta([1, 2], [1, 2]) == 0
    assert cliffs_delta([1, 3], [2, 2, 4]) == pytest.approx(-1 / 3)
    assert cliffs_delta([], [1]) == 0


@given(numbers, numbers)
def test_cliffs_delta_is_antisymmetric(first, second):
    assert cliffs_delta(first, second) == -cliffs_delta(second, first)


def test_permutation_test_is_exact():
    # The observed split and its mirror image are the only ones of 20 that are as far apart.
    assert permutation_p_value([4, 5, 6], [1, 2, 3]) == pytest.approx(2 / 20)
    assert permutation_p_value([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]) == pytest.approx(2 / 252)
    assert permutation_p_value([1, 1], [1, 1]) == 1
    assert permutation_p_value([], [1]) == 1


@given(numbers, numbers, st.randoms(use_true_random=False))
def test_permutation_test_ignores_order_and_scale(first, second, random):
    shuffled = first[:]
    random.shuffle(shuffled)
    p_value = permutation_p_value(first, second)
    assert 0 < p_value <= 1
    assert permutation_p_value(shuffled, second) == p_value
    assert permutation_p_value([7 * x for x in first], [7 * x for x in second]) == p_value


def test_permutation_test_samples_when_there_are_too_many_splits():
    far = permutation_p_value([float(x) for x in range(20, 40)], [float(x) for x in range(20)])
    assert far == pytest.approx(1 / 10_000)
    assert permutation_p_value([0.0, 1.0] * 10, [1.0, 0.0] * 10) > 0.9


def test_holm_multiplies_by_the_comparisons_left():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_median_interval_needs_six_values():
    assert median_interval([1, 2, 3, 4, 5]) is None
    assert median_interval([6, 1, 2, 3, 4, 5]) == (1, 6)
    # Ten values: the second and the ninth cover 97.9 % (Conover, table of the binomial).
    assert median_interval(list(range(10))) == (1, 8)


def test_median_refuses_nothing():
    assert median([3, 1, 2]) == 2
    with pytest.raises(ValueError, match="at least one"):
        median([])


def test_bootstrap_repeats_itself_and_leaves_out_what_is_not_a_number():
    values = np.asarray([1.0, 2.0, 3.0])
    first = bootstrap(3, lambda draws: values[draws].mean(axis=1), seed=7, rounds=50)
    again = bootstrap(3, lambda draws: values[draws].mean(axis=1), seed=7, rounds=50)
    assert first.tolist() == again.tolist()
    assert len(bootstrap(3, lambda draws: np.full(len(draws), np.nan), seed=7, rounds=50)) == 0


def test_seed_depends_on_the_values_alone():
    assert seed_from([1, 2, 3]) == seed_from([3, 1, 2])
    assert seed_from([1, 2, 3]) != seed_from([1, 2, 4])
