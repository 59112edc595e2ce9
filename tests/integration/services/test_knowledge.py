"""The knowledge base behind its internal contract: what is kept, what is found, what is refused."""

import asyncio
import base64
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from analytics import embeddings
from jobs import actions
from manusmesh.knowledge.v1 import knowledge_service_pb2 as pb
from manusmesh.knowledge.v1 import knowledge_store_service_pb2 as store_pb
from manusmesh.knowledge.v1.knowledge_store_service_pb2_grpc import KnowledgeStoreServiceStub
from manusmesh.research.v1 import research_service_pb2
from meshkit.errors import Reason, from_rpc_error
from tests.support import pdfs
from tests.support.grpc_server import bearer, failure

ACME, OTHER = "tenant_acme", "tenant_other"
REFUNDS = "You get your money back within 14 days of delivery."


class Client:
    """Calls the store as the gateway does."""

    def __init__(self, channel: Any, key: str) -> None:
        self._stub: Any = KnowledgeStoreServiceStub(channel)
        self._metadata = bearer(key)

    def add(self, content: str, tenant: str = ACME, **fields: str) -> Awaitable[Any]:
        request = pb.AddDocumentRequest(content=content, **fields)
        wrapped = store_pb.StoreDocumentRequest(tenant_id=tenant, request=request)
        return self._stub.StoreDocument(wrapped, metadata=self._metadata)

    def list(self, tenant: str = ACME, **fields: Any) -> Awaitable[Any]:
        request = pb.ListDocumentsRequest(**fields)
        wrapped = store_pb.ListStoredDocumentsRequest(tenant_id=tenant, request=request)
        return self._stub.ListStoredDocuments(wrapped, metadata=self._metadata)

    def search(self, query: str, tenant: str = ACME, top_k: int = 0) -> Awaitable[Any]:
        request = pb.SearchKnowledgeRequest(query=query, top_k=top_k)
        wrapped = store_pb.SearchStoredDocumentsRequest(tenant_id=tenant, request=request)
        return self._stub.SearchStoredDocuments(wrapped, metadata=self._metadata)

    def delete(self, document_id: str, tenant: str = ACME) -> Awaitable[Any]:
        request = pb.DeleteDocumentRequest(id=document_id)
        wrapped = store_pb.ForgetDocumentRequest(tenant_id=tenant, request=request)
        return self._stub.ForgetDocument(wrapped, metadata=self._metadata)


on_both_engines = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def client(channel, key) -> Client:
    return Client(channel, key)


def of_pdf(file: bytes) -> dict[str, str]:
    return {"content": base64.b64encode(file).decode(), "content_type": "application/pdf"}


async def titles(client: Client, query: str, tenant: str = ACME) -> list[str]:
    return [result.title for result in (await client.search(query, tenant)).results]


@on_both_engines
async def test_what_is_added_is_found_at_once(client) -> None:
    added = await client.add(REFUNDS, title="Refunds", source_url="https://example.com/refunds")
    assert added.id.startswith("doc_")
    assert added.chunks == 1
    [found] = (await client.search("money back")).results
    assert (found.document_id, found.title, found.text) == (added.id, "Refunds", REFUNDS)
    assert found.source_url == "https://example.com/refunds"
    # First by words and by meaning.
    assert found.score == pytest.approx(2 / 61)


@on_both_engines
async def test_an_empty_knowledge_base_finds_and_lists_nothing(client, tmp_path) -> None:
    assert not (await client.search("anything")).results
    assert not (await client.list()).documents
    assert (await failure(client.delete("doc_x"))).error.reason == Reason.NOT_FOUND
    assert not (tmp_path / "knowledge").exists()


