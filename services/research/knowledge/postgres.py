"""Knowledge in PostgreSQL with pgvector: for research agents on more than one machine.

Finds what `SqliteStore` finds: BM25 by the same formula over the same words, an exact scan for the
cosine, the same fusion. The stems are Snowball's instead of Porter's, and English stop words are
not indexed.
"""

import asyncio
import contextlib
import unicodedata
from collections.abc import AsyncIterator, Sequence
from importlib import resources
from typing import Any, Final

import asyncpg
import numpy as np

from meshkit import logs
from meshkit.errors import MeshError, Reason
from services.research.knowledge import fusion, words
from services.research.knowledge.store import (
    DEPTH,
    TITLE_WEIGHT,
    Document,
    Floats,
    Passage,
    quota_exceeded,
)

_POOL_MAX: Final = 8
_CONNECT_S: Final = 5.0
_COMMAND_S: Final = 30.0
_LOCK: Final = 0x6B6E6F77
"""First key of our advisory locks: the making of the tables, and each tenant's writes."""

_log = logs.get("research.knowledge")


class PostgresStore:
    """A `KnowledgeStore`. Every query names the tenant."""

    def __init__(self, pool: "asyncpg.Pool[Any]", *, chunks_max: int) -> None:
        """Asks nothing yet.

        Args:
            pool: Connections to the database.
            chunks_max: Chunks that a tenant may have.
        """
        self._pool = pool
        self._chunks_max = chunks_max
        self._made = asyncio.Lock()
        self._is_made = False

    async def room(self, tenant_id: str, document_id: str) -> int:
        """How many chunks a document may have."""
        async with self._transaction() as database:
            return self._chunks_max - await _chunks_beside(database, tenant_id, document_id)

    async def put(
        self, tenant_id: str, document: Document, texts: Sequence[str], vectors: Floats
    ) -> None:
        """Keeps a document."""
        async with self._transaction() as database:
            # One writer a tenant: two at once could exceed the quota together.
            await database.execute(
                "SELECT pg_advisory_xact_lock($1, hashtext($2))", _LOCK, tenant_id
            )
            used = await _chunks_beside(database, tenant_id, document.document_id)
            if document.chunks > self._chunks_max - used:
                raise quota_exceeded(document.chunks, self._chunks_max - used)
            await database.execute(
                "DELETE FROM knowledge_documents WHERE tenant_id = $1 AND id = $2",
                tenant_id,
                document.document_id,
            )
            number = await database.fetchval(
                "INSERT INTO knowledge_documents"
                " (tenant_id, id, title, source_url, content_type, chunks, created_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING number",
                *(tenant_id, document.document_id, document.title, document.source_url),
                *(document.content_type, document.chunks, document.created_ms),
            )
            title = _folded(document.title)
            told = [_folded(text) for text in texts]
            await database.execute(
                "INSERT INTO knowledge_chunks (document, tenant_id, text, length, words, vector)"
                " SELECT $1, $2, text, length,"
                " setweight(to_tsvector('english', $3), 'B') || to_tsvector('english', words)"
                " || array_to_tsvector(ARRAY[$2]),"
                " vector::vector FROM unnest($4::text[], $5::text[], $6::int[], $7::text[])"
                " WITH ORDINALITY AS given (text, words, length, vector, place) ORDER BY place",
                *(number, tenant_id, title, list(texts), told),
                [len(title.split()) + len(text.split()) for text in told],
                [_as_text(row) for row in vectors],
            )

    async def page(self, tenant_id: str, *, size: int, before: int) -> tuple[list[Document], int]:
        """A page of documents."""
        async with self._transaction() as database:
            rows = await database.fetch(
                "SELECT number, id, title, source_url, content_type, chunks, created_ms"
                " FROM knowledge_documents WHERE tenant_id = $1 AND number < $2"
                " ORDER BY number DESC LIMIT $3",
                *(tenant_id, before or 2**63 - 1, size + 1),
            )
        after = int(rows[size - 1]["number"]) if len(rows) > size else 0
        return [Document(*tuple(row)[1:]) for row in rows[:size]], after

    async def search(
        self, tenant_id: str, query: str, vector: Floats, *, top_k: int
    ) -> list[Passage]:
        """The chunks that answer a query best."""
        terms = [_folded(term) for term in words.terms(query)]
        async with self._transaction(isolation="repeatable_read", readonly=True) as database:
            by_words = await database.fetch(
                _BY_WORDS, tenant_id, terms, DEPTH, TITLE_WEIGHT, _any_of(terms)
            )
            near: list[Any] = []
            if vector.any():
                near = await database.fetch(
                    "SELECT number, vector <#> $2::text::vector AS against FROM knowledge_chunks"
                    " WHERE tenant_id = $1 ORDER BY against, number LIMIT $3",
                    *(tenant_id, _as_text(vector), DEPTH),
                )
            by_meaning = [row for row in near if row["against"] < 0]
            ranked = [[int(row["number"]) for row in rows] for rows in (by_words, by_meaning)]
            best = fusion.fuse(ranked)[:top_k]
            rows = await database.fetch(
                "SELECT chunk.number, document.id, title, source_url, text"
                " FROM knowledge_chunks AS chunk JOIN knowledge_documents AS document"
                " ON document.number = chunk.document"
                " WHERE chunk.tenant_id = $1 AND chunk.number = ANY($2::bigint[])",
                *(tenant_id, [number for number, _ in best]),
            )
        found = {int(row["number"]): row for row in rows}
        return [_passage(found[number], score) for number, score in best]

    async def delete(self, tenant_id: str, document_id: str) -> bool:
        """Forgets a document."""
        async with self._transaction() as database:
            gone = await database.fetchval(
                "DELETE FROM knowledge_documents WHERE tenant_id = $1 AND id = $2 RETURNING number",
                *(tenant_id, document_id),
            )
        return gone is not None

    @contextlib.asynccontextmanager
    async def _transaction(self, **kind: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - untyped driver
        """A transaction, whole or not at all.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE when the database can't be reached or refuses.
        """
        try:
            async with self._pool.acquire() as database:
                await self._make(database)
                async with database.transaction(**kind):
                    yield database
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            _log.error("knowledge_unavailable", error=f"{type(error).__name__}: {error}")
            message = "The knowledge base cannot be read or written now; try again shortly."
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, message) from error

    async def _make(self, database: Any) -> None:  # noqa: ANN401
        """Makes the tables, once a process."""
        async with self._made:
            if self._is_made:
                return
            async with database.transaction():
                # Concurrent makers of the same table fail, IF NOT EXISTS or not.
                await database.execute("SELECT pg_advisory_xact_lock($1, 0)", _LOCK)
                await database.execute("CREATE EXTENSION IF NOT EXISTS vector")
                await database.execute(_SCHEMA)
            self._is_made = True


