"""Steps of a held task: checkpoints and progress. The `Steps` that jobs are given."""

import asyncio
from collections.abc import Mapping

from jobs.job import Action, Req, Res
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError
from meshkit.patterns import NotNowError
from meshkit.tasks.durations import Durations
from meshkit.tasks.holder import HeldTask
from meshkit.tasks.notes import Made, Note, digest_of
from services.orchestrator.agents import Agents
from services.orchestrator.attempts import Attempts, Limits, add_usage, interrupt
from services.orchestrator.progress import Forecast


class PauseRequestedError(NotNowError):
    """The owner asked for a pause, or the process stops, and the step at work has finished."""


class HeldSteps:
    """Runs the steps of one task under its lease."""

    def __init__(
        self, task: HeldTask, agents: Agents, durations: Durations, limits: Limits
    ) -> None:
        self._task = task
        self._agents = agents
        self._durations = durations
        self._limits = limits
        self._forecast = Forecast(expected_ms=task.expected_ms)
        self._usage = run_pb2.Usage()
        self._missing: list[task_pb2.MissingPart] = []
        self.pause_requested = asyncio.Event()

    @property
    def measured(self) -> Mapping[str, float]:
        """What each step done here took, divided by what its plan had estimated."""
        return self._forecast.measured

    @property
    def gaps(self) -> list[task_pb2.MissingPart]:
        """What the job has said to be missing."""
        return self._missing

    def usage(self) -> run_pb2.Usage:
        """What model calls of all steps have cost so far."""
        return self._usage

    def missing(self, step: str, name: str, error: MeshError) -> None:
        """Tells that the result will lack a part, whose step has failed."""
        self._missing.append(task_pb2.MissingPart(step=step, name=name, error=error.to_proto()))

    async def follow(self, plan: plan_pb2.Plan) -> None:
        """Reckons progress by what the plan's steps are expected to take."""
        ratios = await self._durations.step_ratios(self._task.tenant_id, self._task.job)
        self._forecast.follow(plan, ratios)
        self._task.note(
            Note(
                "",
                plan=plan,
                total_steps=self._forecast.total_steps,
                expected_ms=round(self._forecast.expected_ms),
            )
        )

    async def run(self, step: str, action: Action[Req, Res], request: Req, *, title: str) -> Res:
        """Runs one step, or answers what it made of the same request before."""
        asked = request.SerializeToString(deterministic=True)
        digest = digest_of(asked)
        before: task_pb2.StepRecord | None = None
        if not self._task.fresh:
            done = await self._task.checkpoint(step)
            before = await self._task.step_record(step)
            if done is not None and done.request == digest:
                self._forecast.expect(step)
                self._forecast.count(step)
                if before is not None:
                    add_usage(self._usage, before.usage)
                return action.result.FromString(done.artifact)
        if self.pause_requested.is_set():
            raise PauseRequestedError
        self._forecast.expect(step)
        attempts = Attempts(
            self._task,
            self._agents,
            self._limits,
            self._forecast,
            self._usage,
            record=_record(step, action, before),
            title=title,
        )
        result = await attempts.run(action, asked)
        self._finished(attempts.record, digest, result, title)
        return result

    def _finished(
        self, record: task_pb2.StepRecord, digest: bytes, result: Res, title: str
    ) -> None:
        step = record.step
        self._forecast.count(step)
        self._forecast.measure(step, record.duration_ms)
        # Written with the start of the next step, or with the end of the task.
        self._task.note(
            Note(
                "step_completed",
                step,
                f"{title}: done",
                payload=task_pb2.CompletedStep(step=step, duration_ms=record.duration_ms),
                progress=self._forecast.percent(),
                step_record=record,
                made=Made(result, digest, record.duration_ms),
            )
        )


def _record(
    step: str, action: Action[Req, Res], before: task_pb2.StepRecord | None
) -> task_pb2.StepRecord:
    """The record to go on with: the one before unless the step was completed, else a new one."""
    record = task_pb2.StepRecord(step=step, agent=action.agent)
    if before is not None and before.status != "completed":
        record.CopyFrom(before)
        record.ClearField("completed_at")
        if before.status == "running":
            interrupt(record)
    else:
        record.started_at.GetCurrentTime()
    record.status = "running"
    return record