@on_both_engines
async def test_the_same_content_is_the_same_document(client) -> None:
    first = await client.add(REFUNDS, title="Old name")
    await client.add("Something else.", title="Else")
    again = await client.add(REFUNDS, title="New name", source_url="https://example.com/")
    assert again == first
    listed = (await client.list()).documents
    assert [(each.title, each.source_url) for each in listed] == [
        ("New name", "https://example.com/"),
        ("Else", ""),
    ]
    assert not [title for title in await titles(client, "old name") if title == "Old name"]
    results = (await client.search(REFUNDS)).results
    assert [result.document_id for result in results].count(first.id) == 1


@on_both_engines
async def test_what_is_forgotten_is_not_found(client) -> None:
    kept = await client.add("We roast on Monday.", title="Roasting")
    gone = await client.add(REFUNDS, title="Refunds")
    assert (await client.delete(gone.id)).id == gone.id
    assert await titles(client, "money back refunds") in ([], ["Roasting"])
    assert [each.id for each in (await client.list()).documents] == [kept.id]
    assert (await failure(client.delete(gone.id))).error.reason == Reason.NOT_FOUND
    # Its place is taken without a mix-up.
    await client.add("Parcels leave on Thursday.", title="Shipping")
    assert (await titles(client, "parcels thursday"))[0] == "Shipping"
    assert (await titles(client, "roast monday"))[0] == "Roasting"


@on_both_engines
async def test_no_tenant_finds_lists_or_deletes_anothers(client) -> None:
    mine = await client.add(REFUNDS, title="Refunds")
    theirs = await client.add(REFUNDS, OTHER, title="Theirs")
    assert mine.id != theirs.id
    assert await titles(client, "money back") == ["Refunds"]
    assert await titles(client, "money back", OTHER) == ["Theirs"]
    assert [each.id for each in (await client.list(OTHER)).documents] == [theirs.id]
    assert (await failure(client.delete(mine.id, OTHER))).error.reason == Reason.NOT_FOUND
    assert await titles(client, "money back", "tenant_third") == []


@pytest.mark.parametrize("tenant", ["", "acme", "tenant_", "tenant_../x", "tenant_A", "tenant_a\n"])
async def test_what_is_no_tenant_names_no_file(client, tmp_path, tenant) -> None:
    refused = await failure(client.add(REFUNDS, tenant))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert [violation.field for violation in refused.error.violations] == ["tenant_id"]
    assert not (tmp_path / "knowledge").exists()


@on_both_engines
async def test_documents_are_listed_in_pages(client) -> None:
    for number in range(5):
        await client.add(f"Document number {number}.", title=f"D{number}")
    first = await client.list(page_size=2)
    second = await client.list(page_size=2, page_token=first.next_page_token)
    third = await client.list(page_size=2, page_token=second.next_page_token)
    pages = [[each.title for each in page.documents] for page in (first, second, third)]
    assert pages == [["D4", "D3"], ["D2", "D1"], ["D0"]]
    assert third.next_page_token == ""
    [one] = third.documents
    assert (one.content_type, one.chunks) == ("text/plain", 1)
    assert one.created_at.seconds > 1_600_000_000
    refused = await failure(client.list(page_token="rubbish"))
    assert [violation.field for violation in refused.error.violations] == ["page_token"]


@on_both_engines
async def test_a_long_document_is_found_in_its_middle(client) -> None:
    filler = "The weather was fine and the harvest went on as it does in such years. " * 200
    added = await client.add(f"{filler}\n\nThe vault code is 4711-K.\n\n{filler}", title="Diary")
    assert added.chunks > 8
    best = (await client.search("vault code 4711-K", top_k=1)).results
    assert "4711-K" in best[0].text
    assert len(best[0].text) < 5000


@on_both_engines
async def test_each_post_of_a_table_is_a_chunk(client) -> None:
    table = "date,text,likes\n2026-01-02,New blend today,40\n2026-01-03,Closed on Friday,3\n"
    added = await client.add(table, content_type="text/csv", title="Posts")
    assert added.chunks == 2
    assert (await client.search("closed friday")).results[0].text == (
        "2026-01-03 · likes 3\nClosed on Friday"
    )


