"""What the evaluation measures, as rows of one table beside the baselines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tools.evals.baselines import BASELINES, Baseline

Array = npt.NDArray[Any]

_DRAWS: Final = 500
_SEED: Final = 20260101
_COLUMNS: Final = ("rules", "learned", "vectors", "minilm", "aim")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        key: The figure's key among the baselines.
        value: The figure, as shares (0.85), not per cent.
        low: Lower end of its 95 % interval.
        high: Upper end.
        items: How many items it is measured on.
        protocol: How it was measured, for the reader.
    """

    key: str
    value: float
    low: float
    high: float
    items: int
    protocol: str

    @property
    def baseline(self) -> Baseline:
        """The baselines of the figure."""
        return BASELINES[self.key]


def bootstrap(
    key: str,
    metric: Callable[..., float],
    *arrays: Array,
    protocol: str,
    groups: Array | None = None,
) -> Row:
    """Measures a figure with its interval, by the percentiles of 500 resamples.

    Args:
        key: The figure's key among the baselines.
        metric: Takes `arrays`, or their rows drawn with replacement, and answers the figure.
        *arrays: What it is measured on, all of one length.
        protocol: As in `Row`.
        groups: What belongs together and is drawn as one (brands, tests, articles); None when
            every item stands alone.
    """
    draw = np.random.default_rng(_SEED)
    count = len(arrays[0])
    if groups is None:
        members = None
        units = count
    else:
        _, numbers = np.unique(groups, return_inverse=True)
        order = np.argsort(numbers, kind="stable")
        members = np.split(order, np.cumsum(np.bincount(numbers))[:-1])
        units = len(members)
    figures = []
    for _ in range(_DRAWS):
        drawn = draw.integers(0, units, units)
        chosen = drawn if members is None else np.concatenate([members[unit] for unit in drawn])
        figures.append(metric(*(array[chosen] for array in arrays)))
    low, high = np.nanpercentile(figures, [2.5, 97.5])
    return Row(key, float(metric(*arrays)), float(low), float(high), count, protocol)


def render(rows: Sequence[Row]) -> str:
    """Writes the rows as a Markdown table, those at or above the best baseline marked."""
    lines = [
        "| figure | rules | learned | + vectors | + MiniLM | aim | here [95 %] | items | to best |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        known = [_figure(getattr(row.baseline, column)) for column in _COLUMNS]
        here = f"**{_figure(row.value)}** [{_figure(row.low)}, {_figure(row.high)}]"
        cells = (row.baseline.name, *known, here, f"{row.items:,}", _verdict(row))
        lines.append(f"| {' | '.join(cells)} |")
    protocols = dict.fromkeys(f"- {row.baseline.name}: {row.protocol}" for row in rows)
    return "\n".join([*lines, "", "How each was measured:", "", *protocols, ""])


def _verdict(row: Row) -> str:
    best, aim = row.baseline.best, row.baseline.aim
    if aim is not None and row.value >= aim:
        return "aim reached"
    if best is None:
        return "no baseline"
    return f"{row.value - best:+.3f}"


def _figure(value: float | None) -> str:
    """Writes a share as ".765", what exceeds one as it is."""
    if value is None:
        return ""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"
