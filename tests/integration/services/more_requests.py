"""Valid requests of the actions of brand voice, refinement and competition, from small samples."""

from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from jobs import actions
from manusmesh.coder.v1 import coder_service_pb2 as coder_pb
from manusmesh.knowledge.v1 import knowledge_service_pb2
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter_pb
from manusmesh.research.v1 import research_service_pb2 as research_pb
from manusmesh.type.v1 import competition_pb2, post_pb2, run_pb2
from services.coder import competition, refinement, voice
from services.research import agent as research

UNTIL = datetime(2026, 3, 2, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=28)
TEXTS = (
    "We opened our new workshop in Berlin on Friday. Come by and bring your bike!",
    "Three things we check on every bike before winter. Which one do you skip?",
    "A chain lasts twice as long when it is clean. Here is how we do it.",
    "Our apprentices built this cargo bike in six weeks. We are proud of them.",
)


def of_voice(context: run_pb2.CallContext) -> dict[str, Message]:
    """Those of analyze-brand-voice, each made from the answers to those before it."""
    posts = [_post(number, text) for number, text in enumerate(TEXTS)]
    report = research.analyze_voice(posts)
    building = coder_pb.BuildVoiceProfileRequest(context=context, posts=posts, report=report)
    return {
        actions.ANALYZE_VOICE.path: research_pb.AnalyzeVoiceRequest(context=context, posts=posts),
        actions.BUILD_VOICE_PROFILE.path: building,
        actions.WRITE_VOICE_REPORT.path: reporter_pb.WriteVoiceReportRequest(
            context=context, posts=posts, report=report, draft=voice.build_profile(building)
        ),
    }


def of_refinement(context: run_pb2.CallContext) -> dict[str, Message]:
    """Those of refine-content."""
    refining = coder_pb.RefineTextRequest(
        context=context, text=TEXTS[0], platform="linkedin", feedback="add a question"
    )
    return {
        actions.REFINE_TEXT.path: refining,
        actions.REVIEW_REFINEMENT.path: coder_pb.ReviewRefinementRequest(
            context=context, text=TEXTS[0], draft=refinement.refine_text(refining)
        ),
    }


def of_competition(context: run_pb2.CallContext) -> dict[str, Message]:
    """Those of competitive-analysis that read nothing."""
    report = competition_pb2.CompetitorReport(name="Alpha Bikes")
    for number, text in enumerate(TEXTS):
        found = report.posts.add(source="feed", text=text, likes=10 + number)
        found.published_at.FromDatetime(UNTIL - timedelta(days=7 * number + 1))
    merging = coder_pb.AnalyzeCompetitionRequest(context=context, reports=[report])
    reporting = reporter_pb.WriteCompetitionReportRequest(context=context, reports=[report])
    for request in (merging, reporting):
        request.period_from.FromDatetime(SINCE)
        request.period_to.FromDatetime(UNTIL)
    reporting.analysis.CopyFrom(competition.analyze(merging))
    return {
        actions.ANALYZE_COMPETITION.path: merging,
        actions.WRITE_COMPETITION_REPORT.path: reporting,
    }


def of_knowledge(context: run_pb2.CallContext) -> dict[str, Message]:
    """That of searching the knowledge base."""
    query = knowledge_service_pb2.SearchKnowledgeRequest(query="bikes")
    request = research_pb.SearchKnowledgeRequest(context=context, request=query)
    return {actions.SEARCH_KNOWLEDGE.path: request}


def _post(number: int, text: str) -> post_pb2.Post:
    post = post_pb2.Post(platform="linkedin", content=text)
    post.created_at.FromDatetime(UNTIL - timedelta(days=number + 1))
    post.engagement.likes = 10 + number
    return post
