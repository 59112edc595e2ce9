"""The knowledge base over REST, through the real edge."""

import asyncio
import base64
import itertools
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import pdfs
from tests.support.eventually import eventually
from tests.support.mesh import Mesh, manusmesh, request

DOCUMENTS, SEARCH = "/api/knowledge/documents", "/api/knowledge/search"
REFUNDS = "You get your money back within 14 days of delivery."
ON_THE_SUBJECT = (
    "# How we speak\n\nWe say coffee, not beverage, and name the farm and the harvest. The "
    "roastery opens its doors for a cupping each month, where espresso and new blends are tasted."
)


TENANTS = itertools.count()


@pytest.fixture
def acme(tenant: Callable[[str], Mesh]) -> Iterator[httpx.Client]:
    """A tenant of this test alone, with its whole limit and no documents."""
    with tenant(f"knowing{next(TENANTS)}").client() as client:
        yield client


@pytest.fixture
def other(tenant: Callable[[str], Mesh]) -> Iterator[httpx.Client]:
    with tenant(f"knowing{next(TENANTS)}").client() as client:
        yield client


@pytest.fixture
def hasty(acme: httpx.Client, mesh: Mesh) -> Iterator[httpx.Client]:
    """The same tenant, taking the first answer that comes."""
    with httpx.Client(
        base_url=mesh.url, headers=acme.headers, timeout=60, trust_env=False
    ) as client:
        yield client


def added(client: httpx.Client, **body: str) -> dict[str, object]:
    answer = client.post(DOCUMENTS, json=body)
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()
    return made


def found(client: httpx.Client, query: str, **params: int) -> list[dict[str, object]]:
    answer = client.get(SEARCH, params={"query": query, **params})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, object]] = answer.json()["results"]
    return results


def test_a_document_from_its_beginning_to_its_end(acme, other):
    made = added(acme, title="Refunds", content=REFUNDS, source_url="https://example.com/r")
    assert made == {"id": made["id"], "chunks": 1}
    [passage] = found(acme, "reimbursement of money")
    assert set(passage) == {"document_id", "title", "text", "score", "source_url"}
    assert passage["document_id"] == made["id"]
    assert (passage["text"], passage["source_url"]) == (REFUNDS, "https://example.com/r")
    assert added(acme, title="Money", content=REFUNDS) == made

    assert found(other, "reimbursement of money") == []
    stranger = other.delete(f"{DOCUMENTS}/{made['id']}")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "NOT_FOUND")

    page = acme.get(DOCUMENTS).json()
    assert page["next_page_token"] == ""
    [listed] = page["documents"]
    assert (listed["id"], listed["title"], listed["chunks"]) == (made["id"], "Money", 1)
    assert listed["created_at"].endswith("Z")

    assert acme.delete(f"{DOCUMENTS}/{made['id']}").json() == {"id": made["id"]}
    assert found(acme, "reimbursement of money") == []


def test_a_skill_is_read_beside_what_is_known_of_its_subject(acme, other):
    made = added(acme, title="Brand book", content=ON_THE_SUBJECT, content_type="text/markdown")
    added(acme, title="Office", content="The office is open from nine to five.")
    answer = acme.post("/api/generate-skill/run", params={"wait_seconds": 50}, json=request())
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    [passage] = result["evidence"]["knowledge"]
    assert (passage["document_id"], passage["title"]) == (made["id"], "Brand book")
    assert len(passage["keywords"]) >= 2
    assert "What your knowledge base says" in result["report_markdown"]
    assert any("knowledge base" in advice for advice in result["recommendations"])

    answer = other.post("/api/generate-skill/run", params={"wait_seconds": 50}, json=request())
    result = answer.json()["result"]
    assert result["evidence"]["knowledge"] == []
    assert "knowledge base" not in result["report_markdown"]


def test_a_pdf_and_a_page(acme):
    file = base64.b64encode(pdfs.pdf(["Descale the Lumo 3 in spring."], title="Manual")).decode()
    manual = added(acme, content=file, content_type="application/pdf")
    page = added(acme, content="<h1>Hours</h1><p>Nine to five</p>", content_type="text/html")
    assert found(acme, "Lumo 3", top_k=1)[0]["document_id"] == manual["id"]
    assert found(acme, "opening hours", top_k=1)[0]["document_id"] == page["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"contents": "typo"}, "content"),
        ({"content": "x", "content_type": "image/png"}, "content_type"),
        ({"content": "x", "source_url": "javascript:alert(1)"}, "source_url"),
        ({"content": "not base64!", "content_type": "application/pdf"}, "content"),
    ],
)
def test_what_is_wrong_with_a_document_is_told(acme, body, field):
    answer = acme.post(DOCUMENTS, json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "INVALID_ARGUMENT"
    assert [each["field"] for each in error["details"]["fields"]] == [field]


@pytest.mark.parametrize("query", ["", "?query=", "?query=x&top_k=21", "?query=%20"])
def test_what_is_wrong_with_a_search_is_told(acme, query):
    answer = acme.get(f"{SEARCH}{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_ARGUMENT")


def test_nobody_without_a_key_and_nobody_for_another(acme, mesh):
    with httpx.Client(base_url=mesh.url, trust_env=False) as nobody:
        assert nobody.get(SEARCH, params={"query": "x"}).status_code == 401
    answer = acme.post(DOCUMENTS, json={"content": "x", "tenant_id": "tenant_other"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")


def test_a_bomb_is_refused_and_all_goes_on(acme):
    bomb = base64.b64encode(pdfs.bomb(150)).decode()
    answer = acme.post(DOCUMENTS, json={"content": bomb, "content_type": "application/pdf"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_ARGUMENT")
    assert added(acme, content=REFUNDS)["chunks"] == 1


def test_from_the_command_line(mesh, tmp_path: Path):
    (tmp_path / "voice.md").write_text("# Voice\n\nShort sentences, no superlatives.\n")
    (tmp_path / "posts.csv").write_text("text,likes\nOur cellar has a new roaster,4\n")
    where = ("--state-dir", str(mesh.state_dir), "--json")
    imported = json.loads(manusmesh("knowledge", "import", str(tmp_path), *where))
    ids = [document["id"] for document in imported["documents"]]
    assert (len(ids), imported["failed"]) == (2, [])
    listed = json.loads(manusmesh("knowledge", "list", *where))["documents"]
    assert [document["title"] for document in listed[:2]] == ["Voice", "posts"]
    results = json.loads(manusmesh("knowledge", "search", "how we write", *where))["results"]
    assert results[0]["document_id"] == listed[0]["id"]
    for document_id in ids:
        assert json.loads(manusmesh("knowledge", "delete", document_id, *where)) == {
            "id": document_id
        }


async def test_it_comes_back_with_the_research_agent(mesh, acme, hasty):
    """The gateway serves everything else meanwhile."""
    kept = added(acme, content="We roast on Monday.")
    process = mesh.process("research")["pid"]
    os.kill(process, signal.SIGKILL)
    answer = hasty.get(SEARCH, params={"query": "roast"})
    if answer.status_code != 200:
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UPSTREAM_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) >= 1
    assert acme.get("/api/tasks").status_code == 200
    assert acme.get("/health").status_code == 200

    async def serves() -> bool:
        # Each look spends of a limit.
        await asyncio.sleep(1.5)
        return hasty.get(SEARCH, params={"query": "roast"}).status_code == 200

    await eventually(lambda: mesh.process("research")["pid"] != process)
    await eventually(serves, seconds=70)
    assert [passage["document_id"] for passage in found(acme, "roast")] == [kept["id"]]
