"""generate-skill: a posting skill from example posts.

Sequential over the four agents, but that images are looked at while texts are measured; writing the
skill is iterative, because its guards must accept the better half of the examples it was made from.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from jobs import actions
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import image_pb2, skill_pb2
from meshkit.errors import MeshError
from meshkit.library import Kind, version_name
from meshkit.patterns import Iteration, iterate, parallel

_VERSION: Final = re.compile(r"^version: \S+$", re.MULTILINE)
REVISIONS: Final = 4
"""How many drafts may follow the first: five rounds in all."""


async def generate_skill(
    request: generate_skill_pb2.GenerateSkillRequest, steps: Steps
) -> generate_skill_pb2.GenerateSkillResult:
    """Plans, finds patterns, writes the skill until its guards accept, and reports."""
    plan = await steps.run(
        "planning", actions.PLAN, _plan_request(request), title="Planning Agent planning the work"
    )
    await steps.follow(plan)
    patterns, images = await _research(request, steps)
    skill = await _write_skill(request, patterns, images, steps)
    version = await steps.version(Kind.SKILL, skill.draft.skill_id)
    skill.draft.yaml = _in_version(skill.draft.yaml, version_name(version))
    report = await steps.run(
        "reporter",
        actions.WRITE_SKILL_REPORT,
        reporter.WriteSkillReportRequest(
            examples=request.examples,
            patterns=patterns,
            draft=skill.draft,
            review=skill.verdict,
            target_platforms=request.target_platforms,
            rounds=skill.rounds,
        ),
        title="Reporter Agent writing the report",
    )
    result = _result(request, patterns, skill, report, steps)
    if images is not None:
        result.evidence.images.CopyFrom(images)
    result.version = version_name(version)
    await steps.keep(Kind.SKILL, result.skill_id, version, result.skill_name, {"result": result})
    return result


async def _research(
    request: generate_skill_pb2.GenerateSkillRequest, steps: Steps
) -> tuple[skill_pb2.PatternReport, image_pb2.ImageReport | None]:
    """Measures the examples and meanwhile looks at their images; None where that is not done.

    A skill can be made without images: the guards on them are then skipped, and it is partial.
    """
    addresses = [
        research.ImageAddress(index=index, url=example.image_url)
        for index, example in enumerate(request.examples)
        if example.image_url
    ]
    patterns = skill_pb2.PatternReport()
    images = image_pb2.ImageReport()

    async def measure() -> None:
        found = await steps.run(
            "research",
            actions.ANALYZE_PATTERNS,
            research.AnalyzePatternsRequest(examples=request.examples),
            title=f"Research Agent measuring {len(request.examples)} example posts",
        )
        patterns.CopyFrom(found)

    async def examine() -> None:
        found = await steps.run(
            "images",
            actions.EXAMINE_IMAGES,
            research.ExamineImagesRequest(images=addresses),
            title=f"Research Agent looking at the images of {len(addresses)} examples",
        )
        images.CopyFrom(found)

    def missed(branch: Callable[[], Awaitable[None]], error: MeshError) -> None:
        if branch is measure:
            raise error
        steps.missing("images", "the images of the examples", error)

    branches = [measure, examine] if addresses else [measure]
    outcomes = await parallel(lambda branch: branch(), branches, limit=2, quorum=0, missed=missed)
    if not addresses or outcomes.partial:
        return patterns, None
    patterns.limits.extend(_not_examined(images))
    return patterns, images


def _not_examined(images: image_pb2.ImageReport) -> list[str]:
    """Which images were not examined and why, a sentence for each reason."""
    examples: dict[str, list[str]] = {}
    for image in images.images:
        if image.failure:
            examples.setdefault(image.failure, []).append(str(image.index + 1))
    return [
        f"{'Example' if len(numbers) == 1 else 'Examples'} {', '.join(numbers)}: {failure}."
        for failure, numbers in examples.items()
    ]


async def _write_skill(
    request: generate_skill_pb2.GenerateSkillRequest,
    patterns: skill_pb2.PatternReport,
    images: image_pb2.ImageReport | None,
    steps: Steps,
) -> Iteration[skill_pb2.SkillDraft, skill_pb2.SkillReview]:
    async def write(
        number: int, previous: skill_pb2.SkillDraft | None, review: skill_pb2.SkillReview | None
    ) -> skill_pb2.SkillDraft:
        return await steps.run(
            _numbered("coder", number),
            actions.WRITE_SKILL,
            coder.WriteSkillRequest(
                examples=request.examples,
                patterns=patterns,
                skill_name=request.skill_name,
                target_platforms=request.target_platforms,
                previous=previous,
                review=review,
                images=images,
            ),
            title="Coder Agent generating YAML skill file",
        )

    async def review(number: int, draft: skill_pb2.SkillDraft) -> skill_pb2.SkillReview:
        return await steps.run(
            _numbered("review", number),
            actions.REVIEW_SKILL,
            coder.ReviewSkillRequest(
                draft=draft,
                examples=request.examples,
                scores=patterns.scores,
                images=images,
            ),
            title="Coder Agent testing the skill on the examples",
        )

    return await iterate(
        write,
        review,
        accepted=lambda verdict: verdict.accepted,
        score=_merit,
        revised=lambda draft: bool(draft.changes),
        revisions=REVISIONS,
    )


def _merit(review: skill_pb2.SkillReview) -> float:
    """How good a review is. Of drafts that accept as many posts, fewer refusals make the better.

    So a draft whose text guards fit counts although an image below the standard fails in every one.
    """
    refusals = sum(len(one.failed_guards) for one in review.back_test.entries if one.better_half)
    return review.score - refusals / 1000


def _in_version(yaml: str, version: str) -> str:
    """The skill file with the version that this task makes; drafts all say the first."""
    return _VERSION.sub(f"version: {version}", yaml, count=1)


def _numbered(step: str, number: int) -> str:
    return step if number == 1 else f"{step}_{number}"


def _plan_request(request: generate_skill_pb2.GenerateSkillRequest) -> planning.PlanRequest:
    return planning.PlanRequest(
        generate_skill=planning.GenerateSkillBrief(
            examples=len(request.examples),
            images=sum(1 for example in request.examples if example.image_url),
            characters=sum(len(example.content) for example in request.examples),
            target_platforms=request.target_platforms,
        )
    )


def _result(
    request: generate_skill_pb2.GenerateSkillRequest,
    patterns: skill_pb2.PatternReport,
    skill: Iteration[skill_pb2.SkillDraft, skill_pb2.SkillReview],
    report: skill_pb2.Report,
    steps: Steps,
) -> generate_skill_pb2.GenerateSkillResult:
    guards = skill.verdict.guard_results
    return generate_skill_pb2.GenerateSkillResult(
        skill_id=skill.draft.skill_id,
        skill_name=skill.draft.name,
        skill_yaml=skill.draft.yaml,
        confidence_score=report.confidence_score,
        patterns_found=[pattern.sentence for pattern in patterns.patterns],
        validation_results=generate_skill_pb2.ValidationResults(
            passes_guards=skill.accepted and all(guard.status != "failed" for guard in guards),
            guard_results=guards,
            back_test=skill.verdict.back_test,
        ),
        estimated_performance=report.estimate,
        recommendations=report.recommendations,
        report_markdown=report.markdown,
        report_html=report.html,
        charts=report.charts,
        evidence=generate_skill_pb2.GenerateSkillEvidence(
            examples_analyzed=len(request.examples),
            distinct_examples=patterns.distinct_examples,
            engagement_basis=patterns.engagement_basis,
            patterns=patterns.patterns,
            measurements=patterns.measurements,
            differences=patterns.differences,
            example_scores=patterns.scores,
            confidence_parts=report.confidence_parts,
            limits=patterns.limits,
            language=patterns.voice.language,
            knowledge=patterns.knowledge,
        ),
        engine=report.engine,
        usage=steps.usage(),
        target_reached=skill.accepted,
        rounds=skill.rounds,
    )


JOB: Final = Job(
    name="generate-skill",
    request=generate_skill_pb2.GenerateSkillRequest,
    result=generate_skill_pb2.GenerateSkillResult,
    run=generate_skill,
    timeout_s=600.0,
)
