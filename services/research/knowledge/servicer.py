"""The thin adapter of the knowledge base's internal contract."""

import re
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from manusmesh.knowledge.v1 import knowledge_service_pb2 as pb
from manusmesh.knowledge.v1 import knowledge_store_service_pb2 as store_pb
from manusmesh.knowledge.v1 import knowledge_store_service_pb2_grpc as rpc
from meshkit import paging
from meshkit.errors import invalid
from meshkit.middleware import Context
from services.research.knowledge.base import TOP_K, KnowledgeBase
from services.research.knowledge.store import Document

_PAGE_SIZE: Final = 20
_CURSOR: Final = re.compile(r"[1-9]\d{0,17}")


class KnowledgeStoreServicer(rpc.KnowledgeStoreServiceServicer):
    """Speaks `KnowledgeStoreService`: decides nothing, catches nothing."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    async def StoreDocument(  # noqa: N802 - the contract's name
        self, request: store_pb.StoreDocumentRequest, context: Context
    ) -> pb.AddDocumentResponse:
        """Takes up a document."""
        asked = request.request
        document = await self._knowledge.add(
            request.tenant_id,
            asked.content,
            content_type=asked.content_type,
            title=asked.title,
            source_url=asked.source_url,
        )
        return pb.AddDocumentResponse(id=document.document_id, chunks=document.chunks)

    async def ListStoredDocuments(  # noqa: N802
        self, request: store_pb.ListStoredDocumentsRequest, context: Context
    ) -> pb.ListDocumentsResponse:
        """Lists documents."""
        before = paging.decode(request.request.page_token, _CURSOR)
        documents, after = await self._knowledge.page(
            request.tenant_id,
            size=request.request.page_size or _PAGE_SIZE,
            before=int(before or 0),
        )
        return pb.ListDocumentsResponse(
            documents=[_listed(document) for document in documents],
            next_page_token=paging.encode(str(after) if after else ""),
        )

    async def SearchStoredDocuments(  # noqa: N802
        self, request: store_pb.SearchStoredDocumentsRequest, context: Context
    ) -> pb.SearchKnowledgeResponse:
        """Searches documents."""
        return await found_passages(self._knowledge, request.tenant_id, request.request)

    async def ForgetDocument(  # noqa: N802
        self, request: store_pb.ForgetDocumentRequest, context: Context
    ) -> pb.DeleteDocumentResponse:
        """Forgets a document."""
        await self._knowledge.forget(request.tenant_id, request.request.id)
        return pb.DeleteDocumentResponse(id=request.request.id)


async def found_passages(
    knowledge: KnowledgeBase, tenant_id: str, asked: pb.SearchKnowledgeRequest
) -> pb.SearchKnowledgeResponse:
    """What a tenant's documents answer to a query.

    Raises:
        MeshError: INVALID_ARGUMENT for a query of nothing but space; as of `KnowledgeBase.search`.
    """
    if not asked.query.strip():
        raise invalid("query", "says nothing")
    passages = await knowledge.search(tenant_id, asked.query, top_k=asked.top_k or TOP_K)
    return pb.SearchKnowledgeResponse(
        results=[
            pb.SearchResult(
                document_id=passage.document_id,
                title=passage.title,
                text=passage.text,
                score=passage.score,
                source_url=passage.source_url,
            )
            for passage in passages
        ]
    )


def _listed(document: Document) -> pb.Document:
    seconds, rest_ms = divmod(document.created_ms, 1000)
    return pb.Document(
        id=document.document_id,
        title=document.title,
        source_url=document.source_url,
        content_type=document.content_type,
        chunks=document.chunks,
        created_at=Timestamp(seconds=seconds, nanos=rest_ms * 1_000_000),
    )
