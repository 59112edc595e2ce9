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
        bound: In the figure's unit, or times the floor.
        says: The target in words.
        at_least: Whether the median has to reach the bound; otherwise it has to stay below it.
        of_floor: Whether it is the ratio to the floor that counts.
    """

    name: str
    bound: float
    says: str
    at_least: bool = False
    of_floor: bool = False

    def median(self, mesh: Mapping[str, Spread], ratios: Mapping[str, Spread]) -> float | None:
        """What is held against the bound; None when it was not measured."""
        found = (ratios if self.of_floor else mesh).get(self.name)
        return None if found is None else found.median

    def met(self, mesh: Mapping[str, Spread], ratios: Mapping[str, Spread]) -> bool:
        """Whether it is met; one that was not measured is not."""
        median = self.median(mesh, ratios)
        if median is None:
            return False
        return median >= self.bound if self.at_least else median < self.bound


TARGETS: Final = (
    Target("noop.per_s", 0.8, "no-op tasks/s ≥ 0.8 × floor", at_least=True, of_floor=True),
    Target("status_closed.per_s", 0.85, "polls/s ≥ 0.85 × floor", at_least=True, of_floor=True),
    Target("first_task_s", 1.5, "first task done < 1.5 s after a cold start"),
    Target("status_open.p95_ms", 100, "status poll P95 < 100 ms at 200 polls/s"),
    Target("start_worked.p95_ms", 500, "start P95 < 500 ms at 50/s, the mesh at work"),
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


def ratios(mesh: Sequence[Figures], floor: Sequence[Figures]) -> dict[str, Spread]:
    """How many times the floor's figure the mesh's is, over the rounds that have both.

    The two halves of a round were measured right after one another, so that what else the machine
    did hit both: their ratio says more than the ratio of two medians.

    Args:
        mesh: One entry a round.
        floor: As many, in the same order.
    """
    pairs = zip(mesh, floor, strict=True)
    return over_rounds(
        [
            {name: ours[name] / theirs[name] for name in ours if theirs.get(name)}
            for ours, theirs in pairs
        ]
    )


def missed(
    mesh: Mapping[str, Spread], ratios: Mapping[str, Spread], targets: Iterable[Target] = TARGETS
) -> list[Target]:
    """The targets that are not met."""
    return [target for target in targets if not target.met(mesh, ratios)]
