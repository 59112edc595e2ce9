"""How far a task has come, reckoned by what its steps are expected to take."""

from collections.abc import Mapping
from typing import Final

from manusmesh.type.v1 import plan_pb2

_UNPLANNED_PERCENT: Final = 5
"""What the steps before the plan count for: nobody knows yet how much is to come."""
_LAST_PERCENT: Final = 99


class Forecast:
    """The expected time of a task's steps, of which what has been done is a share."""

    def __init__(self, *, expected_ms: float) -> None:
        """Begins without a plan.

        Args:
            expected_ms: How long the whole task is expected to take until there is one.
        """
        self._unplanned_ms = expected_ms
        self._estimated_ms: dict[str, float] = {}
        self._expected_ms: dict[str, float] = {}
        self._measured: dict[str, float] = {}
        self._done_ms = 0.0
        self._planned = False

    def follow(self, plan: plan_pb2.Plan, ratios: Mapping[str, float]) -> None:
        """Takes the plan's estimates, corrected by what such steps really took.

        Args:
            plan: The plan.
            ratios: For each step, what it usually takes divided by its estimate.
        """
        self._estimated_ms = {
            subtask.id: subtask.estimated_seconds * 1000 for subtask in plan.subtasks
        }
        self._expected_ms = {
            step: estimated * ratios.get(step, 1.0)
            for step, estimated in self._estimated_ms.items()
        }
        self._planned = True

    @property
    def expected_ms(self) -> float:
        """How long all steps are expected to take, one after another; 0 when nobody knows."""
        return sum(self._expected_ms.values()) if self._planned else self._unplanned_ms

    def expected_with_ms(self, pause_ms: float) -> int:
        """The same, so that what is left of it, by progress, is longer by a pause."""
        return round(self.expected_ms + pause_ms * 100 / (100 - self.percent()))

    @property
    def total_steps(self) -> int | None:
        """The steps of the plan, those that came besides, and planning; None before the plan."""
        return len(self._expected_ms) + 1 if self._planned else None

    @property
    def measured(self) -> Mapping[str, float]:
        """What steps took divided by their estimates."""
        return self._measured

    def expect(self, step: str) -> None:
        """Reckons with a step that the plan did not foresee, such as another round."""
        if self._planned and step not in self._expected_ms:
            first_round = step.rpartition("_")[0]
            self._expected_ms[step] = self._expected_ms.get(first_round, 0.0)

    def count(self, step: str) -> None:
        """Counts a step as done."""
        self._done_ms += self._expected_ms.get(step, 0.0)

    def measure(self, step: str, duration_ms: int) -> None:
        """Remembers how long a step took."""
        estimated = self._estimated_ms.get(step)
        if estimated:
            self._measured[step] = max(duration_ms, 1) / estimated

    def percent(self, step: str = "", fraction: float = 0.0) -> int:
        """Progress in percent, 5 to 99, with a fraction (0 to 1) of the step at work."""
        if not self._planned:
            return _UNPLANNED_PERCENT
        total = self.expected_ms
        done = self._done_ms + self._expected_ms.get(step, 0.0) * fraction
        share = min(1.0, done / total) if total else 1.0
        return round(_UNPLANNED_PERCENT + (_LAST_PERCENT - _UNPLANNED_PERCENT) * share)
