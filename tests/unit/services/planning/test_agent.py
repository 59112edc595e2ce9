import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from meshkit import plans
from services.planning import agent

PLATFORMS = ["linkedin", "twitter", "facebook", "instagram"]
STEPS = ["research", "coder", "review", "reporter"]

briefs = st.builds(
    pb.GenerateSkillBrief,
    examples=st.integers(1, 10),
    images=st.integers(0, 10),
    characters=st.integers(0, 50_000),
    target_platforms=st.lists(st.sampled_from(PLATFORMS), min_size=1, max_size=4, unique=True),
)


def brief(examples: int = 3, characters: int = 600) -> pb.GenerateSkillBrief:
    return pb.GenerateSkillBrief(
        examples=examples, characters=characters, target_platforms=["linkedin"]
    )


def seconds(plan: plan_pb2.Plan) -> dict[str, float]:
    return {subtask.id: subtask.estimated_seconds for subtask in plan.subtasks}


@given(briefs)
def test_every_plan_can_run(asked: pb.GenerateSkillBrief) -> None:
    plan = agent.plan_generate_skill(asked)
    assert plans.problems(plan, agent.KNOWN) == []
    assert [subtask.id for subtask in plan.subtasks] == STEPS
    assert plan.estimated_seconds == pytest.approx(sum(seconds(plan).values()))
    assert plan.resources == plan_pb2.ResourceEstimate()
    assert plan.HasField("resources")
    for subtask in plan.subtasks:
        assert subtask.estimated_seconds > 0
        assert subtask.success_criterion
        assert subtask.title


def test_the_plan_tells_the_size_of_the_request() -> None:
    asked = pb.GenerateSkillBrief(
        examples=7, characters=10, target_platforms=["twitter", "facebook"]
    )
    titles = {subtask.id: subtask.title for subtask in agent.plan_generate_skill(asked).subtasks}
    assert "7 example" in titles["research"]
    assert "twitter, facebook" in titles["coder"]
    assert "7 examples" in titles["review"]


@given(st.integers(0, 49_000), st.integers(1, 1000))
def test_more_text_takes_research_longer_and_nobody_else(characters: int, more: int) -> None:
    less = seconds(agent.plan_generate_skill(brief(characters=characters)))
    longer = seconds(agent.plan_generate_skill(brief(characters=characters + more)))
    assert {step for step in STEPS if longer[step] > less[step]} == {"research"}


@given(st.integers(1, 9))
def test_more_examples_take_the_review_longer(examples: int) -> None:
    less = seconds(agent.plan_generate_skill(brief(examples)))
    longer = seconds(agent.plan_generate_skill(brief(examples + 1)))
    assert {step for step in STEPS if longer[step] > less[step]} == {"review"}


def test_a_plan_that_cannot_run_is_refused_with_all_its_problems() -> None:
    plan = agent.plan_generate_skill(brief())
    plan.subtasks[0].agent = "painter"
    plan.subtasks[3].inputs.append("news")
    with pytest.raises(agent.PlanError) as raised:
        agent.checked(plan)
    assert "no agent 'painter' does 'analyze_patterns'" in str(raised.value)
    assert "reporter needs news, which nobody makes" in str(raised.value)


def test_a_circle_is_refused() -> None:
    plan = agent.plan_generate_skill(brief())
    plan.subtasks[0].depends_on.append("reporter")
    with pytest.raises(agent.PlanError, match="in a circle"):
        agent.checked(plan)
