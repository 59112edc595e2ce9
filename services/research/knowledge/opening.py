"""The store that the settings ask for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.research.knowledge.sqlite import SqliteStore
from services.research.knowledge.store import KnowledgeStore
from services.research.settings import KnowledgeSettings


@asynccontextmanager
async def open_store(settings: KnowledgeSettings) -> AsyncIterator[KnowledgeStore]:
    """PostgreSQL if one is named, else files; what it holds open is closed with the block."""
    url = settings.url.get_secret_value()
    chunks_max = settings.chunks_per_tenant
    if not url:
        yield SqliteStore(settings.dir, chunks_max=chunks_max)
        return
    # Its driver costs memory that few need.
    from services.research.knowledge.postgres import open_postgres  # noqa: PLC0415

    async with open_postgres(url, chunks_max=chunks_max) as store:
        yield store
