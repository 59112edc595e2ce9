"""The reporter agent's thinking: what the numbers say, and how far to trust them."""

from analytics import confidence, estimate, evidence
from analytics.skill import model
from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from meshkit.plain import from_message, to_message
from services.posts import to_posts
from services.reporter import trust
from services.reporter.charts import skill_charts
from services.reporter.competition_charts import competition_charts
from services.reporter.competition_report import competition_document
from services.reporter.markdown import markdown
from services.reporter.page import page
from services.reporter.recommendations import recommendations
from services.reporter.report import skill_report
from services.reporter.voice_charts import voice_charts
from services.reporter.voice_report import voice_advice, voice_document


def write_skill_report(request: pb.WriteSkillReportRequest) -> skill_pb2.Report:
    """The report on a skill, with estimate, confidence, charts and advice."""
    patterns = from_message(request.patterns, evidence.PatternReport)
    review = from_message(request.review, model.SkillReview)
    promised = to_message(
        estimate.estimate(to_posts(request.examples), patterns), skill_pb2.PerformanceEstimate
    )
    score, parts = confidence.confidence(patterns, review)
    told_parts = [to_message(part, skill_pb2.ConfidencePart) for part in parts]
    charts = skill_charts(request, promised, told_parts)
    advice = recommendations(request, promised)
    text = skill_report(
        request,
        estimate=promised,
        confidence_score=score,
        confidence_parts=told_parts,
        charts=charts,
        recommendations=advice,
    )
    return skill_pb2.Report(
        markdown=text.markdown,
        html=text.html,
        charts=charts,
        recommendations=advice,
        confidence_score=score,
        confidence_parts=told_parts,
        estimate=promised,
        engine="offline",
    )


def write_voice_report(request: pb.WriteVoiceReportRequest) -> skill_pb2.Report:
    """The report on a voice, with confidence, charts and advice."""
    parts = trust.of_voice(request)
    score = trust.score(parts)
    advice = voice_advice(request)
    charts = voice_charts(request, parts)
    document = voice_document(request, score=score, parts=parts, advice=advice)
    return skill_pb2.Report(
        markdown=markdown(document, charts),
        html=page(document, charts),
        charts=charts,
        recommendations=advice,
        confidence_score=score,
        confidence_parts=parts,
        engine="offline",
    )


def write_competition_report(request: pb.WriteCompetitionReportRequest) -> skill_pb2.Report:
    """The report on competitors, with confidence and charts."""
    parts = trust.of_competition(request)
    score = trust.score(parts)
    charts = competition_charts(request, parts)
    document = competition_document(request, score=score, parts=parts)
    return skill_pb2.Report(
        markdown=markdown(document, charts),
        html=page(document, charts),
        charts=charts,
        confidence_score=score,
        confidence_parts=parts,
        engine="offline",
    )
