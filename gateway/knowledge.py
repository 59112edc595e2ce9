"""The knowledge RPCs: who asks is known here, what the documents say at the research agent."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message

from gateway.access import check_tenant
from manusmesh.knowledge.v1 import knowledge_service_pb2 as pb
from manusmesh.knowledge.v1 import knowledge_service_pb2_grpc as rpc
from manusmesh.knowledge.v1 import knowledge_store_service_pb2 as store_pb
from manusmesh.knowledge.v1 import knowledge_store_service_pb2_grpc as store_rpc
from meshkit import client
from meshkit.errors import from_rpc_error
from meshkit.middleware import Context, current_call

_TIME_MAX_S: Final = 58.0
"""How long a call may take whose caller set no time; the edge gives it 60."""

Answer = TypeVar("Answer", bound=Message)


class KnowledgeServicer(rpc.KnowledgeServiceServicer):
    """Speaks `knowledge.v1`: passes calls on with the tenant of the key, and errors back."""

    def __init__(self, research: grpc.aio.Channel, *, internal_key: str) -> None:
        """Calls nobody yet.

        Args:
            research: Leads to the research agents.
            internal_key: What they want to be shown.
        """
        # The generated stub's type is of synchronous channels, too.
        self._store: Any = store_rpc.KnowledgeStoreServiceStub(research)
        self._internal_key = internal_key

    async def AddDocument(  # noqa: N802 - the contract's name
        self, request: pb.AddDocumentRequest, context: Context
    ) -> pb.AddDocumentResponse:
        """Takes a document up."""
        check_tenant(request.tenant_id)
        wrapped = store_pb.StoreDocumentRequest(tenant_id=_tenant_id(), request=request)
        return await self._call(self._store.StoreDocument, wrapped)

    async def ListDocuments(  # noqa: N802
        self, request: pb.ListDocumentsRequest, context: Context
    ) -> pb.ListDocumentsResponse:
        """Lists documents."""
        wrapped = store_pb.ListStoredDocumentsRequest(tenant_id=_tenant_id(), request=request)
        return await self._call(self._store.ListStoredDocuments, wrapped)

    async def SearchKnowledge(  # noqa: N802
        self, request: pb.SearchKnowledgeRequest, context: Context
    ) -> pb.SearchKnowledgeResponse:
        """Searches documents."""
        wrapped = store_pb.SearchStoredDocumentsRequest(tenant_id=_tenant_id(), request=request)
        return await self._call(self._store.SearchStoredDocuments, wrapped)

    async def DeleteDocument(  # noqa: N802
        self, request: pb.DeleteDocumentRequest, context: Context
    ) -> pb.DeleteDocumentResponse:
        """Forgets a document."""
        wrapped = store_pb.ForgetDocumentRequest(tenant_id=_tenant_id(), request=request)
        return await self._call(self._store.ForgetDocument, wrapped)

    async def _call(self, method: Callable[..., Awaitable[Answer]], request: Message) -> Answer:
        """Asks the research agent, for as long as the caller waits.

        Raises:
            MeshError: what it raised; UPSTREAM_UNAVAILABLE when none can be reached.
        """
        timeout_s = _TIME_MAX_S
        if (remaining_s := current_call.get().context.time_remaining()) is not None:
            timeout_s = min(timeout_s, remaining_s)
        try:
            return await method(
                request, timeout=timeout_s, metadata=client.metadata(self._internal_key)
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error


def _tenant_id() -> str:
    return current_call.get().principal.tenant_id
