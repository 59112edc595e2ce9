"""Steps of a held task: checkpoints, progress, retries. The `Steps` that jobs are given."""

import asyncio
import time
from typing import Final

from google.protobuf.message import Message

from jobs.job import Action, Req, Res
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.patterns import retrying
from meshkit.redis import Redis, RedisAwayError
from meshkit.tasks import durations
from meshkit.tasks.holder import HeldTask, Note
from services.orchestrator.agents import Agents, Listener

_UNPLANNED_PERCENT: Final = 5
"""What the steps before the plan count for: nobody knows yet how much is to come."""
_LAST_PERCENT: Final = 99
_CALL_TIMEOUT_S: Final = 120.0
"""How long one call to an agent may take at first; the task's own deadline ends it sooner."""
_LONGER: Final = 1.5
"""By how much a time-out lengthens the next attempt's."""


class PauseRequestedError(Exception):
    """The owner asked for a pause, and the step at work has finished."""


class HeldSteps:
    """Runs the steps of one task under its lease."""

    def __init__(self, task: HeldTask, agents: Agents, redis: Redis, *, attempts: int) -> None:
        self._task = task
        self._agents = agents
        self._redis = redis
        self._attempts = attempts
        self._estimated_ms: dict[str, float] = {}
        self._expected_ms: dict[str, float] = {}
        self._done_ms = 0.0
        self._planned = False
        self._usage = run_pb2.Usage()
        self.pause_requested = asyncio.Event()

    def usage(self) -> run_pb2.Usage:
        """What model calls of all steps have cost so far."""
        return self._usage

    async def follow(self, plan: plan_pb2.Plan) -> None:
        """Reckons progress by what the plan's steps are expected to take."""
        ratios = await durations.step_ratios(self._redis, self._task.tenant_id, self._task.job)
        self._estimated_ms = {
            subtask.id: subtask.estimated_seconds * 1000 for subtask in plan.subtasks
        }
        self._expected_ms = {
            step: estimated * ratios.get(step, 1.0)
            for step, estimated in self._estimated_ms.items()
        }
        self._planned = True
        await self._task.plan(
            plan,
            total_steps=self._total_steps() or 0,
            expected_ms=round(sum(self._expected_ms.values())),
        )

    async def run(self, step: str, action: Action[Req, Res], request: Req, *, title: str) -> Res:
        """Runs one step, or answers what it made before this process took the task up."""
        stored = await self._task.artifact(step)
        if stored is not None:
            result = action.result.FromString(stored)
            self._expect(step)
            self._count(step)
            record = await self._task.step_record(step)
            if record is not None:
                _add(self._usage, record.usage)
            return result
        if self.pause_requested.is_set():
            raise PauseRequestedError
        self._expect(step)
        return await self._attempted(step, action, request, title)

    async def _attempted(
        self, step: str, action: Action[Req, Res], request: Req, title: str
    ) -> Res:
        record = task_pb2.StepRecord(step=step, agent=action.agent, status="running")
        record.started_at.GetCurrentTime()
        started = time.monotonic()
        timeout_s = _CALL_TIMEOUT_S

        async def attempt(number: int) -> Res:
            record.attempts = number
            await self._task.write(
                Note(
                    "step_started",
                    step,
                    title,
                    sentence=title,
                    step_record=record,
                    total_steps=self._total_steps(),
                )
            )
            call = _with_context(request, self._task, step, number)
            return await self._agents.call(
                action, call, self._listener(step, record), timeout_s=timeout_s
            )

        async def failed(number: int, error: MeshError, pause_s: float) -> None:
            nonlocal timeout_s
            if error.reason == Reason.DEADLINE_EXCEEDED:
                timeout_s *= _LONGER
            message = f"{title}: attempt {number} failed, trying again in {pause_s:.0f} s"
            await self._task.write(
                Note("step_retried", step, message, payload=error.to_proto(), sentence=message)
            )

        try:
            result = await retrying(attempt, attempts=self._attempts, failed=failed)
        except RedisAwayError:
            # Says nothing about the step: it goes on from here when Redis is back.
            raise
        except MeshError as error:
            _close(record, "failed", started)
            await self._task.write(Note("step_failed", step, error.message, step_record=record))
            raise error.of_step(action.agent, step) from error
        _close(record, "completed", started)
        return await self._finished(record, result, title, action)

    async def _finished(
        self, record: task_pb2.StepRecord, result: Res, title: str, action: Action[Req, Res]
    ) -> Res:
        step = record.step
        self._count(step)
        stored = await self._task.write(
            Note(
                "step_completed",
                step,
                f"{title}: done",
                payload=task_pb2.CompletedStep(step=step, duration_ms=record.duration_ms),
                progress=self._percent(0.0),
                step_record=record,
                artifact=result,
                duration_ms=record.duration_ms,
            )
        )
        if not stored:
            # An earlier holder stored its result after this one had looked: that one counts.
            earlier = await self._task.artifact(step)
            return action.result.FromString(earlier or b"")
        estimated = self._estimated_ms.get(step)
        if estimated:
            ratio = max(record.duration_ms, 1) / estimated
            await durations.learn_step(
                self._redis, self._task.tenant_id, self._task.job, step, ratio
            )
        return result

    def _listener(self, step: str, record: task_pb2.StepRecord) -> Listener:
        told = -1

        async def progress(event: run_pb2.Progress) -> None:
            nonlocal told
            percent = self._percent(self._expected_ms.get(step, 0.0) * event.fraction)
            # One event a percent: a chatty agent must not flood the stream.
            if percent > told:
                told = percent
                note = Note(
                    "progress", step, event.message, progress=percent, sentence=event.message
                )
                await self._task.write(note)

        async def message(event: run_pb2.AgentMessage) -> None:
            await self._task.write(Note("message", step, _heading(event), payload=event))

        async def tool_call(event: run_pb2.ToolCall) -> None:
            text = f"{event.name}: {event.outcome}"
            await self._task.write(Note("tool_call", step, text, payload=event))

        async def usage(event: run_pb2.Usage) -> None:
            _add(self._usage, event)
            _add(record.usage, event)
            await self._task.write(Note("usage", step, "Model usage", payload=event))

        return Listener(progress, message, tool_call, usage)

    def _expect(self, step: str) -> None:
        """Reckons with a step that the plan did not foresee, such as another round."""
        if self._planned and step not in self._expected_ms:
            first_round = step.rpartition("_")[0]
            self._expected_ms[step] = self._expected_ms.get(first_round, 0.0)

    def _total_steps(self) -> int | None:
        """The steps of the plan, those that came besides, and planning itself."""
        return len(self._expected_ms) + 1 if self._planned else None

    def _count(self, step: str) -> None:
        self._done_ms += self._expected_ms.get(step, 0.0)

    def _percent(self, current_ms: float) -> int:
        if not self._planned:
            return _UNPLANNED_PERCENT
        total = sum(self._expected_ms.values())
        share = min(1.0, (self._done_ms + current_ms) / total) if total else 1.0
        return round(_UNPLANNED_PERCENT + (_LAST_PERCENT - _UNPLANNED_PERCENT) * share)


def _with_context(request: Req, task: HeldTask, step: str, attempt: int) -> Req:
    call = type(request)()
    call.CopyFrom(request)
    context: Message = getattr(call, "context")  # noqa: B009 - a field that every action's request has
    context.MergeFrom(
        run_pb2.CallContext(
            task_id=task.task_id, step_id=step, attempt=attempt, tenant_id=task.tenant_id
        )
    )
    return call


def _close(record: task_pb2.StepRecord, status: str, started: float) -> None:
    record.status = status
    record.completed_at.GetCurrentTime()
    record.duration_ms = round((time.monotonic() - started) * 1000)


def _heading(message: run_pb2.AgentMessage) -> str:
    return f"{message.from_agent} to {message.to_agent}: {message.payload[:200]}"


def _add(total: run_pb2.Usage, more: run_pb2.Usage) -> None:
    total.llm_calls += more.llm_calls
    total.input_tokens += more.input_tokens
    total.output_tokens += more.output_tokens
    total.cached_tokens += more.cached_tokens
    total.cost_usd += more.cost_usd
