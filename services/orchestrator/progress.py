"""How far a task has come, reckoned by what its steps are expected to take."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from manusmesh.type.v1 import plan_pb2
from meshkit import plans
from meshkit.tasks.notes import Left

_UNPLANNED_PERCENT: Final = 5
"""What the steps before the plan count for: nobody knows yet how much is to come."""
_LAST_PERCENT: Final = 99
_FIRST: Final = "the time left is the plan's estimate"
_MORE: Final = "the plan foresees more work than usual"
_UNFORESEEN: Final = "another step than planned"
_SLOW: Final = "slower than usual"


class Forecast:
    """The expected time of a task's steps, of which what has been done is a share."""

    def __init__(self, *, left_ms: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins without a plan.

        Args:
            left_ms: How long the task is expected to take until there is one; 0 when nobody knows.
            clock: Tells seconds.
        """
        self._clock = clock
        self._planned_at = 0.0
        self._waits_ms: dict[str, float] = {}
        self._unplanned_ms = left_ms
        self._estimated_ms: dict[str, float] = {}
        self._expected_ms: dict[str, float] = {}
        self._measured: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._after: dict[str, Sequence[str]] = {}
        self._planned = False
        self._why = _SLOW

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
        self._waits_ms = {
            subtask.id: subtask.waits_seconds * 1000 * ratios.get(subtask.id, 1.0)
            for subtask in plan.subtasks
        }
        self._planned_at = self._clock()
        needs = {subtask.id: list(subtask.depends_on) for subtask in plan.subtasks}
        self._after = {step: needs[step] for step in plans.order(plan) or []}
        self._planned = True
        self._why = _MORE if self._unplanned_ms else _FIRST

    def left(self, *, pause_s: float = 0.0, reason: str = "") -> Left | None:
        """The work left, steps that wait for none of one another side by side; None if unknown.

        Args:
            pause_s: The pause before it goes on.
            reason: Why there may be much more than was expected so far.
        """
        if self._planned:
            work_ms = self._longest_ms()
        elif self._unplanned_ms:
            work_ms = self._unplanned_ms
        else:
            return None
        return Left(round(work_ms), round(pause_s * 1000), reason)

    def _longest_ms(self) -> float:
        """What is left along the longest path of the plan, and of the steps besides it."""
        left = {
            step: expected * (1 - self._shares.get(step, 0.0)) + self._wait_ms(step)
            for step, expected in self._expected_ms.items()
        }
        ends: dict[str, float] = {}
        for step, needs in self._after.items():
            ends[step] = left[step] + max((ends[each] for each in needs), default=0.0)
        besides = sum(each for step, each in left.items() if step not in ends)
        return max(ends.values(), default=0.0) + besides

    def _wait_ms(self, step: str) -> float:
        """What is left of a step's wait for a place; only steps that need nothing have one."""
        if step in self._shares:
            return 0.0
        waited_ms = (self._clock() - self._planned_at) * 1000
        return max(0.0, self._waits_ms.get(step, 0.0) - waited_ms)

    def why_more(self) -> str:
        """Why there may be more left, now that a step begins, than when the last one did."""
        why, self._why = self._why, _SLOW
        return why

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
            self._why = _UNFORESEEN

    def add_done(self, step: str) -> None:
        """Counts a step that was done outside the plan."""
        self._expected_ms.setdefault(step, 0.0)

    def reach(self, step: str, fraction: float) -> None:
        """Takes note of how far a step has come: 0 when an attempt begins, 1 when it is done."""
        self._shares[step] = min(1.0, max(0.0, fraction))

    def measure(self, step: str, duration_ms: int) -> None:
        """Remembers how long a step took."""
        estimated = self._estimated_ms.get(step)
        if estimated:
            self._measured[step] = max(duration_ms, 1) / estimated

    def percent(self) -> int:
        """Progress in percent, 5 to 99."""
        if not self._planned:
            return _UNPLANNED_PERCENT
        total = sum(self._expected_ms.values())
        done = sum(
            expected * self._shares.get(step, 0.0) for step, expected in self._expected_ms.items()
        )
        share = min(1.0, done / total) if total else 1.0
        return round(_UNPLANNED_PERCENT + (_LAST_PERCENT - _UNPLANNED_PERCENT) * share)
