"""Knowledge in SQLite: one file a tenant, shared by all processes of one machine.

BM25 is FTS5's; the cosine is an exact scan over all vectors of the tenant, which are remembered
until somebody writes.
"""

import asyncio
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from services.research.knowledge import fusion, words
from services.research.knowledge.sqlite_files import TenantFiles
from services.research.knowledge.store import (
    DEPTH,
    TITLE_WEIGHT,
    Document,
    Floats,
    Passage,
    quota_exceeded,
)

_REMEMBERED_BYTES: Final = 64 * 1024 * 1024
"""What the vectors of the tenants searched last may take; 50,000 chunks have 25 MB."""
_BLOCK: Final = 4096
"""Rows that are multiplied at once: float16 saves memory, and only float32 is fast."""


@dataclass(frozen=True, slots=True)
class _Vectors:
    """All vectors of a tenant.

    Attributes:
        generation: Which state of the file they are of.
        chunks: Numbers of the chunks, in the order of their documents.
        rows: Their vectors, shape (chunks, dimensions).
    """

    generation: str
    chunks: npt.NDArray[np.int64]
    rows: npt.NDArray[np.float16]


class SqliteStore:
    """A `KnowledgeStore`."""

    def __init__(self, directory: Path, *, chunks_max: int) -> None:
        """Touches nothing yet.

        Args:
            directory: Where the files are; made at the first write. On a local disk: the
                write-ahead log needs memory that all processes share.
            chunks_max: Chunks that a tenant may have.
        """
        self._files = TenantFiles(directory)
        self._chunks_max = chunks_max
        self._remembered: OrderedDict[str, _Vectors] = OrderedDict()
        self._lock = threading.Lock()

    async def room(self, tenant_id: str, document_id: str) -> int:
        """How many chunks a document may have."""
        return await asyncio.to_thread(self._room, tenant_id, document_id)

    async def put(
        self, tenant_id: str, document: Document, texts: Sequence[str], vectors: Floats
    ) -> None:
        """Keeps a document."""
        await asyncio.to_thread(self._put, tenant_id, document, texts, vectors)

    async def page(self, tenant_id: str, *, size: int, before: int) -> tuple[list[Document], int]:
        """A page of documents."""
        return await asyncio.to_thread(self._page, tenant_id, size, before)

    async def search(
        self, tenant_id: str, query: str, vector: Floats, *, top_k: int
    ) -> list[Passage]:
        """The chunks that answer a query best."""
        return await asyncio.to_thread(self._search, tenant_id, query, vector, top_k)

    async def delete(self, tenant_id: str, document_id: str) -> bool:
        """Forgets a document."""
        return await asyncio.to_thread(self._delete, tenant_id, document_id)

    def _room(self, tenant_id: str, document_id: str) -> int:
        with self._files.reading(tenant_id) as database:
            used = 0 if database is None else _chunks_beside(database, document_id)
        return self._chunks_max - used

    def _put(
        self, tenant_id: str, document: Document, texts: Sequence[str], vectors: Floats
    ) -> None:
        with self._files.writing(tenant_id, create=True) as database:
            if database is None:
                raise AssertionError
            room = self._chunks_max - _chunks_beside(database, document.document_id)
            if document.chunks > room:
                raise quota_exceeded(document.chunks, room)
            _drop(database, document.document_id)
            last = database.execute("SELECT COALESCE(MAX(number), 0) FROM chunks").fetchone()
            first = int(last[0]) + 1
            added = database.execute(
                "INSERT INTO documents (id, title, source_url, content_type, chunks, created_ms,"
                " first_chunk, vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(document.document_id, document.title, document.source_url),
                    *(document.content_type, document.chunks, document.created_ms, first),
                    vectors.astype("<f2").tobytes(),
                ),
            )
            database.executemany(
                "INSERT INTO chunks (number, document, text) VALUES (?, ?, ?)",
                [(number, added.lastrowid, text) for number, text in enumerate(texts, first)],
            )
            title = words.indexed(document.title)
            database.executemany(
                "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
                [(number, title, words.indexed(text)) for number, text in enumerate(texts, first)],
            )

    def _page(self, tenant_id: str, size: int, before: int) -> tuple[list[Document], int]:
        with self._files.reading(tenant_id) as database:
            if database is None:
                return [], 0
            rows = database.execute(
                "SELECT number, id, title, source_url, content_type, chunks, created_ms"
                " FROM documents WHERE number < ? ORDER BY number DESC LIMIT ?",
                (before or 2**63 - 1, size + 1),
            ).fetchall()
        after = int(rows[size - 1][0]) if len(rows) > size else 0
        return [Document(*row[1:]) for row in rows[:size]], after

    def _search(self, tenant_id: str, query: str, vector: Floats, top_k: int) -> list[Passage]:
        with self._files.reading(tenant_id) as database:
            if database is None:
                return []
            by_words = _by_words(database, query)
            by_meaning = _nearest(self._vectors(tenant_id, database), vector)
            best = fusion.fuse([by_words, by_meaning])[:top_k]
            return [_passage(database, number, score) for number, score in best]

    def _delete(self, tenant_id: str, document_id: str) -> bool:
        with self._files.writing(tenant_id, create=False) as database:
            return database is not None and _drop(database, document_id)

    def _vectors(self, tenant_id: str, database: sqlite3.Connection) -> _Vectors:
        """The vectors as the transaction under way sees them."""
        (generation,) = database.execute("SELECT generation FROM state").fetchone()
        with self._lock:
            known = self._remembered.get(tenant_id)
            if known is not None and known.generation == generation:
                self._remembered.move_to_end(tenant_id)
                return known
        loaded = _load(database, generation)
        with self._lock:
            self._remembered.pop(tenant_id, None)
            self._remembered[tenant_id] = loaded
            while sum(each.rows.nbytes for each in self._remembered.values()) > _REMEMBERED_BYTES:
                self._remembered.popitem(last=False)
        return loaded


