"""The four agents, each behind its real interceptors on one server in process."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from pydantic import SecretStr

from jobs import actions
from jobs.job import Action
from manusmesh.coder.v1 import coder_service_pb2, coder_service_pb2_grpc
from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.knowledge.v1 import knowledge_store_service_pb2, knowledge_store_service_pb2_grpc
from manusmesh.planning.v1 import planning_service_pb2, planning_service_pb2_grpc
from manusmesh.reporter.v1 import reporter_service_pb2, reporter_service_pb2_grpc
from manusmesh.research.v1 import research_service_pb2, research_service_pb2_grpc
from manusmesh.type.v1 import run_pb2
from meshkit import middleware
from meshkit.auth.principal import InternalAuthenticator
from meshkit.config import FetchSettings
from meshkit.isolation.workers import open_workers
from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.fetcher import Fetcher
from meshkit.redis import Redis
from services.coder import agent as coder
from services.coder.servicer import CoderServicer
from services.coder.settings import PythonSettings
from services.coder.tools.python_execute import PythonSandbox, open_sandbox
from services.planning.servicer import PlanningServicer
from services.reporter.servicer import ReporterServicer
from services.research import agent as research
from services.research.competitor import CompetitorReader
from services.research.images import DECODER_MEMORY_MAX, ImageExaminer, image_settings
from services.research.knowledge.base import KnowledgeBase
from services.research.knowledge.postgres import open_postgres
from services.research.knowledge.servicer import KnowledgeStoreServicer
from services.research.knowledge.sqlite import SqliteStore
from services.research.knowledge.store import KnowledgeStore
from services.research.servicer import ResearchServicer
from services.research.tools.firecrawl import Firecrawl
from services.research.tools.sources import SourceReader
from services.research.tools.web_search import WebSearch
from tests.integration.services import more_requests
from tests.support import grpc_server, mesh
from tests.support import sites as web
from tests.support.postgres import PostgresServer
from tests.support.postgres import run as run_postgres
from tests.support.sites import Sites

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
async def sites() -> AsyncIterator[Sites]:
    """Web sites on loopback."""
    async with web.serving() as opened:
        yield opened


@pytest.fixture
def fetching() -> FetchSettings:
    """How the research agent fetches: without a pause between requests."""
    return web.settings()


@pytest.fixture
async def competitors(
    sites: Sites, redis: Redis, fetching: FetchSettings
) -> AsyncIterator[CompetitorReader]:
    """What reads competitors on the sites; it has no key for anything."""
    async with open_workers() as workers:
        backend = CheckedBackend(fetching.networks, sites.resolve)
        reader = SourceReader(
            Fetcher(fetching, backend, redis, workers),
            workers,
            [Firecrawl(backend, "http://unused.test", SecretStr(""))],
        )
        search = WebSearch(backend, "http://unused.test", SecretStr(""), "")
        yield CompetitorReader(reader, search)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that all tests share."""
    with run_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KnowledgeStore]:
    """An empty store with room for 200 chunks a tenant; of another engine where a test asks."""
    if request.param == "sqlite":
        yield SqliteStore(tmp_path / "knowledge", chunks_max=200)
        return
    url = request.getfixturevalue("postgres").url
    database = await asyncpg.connect(url)
    await database.execute("DROP TABLE IF EXISTS knowledge_chunks, knowledge_documents")
    await database.close()
    async with open_postgres(url, chunks_max=200) as opened:
        yield opened


@pytest.fixture
async def knowledge(store: KnowledgeStore) -> AsyncIterator[KnowledgeBase]:
    """A knowledge base over the store."""
    async with open_workers() as workers:
        yield KnowledgeBase(store, workers)


@pytest.fixture
async def images(
    sites: Sites, redis: Redis, fetching: FetchSettings
) -> AsyncIterator[ImageExaminer]:
    """What looks at images on the sites."""
    async with open_workers(memory_max=DECODER_MEMORY_MAX) as workers:
        backend = CheckedBackend(fetching.networks, sites.resolve)
        yield ImageExaminer(Fetcher(image_settings(fetching), backend, redis, workers), workers)


@pytest.fixture
async def sandbox() -> AsyncIterator[PythonSandbox]:
    """What runs programs, as it is set by default."""
    async with open_sandbox(PythonSettings().sandbox) as opened:
        yield opened


@pytest.fixture
async def channel(
    outcomes: list[tuple[str, str]],
    competitors: CompetitorReader,
    knowledge: KnowledgeBase,
    images: ImageExaminer,
    sandbox: PythonSandbox,
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server with all four agents."""

    def observe(path: str, outcome: str, _seconds: float) -> None:
        outcomes.append((path, outcome))

    def register(server: grpc.aio.Server) -> None:
        planning_service_pb2_grpc.add_PlanningServiceServicer_to_server(PlanningServicer(), server)
        research_service_pb2_grpc.add_ResearchServiceServicer_to_server(
            ResearchServicer(competitors, knowledge, images), server
        )
        knowledge_store_service_pb2_grpc.add_KnowledgeStoreServiceServicer_to_server(
            KnowledgeStoreServicer(knowledge), server
        )
        coder_service_pb2_grpc.add_CoderServiceServicer_to_server(CoderServicer(sandbox), server)
        reporter_service_pb2_grpc.add_ReporterServiceServicer_to_server(ReporterServicer(), server)

    descriptors = [
        planning_service_pb2.DESCRIPTOR.services_by_name["PlanningService"],
        research_service_pb2.DESCRIPTOR.services_by_name["ResearchService"],
        knowledge_store_service_pb2.DESCRIPTOR.services_by_name["KnowledgeStoreService"],
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
        actions.EXECUTE_PYTHON.path: coder_service_pb2.ExecutePythonRequest(
            context=CONTEXT, code="result = mean(inputs)", inputs_json="[1, 2]"
        ),
        **more_requests.of_voice(CONTEXT),
        **more_requests.of_refinement(CONTEXT),
        **more_requests.of_competition(CONTEXT),
        **more_requests.of_knowledge(CONTEXT),
    }
