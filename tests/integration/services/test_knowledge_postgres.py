"""Knowledge in PostgreSQL: several research agents, a database that is away, the same answers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from meshkit.errors import MeshError, Reason
from services.research.knowledge.opening import open_store
from services.research.knowledge.postgres import PostgresStore, open_postgres
from services.research.knowledge.sqlite import SqliteStore
from services.research.knowledge.store import Document
from services.research.settings import KnowledgeSettings
from tests.support import postgres as support

TENANT = "tenant_acme"
on_postgres = pytest.mark.parametrize("store", ["postgres"], indirect=True)


@pytest.fixture
async def empty_url(postgres) -> AsyncIterator[str]:
    """Of a database of its own, without tables and without the extension."""
    database = await asyncpg.connect(postgres.url)
    await database.execute("DROP DATABASE IF EXISTS emptied WITH (FORCE)")
    await database.execute("CREATE DATABASE emptied")
    yield postgres.url.removesuffix("/postgres") + "/emptied"
    await database.close()


def document(name: str, chunks: int = 1) -> Document:
    return Document(f"doc_{name}", name, "", "text/plain", chunks, 1)


async def put(store: PostgresStore | SqliteStore, name: str, *texts: str) -> None:
    vectors = np.zeros((len(texts), 256), dtype=np.float32)
    await store.put(TENANT, document(name, len(texts)), texts, vectors)


async def found(store: PostgresStore | SqliteStore, query: str) -> list[str]:
    nothing = np.zeros(256, dtype=np.float32)
    return [passage.text for passage in await store.search(TENANT, query, nothing, top_k=20)]


async def test_replicas_that_start_at_the_same_time_make_the_tables_once(empty_url) -> None:
    async def replica(number: int) -> None:
        async with open_postgres(empty_url, chunks_max=100) as store:
            await put(store, f"d{number}", "text")

    await asyncio.gather(*(replica(number) for number in range(6)))
    async with open_postgres(empty_url, chunks_max=100) as store:
        documents, _ = await store.page(TENANT, size=20, before=0)
    assert {each.title for each in documents} == {f"d{number}" for number in range(6)}


async def test_replicas_keep_to_the_quota_together(empty_url) -> None:
    async def replica(number: int) -> bool:
        async with open_postgres(empty_url, chunks_max=10) as store:
            await put(store, f"d{number}", "one", "two", "three")

    done = await asyncio.gather(*map(replica, range(6)), return_exceptions=True)
    refused = [error for error in done if error is not None]
    assert len(refused) == 3
    assert {getattr(error, "reason", error) for error in refused} == {Reason.QUOTA_EXCEEDED}


async def test_a_document_whose_chunks_fail_is_not_there(empty_url) -> None:
    async with open_postgres(empty_url, chunks_max=100) as store:
        await put(store, "kept", "text")
        with pytest.raises(MeshError):
            # Vectors of another width than the table's.
            await store.put(TENANT, document("broken"), ["text"], np.ones((1, 3), np.float32))
        documents, _ = await store.page(TENANT, size=20, before=0)
    assert [each.title for each in documents] == ["kept"]


async def test_a_database_that_is_away_makes_it_unavailable_until_it_is_back() -> None:
    with support.run() as server:
        async with open_postgres(server.url, chunks_max=100) as store:
            await put(store, "d", "some text")
            server.stop()
            for call in (found(store, "text"), put(store, "e", "x"), store.delete(TENANT, "d")):
                with pytest.raises(MeshError) as raised:
                    await call
                assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE
                assert str(server.port) not in raised.value.message
            server.start()
            assert await found(store, "text") == ["some text"]


async def test_a_research_agent_starts_without_its_database() -> None:
    async with open_postgres("postgresql://x@127.0.0.1:1/x", chunks_max=1) as store:
        with pytest.raises(MeshError) as raised:
            await store.page(TENANT, size=1, before=0)
    assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE


@on_postgres
async def test_both_engines_rank_by_words_alike(store, tmp_path: Path) -> None:
    """BM25 by one formula: they differ where stems do, and English stop words."""
    texts = [
        "coffee coffee coffee and tea",
        "coffee from the farm",
        "tea",
        "a much longer text that says coffee once and then goes on about the weather for a while",
        "nothing of it",
        "order QX-2291 or 2291 QX",
        "Café im Hof, Kaffee und Kuchen",
        "東京 珈琲 coffee",
    ]
    files = SqliteStore(tmp_path / "files", chunks_max=100)
    for one in (store, files):
        await put(one, "Farm news", *texts)
        await put(one, "Tea list", "green", "black tea")
    for query in (
        *("coffee", "tea", "coffee tea", "farm", "qx-2291", "cafe kuchen", "珈琲", "weather once"),
        *("list green", "nothing", "2291"),
    ):
        expected = await found(files, query)
        assert await found(store, query) == expected, query


async def test_the_settings_choose_the_engine(tmp_path: Path, postgres) -> None:
    async with open_store(KnowledgeSettings(dir=tmp_path)) as store:
        assert isinstance(store, SqliteStore)
    async with open_store(KnowledgeSettings(url=postgres.url)) as store:
        assert isinstance(store, PostgresStore)
