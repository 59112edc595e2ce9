"""The knowledge RPCs at the gateway: whose call it is, and what comes back from the store."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from gateway.knowledge import KnowledgeServicer
from manusmesh.knowledge.v1 import knowledge_service_pb2 as pb
from manusmesh.knowledge.v1 import (
    knowledge_service_pb2_grpc,
    knowledge_store_service_pb2,
    knowledge_store_service_pb2_grpc,
)
from meshkit import idempotency, middleware
from meshkit.auth.principal import InternalAuthenticator, KeyAuthenticator
from meshkit.errors import MeshError, Reason, invalid
from meshkit.ratelimit import RateLimiter
from tests.support import grpc_server
from tests.support.grpc_server import failure

INTERNAL_KEY = "0123456789abcdef"
KNOWLEDGE = pb.DESCRIPTOR.services_by_name["KnowledgeService"]
STORE = knowledge_store_service_pb2.DESCRIPTOR.services_by_name["KnowledgeStoreService"]


class Store(knowledge_store_service_pb2_grpc.KnowledgeStoreServiceServicer):
    """Remembers what it is asked, and answers or fails as it is told."""

    def __init__(self) -> None:
        self.asked: list = []
        self.times: list[float] = []
        self.fails: Exception | None = None
        self.hangs = False

    async def _ask(self, request, context):
        self.asked.append(request)
        self.times.append(context.time_remaining())
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails

    async def StoreDocument(self, request, context):  # noqa: N802
        await self._ask(request, context)
        return pb.AddDocumentResponse(id="doc_1", chunks=len(self.asked))

    async def ListStoredDocuments(self, request, context):  # noqa: N802
        await self._ask(request, context)
        return pb.ListDocumentsResponse(documents=[pb.Document(id="doc_1")])

    async def SearchStoredDocuments(self, request, context):  # noqa: N802
        await self._ask(request, context)
        return pb.SearchKnowledgeResponse(results=[pb.SearchResult(document_id="doc_1")])

    async def ForgetDocument(self, request, context):  # noqa: N802
        await self._ask(request, context)
        return pb.DeleteDocumentResponse(id=request.request.id)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def research(store) -> AsyncIterator[grpc.aio.Channel]:
    def register(server) -> None:
        knowledge_store_service_pb2_grpc.add_KnowledgeStoreServiceServicer_to_server(store, server)

    middlewares = middleware.standard(InternalAuthenticator(INTERNAL_KEY))
    async with grpc_server.serve([STORE], [register], middlewares) as opened:
        yield opened


def serving(redis, research, key=INTERNAL_KEY):
    servicer = KnowledgeServicer(research, internal_key=key)
    middlewares = middleware.standard(
        KeyAuthenticator(redis),
        limiter=RateLimiter(redis),
        once=idempotency.once(redis, [KNOWLEDGE]),
        redis_budget_s=60.0,
    )

    def register(server) -> None:
        knowledge_service_pb2_grpc.add_KnowledgeServiceServicer_to_server(servicer, server)

    return grpc_server.serve([KNOWLEDGE], [register], middlewares)


@pytest.fixture
async def knowledge(redis, research) -> AsyncIterator:
    async with serving(redis, research) as channel:
        yield knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)


CALLS = {
    "AddDocument": pb.AddDocumentRequest(content="text", title="t", content_type="text/plain"),
    "ListDocuments": pb.ListDocumentsRequest(page_size=3),
    "SearchKnowledge": pb.SearchKnowledgeRequest(query="q", top_k=2),
    "DeleteDocument": pb.DeleteDocumentRequest(id="doc_1"),
}
each_call = pytest.mark.parametrize("name", CALLS)


@each_call
async def test_a_call_is_passed_on_for_the_tenant_of_its_key(knowledge, store, acme, other, name):
    for metadata in (acme, other):
        await getattr(knowledge, name)(CALLS[name], metadata=metadata)
    assert [asked.tenant_id for asked in store.asked] == ["tenant_acme", "tenant_other"]
    assert [asked.request for asked in store.asked] == [CALLS[name]] * 2


async def test_answers_come_back_as_they_are(knowledge, acme):
    added = await knowledge.AddDocument(CALLS["AddDocument"], metadata=acme)
    assert (added.id, added.chunks) == ("doc_1", 1)
    found = await knowledge.SearchKnowledge(CALLS["SearchKnowledge"], metadata=acme)
    assert found.results[0].document_id == "doc_1"
    listed = await knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme)
    assert listed.documents[0].id == "doc_1"
    gone = await knowledge.DeleteDocument(CALLS["DeleteDocument"], metadata=acme)
    assert gone.id == "doc_1"


async def test_a_body_that_names_another_tenant_is_refused(knowledge, store, acme):
    request = pb.AddDocumentRequest(content="text", tenant_id="tenant_other")
    refused = await failure(knowledge.AddDocument(request, metadata=acme))
    assert refused.error.reason == Reason.PERMISSION_DENIED
    request.tenant_id = "tenant_acme"
    await knowledge.AddDocument(request, metadata=acme)
    assert len(store.asked) == 1


@each_call
async def test_nobody_without_a_tenants_key_gets_through(knowledge, store, operator, name):
    for metadata in ((), operator, grpc_server.bearer(INTERNAL_KEY)):
        refused = await failure(getattr(knowledge, name)(CALLS[name], metadata=metadata))
        assert refused.code in ("UNAUTHENTICATED", "PERMISSION_DENIED")
    assert store.asked == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (pb.AddDocumentRequest(), "content"),
        (pb.AddDocumentRequest(content="x", content_type="text/x"), "content_type"),
        (pb.AddDocumentRequest(content="x" * 2_000_001), "content"),
        (pb.AddDocumentRequest(content="x", source_url="file:///x"), "source_url"),
        (pb.SearchKnowledgeRequest(), "query"),
        (pb.SearchKnowledgeRequest(query="x", top_k=21), "top_k"),
        (pb.ListDocumentsRequest(page_size=101), "page_size"),
        (pb.DeleteDocumentRequest(), "id"),
    ],
)
async def test_requests_are_held_against_the_contract(knowledge, store, acme, wrong, field):
    method = getattr(knowledge, type(wrong).__name__.removesuffix("Request"))
    refused = await failure(method(wrong, metadata=acme))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert [violation.field for violation in refused.error.violations] == [field]
    assert store.asked == []


@pytest.mark.parametrize(
    "error",
    [
        invalid("content", "cannot be read as text/html: it holds no text"),
        MeshError(Reason.QUOTA_EXCEEDED, "Full.", details={"remaining": 0}),
        MeshError(Reason.NOT_FOUND, "There is no such document."),
        MeshError(Reason.UPSTREAM_UNAVAILABLE, "The knowledge base cannot be read."),
    ],
    ids=lambda error: str(error.reason),
)
@each_call
async def test_errors_come_back_as_they_are(knowledge, store, acme, error, name):
    store.fails = error
    refused = (await failure(getattr(knowledge, name)(CALLS[name], metadata=acme))).error
    assert (refused.reason, refused.message) == (error.reason, error.message)
    assert (refused.details, refused.violations) == (error.details, error.violations)


async def test_a_bug_of_the_store_shows_nothing_of_itself(knowledge, store, acme):
    store.fails = ValueError("secret")
    refused = await failure(knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme))
    assert refused.error.reason == Reason.INTERNAL
    assert "secret" not in f"{refused.text}{refused.trailers}"


@each_call
async def test_without_a_research_agent_it_is_unavailable(redis, acme, name):
    async with (
        grpc.aio.insecure_channel("127.0.0.1:1") as nowhere,
        serving(redis, nowhere) as channel,
    ):
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        refused = await failure(getattr(stub, name)(CALLS[name], metadata=acme, timeout=20))
        assert refused.error.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_the_store_has_no_more_time_than_the_caller(knowledge, store, acme):
    await knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme, timeout=7)
    await knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme)
    # gRPC rounds up what it writes into the header.
    assert 0 < store.times[0] < 7.1
    assert 7.1 < store.times[1] < 60


async def test_a_store_that_hangs_ends_with_the_callers_time(knowledge, store, acme):
    store.hangs = True
    refused = await failure(
        knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme, timeout=0.5)
    )
    assert refused.code == "DEADLINE_EXCEEDED"


async def test_an_addition_with_an_idempotency_key_is_made_once(knowledge, store, acme):
    metadata = (*acme, ("idempotency-key", "once"))
    first, second = [
        await knowledge.AddDocument(CALLS["AddDocument"], metadata=metadata) for _ in range(2)
    ]
    assert first == second
    assert len(store.asked) == 1


async def test_each_call_spends_of_sync(knowledge, acme):
    call = knowledge.ListDocuments(CALLS["ListDocuments"], metadata=acme)
    await call
    told = dict(await call.trailing_metadata())
    assert told["ratelimit-limit"] == "50"
