import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analytics.images.components import components

grids = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.sampled_from([0, 120, 240]),
)


def flooded(grid):
    """The parts of a grid, one pixel after another."""
    labels = np.full(grid.shape, -1)
    count = 0
    for start in np.ndindex(grid.shape):
        if labels[start] >= 0:
            continue
        waiting = [start]
        while waiting:
            row, column = waiting.pop()
            if labels[row, column] >= 0:
                continue
            labels[row, column] = count
            for other in (
                (row + 1, column),
                (row - 1, column),
                (row, column + 1),
                (row, column - 1),
            ):
                inside = 0 <= other[0] < grid.shape[0] and 0 <= other[1] < grid.shape[1]
                if inside and grid[other] == grid[row, column] and labels[other] < 0:
                    waiting.append(other)
        count += 1
    return labels, count


@given(grids)
def test_parts_are_those_that_flooding_finds(grid):
    found = components(np.repeat(grid[:, :, None], 3, axis=2), 18)
    labels, count = flooded(grid)
    assert len(found.areas) == count
    assert len({*zip(found.labels.ravel(), labels.ravel(), strict=True)}) == count
    for label in range(count):
        rows, columns = np.nonzero(found.labels == label)
        assert found.areas[label] == len(rows)
        assert (found.tops[label], found.bottoms[label]) == (rows.min(), rows.max())
        assert (found.lefts[label], found.rights[label]) == (columns.min(), columns.max())


def test_small_steps_are_one_part_and_large_ones_are_not():
    ramp = np.arange(0, 250, 10, dtype=np.uint8)
    assert len(components(np.repeat(ramp[None, :, None], 3, axis=2), 18).areas) == 1
    stairs = np.array([0, 0, 100, 100], dtype=np.uint8)
    assert len(components(np.repeat(stairs[None, :, None], 3, axis=2), 18).areas) == 2
