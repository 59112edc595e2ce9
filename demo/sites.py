"""A small web on loopback for the demo: three competitors that do not exist, one not to be read.

Their posts are dated back from now, so that any period of some weeks holds some of them.
"""

import html
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

_SITES: Final = Path(__file__).parent / "sites.json"
"""The sites of each language: names, and of two the posts: days ago, hour (UTC), title, text."""

Post = tuple[datetime, str, str]
"""When it was published, its title and its text."""
Answer = tuple[str, str] | None
"""Media type and content of a path; None where there is nothing."""


@dataclass(frozen=True, slots=True)
class Web:
    """The addresses of the sample web.

    Attributes:
        competitors: As a request of competitive-analysis names them.
        focus_areas: What to ask about them; about one of these nobody writes.
    """

    competitors: list[dict[str, object]]
    focus_areas: list[str]


@contextmanager
def serve(language: str, *, host: str = "127.0.0.1") -> Iterator[Web]:
    """Serves the sites of a language, each on a port of its own, for as long as the block runs.

    Args:
        language: "en", "de" or "es".
        host: The loopback address to serve them on.
    """
    # Any shape but that of the file is a mistake of ours.
    sites: dict[str, Any] = json.loads(_SITES.read_text(encoding="utf-8"))[language]
    names = [sites[site]["name"] for site in ("north", "south", "wall")]
    servers = [
        _site(host, lambda path: _feed(path, names[0], sites["north"]["posts"])),
        _site(host, lambda path: _blog(path, sites["south"]["posts"])),
        _site(host, _wall),
    ]
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    urls = [f"http://{host}:{server.server_port}" for server in servers]
    try:
        yield Web(
            [
                {"name": names[0], "platforms": {"feed": f"{urls[0]}/feed.xml"}},
                {"name": names[1], "platforms": {"website": f"{urls[1]}/blog"}},
                {"name": names[2], "platforms": {"website": f"{urls[2]}/news"}},
            ],
            sites["focus_areas"],
        )
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _dated(posts: Sequence[dict[str, Any]]) -> Iterator[Post]:
    for post in posts:
        day = datetime.now(UTC) - timedelta(days=post["days_ago"])
        when = day.replace(hour=post["hour"], minute=0, second=0, microsecond=0)
        yield when, post["title"], post["text"]


def _feed(path: str, name: str, posts: Sequence[dict[str, Any]]) -> Answer:
    if path != "/feed.xml":
        return None
    items = "".join(
        f"<item><title>{html.escape(title)}</title><link>http://north.example/{number}</link>"
        f"<pubDate>{format_datetime(when)}</pubDate>"
        f"<description>{html.escape(text)}</description></item>"
        for number, (when, title, text) in enumerate(_dated(posts))
    )
    title = html.escape(name)
    feed = f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return "application/rss+xml", feed


def _blog(path: str, posts: Sequence[dict[str, Any]]) -> Answer:
    if path != "/blog":
        return None
    graph = [
        {
            "@type": "BlogPosting",
            "headline": title,
            "articleBody": text,
            "datePublished": when.isoformat(),
            "image": "https://images.example.com/south.jpg",
            "url": f"http://south.example/{number}",
        }
        for number, (when, title, text) in enumerate(_dated(posts))
    ]
    data = json.dumps({"@context": "https://schema.org", "@graph": graph})
    page = f'<html><head><script type="application/ld+json">{data}</script></head><body></body>'
    return "text/html; charset=utf-8", f"{page}</html>"


def _wall(path: str) -> Answer:
    return ("text/plain", "User-agent: *\nDisallow: /\n") if path == "/robots.txt" else None


def _site(host: str, answers: Callable[[str], Answer]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers(self.path)
            content = found[1].encode() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", found[0] if found else "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing: the terminal is the demo's."""

    return ThreadingHTTPServer((host, 0), Handler)