def _chunks_beside(database: sqlite3.Connection, document_id: str) -> int:
    found = database.execute(
        "SELECT COALESCE(SUM(chunks), 0) FROM documents WHERE id != ?", (document_id,)
    )
    return int(found.fetchone()[0])


def _drop(database: sqlite3.Connection, document_id: str) -> bool:
    found = database.execute(
        "SELECT number, title, first_chunk, chunks FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    if found is None:
        return False
    number, title, first, count = found
    chunks = database.execute(
        "SELECT number, text FROM chunks WHERE number >= ? AND number < ?", (first, first + count)
    ).fetchall()
    # Without a copy, FTS5 has to be told what it forgets.
    database.executemany(
        "INSERT INTO words (words, rowid, title, text) VALUES ('delete', ?, ?, ?)",
        [(each, words.indexed(title), words.indexed(text)) for each, text in chunks],
    )
    database.execute("DELETE FROM chunks WHERE number >= ? AND number < ?", (first, first + count))
    database.execute("DELETE FROM documents WHERE number = ?", (number,))
    return True


def _by_words(database: sqlite3.Connection, query: str) -> list[int]:
    """Numbers of the chunks with words of the query, by BM25; among equals the older first."""
    expression = words.matching(query)
    if not expression:
        return []
    found = database.execute(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, ?, 1.0), rowid LIMIT ?",
        (expression, TITLE_WEIGHT, DEPTH),
    )
    return [int(number) for (number,) in found]


def _load(database: sqlite3.Connection, generation: str) -> _Vectors:
    (count,) = database.execute("SELECT COALESCE(SUM(chunks), 0) FROM documents").fetchone()
    chunks = np.empty(count, dtype=np.int64)
    rows: npt.NDArray[np.float16] | None = None
    at = 0
    for first, own, blob in database.execute(
        "SELECT first_chunk, chunks, vectors FROM documents ORDER BY number"
    ):
        part = np.frombuffer(blob, dtype="<f2").reshape(own, -1)
        if rows is None:
            rows = np.empty((count, part.shape[1]), dtype=np.float16)
        chunks[at : at + own] = np.arange(first, first + own)
        rows[at : at + own] = part
        at += own
    return _Vectors(generation, chunks, np.empty((0, 1), np.float16) if rows is None else rows)


def _nearest(vectors: _Vectors, vector: Floats) -> list[int]:
    """Numbers of the chunks that point the way of a vector, the nearest first, then the older."""
    count = len(vectors.chunks)
    if not count or not vector.any():
        return []
    cosines = np.empty(count, dtype=np.float32)
    for start in range(0, count, _BLOCK):
        block = vectors.rows[start : start + _BLOCK].astype(np.float32)
        cosines[start : start + _BLOCK] = block @ vector
    least = np.partition(cosines, count - DEPTH)[count - DEPTH] if count > DEPTH else 0.0
    candidates = np.flatnonzero((cosines >= least) & (cosines > 0))
    nearest = candidates[np.argsort(-cosines[candidates], kind="stable")][:DEPTH]
    return [int(number) for number in vectors.chunks[nearest]]


def _passage(database: sqlite3.Connection, number: int, score: float) -> Passage:
    document_id, title, source_url, text = database.execute(
        "SELECT documents.id, title, source_url, text FROM chunks"
        " JOIN documents ON documents.number = chunks.document WHERE chunks.number = ?",
        (number,),
    ).fetchone()
    return Passage(document_id, title, source_url, text, score)
