"""The job with fake steps: which agents are asked what, in which order, and what comes of it."""

import pytest

from jobs import JOBS, actions
from jobs.generate_skill import REVISIONS, _plan_request, generate_skill
from manusmesh.type.v1 import plan_pb2, run_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from tests.support.tasks import skill_request

PLAN = plan_pb2.Plan(subtasks=[plan_pb2.Subtask(id="research")], engine="offline")
PATTERNS = skill_pb2.PatternReport(
    patterns=[skill_pb2.Pattern(sentence="All end with a question.")],
    scores=[skill_pb2.ExampleScore(index=0), skill_pb2.ExampleScore(index=1)],
    distinct_examples=2,
    engagement_basis="engagement_rate",
    limits=["no image was measured"],
)
REPORT = skill_pb2.Report(
    markdown="# Report",
    html="<p>",
    recommendations=["Ask."],
    confidence_score=42,
    engine="offline",
    charts=[skill_pb2.Chart(name="c")],
)
USAGE = run_pb2.Usage(llm_calls=3)


class FakeSteps:
    """Answers each action; the reviews of the drafts have these scores, from 100 on accepted.

    Attributes:
        asked: Step, action and request of each run.
        followed: The plans that were told.
    """

    def __init__(self, scores: list[float], *, unchanged_from: int = 1000) -> None:
        self.asked: list[tuple[str, object, object]] = []
        self.followed: list[plan_pb2.Plan] = []
        self.fails: str = ""
        self._scores = scores
        self._unchanged_from = unchanged_from
        self._drafts = 0

    async def run(self, step, action, request, *, title):
        self.asked.append((step, action, request))
        assert title
        if step == self.fails:
            raise MeshError(Reason.INVALID_ARGUMENT, "no")
        if action is actions.PLAN:
            return PLAN
        if action is actions.ANALYZE_PATTERNS:
            return PATTERNS
        if action is actions.WRITE_SKILL:
            self._drafts += 1
            changes = ["better"] if 1 < self._drafts < self._unchanged_from else []
            name = f"draft {self._drafts}"
            return skill_pb2.SkillDraft(
                skill_id="skill_x_v1", name=name, yaml="a: 1", changes=changes
            )
        if action is actions.REVIEW_SKILL:
            score = self._scores[self._drafts - 1]
            failed = skill_pb2.GuardResult(guard="length", status="failed")
            return skill_pb2.SkillReview(
                score=score,
                accepted=score >= 100,
                guard_results=[] if score >= 100 else [failed],
                feedback=[f"round {self._drafts}"],
            )
        assert action is actions.WRITE_SKILL_REPORT
        return REPORT

    async def follow(self, plan):
        self.followed.append(plan)

    def usage(self):
        return USAGE

    @property
    def steps(self) -> list[str]:
        return [step for step, _, _ in self.asked]

    def request(self, step: str):
        return next(request for name, _, request in self.asked if name == step)


async def test_the_four_agents_in_sequence():
    steps = FakeSteps([100])
    request = skill_request(2, skill_name="Our voice")
    result = await generate_skill(request, steps)
    assert steps.steps == ["planning", "research", "coder", "review", "reporter"]
    assert steps.followed == [PLAN]
    assert steps.request("planning").generate_skill.examples == 2
    assert steps.request("research").examples == request.examples
    assert steps.request("coder").patterns == PATTERNS
    assert steps.request("coder").skill_name == "Our voice"
    assert not steps.request("coder").HasField("previous")
    assert steps.request("review").scores == PATTERNS.scores
    assert steps.request("reporter").rounds == 1
    assert (result.target_reached, result.rounds) == (True, 1)


async def test_the_result_holds_what_the_agents_made():
    result = await generate_skill(skill_request(2), FakeSteps([100]))
    assert (result.skill_id, result.skill_name, result.skill_yaml) == (
        "skill_x_v1",
        "draft 1",
        "a: 1",
    )
    assert result.confidence_score == 42
    assert list(result.patterns_found) == ["All end with a question."]
    assert list(result.recommendations) == ["Ask."]
    assert (result.report_markdown, result.report_html) == ("# Report", "<p>")
    assert [chart.name for chart in result.charts] == ["c"]
    assert result.evidence.examples_analyzed == 2
    assert list(result.evidence.limits) == ["no image was measured"]
    assert (result.engine, result.usage) == ("offline", USAGE)
    assert result.validation_results.passes_guards


async def test_a_refused_draft_is_written_again_with_its_review():
    steps = FakeSteps([30, 60, 100])
    result = await generate_skill(skill_request(2), steps)
    assert steps.steps == [
        "planning",
        "research",
        "coder",
        "review",
        "coder_2",
        "review_2",
        "coder_3",
        "review_3",
        "reporter",
    ]
    assert steps.request("coder_3").previous.name == "draft 2"
    assert list(steps.request("coder_3").review.feedback) == ["round 2"]
    assert (result.skill_name, result.target_reached, result.rounds) == ("draft 3", True, 3)


async def test_the_best_of_five_drafts_is_kept():
    steps = FakeSteps([10, 70, 50, 70, 20])
    result = await generate_skill(skill_request(2), steps)
    assert REVISIONS == 4
    assert steps.steps.count("review_5") == 1
    assert "coder_6" not in steps.steps
    assert (result.skill_name, result.target_reached, result.rounds) == ("draft 2", False, 5)
    assert not result.validation_results.passes_guards
    assert steps.request("reporter").draft.name == "draft 2"


async def test_a_draft_that_changes_nothing_ends_the_rounds():
    steps = FakeSteps([10, 70, 50], unchanged_from=3)
    result = await generate_skill(skill_request(2), steps)
    assert "review_3" not in steps.steps
    assert (result.skill_name, result.target_reached, result.rounds) == ("draft 2", False, 2)


@pytest.mark.parametrize("step", ["planning", "research", "coder", "review", "reporter"])
async def test_a_failed_step_fails_the_job_at_once(step):
    steps = FakeSteps([100])
    steps.fails = step
    with pytest.raises(MeshError, match="no"):
        await generate_skill(skill_request(2), steps)
    assert steps.steps[-1] == step


def test_the_brief_counts_and_quotes_nothing():
    request = skill_request(3, target_platforms=["twitter", "linkedin"])
    request.examples[0].image_url = "https://example.com/a.png"
    brief = _plan_request(request).generate_skill
    assert (brief.examples, brief.images) == (3, 1)
    assert brief.characters == sum(len(example.content) for example in request.examples)
    assert list(brief.target_platforms) == ["twitter", "linkedin"]


def test_every_job_by_its_name():
    assert JOBS["generate-skill"].name == "generate-skill"
