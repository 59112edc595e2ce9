"""The research contract's thin adapter."""

from collections.abc import AsyncIterator

from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.research.v1 import research_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.agent import tool_run
from meshkit.middleware import Context
from services.research import agent


class ResearchServicer(rpc.ResearchServiceServicer):
    """Speaks `research.v1`: decides nothing, catches nothing."""

    def AnalyzePatterns(  # noqa: N802 - the contract's name
        self, request: pb.AnalyzePatternsRequest, context: Context
    ) -> AsyncIterator[pb.AnalyzePatternsResponse]:
        """Measures a set of posts."""
        return tool_run(
            pb.AnalyzePatternsResponse,
            tool="pattern_analysis",
            told=f"Research Agent measuring {len(request.examples)} posts",
            work=lambda: agent.analyze_patterns(request.examples),
            sum_up=_found,
            tell=lambda _, found: run_pb2.AgentMessage(
                from_agent="research", to_agent="coder", type="result", payload=found
            ),
        )


def _found(report: skill_pb2.PatternReport) -> str:
    return (
        f"{len(report.patterns)} patterns and {len(report.differences)} differences "
        f"in {report.distinct_examples} distinct posts"
    )
