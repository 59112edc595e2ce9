"""Pages as a real Chromium renders them; it asks nobody but our fetcher.

Skipped where there is no Chromium or the extra `browser` is not installed.
"""

import importlib.util
import shutil
import sys
from collections.abc import AsyncIterator

import pytest

from meshkit.config import FetchSettings
from meshkit.isolation.workers import open_workers
from meshkit.outbound.dialing import CheckedBackend
from meshkit.outbound.fetcher import Fetcher
from meshkit.outbound.receipts import Receipts
from meshkit.redis import Redis
from services.research.tools.rendering import Renderer
from services.research.tools.sources import ToolError
from tests.support import sites as web
from tests.support.sites import Page, Sites

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
PLAYWRIGHT = importlib.util.find_spec("playwright") is not None
needs_playwright = pytest.mark.skipif(not PLAYWRIGHT, reason="Playwright is not installed")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and PLAYWRIGHT), reason="Chromium or Playwright is not installed"
)


@pytest.fixture
async def fetcher(sites: Sites, redis: Redis, fetching: FetchSettings) -> AsyncIterator[Fetcher]:
    backend = CheckedBackend(fetching.networks, sites.resolve)
    async with open_workers(size=1) as workers:
        yield Fetcher(fetching, backend, redis, workers)


@pytest.fixture
def renderer(fetcher: Fetcher) -> Renderer:
    # Tests may run as root, whom Chromium denies its sandbox.
    return Renderer(fetcher, CHROMIUM, sandbox=False)


def script(text: str) -> Page:
    return Page(text.encode(), "text/javascript")


async def test_without_a_browser_it_is_skipped(fetcher: Fetcher, sites: Sites) -> None:
    with pytest.raises(ToolError, match="names no browser") as raised:
        await Renderer(fetcher, "").get(sites.url("app.test"), Receipts())
    assert raised.value.skipped is True


async def test_without_playwright_it_is_skipped(
    fetcher: Fetcher, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    with pytest.raises(ToolError, match="install the extra `browser`") as raised:
        await Renderer(fetcher, "/usr/bin/chromium").get(sites.url("app.test"), Receipts())
    assert raised.value.skipped is True


@needs_playwright
async def test_a_browser_that_does_not_start(fetcher: Fetcher, sites: Sites) -> None:
    with pytest.raises(ToolError, match="The browser failed"):
        await Renderer(fetcher, "/no/such/chromium").get(sites.url("app.test"), Receipts())
    assert sites.asked == []


@needs_chromium
async def test_scripts_write_what_is_read(renderer: Renderer, sites: Sites) -> None:
    sites.robots("app.test", "User-agent: *\nDisallow: /secret")
    url = sites.add(
        "app.test",
        "/",
        "<html><head><link rel=stylesheet href=/a.css></head><body><img src=/a.png>"
        "<div id=root></div><script src=/app.js></script></body></html>",
    )
    code = """
      const get = path => fetch(path).then(r => r.text()).catch(e => "refused");
      Promise.all([get("/data.json"), get("/secret")]).then(texts => {
        document.getElementById("root").textContent = texts.join(" and ");
      });
    """
    sites.add("app.test", "/app.js", script(code))
    sites.add("app.test", "/data.json", web.as_json("data"))
    sites.add("app.test", "/secret", "secret")
    receipts = Receipts()
    page = await renderer.get(url, receipts)
    assert '<div id="root">"data" and refused</div>' in page.body.decode()
    assert page.receipt is receipts.all[0]
    assert page.receipt.url == url
    # No pictures, no styles, nothing that robots.txt forbids.
    assert sites.paths("app.test") == ["/robots.txt", "/", "/app.js", "/data.json"]
    outcomes = {receipt.url: receipt.outcome for receipt in receipts.all}
    assert outcomes[sites.url("app.test", "/secret")] == "disallowed"
    agents = {asked.headers["user-agent"] for asked in sites.asked}
    assert agents == {"ManusMesh/0.1.0"}


@needs_chromium
async def test_a_page_reaches_nobody_else(renderer: Renderer, sites: Sites) -> None:
    sites.addresses["inside.test"] = ["10.1.2.3"]
    # It answers on loopback, as this machine's own services would.
    own = f"127.0.0.1:{sites.port}"
    ways = f"""
      new Image().src = "http://{own}/image";
      navigator.sendBeacon("http://{own}/beacon", "x");
      try {{ new WebSocket("ws://{own}/socket"); }} catch (e) {{}}
      fetch("http://{own}/post", {{method: "POST", body: "x"}}).catch(e => 0);
      fetch("http://inside.test/").catch(e => 0);
      fetch("http://169.254.169.254/").catch(e => 0);
      fetch("file:///etc/passwd").then(r => r.text()).then(t => document.title = t).catch(e => 0);
      try {{ new EventSource("http://{own}/events"); }} catch (e) {{}}
      window.open("http://{own}/popup", "_blank", "noopener");
      document.title = typeof RTCPeerConnection + typeof WebTransport;
    """
    url = sites.add("app.test", "/", f"<html><body><script>{ways}</script>done</body></html>")
    receipts = Receipts()
    page = await renderer.get(url, receipts)
    assert "<title>undefinedundefined</title>" in page.body.decode()
    asked = {(each.host, each.path) for each in sites.asked}
    # A popup is a document like any other: fetched by our rules, if at all.
    assert asked - {("127.0.0.1", "/robots.txt"), ("127.0.0.1", "/popup")} == {
        ("app.test", "/robots.txt"),
        ("app.test", "/"),
    }
    outcomes = {receipt.url: receipt.outcome for receipt in receipts.all}
    assert outcomes["http://inside.test/"] == "refused"
    assert outcomes["http://169.254.169.254/"] == "refused"


@needs_chromium
async def test_a_page_asks_only_so_often(renderer: Renderer, sites: Sites) -> None:
    code = "for (let n = 0; n < 50; n++) fetch('/' + n).catch(e => 0);"
    url = sites.add("app.test", "/", f"<script>{code}</script>")
    await renderer.get(url, Receipts())
    assert len(sites.paths("app.test")) == 1 + 12


@needs_chromium
async def test_a_page_that_may_not_be_fetched_is_not(renderer: Renderer, sites: Sites) -> None:
    sites.robots("app.test", "User-agent: *\nDisallow: /")
    with pytest.raises(ToolError):
        await renderer.get(sites.add("app.test", "/", "secret"), Receipts())
    assert sites.paths("app.test") == ["/robots.txt"]
