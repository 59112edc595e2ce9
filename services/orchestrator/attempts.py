"""Attempts at one step: calls its agent until one succeeds, and tells what happens."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.job import Action, Req, Res
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.patterns import LONGER, NotNowError, retrying
from meshkit.redis import RedisAwayError
from meshkit.tasks.holder import HeldTask
from meshkit.tasks.notes import Note
from services.orchestrator.agents import Agents, Listener
from services.orchestrator.progress import Forecast

_INTERRUPTED: Final = "interrupted"
_AGAIN: Final = "trying again"
_ANEW: Final = "the step begins anew"
_CALL_TIMEOUT_S: Final = 120.0
"""How long one call to an agent may take at first; the task's own deadline ends it sooner."""


class RetryLaterError(NotNowError):
    """A step is to be tried again after so long that the task need not be held meanwhile.

    Attributes:
        pause_s: Seconds until then.
        message: What the task waits for, for people.
    """

    def __init__(self, pause_s: float, message: str) -> None:
        super().__init__(message)
        self.pause_s = pause_s
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often.

    Attributes:
        attempts: How often one step is tried at most.
        park_s: A pause before the next attempt that is longer gives the task back.
        deadline: When the task's time is over, by `time.monotonic`.
    """

    attempts: int
    park_s: float
    deadline: float

    @property
    def left_s(self) -> float:
        """Seconds until the task's time is over."""
        return self.deadline - time.monotonic()


class Attempts:
    """The attempts at one step.

    Attributes:
        record: What has become of the step so far.
    """

    def __init__(
        self,
        task: HeldTask,
        agents: Agents,
        limits: Limits,
        forecast: Forecast,
        usage: run_pb2.Usage,
        *,
        record: task_pb2.StepRecord,
        title: str,
    ) -> None:
        """Gets ready.

        Args:
            task: The task of the step.
            agents: Who does it.
            limits: How long and how often.
            forecast: Tells progress.
            usage: The task's, to which the step's is added.
            record: The step's record: a new one, or that of its interrupted attempts, which count.
            title: What people see while it runs.
        """
        self._task = task
        self._agents = agents
        self._limits = limits
        self._forecast = forecast
        self._usage = usage
        self._title = title
        self._begun_before = bool(record.failed_attempts)
        self._started = time.monotonic()
        self.record = record

    async def run(
        self,
        action: Action[Req, Res],
        asked: bytes,
        failure: Callable[[Res], MeshError | None] | None = None,
    ) -> Res:
        """Tries until an attempt succeeds or there is no use in another.

        Args:
            action: What to do.
            asked: Its request without context, serialized.
            failure: Tells from a result whether the attempt has failed all the same.

        Raises:
            MeshError: the last attempt's, telling agent and step.
            RetryLaterError: when the task need not be held until the next attempt.
        """
        failed = self.record.failed_attempts
        counted = _failures_of_this_run(failed)
        # Those that do not count have their numbers all the same.
        others = len(failed) - counted
        overtimes = sum(1 for one in failed if one.error.code == Reason.DEADLINE_EXCEEDED)

        async def attempt(number: int, timeout_s: float) -> Res:
            made = await self._attempt(action, asked, others + number, timeout_s)
            error = failure(made) if failure is not None else None
            if error is not None:
                raise error
            return made

        async def tell(number: int, error: MeshError, pause_s: float) -> None:
            await self._failed(others + number, error, pause_s)

        try:
            result = await retrying(
                attempt,
                attempts=self._limits.attempts,
                first=counted + 1,
                timeout_s=_CALL_TIMEOUT_S * LONGER**overtimes,
                failed=tell,
            )
        except RedisAwayError:
            # Says nothing about the step: it goes on from here when Redis is back.
            raise
        except MeshError as error:
            self._close("failed")
            step = self.record.step
            self._task.note(Note("step_failed", step, error.message, step_record=self.record))
            raise error.of_step(action.agent, step) from error
        self._close("completed")
        return result

    async def _attempt(
        self, action: Action[Req, Res], asked: bytes, number: int, timeout_s: float
    ) -> Res:
        record = self.record
        record.attempts = number
        self._forecast.reach(record.step, 0.0)
        why = _ANEW if self._begun_before else self._forecast.why_more()
        self._begun_before = True
        self._task.note(
            Note(
                "step_started",
                record.step,
                self._title,
                sentence=self._title,
                step_record=record,
                total_steps=self._forecast.total_steps,
                left=self._forecast.left(reason=why),
            )
        )
        # What is done must be safe before more is begun, which may have to be paid.
        await self._task.flush()
        context = run_pb2.CallContext(
            task_id=self._task.task_id,
            step_id=record.step,
            attempt=number,
            tenant_id=self._task.tenant_id,
        )
        # The bytes of two messages one after another are those of the two merged.
        call = asked + action.request(context=context).SerializeToString()
        timeout_s = max(0.0, min(timeout_s, self._limits.left_s))
        return await self._agents.call(action, call, self._listener(), timeout_s=timeout_s)

    async def _failed(self, number: int, error: MeshError, pause_s: float) -> None:
        """Records a failed attempt; raises when there is no use in waiting here for the next."""
        failure = self.record.failed_attempts.add(
            attempt=number, error=error.to_proto(), retry_in_seconds=round(pause_s, 3)
        )
        failure.time.GetCurrentTime()
        if pause_s <= 0:
            return
        if pause_s >= self._limits.left_s:
            raise error
        message = f"{self._title}: attempt {number} failed, trying again in {pause_s:.0f} s"
        step = self.record.step
        self._forecast.reach(step, 0.0)
        await self._task.write(
            Note(
                "step_retried",
                step,
                message,
                payload=error.to_proto(),
                sentence=message,
                step_record=self.record,
                left=self._forecast.left(pause_s=pause_s, reason=_AGAIN),
            )
        )
        if pause_s > self._limits.park_s:
            raise RetryLaterError(pause_s, message)

    def _close(self, status: str) -> None:
        self.record.status = status
        self.record.completed_at.GetCurrentTime()
        self.record.duration_ms = round((time.monotonic() - self._started) * 1000)

    def _listener(self) -> Listener:
        step, record, task = self.record.step, self.record, self._task
        forecast = self._forecast
        told = -1

        async def progress(event: run_pb2.Progress) -> None:
            nonlocal told
            forecast.reach(step, event.fraction)
            percent = forecast.percent()
            # One event a percent: a chatty agent must not flood the stream.
            if percent > told:
                told = percent
                text = event.message
                left = forecast.left()
                await task.tell(
                    Note("progress", step, text, progress=percent, sentence=text, left=left)
                )

        async def message(event: run_pb2.AgentMessage) -> None:
            await task.tell(Note("message", step, _heading(event), payload=event))

        async def tool_call(event: run_pb2.ToolCall) -> None:
            text = f"{event.name}: {event.outcome}"
            await task.tell(Note("tool_call", step, text, payload=event))

        async def usage(event: run_pb2.Usage) -> None:
            add_usage(self._usage, event)
            add_usage(record.usage, event)
            await task.tell(Note("usage", step, "Model usage", payload=event))

        return Listener(progress, message, tool_call, usage)


