"""The coder agent's merging of what was found about competitors."""

from analytics.competition.analysis import analyze_competition
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2
from meshkit.plain import to_message
from services.voices import moment, to_reports


def analyze(request: pb.AnalyzeCompetitionRequest) -> competition_pb2.CompetitionAnalysis:
    """Themes, frequency, tactics, opportunities and gaps over all competitors."""
    analysis = analyze_competition(
        to_reports(request.reports),
        moment(request.period_from),
        moment(request.period_to),
        list(request.focus_areas),
    )
    return to_message(analysis, competition_pb2.CompetitionAnalysis)
