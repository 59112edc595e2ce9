"""Pages as Firecrawl's browsers see them (https://docs.firecrawl.dev/api-reference/endpoint/scrape).

Firecrawl asks the site itself, in its own turns. It is used for a page that we were allowed to
fetch and that holds nothing to read without a browser.
"""

from typing import Final

from pydantic import SecretStr

from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.fetcher import Fetched
from meshkit.outbound.receipts import Receipts
from services.research.reading.post import address
from services.research.tools import api
from services.research.tools.sources import ToolError

_PATH: Final = "/v2/scrape"
_TIMEOUT_S: Final = 45.0


class Firecrawl:
    """Gets pages from Firecrawl, when there is a key."""

    name: Final = "firecrawl"

    def __init__(self, backend: CheckedBackend, url: str, key: SecretStr) -> None:
        self._backend = backend
        self._url = url.rstrip("/")
        self._key = key

    async def get(self, url: str, receipts: Receipts) -> Fetched:
        """The HTML of a page after its scripts have run.

        Raises:
            ToolError: without a key, and when there is no page.
        """
        key = self._key.get_secret_value()
        if not key:
            raise ToolError("Firecrawl has no key: FIRECRAWL_API_KEY is not set.", skipped=True)
        document, receipt = await api.call(
            self._backend,
            f"{self._url}{_PATH}",
            service="Firecrawl",
            receipts=receipts,
            shown_url=f"{self._url}{_PATH}",
            headers={"Authorization": f"Bearer {key}"},
            asked={"url": url, "formats": ["rawHtml"], "timeout": round(_TIMEOUT_S * 1000)},
            timeout_s=_TIMEOUT_S + 5,
        )
        data = document.get("data")
        page = data.get("rawHtml") if isinstance(data, dict) else None
        if not document.get("success") or not isinstance(page, str) or not page:
            raise ToolError("Firecrawl has no page for this address.")
        about = data.get("metadata") if isinstance(data, dict) else None
        about = about if isinstance(about, dict) else {}
        status = about.get("statusCode")
        if isinstance(status, int) and status >= 400:
            raise ToolError(f"Firecrawl got HTTP {status} from this address.")
        # References of the page are relative to where it is, not to the API.
        receipt.final_url = address("", about.get("url")) or url
        return Fetched(receipt, page.encode(errors="replace"), "text/html", "utf-8")
