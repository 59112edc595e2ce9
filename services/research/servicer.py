"""The research contract's thin adapter."""

import asyncio
import time
from collections.abc import AsyncIterator

from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.research.v1 import research_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2
from meshkit.agent import tool_call
from meshkit.middleware import Context
from services.research import agent


class ResearchServicer(rpc.ResearchServiceServicer):
    """Speaks `research.v1`: decides nothing, catches nothing."""

    async def AnalyzePatterns(  # noqa: N802 - the contract's name
        self,
        request: pb.AnalyzePatternsRequest,
        context: Context,
    ) -> AsyncIterator[pb.AnalyzePatternsResponse]:
        """Measures a set of posts."""
        told = f"Research Agent measuring {len(request.examples)} posts"
        yield pb.AnalyzePatternsResponse(progress=run_pb2.Progress(fraction=0.1, message=told))
        started = time.perf_counter()
        # In a thread: measuring is CPU work, and the loop has health checks and cancels to answer.
        report = await asyncio.to_thread(agent.analyze_patterns, request.examples)
        found = (
            f"{len(report.patterns)} patterns and {len(report.differences)} differences "
            f"in {report.distinct_examples} distinct posts"
        )
        seconds = time.perf_counter() - started
        yield pb.AnalyzePatternsResponse(
            tool_call=tool_call("pattern_analysis", seconds=seconds, detail=found)
        )
        yield pb.AnalyzePatternsResponse(progress=run_pb2.Progress(fraction=1.0, message=found))
        yield pb.AnalyzePatternsResponse(
            message=run_pb2.AgentMessage(
                from_agent="research", to_agent="coder", type="result", payload=found
            )
        )
        yield pb.AnalyzePatternsResponse(result=report)
