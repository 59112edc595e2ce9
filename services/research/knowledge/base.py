"""The knowledge base: reads documents, cuts and embeds them, keeps them, and finds passages."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from analytics import embeddings
from meshkit.errors import MeshError, Reason
from meshkit.isolation.workers import Workers
from services.research.knowledge import chunking, reading
from services.research.knowledge.store import (
    Document,
    Floats,
    KnowledgeStore,
    Passage,
    quota_exceeded,
)

TOP_K: Final = 5
_AT_ONCE: Final = 1
"""Documents that are taken up at once, since each may take tens of MB; others wait. It is CPU work
of one process anyway."""
_CHARACTERS_A_TOKEN: Final = 8
"""Words that the vocabulary does not know count as one token for so many characters."""


class KnowledgeBase:
    """The documents of all tenants; nobody finds another's."""

    def __init__(self, store: KnowledgeStore, workers: Workers) -> None:
        """Keeps documents in a store, and has them parsed by workers."""
        self._store = store
        self._workers = workers
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def add(
        self, tenant_id: str, content: str, *, content_type: str, title: str, source_url: str
    ) -> Document:
        """Takes up a document; one of the same content is replaced.

        Args:
            tenant_id: Whose it is.
            content: The document; base64 of a PDF.
            content_type: What it is, one of those in the contract; plain text when empty.
            title: What it is called; found out when empty.
            source_url: Where it comes from; may be empty.

        Raises:
            MeshError: INVALID_ARGUMENT when it can't be read or says nothing, QUOTA_EXCEEDED,
                UPSTREAM_UNAVAILABLE.
        """
        content_type = content_type or reading.PLAIN
        async with self._free:
            read = await reading.read(self._workers, content, content_type, title)
            document_id = _id_of(tenant_id, content)
            texts = await asyncio.to_thread(_cut, read.sections)
            # Before the work of embedding; the store looks again when it writes.
            room = await self._store.room(tenant_id, document_id)
            if len(texts) > room:
                raise quota_exceeded(len(texts), room)
            vectors = await asyncio.to_thread(_embed, [f"{read.title}\n{text}" for text in texts])
            document = Document(
                document_id=document_id,
                title=read.title,
                source_url=source_url,
                content_type=content_type,
                chunks=len(texts),
                created_ms=int(time.time() * 1000),
            )
            await self._store.put(tenant_id, document, texts, vectors)
        return document

    async def page(self, tenant_id: str, *, size: int, before: int) -> tuple[list[Document], int]:
        """A page of documents, as of `KnowledgeStore.page`."""
        return await self._store.page(tenant_id, size=size, before=before)

    async def search(self, tenant_id: str, query: str, *, top_k: int = TOP_K) -> list[Passage]:
        """The passages that answer a query best, the best first.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE.
        """
        vectors = await asyncio.to_thread(_embed, [query])
        return await self._store.search(tenant_id, query, vectors[0], top_k=top_k)

    async def forget(self, tenant_id: str, document_id: str) -> None:
        """Forgets a document.

        Raises:
            MeshError: NOT_FOUND when the tenant has none of this id; UPSTREAM_UNAVAILABLE.
        """
        if not await self._store.delete(tenant_id, document_id):
            raise MeshError(Reason.NOT_FOUND, "There is no such document.")


def load() -> None:
    """Loads the vectors, so that no call has to; without them calls say what is missing."""
    try:
        embeddings.load()
    except embeddings.VectorsUnavailableError:
        return


def _id_of(tenant_id: str, content: str) -> str:
    digest = hashlib.sha256(f"{tenant_id}\0{content}".encode()).hexdigest()
    return f"doc_{digest[:32]}"


def _cut(sections: Sequence[str]) -> list[str]:
    count = _counter()
    return [chunk for section in sections for chunk in chunking.cut(section, count)]


def _counter() -> Callable[[str], int]:
    """Counts the tokens of words, as the embeddings see them."""
    tokens = _vectors().tokens

    @lru_cache(maxsize=1 << 14)
    def count(word: str) -> int:
        return max(len(tokens(word)), -(-len(word) // _CHARACTERS_A_TOKEN))

    return count


def _embed(texts: Sequence[str]) -> Floats:
    _vectors()
    return np.asarray(embeddings.embed(texts))


def _vectors() -> embeddings.Vectors:
    try:
        return embeddings.load()
    except embeddings.VectorsUnavailableError as error:
        message = f"The knowledge base cannot embed texts: {error}"
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, message) from error
