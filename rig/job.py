"""The rig's generate-skill: four steps, one an agent, one after another."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Final

from jobs import actions
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import skill_pb2
from rig import steering
from rig.agents import mark

STEPS: Final = ("planning", "research", "coder", "reporter")
"""The steps in their order; each has the name of its agent."""


_POISON_WORKS_S: Final = 0.3
"""How long after the beginning of the coder's step poison kills; the coder is at work then."""


def expected(task_id: str) -> list[str]:
    """`patterns_found` of the result of a task: one mark a step, in order."""
    return [mark(step, task_id) for step in STEPS]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _run(
    request: generate_skill_pb2.GenerateSkillRequest, steps: Steps
) -> generate_skill_pb2.GenerateSkillResult:
    name, platforms = request.skill_name, request.target_platforms
    # One example however many there are: what they cost is no matter of the rig's.
    example = skill_pb2.Example()
    example.CopyFrom(request.examples[0])
    example.content = steering.as_text(name)
    brief = planning.GenerateSkillBrief(
        examples=1, characters=steering.slow_ms(name), target_platforms=platforms
    )
    plan = await steps.run(
        "planning", actions.PLAN, planning.PlanRequest(generate_skill=brief), title="Planning"
    )
    patterns = await steps.run(
        "research",
        actions.ANALYZE_PATTERNS,
        research.AnalyzePatternsRequest(examples=[example]),
        title="Research",
    )
    if steering.poisonous(name):
        asyncio.get_running_loop().call_later(_POISON_WORKS_S, _die)
    draft = await steps.run(
        "coder",
        actions.WRITE_SKILL,
        coder.WriteSkillRequest(
            examples=[example], patterns=patterns, skill_name=name, target_platforms=platforms
        ),
        title="Writing",
    )
    report = await steps.run(
        "reporter",
        actions.WRITE_SKILL_REPORT,
        reporter.WriteSkillReportRequest(
            examples=[example],
            patterns=patterns,
            draft=draft,
            review=skill_pb2.SkillReview(),
            target_platforms=platforms,
            rounds=1,
        ),
        title="Reporting",
    )
    return generate_skill_pb2.GenerateSkillResult(
        skill_name=draft.name,
        patterns_found=[plan.engine, *patterns.limits, draft.yaml, report.markdown],
        engine="rig",
        usage=steps.usage(),
        rounds=1,
    )


JOB: Final = Job(
    name="generate-skill",
    request=generate_skill_pb2.GenerateSkillRequest,
    result=generate_skill_pb2.GenerateSkillResult,
    run=_run,
    timeout_s=3600.0,
)
JOBS: Final[Mapping[str, Job]] = {JOB.name: JOB}