def interrupt(record: task_pb2.StepRecord) -> None:
    """Notes in a step's record that the attempt at work was broken off with its worker."""
    if record.attempts > len(record.failed_attempts):
        error = MeshError(
            Reason.UPSTREAM_UNAVAILABLE,
            "The worker stopped in the middle of this attempt.",
            details={_INTERRUPTED: True},
        )
        failure = record.failed_attempts.add(attempt=record.attempts, error=error.to_proto())
        failure.time.GetCurrentTime()


def _failures_of_this_run(failed: Sequence[task_pb2.FailedAttempt]) -> int:
    """How many of the failed attempts count: those since the step failed for good, if it has.

    What was broken off with its worker counts as little as what the owner has had retried.
    """
    count = 0
    for one in reversed(failed):
        # Asked first: looking a missing name up would add it.
        if _INTERRUPTED in one.error.details.fields:
            continue
        if one.retry_in_seconds == 0:
            break
        count += 1
    return count


def _heading(message: run_pb2.AgentMessage) -> str:
    return f"{message.from_agent} to {message.to_agent}: {message.payload[:200]}"


def add_usage(total: run_pb2.Usage, more: run_pb2.Usage) -> None:
    """Adds what model calls have cost."""
    total.llm_calls += more.llm_calls
    total.input_tokens += more.input_tokens
    total.output_tokens += more.output_tokens
    total.cached_tokens += more.cached_tokens
    total.cost_usd += more.cost_usd
