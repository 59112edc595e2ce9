"""Reads one address of a competitor: the page, its feeds, and what helps if need be."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from manusmesh.type.v1 import evidence_pb2, run_pb2
from meshkit.agent import tool_call
from meshkit.isolation.workers import Workers
from meshkit.outbound.fetcher import Fetched, Fetcher
from meshkit.outbound.receipts import Receipts
from services.research.merging import Found
from services.research.reading.post import Reading
from services.research.tools import documents

Tell = Callable[[run_pb2.ToolCall], None]
"""Told of each use of a tool."""

FEEDS_MAX: Final = 2
"""Feeds of a page that are tried, until one has posts."""
_DETAIL_MAX: Final = 500


class ToolError(Exception):
    """A tool has nothing to give; the message is a sentence for people.

    Attributes:
        skipped: Whether it was not used at all, as without a key.
    """

    def __init__(self, message: str, *, skipped: bool = False) -> None:
        super().__init__(message)
        self.skipped = skipped


class PageTool(Protocol):
    """Gets a page that says nothing without a browser, some other way."""

    @property
    def name(self) -> str:
        """The tool's name."""

    async def get(self, url: str, receipts: Receipts) -> Fetched:
        """The page; raises `ToolError`."""


@dataclass(slots=True)
class SourceReading:
    """What became of an address.

    Attributes:
        source: Which address of the competitor: "website", "feed", "linkedin" …
        url: The address.
        found: The posts.
        failure: Why nothing could be read, a sentence; empty when something was.
        limits: What could not be read beside, sentences.
    """

    source: str
    url: str
    found: list[Found] = field(default_factory=list)
    failure: str = ""
    limits: list[str] = field(default_factory=list)


class SourceReader:
    """Reads addresses."""

    def __init__(self, fetcher: Fetcher, workers: Workers, others: Sequence[PageTool] = ()) -> None:
        """Gets ready.

        Args:
            fetcher: Fetches.
            workers: Whose children read what was fetched.
            others: What else can get a page, tried in this order when a page holds no posts.
        """
        self._fetcher = fetcher
        self._workers = workers
        self._others = others

    async def read(self, source: str, url: str, receipts: Receipts, tell: Tell) -> SourceReading:
        """Reads an address; a failure is part of the answer.

        Args:
            source: Which address of the competitor it is.
            url: The address.
            receipts: Gets the receipts of all that is fetched.
            tell: Told of each use of a tool.

        Raises:
            MeshError: when the mesh itself cannot go on, as without Redis.
        """
        found = SourceReading(source, url)
        page = await self._page(url, receipts, tell)
        if not page.ok:
            found.failure = page.receipt.reason
            return found
        reading = await self._reading(page, found, tell)
        if reading is None:
            return found
        for feed in reading.feeds[:FEEDS_MAX]:
            if await self._feed(feed, found, receipts, tell):
                break
        if not found.found:
            await self._otherwise(page.receipt.final_url, found, receipts, tell)
        return found

    async def _page(self, url: str, receipts: Receipts, tell: Tell) -> Fetched:
        """Fetches, and tells of it and of the robots.txt that it took."""
        part = receipts.part()
        try:
            return await self._fetcher.get(
                url, part, types=documents.TYPES, accept=documents.ACCEPT
            )
        finally:
            for receipt in part.all:
                tell(_told("page_fetch" if receipt is part.all[0] else "robots", receipt))

    async def _reading(self, page: Fetched, into: SourceReading, tell: Tell) -> Reading | None:
        """Reads what was fetched; None when that fails, which `into` then says."""
        started = time.perf_counter()
        receipt = page.receipt
        try:
            reading = await documents.read(
                self._workers,
                page.body,
                url=receipt.final_url or receipt.url,
                content_type=page.content_type,
                charset=page.charset,
            )
        except documents.DocumentError as error:
            into.failure = f"It could not be read: {error}."
            tell(tool_call("post_extraction", started, into.failure, outcome="error"))
            return None
        into.found += [Found(into.source, post, receipt.id) for post in reading.posts]
        into.limits += [f"{into.url}: {limit}" for limit in reading.limits]
        told = f"{len(reading.posts)} posts and {len(reading.feeds)} feeds in {receipt.id}"
        tell(tool_call("post_extraction", started, told))
        return reading

    async def _feed(self, url: str, into: SourceReading, receipts: Receipts, tell: Tell) -> bool:
        """Adds the posts of a feed; answers whether it has any."""
        page = await self._page(url, receipts, tell)
        feed = SourceReading(into.source, url)
        if page.ok:
            await self._reading(page, feed, tell)
        reason = page.receipt.reason or feed.failure
        if reason:
            into.limits.append(f"Its feed {url[:200]} could not be read: {reason}")
        into.found += feed.found
        into.limits += feed.limits
        return bool(feed.found)

    async def _otherwise(
        self, url: str, into: SourceReading, receipts: Receipts, tell: Tell
    ) -> None:
        """Tries what may see more of a page than a fetch does."""
        for tool in self._others:
            started = time.perf_counter()
            try:
                page = await tool.get(url, receipts)
            except ToolError as error:
                outcome = "skipped" if error.skipped else "error"
                tell(tool_call(tool.name, started, str(error), outcome=outcome))
                continue
            tell(tool_call(tool.name, started, f"{len(page.body)} bytes"))
            await self._reading(page, into, tell)
            if into.found:
                into.failure = ""
                return
        if not into.failure:
            nothing = "It publishes no posts for machines and has no main text."
            into.failure = " ".join((nothing, *into.limits))


def _told(name: str, receipt: evidence_pb2.FetchReceipt) -> run_pb2.ToolCall:
    outcome = "error" if receipt.outcome != "ok" else "ok"
    if name == "robots" and receipt.outcome == "http_error" and 400 <= receipt.status < 500:
        # A site without one allows all.
        outcome = "ok"
    said = receipt.reason or f"HTTP {receipt.status}, {receipt.bytes} bytes"
    detail = f"{receipt.url[:200]}: {said}"
    return run_pb2.ToolCall(
        name=name, duration_ms=receipt.duration_ms, outcome=outcome, detail=detail[:_DETAIL_MAX]
    )
