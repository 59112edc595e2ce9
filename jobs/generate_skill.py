"""generate-skill: a posting skill from example posts.

Sequential over the four agents; writing the skill is iterative, because its guards must accept the
better half of the examples it was made from.
"""

from typing import Final

from jobs import actions
from jobs.job import Job, Steps
from manusmesh.coder.v1 import coder_service_pb2 as coder
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.planning.v1 import planning_service_pb2 as planning
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter
from manusmesh.research.v1 import research_service_pb2 as research
from manusmesh.type.v1 import skill_pb2
from meshkit.patterns import Iteration, iterate

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
    patterns = await steps.run(
        "research",
        actions.ANALYZE_PATTERNS,
        research.AnalyzePatternsRequest(examples=request.examples),
        title=f"Research Agent measuring {len(request.examples)} example posts",
    )
    skill = await _write_skill(request, patterns, steps)
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
    return _result(request, patterns, skill, report, steps)


async def _write_skill(
    request: generate_skill_pb2.GenerateSkillRequest,
    patterns: skill_pb2.PatternReport,
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
            ),
            title="Coder Agent generating YAML skill file",
        )

    async def review(number: int, draft: skill_pb2.SkillDraft) -> skill_pb2.SkillReview:
        return await steps.run(
            _numbered("review", number),
            actions.REVIEW_SKILL,
            coder.ReviewSkillRequest(
                draft=draft, examples=request.examples, scores=patterns.scores
            ),
            title="Coder Agent testing the skill on the examples",
        )

    return await iterate(
        write,
        review,
        accepted=lambda verdict: verdict.accepted,
        score=lambda verdict: verdict.score,
        revised=lambda draft: bool(draft.changes),
        revisions=REVISIONS,
    )


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
