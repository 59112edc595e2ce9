"""The report on a skill: one content, written twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from manusmesh.reporter.v1 import reporter_service_pb2
from manusmesh.type.v1 import skill_pb2
from services.reporter import findings, sections, skill_sections
from services.reporter.document import Document
from services.reporter.markdown import markdown
from services.reporter.page import page


@dataclass(frozen=True, slots=True)
class ReportText:
    """A report in the two forms it is delivered in."""

    markdown: str
    html: str


def skill_report(
    request: reporter_service_pb2.WriteSkillReportRequest,
    *,
    estimate: skill_pb2.PerformanceEstimate,
    confidence_score: float,
    confidence_parts: Sequence[skill_pb2.ConfidencePart],
    charts: Sequence[skill_pb2.Chart],
    recommendations: Sequence[str],
) -> ReportText:
    """Writes the report on a skill.

    Args:
        request: The examples, what was found in them, the skill and its review.
        estimate: What the better posts promise.
        confidence_score: Confidence in the skill, 0 to 100.
        confidence_parts: How it was computed.
        charts: As `charts.skill_charts` returns them.
        recommendations: As `recommendations.recommendations` returns them.
    """
    document = Document(
        title=request.draft.name,
        subtitle=sections.subtitle(request),
        summary=sections.summary(request, estimate, confidence_score),
        figures=sections.key_figures(request, estimate, confidence_score),
        sections=[
            sections.next_steps(recommendations),
            sections.confidence(confidence_score, confidence_parts),
            sections.estimate(estimate),
            findings.posts(request),
            findings.patterns(request.patterns),
            findings.differences(request.patterns),
            findings.voice(request.patterns),
            *skill_sections.knowledge(request.patterns),
            skill_sections.back_test(request.review),
            skill_sections.guards(request.review),
            skill_sections.skill_file(request.draft, request.review, request.rounds),
            skill_sections.limits(request.patterns),
            skill_sections.methods(request.patterns),
        ],
    )
    return ReportText(markdown=markdown(document, charts), html=page(document, charts))