@pytest.mark.parametrize(
    ("fields", "title", "said"),
    [
        ({"content": "# Voice\n\nNo *shouting*.", "content_type": "text/markdown"}, "Voice", "No"),
        ({"content": "<h1>Shop</h1><p>Open</p>", "content_type": "text/html"}, "Shop", "Open"),
        (of_pdf(pdfs.pdf(["Roast light"], title="Handbook")), "Handbook", "Roast light"),
        ({"content": "First line\nand more"}, "First line", "and more"),
    ],
)
async def test_whatever_it_is_written_in(client, fields, title, said) -> None:
    await client.add(**fields)
    [document] = (await client.list()).documents
    assert document.title == title
    assert document.content_type == fields.get("content_type", "text/plain")
    assert said in (await client.search(said)).results[0].text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"content": " \n\t"}, "text/plain: it holds no text"),
        ({"content": "\x00\x07"}, "text/plain: it holds no text"),
        ({"content": "<script>x</script>", "content_type": "text/html"}, "it holds no text"),
        ({"content": "a,b\n1,2", "content_type": "text/csv"}, "names no column"),
        ({"content": "%PDF-", "content_type": "application/pdf"}, "it is not in base64"),
        ({"content": "aGFsbG8=", "content_type": "application/pdf"}, "it is no PDF"),
        (of_pdf(pdfs.pdf([""])), "it holds no text"),
        (of_pdf(b"%PDF-1.4 nothing"), "it is a broken PDF"),
        (of_pdf(pdfs.bomb(150)), "application/pdf: it "),
        (of_pdf(pdfs.nested(100_000)), "application/pdf: it "),
        ({"content": "<div>" * 100_000 + "x", "content_type": "text/html"}, "too deeply"),
        ({"content": ">" * 100_000 + "x", "content_type": "text/markdown"}, "text/markdown: "),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
async def test_what_cannot_be_read_is_refused_and_bounded(client, fields, why) -> None:
    refused = await failure(client.add(**fields))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert [violation.field for violation in refused.error.violations] == ["content"]
    assert why in refused.error.message
    assert not (await client.list()).documents
    assert (await client.add(REFUNDS)).chunks == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "[" * 20_000, "content_type": "text/markdown"},
        {"content": "*_" * 20_000, "content_type": "text/markdown"},
        {"content": "<p " + "a=1 " * 400_000 + ">x", "content_type": "text/html"},
        {"content": "<a href=x>" * 50_000 + "x", "content_type": "text/html"},
    ],
    ids=lambda fields: fields["content"][:12],
)
async def test_what_is_slow_to_read_is_read_or_refused(client, fields) -> None:
    done, pending = await asyncio.wait([asyncio.ensure_future(client.add(**fields))], timeout=60)
    assert not pending
    error = done.pop().exception()
    if error is not None:
        assert isinstance(error, grpc.aio.AioRpcError)
        assert from_rpc_error(error).reason == Reason.INVALID_ARGUMENT
    assert (await client.add(REFUNDS)).chunks == 1


@on_both_engines
async def test_a_tenant_keeps_no_more_chunks_than_it_may(client) -> None:
    """There is room for 200."""
    posts = "text\n" + "\n".join(f"Post number {number}" for number in range(150))
    first = await client.add(posts, content_type="text/csv")
    refused = await failure(client.add(posts + "\nx", content_type="text/csv"))
    assert (refused.error.reason, refused.code) == (Reason.QUOTA_EXCEEDED, "RESOURCE_EXHAUSTED")
    assert refused.error.details == {"chunks": 151, "remaining": 50}
    # The same again needs no room, and another tenant has its own.
    assert await client.add(posts, content_type="text/csv") == first
    assert (await client.add(posts, OTHER, content_type="text/csv")).chunks == 150
    await client.delete(first.id)
    assert (await client.add(posts + "\nx", content_type="text/csv")).chunks == 151


