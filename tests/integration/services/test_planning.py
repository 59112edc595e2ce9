"""The planning agent through its interceptors."""

from collections.abc import Callable
from typing import Any

import pytest

from jobs import actions
from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit import plans
from meshkit.errors import Reason
from services.planning import agent
from tests.support.grpc_server import failure

Ask = Callable[..., Any]


def request(context: run_pb2.CallContext, **brief: Any) -> pb.PlanRequest:
    size = {"examples": 1, "characters": 100, "target_platforms": ["linkedin"], **brief}
    return pb.PlanRequest(context=context, generate_skill=pb.GenerateSkillBrief(**size))


async def plan_of(ask: Ask, asked: pb.PlanRequest) -> plan_pb2.Plan:
    events = [event async for event in ask(actions.PLAN, asked)]
    plan: plan_pb2.Plan = events[-1].result
    return plan


async def test_the_plan_holds_and_grows_with_the_request(
    ask: Ask, context: run_pb2.CallContext
) -> None:
    small = await plan_of(ask, request(context))
    large = await plan_of(
        ask,
        request(
            context, examples=10, characters=50_000, target_platforms=["linkedin", "instagram"]
        ),
    )
    for plan in (small, large):
        assert plans.problems(plan, agent.KNOWN) == []
        assert plan.engine == "offline"
    assert large.estimated_seconds > small.estimated_seconds
    told = " ".join(subtask.title for subtask in large.subtasks)
    assert "10 example" in told
    assert "linkedin, instagram" in told


async def test_every_bad_part_of_a_brief_is_listed(ask: Ask, context: run_pb2.CallContext) -> None:
    bad = request(
        context, examples=11, images=-1, characters=-1, target_platforms=["linkedin", "myspace"]
    )
    refused = await failure(ask(actions.PLAN, bad))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert [violation.field for violation in refused.error.violations] == [
        "generate_skill.examples",
        "generate_skill.images",
        "generate_skill.characters",
        "generate_skill.target_platforms[1]",
    ]


async def test_a_plan_that_cannot_run_is_a_bug_that_is_not_handed_out(
    ask: Ask, context: run_pb2.CallContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_coder = {name: types for name, types in agent.KNOWN.items() if name != "coder"}
    monkeypatch.setattr(agent, "KNOWN", without_coder)
    refused = await failure(ask(actions.PLAN, request(context)))
    assert refused.error.reason == Reason.INTERNAL
    assert "PlanError" not in refused.text
    assert "coder" not in refused.text
