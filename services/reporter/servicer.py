"""The reporter contract's thin adapter."""

import asyncio
import time
from collections.abc import AsyncIterator

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.reporter.v1 import reporter_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2
from meshkit.agent import tool_call
from meshkit.middleware import Context
from services.reporter import agent


class ReporterServicer(rpc.ReporterServiceServicer):
    """Speaks `reporter.v1`: decides nothing, catches nothing."""

    async def WriteSkillReport(  # noqa: N802 - the contract's name
        self,
        request: pb.WriteSkillReportRequest,
        context: Context,
    ) -> AsyncIterator[pb.WriteSkillReportResponse]:
        """Writes the report on a skill."""
        told = "Reporter Agent drawing charts and writing the report"
        yield pb.WriteSkillReportResponse(progress=run_pb2.Progress(fraction=0.1, message=told))
        started = time.perf_counter()
        report = await asyncio.to_thread(agent.write_skill_report, request)
        done = f"Report with {len(report.charts)} charts, confidence {report.confidence_score:.0f}"
        seconds = time.perf_counter() - started
        yield pb.WriteSkillReportResponse(
            tool_call=tool_call("report_writer", seconds=seconds, detail=done)
        )
        yield pb.WriteSkillReportResponse(progress=run_pb2.Progress(fraction=1.0, message=done))
        yield pb.WriteSkillReportResponse(result=report)
