"""Several research agents on one machine: one knowledge base, also when some are killed."""

import asyncio
import contextlib
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from services.research.knowledge.sqlite import SqliteStore
from services.research.knowledge.store import Document

TENANT = "tenant_acme"
CHUNKS = 3
ENDS = ("", "-wal", "-shm")

WRITER = """
import asyncio, sys
from pathlib import Path
import numpy as np
from services.research.knowledge import sqlite_files
from services.research.knowledge.sqlite import SqliteStore
from services.research.knowledge.store import Document

sqlite_files._BUSY_S = 120.0  # disks of machines of tests can be slow

async def main(directory, name, count):
    store = SqliteStore(Path(directory), chunks_max=100_000)
    for number in range(int(count)):
        document = Document(f"doc_{name}_{number}", f"{name} {number}", "", "text/plain", 3, 1)
        texts = [f"{name}{number} part{part}" for part in range(3)]
        vectors = np.eye(3, 256, k=number % 200, dtype=np.float32)
        await store.put("tenant_acme", document, texts, vectors)
        print(document.document_id, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "knowledge"


def writer(directory: Path, name: str, count: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", WRITER, str(directory), name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def files(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def document(name: str) -> Document:
    return Document(f"doc_{name}", name, "", "text/plain", 1, 1)


def unit(place: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    return np.eye(1, 256, k=place, dtype=np.float32)


def check_whole(directory: Path) -> set[str]:
    """The documents in the file, each whole."""
    with contextlib.closing(sqlite3.connect(directory / f"{TENANT}.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute(
            "SELECT id, chunks, length(vectors), (SELECT count(*) FROM chunks"
            " WHERE document = documents.number) FROM documents"
        ).fetchall()
        assert {row[1:] for row in rows} == {(CHUNKS, CHUNKS * 256 * 2, CHUNKS)}
        words = database.execute("SELECT count(*) FROM words WHERE words MATCH 'part1'")
        assert words.fetchone() == (len(rows),)
    return {row[0] for row in rows}


async def test_writers_at_the_same_time_lose_nothing(directory: Path) -> None:
    """They also make the tenant's file at the same time."""
    names = ("anna", "ben", "cleo")
    running = [writer(directory, name, 15) for name in names]
    written = await asyncio.gather(*(asyncio.to_thread(one.communicate) for one in running))
    assert [one.returncode for one in running] == [0, 0, 0]
    ids = {line for out, _ in written for line in out.split()}
    assert len(ids) == 45
    assert check_whole(directory) == ids
    # Nothing is left of the files that lost.
    assert {path.name for path in files(directory)} <= {f"{TENANT}.sqlite{end}" for end in ENDS}


async def test_what_one_writes_another_finds_at_once(directory: Path) -> None:
    one, another = (SqliteStore(directory, chunks_max=100) for _ in range(2))
    vector = unit(0)[0]
    assert await another.search(TENANT, "x", vector, top_k=5) == []
    for number in range(3):
        await one.put(TENANT, document(f"d{number}"), ["text"], unit(0))
        found = await another.search(TENANT, "nothing of it", vector, top_k=5)
        assert [passage.document_id for passage in found] == [
            f"doc_d{n}" for n in range(number + 1)
        ]
    await another.delete(TENANT, "doc_d0")
    found = await one.search(TENANT, "nothing of it", vector, top_k=5)
    assert [passage.document_id for passage in found] == ["doc_d1", "doc_d2"]


async def test_a_file_that_was_removed_is_made_anew(directory: Path) -> None:
    store = SqliteStore(directory, chunks_max=100)
    await store.put(TENANT, document("old"), ["old text"], unit(0))
    assert await store.search(TENANT, "old", unit(0)[0], top_k=5)
    for path in files(directory):
        path.unlink()
    assert await store.search(TENANT, "old", unit(0)[0], top_k=5) == []
    await store.put(TENANT, document("new"), ["new text"], unit(1))
    assert await store.search(TENANT, "old", unit(0)[0], top_k=5) == []
    [found] = await store.search(TENANT, "new", unit(1)[0], top_k=5)
    assert found.title == "new"


async def test_a_writer_that_is_killed_leaves_whole_documents(directory: Path) -> None:
    said: set[str] = set()
    for round_number in range(4):
        running = writer(directory, f"round{round_number}", 10_000)
        assert running.stdout is not None
        for _ in range(5 + round_number):
            said.add((await asyncio.to_thread(running.stdout.readline)).strip())
        running.kill()
        said |= set(re.findall(r"doc_\w+_\d+(?=\n)", running.stdout.read()))
        running.stdout.close()
        running.wait()
    kept = check_whole(directory)
    assert said <= kept
    # Of each round the one that was being written may be there besides.
    assert len(kept - said) <= 4
    store = SqliteStore(directory, chunks_max=100_000)
    await store.delete(TENANT, min(said))
    assert check_whole(directory) == kept - {min(said)}


async def test_what_is_remembered_is_bounded(directory: Path, monkeypatch) -> None:
    row_bytes = 256 * 2
    monkeypatch.setattr("services.research.knowledge.sqlite._REMEMBERED_BYTES", 3 * row_bytes)
    store = SqliteStore(directory, chunks_max=100)
    tenants = [f"tenant_{name}" for name in "abcdefgh"]
    for tenant in tenants:
        await store.put(tenant, document(tenant), ["text"], unit(0))
    for tenant in tenants * 2:
        [found] = await store.search(tenant, "text", unit(0)[0], top_k=5)
        assert found.title == tenant
    assert len(store._remembered) == 3
