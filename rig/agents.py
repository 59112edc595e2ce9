"""The four agents of the rig: the real contracts, and nothing behind them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message

from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.coder.v1 import coder_service_pb2_grpc as coder_rpc
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.planning.v1 import planning_service_pb2_grpc as planning_rpc
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.reporter.v1 import reporter_service_pb2_grpc as reporter_rpc
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.research.v1 import research_service_pb2_grpc as research_rpc
from manusmesh.type.v1 import plan_pb2, run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from rig import steering

if TYPE_CHECKING:
    # The floor of the bench has these agents without the interceptors and what they import.
    from meshkit.middleware import Context

Event = TypeVar("Event", bound=Message)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step is like when its request does not say otherwise.

    Attributes:
        ms: Milliseconds that it takes.
        events: Progress events that it tells before its result.
    """

    ms: int = 0
    events: int = 0


def mark(step: str, task_id: str) -> str:
    """What the result of a step says, so that a checker knows it again in the task's result."""
    return f"{step} of {task_id}"


async def _step(
    step: Step, event: type[Event], context: run_pb2.CallContext, asked_ms: int
) -> AsyncIterator[Event]:
    """All of a step but its result."""
    # The events of all contracts have this field, but no common type.
    make: Any = event
    for number in range(1, step.events + 1):
        said = f"{context.step_id}: {number} of {step.events}"
        yield make(progress=run_pb2.Progress(fraction=number / step.events, message=said))
    if taken_ms := asked_ms or step.ms:
        await asyncio.sleep(taken_ms / 1000)


class Planning(planning_rpc.PlanningServiceServicer):
    """Plans nothing."""

    def __init__(self, step: Step) -> None:
        self._step = step

    async def Plan(  # noqa: N802 - the contract's name
        self, request: planning.PlanRequest, _: "Context"
    ) -> AsyncIterator[planning.PlanResponse]:
        """Answers a plan without steps."""
        asked_ms, context = request.generate_skill.characters, request.context
        async for event in _step(self._step, planning.PlanResponse, context, asked_ms):
            yield event
        said = mark(context.step_id, context.task_id)
        yield planning.PlanResponse(result=plan_pb2.Plan(engine=said))


class Research(research_rpc.ResearchServiceServicer):
    """Finds nothing."""

    def __init__(self, step: Step) -> None:
        self._step = step

    async def AnalyzePatterns(  # noqa: N802 - the contract's name
        self, request: research.AnalyzePatternsRequest, _: "Context"
    ) -> AsyncIterator[research.AnalyzePatternsResponse]:
        """Answers a report without patterns."""
        asked_ms = steering.slow_ms(steering.from_text(request.examples[0].content))
        context, event_type = request.context, research.AnalyzePatternsResponse
        async for event in _step(self._step, event_type, context, asked_ms):
            yield event
        said = mark(context.step_id, context.task_id)
        report = skill_pb2.PatternReport(limits=[said])
        yield research.AnalyzePatternsResponse(result=report)


class Coder(coder_rpc.CoderServiceServicer):
    """Writes nothing, and fails when it is told to."""

    def __init__(self, step: Step) -> None:
        self._step = step

    async def WriteSkill(  # noqa: N802 - the contract's name
        self, request: coder.WriteSkillRequest, _: "Context"
    ) -> AsyncIterator[coder.WriteSkillResponse]:
        """Answers a draft without a skill."""
        name, context = request.skill_name, request.context
        asked_ms = steering.POISONED_MS if steering.poisonous(name) else steering.slow_ms(name)
        async for event in _step(self._step, coder.WriteSkillResponse, context, asked_ms):
            yield event
        if name == steering.FAIL:
            message = "The rig was told to fail."
            raise MeshError(Reason.INTERNAL, message)
        if name == steering.FLAKY and context.attempt == 1:
            message = "The rig was told to fail once."
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, message)
        said = mark(context.step_id, context.task_id)
        draft = skill_pb2.SkillDraft(name=name, yaml=said)
        yield coder.WriteSkillResponse(result=draft)

    async def ReviewSkill(  # noqa: N802 - the contract's name
        self, request: coder.ReviewSkillRequest, _: "Context"
    ) -> AsyncIterator[coder.ReviewSkillResponse]:
        """Accepts every draft; the rig's own job asks for no review."""
        said = mark(request.context.step_id, request.context.task_id)
        yield coder.ReviewSkillResponse(
            result=skill_pb2.SkillReview(accepted=True, feedback=[said])
        )


class Reporter(reporter_rpc.ReporterServiceServicer):
    """Reports nothing."""

    def __init__(self, step: Step) -> None:
        self._step = step

    async def WriteSkillReport(  # noqa: N802 - the contract's name
        self, request: reporter.WriteSkillReportRequest, _: "Context"
    ) -> AsyncIterator[reporter.WriteSkillReportResponse]:
        """Answers a report of one line."""
        asked_ms = steering.slow_ms(steering.from_text(request.examples[0].content))
        context, event_type = request.context, reporter.WriteSkillReportResponse
        async for event in _step(self._step, event_type, context, asked_ms):
            yield event
        report = skill_pb2.Report(markdown=mark(context.step_id, context.task_id))
        yield reporter.WriteSkillReportResponse(result=report)
