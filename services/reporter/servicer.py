"""The reporter contract's thin adapter."""

from collections.abc import AsyncIterator

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.reporter.v1 import reporter_service_pb2_grpc as rpc
from manusmesh.type.v1 import skill_pb2
from meshkit.agent import tool_run
from meshkit.middleware import Context
from services.reporter import agent


class ReporterServicer(rpc.ReporterServiceServicer):
    """Speaks `reporter.v1`: decides nothing, catches nothing."""

    def WriteSkillReport(  # noqa: N802 - the contract's name
        self, request: pb.WriteSkillReportRequest, context: Context
    ) -> AsyncIterator[pb.WriteSkillReportResponse]:
        """Writes the report on a skill."""
        return tool_run(
            pb.WriteSkillReportResponse,
            tool="report_writer",
            told="Reporter Agent drawing charts and writing the report",
            work=lambda: agent.write_skill_report(request),
            sum_up=_written,
        )

    def WriteVoiceReport(  # noqa: N802
        self, request: pb.WriteVoiceReportRequest, context: Context
    ) -> AsyncIterator[pb.WriteVoiceReportResponse]:
        """Writes the report on a voice."""
        return tool_run(
            pb.WriteVoiceReportResponse,
            tool="report_writer",
            told="Reporter Agent drawing charts and writing the report",
            work=lambda: agent.write_voice_report(request),
            sum_up=_written,
        )

    def WriteCompetitionReport(  # noqa: N802
        self, request: pb.WriteCompetitionReportRequest, context: Context
    ) -> AsyncIterator[pb.WriteCompetitionReportResponse]:
        """Writes the report on competitors."""
        return tool_run(
            pb.WriteCompetitionReportResponse,
            tool="report_writer",
            told="Reporter Agent drawing charts and writing the report",
            work=lambda: agent.write_competition_report(request),
            sum_up=_written,
        )


def _written(report: skill_pb2.Report) -> str:
    return f"Report with {len(report.charts)} charts, confidence {report.confidence_score:.0f}"
