"""The research contract's thin adapter."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from manusmesh.knowledge.v1 import knowledge_service_pb2
from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.research.v1 import research_service_pb2_grpc as rpc
from manusmesh.type.v1 import competition_pb2, image_pb2, run_pb2, skill_pb2, voice_pb2
from meshkit.agent import told_run, tool_call, tool_run
from meshkit.middleware import Context
from services.research import agent
from services.research.competitor import TIME_S, CompetitorReader
from services.research.images import ImageExaminer, time_for
from services.research.knowledge.base import KnowledgeBase
from services.research.knowledge.servicer import found_passages
from services.research.related import related

_MARGIN_S: Final = 3.0
"""What of the caller's time is kept to put the report together and send it."""


class ResearchServicer(rpc.ResearchServiceServicer):
    """Speaks `research.v1`: decides nothing, catches nothing."""

    def __init__(
        self, competitors: CompetitorReader, knowledge: KnowledgeBase, images: ImageExaminer
    ) -> None:
        self._competitors = competitors
        self._knowledge = knowledge
        self._images = images

    def AnalyzePatterns(  # noqa: N802 - the contract's name
        self, request: pb.AnalyzePatternsRequest, context: Context
    ) -> AsyncIterator[pb.AnalyzePatternsResponse]:
        """Measures a set of posts, and looks up what is known on their subject."""
        event = pb.AnalyzePatternsResponse

        async def work(
            tell: Callable[[pb.AnalyzePatternsResponse], None],
        ) -> skill_pb2.PatternReport:
            told = f"Research Agent measuring {len(request.examples)} posts"
            tell(event(progress=run_pb2.Progress(fraction=0.1, message=told)))
            started = time.perf_counter()
            # It is CPU work, and the loop has health checks and cancels to answer.
            report = await asyncio.to_thread(agent.analyze_patterns, request.examples)
            found = _found(report)
            tell(event(tool_call=tool_call("pattern_analysis", started, found)))
            known = await related(
                self._knowledge,
                request.context.tenant_id,
                report.voice.keywords,
                lambda used: tell(event(tool_call=used)),
            )
            report.knowledge.extend(known.passages)
            report.limits.extend(known.limits)
            tell(event(progress=run_pb2.Progress(fraction=1.0, message=found)))
            message = run_pb2.AgentMessage(
                from_agent="research", to_agent="coder", type="result", payload=found
            )
            tell(event(message=message))
            return report

        return told_run(event, work)

    def AnalyzeVoice(  # noqa: N802
        self, request: pb.AnalyzeVoiceRequest, context: Context
    ) -> AsyncIterator[pb.AnalyzeVoiceResponse]:
        """Measures the voice of a brand's posts."""
        return tool_run(
            pb.AnalyzeVoiceResponse,
            tool="voice_analysis",
            told=f"Research Agent measuring the voice of {len(request.posts)} posts",
            work=lambda: agent.analyze_voice(request.posts),
            sum_up=_heard,
            tell=lambda _, found: run_pb2.AgentMessage(
                from_agent="research", to_agent="coder", type="result", payload=found
            ),
        )

    def ResearchCompetitor(  # noqa: N802 - the contract's name
        self, request: pb.ResearchCompetitorRequest, context: Context
    ) -> AsyncIterator[pb.ResearchCompetitorResponse]:
        """Reads what a competitor publishes."""
        event = pb.ResearchCompetitorResponse
        time_s = TIME_S
        if (remaining_s := context.time_remaining()) is not None:
            time_s = min(time_s, remaining_s - _MARGIN_S)

        async def work(
            tell: Callable[[pb.ResearchCompetitorResponse], None],
        ) -> competition_pb2.CompetitorReport:
            report = await self._competitors.research(
                request.competitor,
                since=request.period_from.ToNanoseconds() / 1e9,
                until=request.period_to.ToNanoseconds() / 1e9,
                time_s=max(0.0, time_s),
                tell=lambda used: tell(event(tool_call=used)),
                advance=lambda progress: tell(event(progress=progress)),
            )
            found = _read(report)
            tell(event(progress=run_pb2.Progress(fraction=1.0, message=found)))
            if not report.failure:
                message = run_pb2.AgentMessage(
                    from_agent="research", to_agent="coder", type="result", payload=found
                )
                tell(event(message=message))
            return report

        return told_run(event, work)

    def SearchKnowledge(  # noqa: N802
        self, request: pb.SearchKnowledgeRequest, context: Context
    ) -> AsyncIterator[pb.SearchKnowledgeResponse]:
        """Searches the knowledge base of the task's tenant."""
        event = pb.SearchKnowledgeResponse

        async def work(
            tell: Callable[[pb.SearchKnowledgeResponse], None],
        ) -> knowledge_service_pb2.SearchKnowledgeResponse:
            message = "Research Agent searching the knowledge base"
            tell(event(progress=run_pb2.Progress(fraction=0.1, message=message)))
            started = time.perf_counter()
            result = await found_passages(
                self._knowledge, request.context.tenant_id, request.request
            )
            documents = len({passage.document_id for passage in result.results})
            found = f"{len(result.results)} passages from {documents} documents"
            tell(event(tool_call=tool_call("knowledge_search", started, found)))
            tell(event(progress=run_pb2.Progress(fraction=1.0, message=found)))
            return result

        return told_run(event, work)

    def ExamineImages(  # noqa: N802 - the contract's name
        self, request: pb.ExamineImagesRequest, context: Context
    ) -> AsyncIterator[pb.ExamineImagesResponse]:
        """Looks at the images of posts."""
        event = pb.ExamineImagesResponse
        time_s = time_for([image.url for image in request.images])
        if (remaining_s := context.time_remaining()) is not None:
            time_s = min(time_s, remaining_s - _MARGIN_S)

        async def work(
            tell: Callable[[pb.ExamineImagesResponse], None],
        ) -> image_pb2.ImageReport:
            report = await self._images.examine(
                request.images,
                time_s=max(0.0, time_s),
                tell=lambda used: tell(event(tool_call=used)),
                advance=lambda progress: tell(event(progress=progress)),
            )
            found = _examined(report)
            tell(event(progress=run_pb2.Progress(fraction=1.0, message=found)))
            message = run_pb2.AgentMessage(
                from_agent="research", to_agent="coder", type="result", payload=found
            )
            tell(event(message=message))
            return report

        return told_run(event, work)


def _heard(report: voice_pb2.VoiceReport) -> str:
    tone = report.profile.tone.primary or "no tone that can be told"
    return f"{report.distinct_posts} distinct posts, language {report.language}, tone: {tone}"


def _examined(report: image_pb2.ImageReport) -> str:
    failed = sum(bool(image.failure) for image in report.images)
    return (
        f"{len(report.images) - failed} of {len(report.images)} images examined, "
        f"{len(report.receipts)} fetches"
    )


def _read(report: competition_pb2.CompetitorReport) -> str:
    failed = sum(bool(source.failure) for source in report.sources)
    return (
        f"{report.name}: {len(report.posts)} posts from {len(report.sources) - failed} of "
        f"{len(report.sources)} sources, {len(report.receipts)} fetches"
    )


def _found(report: skill_pb2.PatternReport) -> str:
    return (
        f"{len(report.patterns)} patterns and {len(report.differences)} differences "
        f"in {report.distinct_examples} distinct posts"
    )
