import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.type.v1 import plan_pb2
from meshkit import plans
from meshkit.errors import MeshError
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


def plan_skill(asked: pb.GenerateSkillBrief) -> plan_pb2.Plan:
    return agent.plan(pb.PlanRequest(generate_skill=asked))


def seconds(plan: plan_pb2.Plan) -> dict[str, float]:
    return {subtask.id: subtask.estimated_seconds for subtask in plan.subtasks}


@given(briefs)
def test_every_plan_can_run(asked: pb.GenerateSkillBrief) -> None:
    plan = plan_skill(asked)
    assert plans.problems(plan, agent.KNOWN) == []
    steps = [subtask.id for subtask in plan.subtasks]
    assert steps == ([STEPS[0], "images", *STEPS[1:]] if asked.images else STEPS)
    # Images are looked at while the texts are measured.
    each = seconds(plan)
    side_by_side = min(each["research"], each.get("images", 0.0))
    assert plan.estimated_seconds == pytest.approx(sum(each.values()) - side_by_side)
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
    titles = {subtask.id: subtask.title for subtask in plan_skill(asked).subtasks}
    assert "7 example" in titles["research"]
    assert "twitter, facebook" in titles["coder"]
    assert "7 examples" in titles["review"]


@given(st.integers(0, 49_000), st.integers(1, 1000))
def test_more_text_takes_research_longer_and_nobody_else(characters: int, more: int) -> None:
    less = seconds(plan_skill(brief(characters=characters)))
    longer = seconds(plan_skill(brief(characters=characters + more)))
    assert {step for step in STEPS if longer[step] > less[step]} == {"research"}


@given(st.integers(1, 9))
def test_more_examples_take_the_review_longer(examples: int) -> None:
    less = seconds(plan_skill(brief(examples)))
    longer = seconds(plan_skill(brief(examples + 1)))
    assert {step for step in STEPS if longer[step] > less[step]} == {"review"}


def test_a_plan_that_cannot_run_is_refused_with_all_its_problems() -> None:
    plan = plan_skill(brief())
    plan.subtasks[0].agent = "painter"
    plan.subtasks[3].inputs.append("news")
    with pytest.raises(agent.PlanError) as raised:
        agent.checked(plan)
    assert "no agent 'painter' does 'analyze_patterns'" in str(raised.value)
    assert "reporter needs news, which nobody makes" in str(raised.value)


def test_a_circle_is_refused() -> None:
    plan = plan_skill(brief())
    plan.subtasks[0].depends_on.append("reporter")
    with pytest.raises(agent.PlanError, match="in a circle"):
        agent.checked(plan)


addresses = st.lists(st.integers(1, 6), max_size=10)


@given(st.integers(1, 500), st.integers(0, 2_500_000), addresses)
def test_a_brand_voice_is_measured_while_competitors_are_read(
    posts: int, characters: int, competitors: list[int]
) -> None:
    asked = pb.AnalyzeBrandVoiceBrief(
        posts=posts, characters=characters, competitor_addresses=competitors
    )
    plan = agent.plan(pb.PlanRequest(analyze_brand_voice=asked))
    assert plans.problems(plan, agent.KNOWN) == []
    readers = [f"research_{number}" for number in range(1, len(competitors) + 1)]
    assert [each.id for each in plan.subtasks] == ["research", *readers, "coder", "reporter"]
    first = [each for each in plan.subtasks if not each.depends_on]
    assert len(first) == len(competitors) + 1
    after = sum(seconds(plan)[step] for step in ("coder", "reporter"))
    slowest = max(each.waits_seconds + each.estimated_seconds for each in first)
    assert plan.estimated_seconds == pytest.approx(slowest + after)


@given(addresses.filter(bool), st.integers(1, 365), st.integers(0, 10))
def test_competitors_are_read_at_once_and_merged(
    competitors: list[int], days: int, areas: int
) -> None:
    asked = pb.CompetitiveAnalysisBrief(
        competitor_addresses=competitors, period_days=days, focus_areas=areas
    )
    plan = agent.plan(pb.PlanRequest(competitive_analysis=asked))
    assert plans.problems(plan, agent.KNOWN) == []
    *readers, coder, reporter = plan.subtasks
    # Each address is taken to be a site with a host of its own: rules, page and feed.
    assert [each.estimated_seconds for each in readers] == pytest.approx([4.8] * len(competitors))
    assert not any(each.waits_seconds for each in readers)
    assert list(coder.depends_on) == [each.id for each in readers]
    assert reporter.id == "reporter"


def competition(hosts: list[int], source: str = "feed") -> plan_pb2.Plan:
    """The plan for competitors with an address each."""
    asked = pb.CompetitiveAnalysisBrief(
        competitor_addresses=[1] * len(hosts),
        addresses=[pb.AddressBrief(source=source, host=host) for host in hosts],
        competitors_at_once=4,
        period_days=30,
    )
    return agent.plan(pb.PlanRequest(competitive_analysis=asked))


def test_a_host_that_all_share_is_asked_slowly() -> None:
    plan = competition([0] * 10)
    # Its rules and ten feeds, 2.2 s apart.
    assert plan.estimated_seconds == pytest.approx(10 * 2.2 + 0.4 + 1.3 + 0.4)
    waits = [each.waits_seconds for each in plan.subtasks[:10]]
    assert waits[:4] == [0.0] * 4
    assert waits == sorted(waits)
    assert waits[4] > 0


def test_more_competitors_than_are_read_at_once_wait() -> None:
    four, five = competition([0, 1, 2, 3]), competition([0, 1, 2, 3, 4])
    # The rules, then the feed.
    one = 2.2 + 0.4
    assert four.estimated_seconds == pytest.approx(one + 0.7 + 0.4)
    assert five.estimated_seconds == pytest.approx(2 * one + 0.8 + 0.4)
    assert [each.waits_seconds for each in five.subtasks[:5]] == pytest.approx([0, 0, 0, 0, one])
    assert [each.estimated_seconds for each in four.subtasks[:4]] == pytest.approx([one] * 4)


def test_a_site_takes_its_feed_besides() -> None:
    site, feed = competition([0], "website"), competition([0])
    assert site.estimated_seconds - feed.estimated_seconds == pytest.approx(2.2)


def test_what_a_plan_uses_is_the_sum_over_its_steps() -> None:
    plan = plan_skill(brief())
    assert all(each.HasField("resources") for each in plan.subtasks)
    for number, each in enumerate(plan.subtasks, start=1):
        each.resources.llm_calls, each.resources.tokens = number, 10
        each.resources.cost_usd = 0.5
    plan.ClearField("resources")
    resources = agent.checked(plan).resources
    assert (resources.llm_calls, resources.tokens, resources.cost_usd) == (10, 40, 2.0)


@given(st.integers(1, 5000), st.booleans())
def test_a_text_is_rewritten_and_checked(characters: int, has_voice: bool) -> None:
    asked = pb.RefineContentBrief(
        characters=characters, feedback_characters=10, has_voice=has_voice
    )
    plan = agent.plan(pb.PlanRequest(refine_content=asked))
    assert plans.problems(plan, agent.KNOWN) == []
    assert [each.id for each in plan.subtasks] == ["coder", "review"]
    assert ("voice" in plan.subtasks[0].title) == has_voice


def test_a_task_of_no_known_kind_is_refused() -> None:
    with pytest.raises(MeshError) as raised:
        agent.plan(pb.PlanRequest())
    assert raised.value.reason == "INVALID_ARGUMENT"
