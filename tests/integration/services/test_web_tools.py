"""Web search and Firecrawl against servers that answer as theirs do, and where they are used."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from manusmesh.type.v1 import competition_pb2, run_pb2
from meshkit.config import FetchSettings
from meshkit.isolation.workers import open_workers
from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.fetcher import Fetcher
from meshkit.outbound.receipts import Receipts
from meshkit.redis import Redis
from services.research.competitor import CompetitorReader
from services.research.tools.firecrawl import Firecrawl
from services.research.tools.sources import SourceReader, ToolError
from services.research.tools.web_search import SearchResult, WebSearch
from tests.support import sites as web
from tests.support.sites import Page, Sites

KEY = SecretStr("k3y-that-nobody-may-see")
SEARCH = "/customsearch/v1"
SCRAPE = "/v2/scrape"


@pytest.fixture
def backend(sites: Sites, fetching: FetchSettings) -> CheckedBackend:
    return CheckedBackend(fetching.networks, sites.resolve)


@pytest.fixture
def search(sites: Sites, backend: CheckedBackend) -> WebSearch:
    return WebSearch(backend, sites.url("search.test", SEARCH), KEY, "engine")


@pytest.fixture
def firecrawl(sites: Sites, backend: CheckedBackend) -> Firecrawl:
    return Firecrawl(backend, sites.url("firecrawl.test"), KEY)


@pytest.fixture
async def source_reader(
    redis: Redis, fetching: FetchSettings, backend: CheckedBackend, firecrawl: Firecrawl
) -> AsyncIterator[SourceReader]:
    async with open_workers(size=1) as workers:
        yield SourceReader(Fetcher(fetching, backend, redis, workers), workers, [firecrawl])


@pytest.fixture
def reader(source_reader: SourceReader, search: WebSearch) -> Callable[..., Any]:
    """Reads a competitor; answers the report and the tools used."""
    competitors = CompetitorReader(source_reader, search)

    async def read(**platforms: str) -> tuple[competition_pb2.CompetitorReport, list[Any]]:
        used: list[run_pb2.ToolCall] = []
        report = await competitors.research(
            competition_pb2.Competitor(
                name="Alpha",
                platforms=competition_pb2.CompetitorPlatforms(**platforms),
            ),
            since=datetime(2026, 3, 1, tzinfo=UTC).timestamp(),
            until=datetime(2026, 4, 1, tzinfo=UTC).timestamp(),
            time_s=60,
            tell=used.append,
            advance=lambda _: None,
        )
        return report, used

    return read


def results(*links: str) -> Page:
    return web.as_json({"items": [{"link": link, "title": "T", "snippet": "S"} for link in links]})


def article(text: str) -> str:
    item = {"@type": "Article", "articleBody": text, "datePublished": "2026-03-03"}
    return f'<script type="application/ld+json">{json.dumps(item)}</script>'


async def test_search_results_are_typed(search: WebSearch, sites: Sites) -> None:
    sites.add("search.test", SEARCH, results("https://a.test/", "javascript:x", "https://b.test/"))
    receipts = Receipts()
    assert await search.search('"Alpha" & more', receipts, count=3) == [
        SearchResult("https://a.test/", "T", "S"),
        SearchResult("https://b.test/", "T", "S"),
    ]
    [asked] = sites.asked
    assert asked.path == (
        f"{SEARCH}?key={KEY.get_secret_value()}&cx=engine&q=%22Alpha%22+%26+more&num=3"
    )
    [receipt] = receipts.all
    assert (receipt.outcome, receipt.robots, receipt.status) == ("ok", "not_asked", 200)
    assert KEY.get_secret_value() not in str(receipt)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (web.as_json({"error": {"message": "API key not valid."}}), "answered HTTP 400: API key"),
        (Page(b"{", status=400), "answered HTTP 400."),
        (Page(b"<html>"), "what is no JSON"),
        (web.as_json([1]), "no JSON object"),
        (Page(stream=web.endless), "could not be reached"),
    ],
)
async def test_a_search_that_fails_says_why(
    search: WebSearch, sites: Sites, page: Page, message: str
) -> None:
    status = 400 if "400" in message else 200
    answer = Page(page.body, page.type, status, stream=page.stream)
    sites.add("search.test", SEARCH, answer)
    with pytest.raises(ToolError, match=message) as raised:
        await search.search("Alpha", Receipts())
    assert KEY.get_secret_value() not in str(raised.value)
    assert raised.value.skipped is False


async def test_no_results_are_no_failure(search: WebSearch, sites: Sites) -> None:
    sites.add("search.test", SEARCH, web.as_json({"searchInformation": {}}))
    assert await search.search("Alpha", Receipts()) == []


async def test_without_a_key_nothing_is_asked(backend: CheckedBackend, sites: Sites) -> None:
    none = SecretStr("")
    for tool in (
        WebSearch(backend, sites.url("search.test"), none, "engine").search("Alpha", Receipts()),
        WebSearch(backend, sites.url("search.test"), KEY, "").search("Alpha", Receipts()),
        Firecrawl(backend, sites.url("firecrawl.test"), none).get("https://a.test", Receipts()),
    ):
        with pytest.raises(ToolError, match=r"has no key: .* not set") as raised:
            await tool
        assert raised.value.skipped is True
    assert sites.asked == []


async def test_a_site_is_searched_for_when_no_address_can_be_read(
    reader: Callable[..., Any], sites: Sites
) -> None:
    sites.robots("social.test", "User-agent: *\nDisallow: /")
    found = sites.add("found.test", "/", article("Ours."))
    sites.add("search.test", SEARCH, results("https://www.linkedin.com/company/alpha", found))
    report, used = await reader(linkedin=sites.url("social.test", "/alpha"))
    assert [post.text for post in report.posts] == ["Ours."]
    assert [(each.source, each.posts, bool(each.failure)) for each in report.sources] == [
        ("linkedin", 0, True),
        ("website", 1, False),
    ]
    assert any("found by searching" in limit for limit in report.limits)
    assert ("web_search", "ok") in [(each.name, each.outcome) for each in used]


async def test_a_site_that_is_named_is_not_searched_for(
    reader: Callable[..., Any], sites: Sites
) -> None:
    sites.add("search.test", SEARCH, results(sites.add("found.test", "/", article("Not ours."))))
    report, _ = await reader(website=sites.url("gone.test"))
    assert report.failure.startswith("Nothing of ")
    assert sites.paths("search.test") == []


async def test_what_is_found_obeys_the_same_rules(reader: Callable[..., Any], sites: Sites) -> None:
    sites.robots("found.test", "User-agent: *\nDisallow: /")
    sites.add("search.test", SEARCH, results(sites.add("found.test", "/", article("Secret."))))
    report, _ = await reader(linkedin=sites.url("gone.test"))
    assert report.failure
    assert [each.source for each in report.sources if "robots.txt forbids" in each.failure] == [
        "website"
    ]
    assert sites.paths("found.test") == ["/robots.txt"]


async def test_firecrawl_gets_a_page_that_needs_a_browser(
    reader: Callable[..., Any], sites: Sites
) -> None:
    empty = sites.add("app.test", "/", "<html><body><div id=root></div></body></html>")
    page = {"rawHtml": article("Rendered."), "metadata": {"statusCode": 200, "url": empty}}
    sites.add("firecrawl.test", SCRAPE, web.as_json({"success": True, "data": page}))
    report, used = await reader(website=empty)
    [post] = report.posts
    assert post.text == "Rendered."
    [receipt] = [each for each in report.receipts if each.id == post.receipt_id]
    assert receipt.url == sites.url("firecrawl.test", SCRAPE)
    assert receipt.final_url == empty
    assert ("firecrawl", "ok") in [(each.name, each.outcome) for each in used]
    [asked] = [each for each in sites.asked if each.host == "firecrawl.test"]
    assert asked.headers["authorization"] == f"Bearer {KEY.get_secret_value()}"
    assert json.loads(asked.body) == {"url": empty, "formats": ["rawHtml"], "timeout": 45_000}
    assert KEY.get_secret_value() not in str(report)


async def test_firecrawl_is_not_asked_for_what_robots_txt_forbids(
    reader: Callable[..., Any], sites: Sites
) -> None:
    sites.robots("forbidden.test", "User-agent: *\nDisallow: /")
    sites.add("search.test", SEARCH, results())
    report, _ = await reader(linkedin=sites.add("forbidden.test", "/alpha", "secret"))
    assert report.failure
    assert sites.paths("firecrawl.test") == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"success": False, "error": "no credits"}, "no page for this address"),
        ({"success": True, "data": {"markdown": "x"}}, "no page for this address"),
        ({"success": True, "data": [1]}, "no page for this address"),
        (
            {"success": True, "data": {"rawHtml": "x", "metadata": {"statusCode": 403}}},
            "got HTTP 403",
        ),
    ],
)
async def test_a_page_that_firecrawl_cannot_get(
    firecrawl: Firecrawl, sites: Sites, answer: Any, message: str
) -> None:
    sites.add("firecrawl.test", SCRAPE, web.as_json(answer))
    with pytest.raises(ToolError, match=message):
        await firecrawl.get("https://a.test/", Receipts())
