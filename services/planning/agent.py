"""The planning agent's thinking: the job's built-in plan, adapted to the size of the request."""

from collections.abc import Mapping
from typing import Final

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from meshkit import plans

KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "research": frozenset({"analyze_patterns"}),
    "coder": frozenset({"write_skill", "review_skill"}),
    "reporter": frozenset({"write_skill_report"}),
}
"""The types of work that each agent does."""

_SECONDS_PER_1000_CHARACTERS: Final = 0.02
"""First guess for measuring text; measured durations of real tasks replace it."""


class PlanError(Exception):
    """A built-in plan that fails its own check: a bug."""


def plan_generate_skill(brief: pb.GenerateSkillBrief) -> plan_pb2.Plan:
    """The plan for a generate-skill task: research, write, review, report.

    The guards are run on every example for every draft, so review takes longer with more examples;
    research grows with the text.
    """
    thousands = brief.characters / 1000
    plan = plan_pb2.Plan(engine="offline")
    plan.subtasks.add(
        id="research",
        type="analyze_patterns",
        agent="research",
        inputs=[plans.REQUEST],
        outputs=["patterns"],
        estimated_seconds=0.1 + _SECONDS_PER_1000_CHARACTERS * thousands,
        success_criterion="Every example is measured; each pattern names its share of them.",
        title=f"Measure {brief.examples} example posts",
    )
    plan.subtasks.add(
        id="coder",
        type="write_skill",
        agent="coder",
        inputs=[plans.REQUEST, "patterns"],
        outputs=["skill"],
        depends_on=["research"],
        estimated_seconds=0.1,
        success_criterion="The file is valid by the skill schema.",
        title=f"Write the skill for {', '.join(brief.target_platforms)}",
    )
    plan.subtasks.add(
        id="review",
        type="review_skill",
        agent="coder",
        inputs=[plans.REQUEST, "patterns", "skill"],
        outputs=["review"],
        depends_on=["research", "coder"],
        estimated_seconds=0.1 + 0.02 * brief.examples,
        success_criterion="The guards accept the better half of the examples.",
        title=f"Test the skill on {brief.examples} examples",
    )
    plan.subtasks.add(
        id="reporter",
        type="write_skill_report",
        agent="reporter",
        inputs=[plans.REQUEST, "patterns", "skill", "review"],
        outputs=["report"],
        depends_on=["research", "coder", "review"],
        estimated_seconds=0.3,
        success_criterion="Every number of the report names its evidence.",
        title="Write the report",
    )
    return checked(plan)


def checked(plan: plan_pb2.Plan) -> plan_pb2.Plan:
    """The plan with its total estimate.

    Raises:
        PlanError: when it is not a graph that can run.
    """
    found = plans.problems(plan, KNOWN)
    if found:
        raise PlanError("; ".join(found))
    plan.estimated_seconds = plans.longest_path_seconds(plan)
    plan.resources.SetInParent()
    return plan
