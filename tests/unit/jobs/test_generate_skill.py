"""The job with fake steps: which agents are asked what, in which order, and what comes of it."""

import pytest

from jobs import JOBS
from jobs.generate_skill import REVISIONS, _plan_request, generate_skill
from manusmesh.type.v1 import image_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from tests.support.steps import PLAN, USAGE, Steps
from tests.support.tasks import skill_request

PATTERNS = skill_pb2.PatternReport(
    patterns=[skill_pb2.Pattern(sentence="All end with a question.")],
    scores=[skill_pb2.ExampleScore(index=0), skill_pb2.ExampleScore(index=1)],
    distinct_examples=2,
    engagement_basis="engagement_rate",
    limits=["no image was measured"],
    voice=skill_pb2.Voice(language="en"),
)
REPORT = skill_pb2.Report(
    markdown="# Report",
    html="<p>",
    recommendations=["Ask."],
    confidence_score=42,
    engine="offline",
    charts=[skill_pb2.Chart(name="c")],
)


class FakeSteps(Steps):
    """Answers each step; the reviews of the drafts have these scores, from 100 on accepted."""

    def __init__(self, scores: list[float], *, unchanged_from: int = 1000) -> None:
        drafts = 0

        def write(request):
            nonlocal drafts
            drafts += 1
            changes = ["better"] if 1 < drafts < unchanged_from else []
            return skill_pb2.SkillDraft(
                skill_id="skill_x_v1",
                name=f"draft {drafts}",
                yaml="skill_id: skill_x_v1\nversion: 1.0.0\n",
                changes=changes,
            )

        def review(request):
            score = scores[drafts - 1]
            failed = skill_pb2.GuardResult(guard="length", status="failed")
            return skill_pb2.SkillReview(
                score=score,
                accepted=score >= 100,
                guard_results=[] if score >= 100 else [failed],
                feedback=[f"round {drafts}"],
            )

        rounds = ("", *(f"_{number}" for number in range(2, 7)))
        super().__init__(
            {
                "research": PATTERNS,
                "reporter": REPORT,
                **{f"coder{number}": write for number in rounds},
                **{f"review{number}": review for number in rounds},
            }
        )


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
        "skill_id: skill_x_v1\nversion: 1.0.0\n",
    )
    assert result.confidence_score == 42
    assert list(result.patterns_found) == ["All end with a question."]
    assert list(result.recommendations) == ["Ask."]
    assert (result.report_markdown, result.report_html) == ("# Report", "<p>")
    assert [chart.name for chart in result.charts] == ["c"]
    assert result.evidence.examples_analyzed == 2
    assert list(result.evidence.limits) == ["no image was measured"]
    assert result.evidence.language == "en"
    assert (result.engine, result.usage) == ("offline", USAGE)
    assert result.validation_results.passes_guards


async def test_of_drafts_that_accept_as_many_posts_the_one_with_fewer_refusals_is_kept():
    class Refusing(FakeSteps):
        """Every post's image stays below the standard; the text guards fit from the second on."""

        async def run(self, step, action, request, *, title):
            made = await super().run(step, action, request, title=title)
            if step.startswith("review"):
                refusals = ["image_contrast_ratio"] if step == "review_2" else ["length", "image"]
                made.back_test.entries.add(better_half=True, failed_guards=refusals)
            return made

    result = await generate_skill(skill_request(2), Refusing([0, 0, 0], unchanged_from=4))
    assert (result.skill_name, result.target_reached) == ("draft 2", False)


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
    steps.answers[step] = MeshError(Reason.INVALID_ARGUMENT, "no")
    with pytest.raises(MeshError, match="no"):
        await generate_skill(skill_request(2), steps)
    assert steps.steps[-1] == step


async def test_the_skill_is_kept_in_the_version_that_its_file_says():
    steps = FakeSteps([100])
    await steps.version("skill", "another")
    result = await generate_skill(skill_request(2), steps)
    assert steps.reserved[1:] == [("skill", "skill_x_v1")]
    assert result.version == "1.1.0"
    assert result.skill_yaml == "skill_id: skill_x_v1\nversion: 1.1.0\n"
    assert steps.request("reporter").draft.yaml == result.skill_yaml
    assert steps.shelf["skill", "skill_x_v1"] == ("draft 1", 2, {"result": result})


IMAGES = image_pb2.ImageReport(
    images=[
        image_pb2.ExaminedImage(index=1, failure="the image could not be fetched: no"),
        image_pb2.ExaminedImage(index=2, failure="the image could not be fetched: no"),
        image_pb2.ExaminedImage(index=3, measures=image_pb2.ImageMeasures(width=1)),
    ]
)


def with_images():
    request = skill_request(4)
    for number in (1, 2, 3):
        request.examples[number].image_url = f"https://example.com/{number}.png"
    return request


async def test_images_are_looked_at_before_the_skill_is_written_and_tested():
    steps = FakeSteps([50, 100])
    steps.answers["images"] = IMAGES
    result = await generate_skill(with_images(), steps)
    assert steps.steps[:5] == ["planning", "research", "images", "coder", "review"]
    asked = steps.request("images").images
    assert [(image.index, image.url) for image in asked] == [
        (number, f"https://example.com/{number}.png") for number in (1, 2, 3)
    ]
    for step in ("coder", "review", "coder_2", "review_2"):
        assert steps.request(step).images == IMAGES
    assert result.evidence.images == IMAGES
    assert list(result.evidence.limits) == [
        "no image was measured",
        "Examples 2, 3: the image could not be fetched: no.",
    ]
    assert steps.gaps == []


async def test_a_skill_is_made_without_its_images_when_nobody_can_look_at_them():
    steps = FakeSteps([100])
    error = MeshError(Reason.UPSTREAM_UNAVAILABLE, "no")
    steps.answers["images"] = error
    result = await generate_skill(with_images(), steps)
    assert result.target_reached
    assert not steps.request("review").HasField("images")
    assert not result.evidence.HasField("images")
    assert steps.gaps == [("images", "the images of the examples", error)]


def test_the_brief_counts_and_quotes_nothing():
    request = skill_request(3, target_platforms=["twitter", "linkedin"])
    request.examples[0].image_url = "https://example.com/a.png"
    brief = _plan_request(request).generate_skill
    assert (brief.examples, brief.images) == (3, 1)
    assert brief.characters == sum(len(example.content) for example in request.examples)
    assert list(brief.target_platforms) == ["twitter", "linkedin"]


def test_every_job_by_its_name():
    assert JOBS["generate-skill"].name == "generate-skill"
