"""Web search with Google's Custom Search JSON API.

https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr

from meshkit.agent import tool_call
from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.receipts import Receipts
from services.research.reading.post import address
from services.research.tools import api
from services.research.tools.sources import Tell, ToolError

_RESULTS_MAX: Final = 10
"""What the API gives at most."""
_NO_SITES: Final = (
    *("linkedin.com", "twitter.com", "x.com", "facebook.com", "instagram.com", "youtube.com"),
    *("tiktok.com", "pinterest.com", "threads.net", "wikipedia.org", "crunchbase.com"),
    *("glassdoor.com", "g2.com", "trustpilot.com", "yelp.com", "amazon.com"),
)
"""Sites on which others are written about; a competitor's own site is none of them."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One result.

    Attributes:
        url: Its http or https address.
        title: Its title.
        snippet: An excerpt.
    """

    url: str
    title: str
    snippet: str


class WebSearch:
    """Searches the web, when there is a key."""

    def __init__(self, backend: CheckedBackend, url: str, key: SecretStr, engine: str) -> None:
        """Gets ready.

        Args:
            backend: Opens connections.
            url: Where the API is.
            key: The API's key; empty for none.
            engine: The search engine to ask; empty for none.
        """
        self._backend = backend
        self._url = url
        self._key = key
        self._engine = engine

    async def search(
        self, query: str, receipts: Receipts, *, count: int = 5
    ) -> Sequence[SearchResult]:
        """The first results for a query, best first.

        Raises:
            ToolError: without a key, and when the API does not answer.
        """
        key = self._key.get_secret_value()
        if not key or not self._engine:
            message = "Web search has no key: GOOGLE_API_KEY and GOOGLE_CSE_ID are not set."
            raise ToolError(message, skipped=True)
        shown = {"q": query, "num": str(min(count, _RESULTS_MAX))}
        asked = urlencode({"key": key, "cx": self._engine, **shown})
        document, _ = await api.call(
            self._backend,
            f"{self._url}?{asked}",
            service="Google search",
            receipts=receipts,
            shown_url=f"{self._url}?{urlencode(shown)}",
        )
        items = document.get("items")
        found = [_result(item) for item in items] if isinstance(items, list) else []
        return [result for result in found if result is not None][:count]

    async def site_of(self, name: str, receipts: Receipts, tell: Tell) -> str:
        """The address of a site that may be a company's own; empty when none was found."""
        started = time.perf_counter()
        outcome = "ok"
        url = ""
        try:
            results = await self.search(f'"{name}" official site blog', receipts)
            url = next((each.url for each in results if not _is_about_others(each.url)), "")
            detail = f"{len(results)} results, taken: {url[:200] or 'none'}"
        except ToolError as error:
            outcome = "skipped" if error.skipped else "error"
            detail = str(error)
        tell(tool_call("web_search", started, detail, outcome=outcome))
        return url


def _result(item: object) -> SearchResult | None:
    if not isinstance(item, dict) or not (url := address("", item.get("link"))):
        return None
    title, snippet = (str(item.get(name) or "")[:500] for name in ("title", "snippet"))
    return SearchResult(url, title, snippet)


def _is_about_others(url: str) -> bool:
    host = f".{urlsplit(url).hostname or ''}"
    return any(host.endswith(f".{site}") for site in _NO_SITES)
