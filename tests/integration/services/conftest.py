"""The four agents, each behind its real interceptors on one server in process."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

from jobs import actions
from jobs.job import Action
from manusmesh.coder.v1 import coder_service_pb2, coder_service_pb2_grpc
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.planning.v1 import planning_service_pb2, planning_service_pb2_grpc
from manusmesh.reporter.v1 import reporter_service_pb2, reporter_service_pb2_grpc
from manusmesh.research.v1 import research_service_pb2, research_service_pb2_grpc
from manusmesh.type.v1 import run_pb2
from meshkit import middleware
from meshkit.auth.principal import InternalAuthenticator
from services.coder import agent as coder
from services.coder.servicer import CoderServicer
from services.planning.servicer import PlanningServicer
from services.reporter.servicer import ReporterServicer
from services.research import agent as research
from services.research.servicer import ResearchServicer
from tests.support import grpc_server, mesh

KEY = "0123456789abcdef"
CONTEXT = run_pb2.CallContext(
    task_id=f"task_{'0' * 32}", step_id="coder", attempt=1, tenant_id="tenant_acme"
)

# Actions of every agent pass through here: their messages are of many types.
AnyAction = Action[Any, Any]
Ask = Callable[..., Any]
Requests = dict[str, Message]


@pytest.fixture
def key() -> str:
    """The internal key of the server."""
    return KEY


@pytest.fixture
def context() -> run_pb2.CallContext:
    """A valid context of a call."""
    return CONTEXT


@pytest.fixture
def outcomes() -> list[tuple[str, str]]:
    """Path and outcome of each call that the server has ended."""
    return []


@pytest.fixture
async def channel(outcomes: list[tuple[str, str]]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server with all four agents."""

    def observe(path: str, outcome: str, _seconds: float) -> None:
        outcomes.append((path, outcome))

    def register(server: grpc.aio.Server) -> None:
        planning_service_pb2_grpc.add_PlanningServiceServicer_to_server(PlanningServicer(), server)
        research_service_pb2_grpc.add_ResearchServiceServicer_to_server(ResearchServicer(), server)
        coder_service_pb2_grpc.add_CoderServiceServicer_to_server(CoderServicer(), server)
        reporter_service_pb2_grpc.add_ReporterServiceServicer_to_server(ReporterServicer(), server)

    descriptors = [
        planning_service_pb2.DESCRIPTOR.services_by_name["PlanningService"],
        research_service_pb2.DESCRIPTOR.services_by_name["ResearchService"],
        coder_service_pb2.DESCRIPTOR.services_by_name["CoderService"],
        reporter_service_pb2.DESCRIPTOR.services_by_name["ReporterService"],
    ]
    middlewares = middleware.standard(InternalAuthenticator(KEY), observe=observe)
    async with grpc_server.serve(descriptors, [register], middlewares) as opened:
        yield opened


@pytest.fixture
def ask(channel: grpc.aio.Channel) -> Ask:
    """Calls an action; the call is an asynchronous iterator over its events."""

    def call(action: AnyAction, request: Message, *, credentials: str = f"Bearer {KEY}") -> Any:
        method = channel.unary_stream(
            action.path,
            request_serializer=action.request.SerializeToString,
            response_deserializer=action.event.FromString,
        )
        return method(request, metadata=(("authorization", credentials),) if credentials else None)

    return call


@pytest.fixture(scope="session")
def wish() -> generate_skill_pb2.GenerateSkillRequest:
    """What a tenant asks for: a skill from eight posts."""
    wished = generate_skill_pb2.GenerateSkillRequest()
    json_format.ParseDict(mesh.request(8), wished)
    return wished


@pytest.fixture(scope="session")
def requests(wish: generate_skill_pb2.GenerateSkillRequest) -> Requests:
    """A valid request of each action, by its path; each step's is made from those before it."""
    examples, platforms = wish.examples, wish.target_platforms
    patterns = research.analyze_patterns(examples)
    writing = coder_service_pb2.WriteSkillRequest(
        context=CONTEXT,
        examples=examples,
        patterns=patterns,
        skill_name=wish.skill_name,
        target_platforms=platforms,
    )
    draft = coder.write_skill(writing)
    reviewing = coder_service_pb2.ReviewSkillRequest(
        context=CONTEXT, draft=draft, examples=examples, scores=patterns.scores
    )
    return {
        actions.PLAN.path: planning_service_pb2.PlanRequest(
            context=CONTEXT,
            generate_skill=planning_service_pb2.GenerateSkillBrief(
                examples=len(examples),
                characters=sum(len(example.content) for example in examples),
                target_platforms=platforms,
            ),
        ),
        actions.ANALYZE_PATTERNS.path: research_service_pb2.AnalyzePatternsRequest(
            context=CONTEXT, examples=examples
        ),
        actions.WRITE_SKILL.path: writing,
        actions.REVIEW_SKILL.path: reviewing,
        actions.WRITE_SKILL_REPORT.path: reporter_service_pb2.WriteSkillReportRequest(
            context=CONTEXT,
            examples=examples,
            patterns=patterns,
            draft=draft,
            review=coder.review_skill(reviewing),
            target_platforms=platforms,
            rounds=1,
        ),
    }
