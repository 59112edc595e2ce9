"""Connected parts of an image: pixels that reach one another in small steps of colour."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.images.colours import Pixels

Ints = npt.NDArray[np.signedinteger]
"""Of 32 bits where there is one a pixel: an image has few enough, and memory is bounded."""


@dataclass(frozen=True, slots=True)
class Components:
    """The parts of an image, numbered from 0.

    Attributes:
        labels: The part of each pixel, shape (height, width).
        areas: Pixels of each part.
        lefts: Leftmost column of each part.
        tops: Uppermost row.
        rights: Rightmost column, inclusive.
        bottoms: Lowest row, inclusive.
    """

    labels: Ints
    areas: Ints
    lefts: Ints
    tops: Ints
    rights: Ints
    bottoms: Ints


def components(pixels: Pixels, step_max: int) -> Components:
    """Return the parts of an image, found over the four neighbours of each pixel.

    Args:
        pixels: The image.
        step_max: Largest difference in a channel, of 255, between neighbours of one part.
    """
    height, width = pixels.shape[:2]
    wide = pixels.astype(np.int16)
    # Runs: neighbours in a row that belong together.
    starts = np.ones((height, width), dtype=bool)
    starts[:, 1:] = np.abs(np.diff(wide, axis=1)).max(axis=2) > step_max
    runs = np.cumsum(starts.ravel(), dtype=np.int32).reshape(height, width) - 1
    joined = np.abs(np.diff(wide, axis=0)).max(axis=2) <= step_max
    upper, lower = runs[:-1][joined], runs[1:][joined]
    # Neighbouring columns mostly say the same; a sort to find all that do takes ten times longer.
    new = np.ones(len(upper), dtype=bool)
    new[1:] = (np.diff(upper) != 0) | (np.diff(lower) != 0)
    pairs = np.stack([upper[new], lower[new]], axis=1)
    roots = _union(int(runs[-1, -1]) + 1, pairs)
    _, labels = np.unique(roots, return_inverse=True)
    return _measured(labels.astype(np.int32)[runs])


def _union(count: int, pairs: Ints) -> Ints:
    """Return the smallest number that each run is joined with, directly or over others."""
    parents = np.arange(count)
    while True:
        low = np.minimum(parents[pairs[:, 0]], parents[pairs[:, 1]])
        before = parents.copy()
        for side in (0, 1):
            # The root of each gets the smaller root: trees are joined, not single runs.
            np.minimum.at(parents, before[pairs[:, side]], low)
        while True:
            jumped = parents[parents]
            if np.array_equal(jumped, parents):
                break
            parents = jumped
        if np.array_equal(parents, before):
            return parents


def _measured(labels: Ints) -> Components:
    height, width = labels.shape
    count = int(labels.max()) + 1
    flat = labels.ravel()
    lefts, tops = np.full(count, width), np.full(count, height)
    rights, bottoms = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    columns = np.tile(np.arange(width), height)
    np.minimum.at(lefts, flat, columns)
    np.maximum.at(rights, flat, columns)
    del columns
    rows = np.repeat(np.arange(height), width)
    np.minimum.at(tops, flat, rows)
    np.maximum.at(bottoms, flat, rows)
    return Components(labels, np.bincount(flat, minlength=count), lefts, tops, rights, bottoms)