@contextlib.asynccontextmanager
async def open_postgres(url: str, *, chunks_max: int) -> AsyncIterator[PostgresStore]:
    """A store whose connections are closed at the end of the block; the database may be away.

    Args:
        url: `postgresql://user:password@host:port/database`, with `sslmode` and the like if need
            be. The user may make tables, and the extension `vector` unless it is there.
        chunks_max: Chunks that a tenant may have.
    """
    pool = await asyncpg.create_pool(
        url, min_size=0, max_size=_POOL_MAX, timeout=_CONNECT_S, command_timeout=_COMMAND_S
    )
    try:
        yield PostgresStore(pool, chunks_max=chunks_max)
    finally:
        pool.terminate()


def _read(name: str) -> str:
    return resources.files("services.research.knowledge").joinpath(name).read_text("utf-8")


_SCHEMA: Final = _read("postgres.sql")
_BY_WORDS: Final = _read("by_words.sql")


async def _chunks_beside(database: Any, tenant_id: str, document_id: str) -> int:  # noqa: ANN401
    found = await database.fetchval(
        "SELECT COALESCE(SUM(chunks), 0) FROM knowledge_documents"
        " WHERE tenant_id = $1 AND id != $2",
        *(tenant_id, document_id),
    )
    return int(found)


def _passage(row: Any, score: float) -> Passage:  # noqa: ANN401
    return Passage(row["id"], row["title"], row["source_url"], row["text"], score)


def _any_of(terms: Sequence[str]) -> str:
    """The terms as `to_tsquery` reads them; they hold letters and digits alone."""
    return " | ".join(f"({' <-> '.join(term.split())})" for term in terms)


def _folded(text: str) -> str:
    """The words of a text in lower case and without accents, as SQLite's tokenizer folds them."""
    plain = unicodedata.normalize("NFD", words.indexed(text).lower())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _as_text(vector: Floats) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5g}" for value in np.asarray(vector)) + "]"
