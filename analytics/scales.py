"""The scales the scores are put on: constants fitted by `tools/fit/scales.py`."""

import json
from functools import cache
from importlib import resources
from typing import Final

import numpy as np

SHARES: Final = (0, 0.1, 1, 2, 5, *range(10, 95, 5), 95, 98, 99, 99.9, 100)
"""The percentiles kept of each distribution, in percent."""


@cache
def scale(name: str) -> tuple[float, ...]:
    """Returns the constants of one score, as `analytics/data/scales.json` has them."""
    text = (resources.files("analytics") / "data" / "scales.json").read_text(encoding="utf-8")
    constants: dict[str, list[float]] = json.loads(text)
    return tuple(constants[name])


def percentile(name: str, value: float) -> float:
    """Places a value in the distribution kept under `name`.

    Returns:
        0 (below all) to 100 (above all), straight lines between the percentiles kept.
    """
    return float(np.interp(value, scale(name), SHARES))
