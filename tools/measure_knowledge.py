"""Measures the knowledge base: `python tools/measure_knowledge.py CHUNKS QUERIES [POSTGRES_URL]`.

Invented texts of words as frequent as in a language (Zipf), 350 a chunk, 100 chunks a document, and
random vectors. Writes one JSON line: seconds a thousand chunks take, milliseconds of a search
(median, 95th percentile, and the first after a write), bytes of files a chunk, and what the process
holds of memory beyond what it had before. With a URL, PostgreSQL's: a database for this alone.
"""

import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import SecretStr

from services.research.knowledge import words
from services.research.knowledge.opening import open_store
from services.research.knowledge.store import Document, Floats
from services.research.settings import KnowledgeSettings

TENANT: Final = "tenant_measured"
WORDS: Final = 30_000
A_DOCUMENT: Final = 100
A_CHUNK: Final = 350


def texts(count: int, random: np.random.Generator) -> Iterator[str]:
    """Invented chunks."""
    shares = 1 / np.arange(1, WORDS + 1)
    shares /= shares.sum()
    for _ in range(count):
        yield " ".join(f"w{word}" for word in random.choice(WORDS, A_CHUNK, p=shares))


def vectors(count: int, random: np.random.Generator) -> Floats:
    """Invented embeddings, shape (count, 256)."""
    rows = random.standard_normal((count, 256)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def queries(count: int, random: np.random.Generator) -> list[str]:
    """Invented queries: five words each, none of the hundred commonest."""
    return [
        " ".join(f"w{word}" for word in random.integers(100, WORDS, size=5)) for _ in range(count)
    ]


def _resident() -> int:
    """Bytes of this process that are in memory."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())


async def measure(chunks: int, asked: int, url: str) -> dict[str, float]:
    """Fills a knowledge base and searches it."""
    random = np.random.default_rng(7)
    # The lists of words and languages are the agent's anyway.
    words.matching("words of a query")
    before = _resident()
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        wanted = KnowledgeSettings(
            dir=Path(directory), url=SecretStr(url), chunks_per_tenant=chunks + 1
        )
        store = await stack.enter_async_context(open_store(wanted))
        written_s = 0.0
        for number in range(chunks // A_DOCUMENT):
            document = Document(f"doc_{number}", f"w{number}", "", "text/plain", A_DOCUMENT, 0)
            given = list(texts(A_DOCUMENT, random)), vectors(A_DOCUMENT, random)
            started = time.perf_counter()
            await store.put(TENANT, document, *given)
            written_s += time.perf_counter() - started
        times_ms = []
        for query in queries(asked + 1, random):
            vector = vectors(1, random)[0]
            started = time.perf_counter()
            await store.search(TENANT, query, vector, top_k=5)
            times_ms.append((time.perf_counter() - started) * 1000)
        disk = _size(Path(directory))
        held = _resident() - before
    return {
        "chunks": chunks,
        "write_s_per_1000": round(written_s / chunks * 1000, 2),
        "first_search_ms": round(times_ms[0], 1),
        "search_ms_median": round(statistics.median(times_ms[1:]), 1),
        "search_ms_p95": round(statistics.quantiles(times_ms[1:], n=20)[-1], 1),
        "disk_bytes_per_chunk": round(disk / chunks),
        "memory_mb": round(held / 2**20),
    }


if __name__ == "__main__":
    count, asked, *where = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(int(count), int(asked), *(where or [""])))))
