"""Steps of a held task: checkpoints and progress. The `Steps` that jobs are given."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from google.protobuf.message import Message

from jobs.job import Action, Req, Res
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError
from meshkit.library import Kind, Library, NewVersion
from meshkit.patterns import NotNowError
from meshkit.tasks.durations import Durations
from meshkit.tasks.holder import HeldTask
from meshkit.tasks.notes import Left, Made, Note, digest_of
from services.orchestrator.agents import Agents
from services.orchestrator.attempts import Attempts, Limits, add_usage, interrupt
from services.orchestrator.progress import Forecast

RECALL: Final = "cache"
"""The one step of a task that is answered with the result of another."""


class PauseRequestedError(NotNowError):
    """The owner asked for a pause, or the process stops, and the step at work has finished."""


class HeldSteps:
    """Runs the steps of one task under its lease."""

    def __init__(
        self,
        task: HeldTask,
        agents: Agents,
        durations: Durations,
        limits: Limits,
        library: Library,
    ) -> None:
        self._task = task
        self._library = library
        self._agents = agents
        self._durations = durations
        self._limits = limits
        self._forecast = Forecast(left_ms=task.left_ms)
        self._usage = run_pb2.Usage()
        self._missing: list[task_pb2.MissingPart] = []
        self._at_work: dict[str, str] = {}
        self._last: tuple[str, str] | None = None
        self._recalled = False
        self.pause_requested = asyncio.Event()

    @property
    def task_id(self) -> str:
        """The task."""
        return self._task.task_id

    @property
    def accepted_at(self) -> datetime:
        """When the task was accepted, UTC."""
        return datetime.fromtimestamp(self._task.accepted_ms / 1000, UTC)

    @property
    def measured(self) -> Mapping[str, float]:
        """What each step done here took, divided by what its plan had estimated."""
        return self._forecast.measured

    @property
    def gaps(self) -> list[task_pb2.MissingPart]:
        """What the job has said to be missing."""
        return self._missing

    @property
    def recalled(self) -> bool:
        """Whether the task is answered with the result of another."""
        return self._recalled

    def recall(self, task_id: str) -> None:
        """Puts on record that the task is answered with the result of another, as its one step.

        Written with the end of the task.
        """
        self._recalled = True
        record = task_pb2.StepRecord(
            step=RECALL, agent="orchestrator", status="completed", attempts=1
        )
        record.started_at.GetCurrentTime()
        record.completed_at.CopyFrom(record.started_at)
        origin = task_pb2.KeptResult(task_id=task_id)
        self._task.note(
            Note(
                "step_completed",
                RECALL,
                f"Answered from the cache of {task_id}, which had the same request",
                payload=task_pb2.CompletedStep(step=RECALL),
                step_record=record,
                # Of what was answered the task has a copy: its result.
                made=Made(origin, digest_of(self._task.request), 0),
                total_steps=1,
            )
        )

    def located(self, error: MeshError) -> MeshError:
        """An error of no step of its own, with the agent and the step at work or begun last.

        A step counts as at work until it has a result or an error: what cancels it is no end of it.
        """
        agent_step = self._last
        if self._at_work:
            step, agent = next(reversed(self._at_work.items()))
            agent_step = agent, step
        return error if agent_step is None else error.of_step(*agent_step)

    def usage(self) -> run_pb2.Usage:
        """What model calls of all steps have cost so far."""
        return self._usage

    def missing(self, step: str, name: str, error: MeshError) -> None:
        """Tells that the result will lack a part, whose step has failed."""
        self._missing.append(task_pb2.MissingPart(step=step, name=name, error=error.to_proto()))

    async def version(self, kind: Kind, item_id: str) -> int:
        """The number of the version of an item that this task will make for keeps."""
        task = self._task
        return await self._library.reserve(task.tenant_id, kind, item_id, task.task_id)

    async def keep(
        self, kind: Kind, item_id: str, version: int, name: str, parts: Mapping[str, Message]
    ) -> None:
        """Keeps a version of an item in the tenant's library."""
        contents = {part: message.SerializeToString() for part, message in parts.items()}
        made = NewVersion(kind, item_id, version, name, contents)
        await self._library.keep(self._task.tenant_id, made, self._task.task_id)

    async def kept(
        self, kind: Kind, item_id: str, part: str, message_type: type[Res]
    ) -> Res | None:
        """A part of the newest version of an item of the tenant; None when there is none."""
        tenant_id = self._task.tenant_id
        versions = await self._library.versions(tenant_id, kind, item_id)
        if not versions:
            return None
        stored = await self._library.part(tenant_id, kind, item_id, versions[0].version, part)
        return None if stored is None else message_type.FromString(stored)

    async def follow(self, plan: plan_pb2.Plan) -> None:
        """Reckons progress by what the plan's steps are expected to take."""
        ratios = await self._durations.step_ratios(self._task.tenant_id, self._task.job)
        self._forecast.follow(plan, ratios)
        if not self._task.fresh and await self._task.checkpoint(RECALL) is not None:
            # It stays among the steps of a task that is done anew.
            self._forecast.add_done(RECALL)
        # The time left comes with the step that begins next, when those done before are counted.
        self._task.note(
            Note(
                "plan",
                message=_foreseen(plan, self._forecast.left()),
                payload=plan,
                plan=plan,
                total_steps=self._forecast.total_steps,
            )
        )

    async def run(
        self,
        step: str,
        action: Action[Req, Res],
        request: Req,
        *,
        title: str,
        failure: Callable[[Res], MeshError | None] | None = None,
    ) -> Res:
        """Runs one step, or answers what it made of the same request before."""
        asked = request.SerializeToString(deterministic=True)
        digest = digest_of(asked)
        before: task_pb2.StepRecord | None = None
        if not self._task.fresh:
            done = await self._task.checkpoint(step)
            before = await self._task.step_record(step)
            if done is not None and done.request == digest:
                self._forecast.expect(step)
                self._forecast.reach(step, 1.0)
                if before is not None:
                    add_usage(self._usage, before.usage)
                return action.result.FromString(done.artifact)
        if self.pause_requested.is_set():
            raise PauseRequestedError
        self._forecast.expect(step)
        self._last = action.agent, step
        self._at_work[step] = action.agent
        attempts = Attempts(
            self._task,
            self._agents,
            self._limits,
            self._forecast,
            self._usage,
            record=_record(step, action, before),
            title=title,
        )
        try:
            result = await attempts.run(action, asked, failure)
        except MeshError:
            self._at_work.pop(step, None)
            raise
        self._at_work.pop(step, None)
        self._finished(attempts.record, digest, result, title)
        return result

    def _finished(
        self, record: task_pb2.StepRecord, digest: bytes, result: Res, title: str
    ) -> None:
        step = record.step
        self._forecast.reach(step, 1.0)
        self._forecast.measure(step, record.duration_ms)
        # Written with the start of the next step, or with the end of the task.
        self._task.note(
            Note(
                "step_completed",
                step,
                f"{title}: done",
                payload=task_pb2.CompletedStep(step=step, duration_ms=record.duration_ms),
                progress=self._forecast.percent(),
                left=self._forecast.left(),
                step_record=record,
                made=Made(result, digest, record.duration_ms),
            )
        )


def _foreseen(plan: plan_pb2.Plan, left: Left | None) -> str:
    """What is expected of a plan, for people."""
    seconds = left.work_ms / 1000 if left is not None else plan.estimated_seconds
    resources = plan.resources
    models = f"{resources.llm_calls} model calls for {resources.cost_usd:.2f} USD"
    return (
        f"Planned {len(plan.subtasks)} steps: about {seconds:.0f} s, "
        f"{models if resources.llm_calls else 'no model calls'}"
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
