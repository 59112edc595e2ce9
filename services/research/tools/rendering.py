"""Pages as an installed Chromium sees them, when the operator names one.

The browser has no network: its proxy is a closed port and its resolver knows no name. Every
request that a page makes is answered by our own fetcher instead, or not at all, so that addresses,
robots.txt, turns, bounds and receipts are the same as those of any fetch. Only documents, scripts
and data are fetched, a few a page.
"""

import asyncio
import os
from typing import TYPE_CHECKING, Final

from meshkit.errors import MeshError
from meshkit.outbound.fetcher import Fetched, Fetcher
from meshkit.outbound.receipts import Receipts
from services.research.tools.sources import ToolError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright, Route, WebSocketRoute

_FETCHED: Final = frozenset(("document", "script", "xhr", "fetch"))
"""Kinds of requests that may bring text; pictures, styles and fonts do not."""
_REQUESTS_MAX: Final = 12
_TIME_S: Final = 60.0
_QUIET_MS: Final = 15_000
"""How long a page may go on asking for data."""
_NO_PROXY: Final = "http://127.0.0.1:1"
_FLAGS: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--js-flags=--max-old-space-size=256",
)
_WITHOUT_SOCKETS: Final = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "EventSource"])
  try { Object.defineProperty(globalThis, name, {value: undefined}); } catch (e) {}
"""
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "TMPDIR")


class Renderer:
    """Renders pages, one at a time."""

    name: Final = "rendered_fetch"

    def __init__(self, fetcher: Fetcher, chromium: str, *, sandbox: bool = True) -> None:
        """Gets ready; starts nothing.

        Args:
            fetcher: Answers what the browser asks for.
            chromium: The path of the browser; empty for none.
            sandbox: Whether the browser locks its own processes in, which root cannot have.
        """
        self._fetcher = fetcher
        self._chromium = chromium
        self._sandbox = sandbox
        self._free = asyncio.Lock()

    async def get(self, url: str, receipts: Receipts) -> Fetched:
        """The HTML of a page after its scripts have run.

        Raises:
            ToolError: without a browser, and when there is no page.
        """
        if not self._chromium:
            message = "Rendered fetch is off: MESH_WEB__CHROMIUM names no browser."
            raise ToolError(message, skipped=True)
        try:
            # An optional dependency.
            from playwright.async_api import Error, async_playwright  # noqa: PLC0415
        except ImportError as error:
            message = "Rendered fetch needs Playwright: install the extra `browser`."
            raise ToolError(message, skipped=True) from error
        try:
            async with self._free, asyncio.timeout(_TIME_S), async_playwright() as playwright:
                browser = await self._launch(playwright)
                try:
                    return await self._render(browser, url, receipts)
                finally:
                    await browser.close()
        except TimeoutError as error:
            raise ToolError(f"The browser took longer than {_TIME_S:.0f} s.") from error
        except Error as error:
            reason = error.message.partition("\n")[0][:200]
            raise ToolError(f"The browser failed: {reason}.") from error

    async def _launch(self, playwright: "Playwright") -> "Browser":
        return await playwright.chromium.launch(
            executable_path=self._chromium,
            chromium_sandbox=self._sandbox,
            proxy={"server": _NO_PROXY},
            args=_FLAGS,
            # No key of ours belongs in a browser.
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )

    async def _render(self, browser: "Browser", url: str, receipts: Receipts) -> Fetched:
        context = await browser.new_context(
            user_agent=self._fetcher.user_agent, service_workers="block", accept_downloads=False
        )
        answers = _Answers(self._fetcher, receipts)
        await context.route("**/*", answers.answer)
        await context.route_web_socket("**/*", _refuse)
        await context.add_init_script(_WITHOUT_SOCKETS)
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        try:
            await page.goto(url, wait_until="domcontentloaded", timeout=_TIME_S * 1000)
            await _settled(page)
            html = (await page.content()).encode(errors="replace")
        finally:
            # What it still waits for is of no use to anybody.
            await context.unroute_all(behavior="ignoreErrors")
            if answers.failure is not None:
                raise answers.failure
        document = answers.document
        if document is None or not document.ok:
            raise ToolError("The browser got no page.")
        if len(html) > self._fetcher.bytes_max:
            raise ToolError("The rendered page is larger than what is read.")
        return Fetched(document.receipt, html, "text/html", "utf-8")


class _Answers:
    """Answers what a page asks for.

    Attributes:
        document: What answered the page itself; None before.
        failure: Why the mesh could not answer, as without Redis; None when it could.
    """

    def __init__(self, fetcher: Fetcher, receipts: Receipts) -> None:
        self._fetcher = fetcher
        self._receipts = receipts
        self._left = _REQUESTS_MAX
        self.document: Fetched | None = None
        self.failure: MeshError | None = None

    async def answer(self, route: "Route") -> None:
        """Answers a request, or lets it fail."""
        request = route.request
        wanted = request.resource_type in _FETCHED and request.method == "GET"
        if not wanted or self._left <= 0:
            await route.abort()
            return
        self._left -= 1
        try:
            fetched = await self._fetcher.get(request.url, self._receipts)
        except MeshError as error:
            # Whoever renders raises it: nobody waits for this handler.
            self.failure = error
            await route.abort()
            return
        if self.document is None:
            self.document = fetched
        if not fetched.ok:
            await route.abort()
            return
        await route.fulfill(status=200, headers=_headers(fetched), body=fetched.body)


def _headers(fetched: Fetched) -> dict[str, str]:
    kind = fetched.content_type or "text/plain"
    charset = f"; charset={fetched.charset}" if fetched.charset else ""
    # Nobody is logged in: what one site may read of another is what anybody may.
    return {"content-type": f"{kind}{charset}", "access-control-allow-origin": "*"}


async def _settled(page: "Page") -> None:
    """Waits until a page asks for nothing more, or for long enough."""
    from playwright.async_api import TimeoutError as QuietError  # noqa: PLC0415 - as above

    try:
        await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)
    except QuietError:
        # What is there by now is what there is.
        return


async def _refuse(socket: "WebSocketRoute") -> None:
    await socket.close()
