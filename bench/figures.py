"""From samples to figures: percentiles, medians over rounds, ratios, targets. No I/O."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.load import Sample

Figures = Mapping[str, float]
"""What one round measured, by name."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all rounds.

    Attributes:
        median: The middle one.
        low: The smallest.
        high: The largest.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure has to be.

    Attributes:
        name: Of the figure.
        below: What its median has to be below, in the figure's unit.
        says: The target in words.
    """

    name: str
    below: float
    says: str


TARGETS: Final = (
    Target("status_open.p95_ms", 100, "status poll P95 < 100 ms at 200 polls/s"),
    Target("start_worked.p95_ms", 500, "start P95 < 500 ms at 50/s, the mesh at work on them"),
    Target("failures", 1, "no request failed"),
)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank).

    Args:
        values: At least one, in any order.
        share: 0 to 1, such as 0.95.

    Raises:
        ValueError: when there is no value.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def of_sample(name: str, sample: Sample) -> dict[str, float]:
    """The figures of a phase: percentiles of its latency in ms, answers a second."""
    if not sample.latencies_s:
        return {}
    return {
        f"{name}.p50_ms": 1000 * percentile(sample.latencies_s, 0.50),
        f"{name}.p95_ms": 1000 * percentile(sample.latencies_s, 0.95),
        f"{name}.p99_ms": 1000 * percentile(sample.latencies_s, 0.99),
        f"{name}.per_s": len(sample.latencies_s) / sample.elapsed_s,
    }


def over_rounds(rounds: Sequence[Figures]) -> dict[str, Spread]:
    """Each figure's spread over the rounds that have it."""
    names = dict.fromkeys(name for figures in rounds for name in figures)
    spreads = {}
    for name in names:
        values = [figures[name] for figures in rounds if name in figures]
        spreads[name] = Spread(statistics.median(values), min(values), max(values))
    return spreads


def ratio(mesh: Spread | None, floor: Spread | None) -> float | None:
    """How many times the floor's median the mesh's is; None where one of them is missing."""
    if mesh is None or floor is None or floor.median == 0:
        return None
    return mesh.median / floor.median


def missed(mesh: Mapping[str, Spread], targets: Iterable[Target] = TARGETS) -> list[Target]:
    """The targets that are not met; one whose figure was not measured is not."""
    return [
        target
        for target in targets
        if target.name not in mesh or mesh[target.name].median >= target.below
    ]
