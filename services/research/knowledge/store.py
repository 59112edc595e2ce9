"""What keeps documents and finds chunks, whichever engine does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from meshkit.errors import MeshError, Reason

DEPTH: Final = 100
"""Places of each way of searching that are fused."""
TITLE_WEIGHT: Final = 0.5
"""What a word of a document's title counts in each of its chunks beside one of the chunk."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Document:
    """A document without its text.

    Attributes:
        document_id: "doc_" and 32 hexadecimal digits.
        title: Its title.
        source_url: Where it comes from; may be empty.
        content_type: What its content was.
        chunks: How many chunks it has.
        created_ms: When it was taken up, Unix milliseconds.
    """

    document_id: str
    title: str
    source_url: str
    content_type: str
    chunks: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found.

    Attributes:
        document_id: The document it is from.
        title: The document's title.
        source_url: Where the document comes from.
        text: The chunk.
        score: Sum of the reciprocal ranks.
    """

    document_id: str
    title: str
    source_url: str
    text: str
    score: float


class KnowledgeStore(Protocol):
    """Documents of tenants that know nothing of one another.

    Every method raises `MeshError` UPSTREAM_UNAVAILABLE while the engine cannot do its work.
    """

    async def room(self, tenant_id: str, document_id: str) -> int:
        """How many chunks a document of this id may have, beside the tenant's others."""
        ...

    async def put(
        self, tenant_id: str, document: Document, texts: Sequence[str], vectors: Floats
    ) -> None:
        """Keeps a document in place of the one of its id, whole or not at all.

        Args:
            tenant_id: Whose it is.
            document: The document.
            texts: Its chunks, as many as it says.
            vectors: Their embeddings at unit length, shape (chunks, dimensions).

        Raises:
            MeshError: QUOTA_EXCEEDED when the tenant has too many chunks.
        """
        ...

    async def page(self, tenant_id: str, *, size: int, before: int) -> tuple[list[Document], int]:
        """A page of documents, the most recently taken up first.

        Args:
            tenant_id: Whose they are.
            size: How many at most.
            before: Where the page before ended; 0 for the first.

        Returns:
            The documents, and where the next page begins; 0 at the end.
        """
        ...

    async def search(
        self, tenant_id: str, query: str, vector: Floats, *, top_k: int
    ) -> list[Passage]:
        """The chunks that answer a query best, the best first; the same for the same documents.

        Args:
            tenant_id: Whose they are.
            query: Any text.
            vector: Its embedding at unit length, or zeros for one that means nothing known.
            top_k: How many at most.
        """
        ...

    async def delete(self, tenant_id: str, document_id: str) -> bool:
        """Forgets a document; answers whether there was one."""
        ...


def quota_exceeded(chunks: int, room: int) -> MeshError:
    """The refusal of a document of so many chunks, for which a tenant has no room."""
    left = max(0, room)
    message = (
        f"The document has {chunks} chunks, and the tenant may keep {left} more; delete documents, "
        "or ask your operator for more room."
    )
    return MeshError(Reason.QUOTA_EXCEEDED, message, details={"chunks": chunks, "remaining": left})