@on_both_engines
async def test_parallel_additions_keep_to_the_quota(client) -> None:
    tables = [
        "text\n" + "\n".join(f"Table {table}, post {number}" for number in range(60))
        for table in range(5)
    ]
    done = await asyncio.gather(
        *(client.add(table, content_type="text/csv") for table in tables), return_exceptions=True
    )
    assert sum(not isinstance(each, BaseException) for each in done) == 3
    assert sum(document.chunks for document in (await client.list()).documents) == 180


async def test_a_query_that_says_nothing_is_refused(client) -> None:
    refused = await failure(client.search(" \t"))
    assert [violation.field for violation in refused.error.violations] == ["query"]


@on_both_engines
@pytest.mark.parametrize(
    "query", ['"', "'; DROP TABLE chunks; --", "a OR b NEAR(", "😀", "\x00", "x" * 1000, "% _ *"]
)
async def test_any_query_is_data(client, query) -> None:
    await client.add(REFUNDS, title="Refunds")
    assert len((await client.search(query)).results) <= 1
    assert await titles(client, "money back") == ["Refunds"]


@on_both_engines
async def test_answers_are_the_same_each_time(client) -> None:
    for number in range(30):
        # Alike in every way of searching: the order of their arrival decides.
        await client.add(f"Coffee from farm\n\n{'-' * number}", title="Farm")
    answers = [await client.search("coffee farm", top_k=20) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0].results) == 20


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str], None]:
    """Does something to the files of the knowledge base."""

    def damage(how: str) -> None:
        path = tmp_path / "knowledge" / "tenant_acme.sqlite"
        if how == "rubbish":
            path.write_bytes(b"not a database" * 1000)
        elif how == "newer":
            with sqlite3.connect(path) as database:
                database.execute("PRAGMA user_version = 99")
            database.close()
        else:
            path.unlink()
            path.mkdir()

    return damage


@pytest.mark.parametrize("how", ["rubbish", "newer", "folder"])
async def test_files_that_cannot_be_used_make_it_unavailable(client, broken, how) -> None:
    await client.add(REFUNDS)
    broken(how)
    for call in (client.search("money"), client.list(), client.add("x"), client.delete("doc_x")):
        refused = await failure(call)
        assert refused.error.reason == Reason.UPSTREAM_UNAVAILABLE
        assert "sqlite" not in refused.text.lower()
    assert (await client.add(REFUNDS, OTHER)).chunks == 1


async def test_a_folder_that_cannot_be_made_makes_it_unavailable(client, tmp_path) -> None:
    (tmp_path / "knowledge").write_text("a file")
    assert (await failure(client.add(REFUNDS))).error.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_absent_vectors_make_it_unavailable(client, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(embeddings.PATH_VARIABLE, str(tmp_path / "none.npz"))
    embeddings.load.cache_clear()
    try:
        refused = await failure(client.search("money"))
    finally:
        monkeypatch.undo()
        embeddings.load.cache_clear()
    assert refused.error.reason == Reason.UPSTREAM_UNAVAILABLE
    assert "make env" in refused.text


async def test_an_agent_searches_for_the_tenant_of_its_task(client, ask, context) -> None:
    await client.add(REFUNDS, title="Refunds")
    await client.add("Another tenant's money back.", OTHER, title="Theirs")
    request = research_service_pb2.SearchKnowledgeRequest(
        context=context, request=pb.SearchKnowledgeRequest(query="money back")
    )
    events = [event async for event in ask(actions.SEARCH_KNOWLEDGE, request)]
    kinds = [event.WhichOneof("event") for event in events]
    assert kinds == ["progress", "tool_call", "progress", "result"]
    assert events[1].tool_call.name == "knowledge_search"
    assert events[1].tool_call.detail == "1 passages from 1 documents"
    assert [result.title for result in events[-1].result.results] == ["Refunds"]
