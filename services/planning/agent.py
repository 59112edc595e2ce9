"""The planning agent's thinking: the job's built-in plan, adapted to the size of the request."""

from collections.abc import Mapping
from typing import Final

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from meshkit import plans
from meshkit.errors import MeshError, Reason
from services.planning import builtin

KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "research": frozenset(
        {"analyze_patterns", "analyze_voice", "examine_images", "research_competitor"}
    ),
    "coder": frozenset(
        {
            "write_skill",
            "review_skill",
            "build_voice_profile",
            "analyze_competition",
            "refine_text",
            "review_refinement",
        }
    ),
    "reporter": frozenset({"write_skill_report", "write_voice_report", "write_competition_report"}),
}
"""The types of work that each agent does."""


class PlanError(Exception):
    """A built-in plan that fails its own check: a bug."""


def plan(request: pb.PlanRequest) -> plan_pb2.Plan:
    """The checked plan for what a task asks for.

    Raises:
        MeshError: INVALID_ARGUMENT for a kind of task that this agent does not know.
    """
    match request.WhichOneof("brief"):
        case "generate_skill":
            made = builtin.generate_skill(request.generate_skill)
        case "analyze_brand_voice":
            made = builtin.analyze_brand_voice(request.analyze_brand_voice)
        case "refine_content":
            made = builtin.refine_content(request.refine_content)
        case "competitive_analysis":
            made = builtin.competitive_analysis(request.competitive_analysis)
        case _:
            raise MeshError(Reason.INVALID_ARGUMENT, "This agent knows no plan for such a task.")
    return checked(made)


def checked(made: plan_pb2.Plan) -> plan_pb2.Plan:
    """The plan with its total estimates.

    Raises:
        PlanError: when it is not a graph that can run.
    """
    found = plans.problems(made, KNOWN)
    if found:
        raise PlanError("; ".join(found))
    made.estimated_seconds = plans.longest_path_seconds(made)
    made.resources.SetInParent()
    for each in made.subtasks:
        made.resources.llm_calls += each.resources.llm_calls
        made.resources.tokens += each.resources.tokens
        made.resources.cost_usd += each.resources.cost_usd
    return made
