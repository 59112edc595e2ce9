"""What a page says of itself: its feeds, its OpenGraph description, its main text."""

from typing import Final

from lxml import html

from services.research.reading.main_text import extract
from services.research.reading.post import Post, address, moment

FEEDS_MAX: Final = 5
_FEED_TYPES: Final = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
)
_MAIN_TEXT_MIN: Final = 100
"""Characters below which what is left of a page is no post but its furniture."""


def feeds(tree: html.HtmlElement, url: str) -> list[str]:
    """Addresses of the feeds that a page names, in its order; those of comments come last."""
    found: dict[str, bool] = {}
    for link in tree.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in rel and kind in _FEED_TYPES:
            href = address(url, link.get("href"))
            about = f"{link.get('title') or ''} {href}".lower()
            if href and href != url:
                found.setdefault(href, "comments" in about)
    return sorted(found, key=lambda each: found[each])[:FEEDS_MAX]


def base(tree: html.HtmlElement, url: str) -> str:
    """The address that a page's references are relative to."""
    for element in tree.iter("base"):
        return address(url, element.get("href")) or url
    return url


def read_open_graph(tree: html.HtmlElement, url: str) -> Post | None:
    """The post that a page is, by OpenGraph (https://ogp.me/): only of one of type article.

    Its text is the description, which is an excerpt as a rule.
    """
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        if name and meta.get("content"):
            said.setdefault(name, str(meta.get("content")))
    if not said.get("og:type", "").lower().startswith("article"):
        return None
    return Post(
        text=said.get("og:description", ""),
        format="open_graph",
        title=said.get("og:title", ""),
        url=address(url, said.get("og:url")) or url,
        published_at=moment(said.get("article:published_time")),
        has_media=any(name.startswith(("og:image", "og:video")) for name in said),
        is_excerpt=True,
    )


def main_text(text: str, url: str) -> str:
    """The main text of a page; empty when it has none."""
    found = extract(text, url=url)
    return found if len(found) >= _MAIN_TEXT_MIN else ""
