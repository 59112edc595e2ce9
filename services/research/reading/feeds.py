"""Posts of feeds: RSS and Atom, and JSON Feed (https://www.jsonfeed.org/version/1.1/).

feedparser reads the many dialects of the first two. Entities that a document declares may grow in
it; it runs where time and memory are bounded. It is given a stream, because bytes it would also
take for the name of a file.
"""

import calendar
import io
from collections.abc import Mapping
from typing import Any, Final

import feedparser

from services.research.reading.markup import to_plain
from services.research.reading.post import POSTS_MAX, Post, address, count, moment, plausible

_MEDIA: Final = ("image/", "video/")


def read_xml(body: bytes, url: str, content_type: str) -> list[Post] | None:
    """The posts of an RSS or Atom feed; None when it is none."""
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type, "content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    version = parsed.get("version") or ""
    if not version and not parsed.entries:
        return None
    kind = "atom" if version.startswith("atom") else "rss"
    return [_of_entry(entry, url, kind) for entry in parsed.entries[:POSTS_MAX]]


def read_json(document: object, url: str) -> list[Post] | None:
    """The posts of a JSON feed; None when it is none."""
    if not isinstance(document, dict) or "jsonfeed.org/version" not in str(document.get("version")):
        return None
    items = document.get("items")
    listed = items[:POSTS_MAX] if isinstance(items, list) else []
    return [_of_item(item, url) for item in listed if isinstance(item, dict)]


# feedparser has no types of its own.
def _of_entry(entry: Any, url: str, kind: str) -> Post:  # noqa: ANN401
    contents = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = [str(content.get("value") or "") for content in contents]
    # A feed may give an excerpt and the whole.
    text, media = to_plain(max(texts, key=len))
    title, _ = to_plain(str(entry.get("title") or ""))
    attached = [*entry.get("enclosures", ()), *entry.get("media_content", ())]
    return Post(
        text=text,
        format=kind,
        title=title,
        url=address(url, entry.get("link")),
        published_at=_published(entry),
        comments=count(entry.get("slash_comments")),
        has_media=media or bool(entry.get("media_thumbnail")) or any(map(_is_media, attached)),
    )


def _published(entry: Any) -> float | None:  # noqa: ANN401 - as above
    """When an entry was published, else when it was updated, which Atom alone requires."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # As a plain dict: feedparser answers `published` when asked for an absent `updated`.
        if parsed := dict.get(entry, name):
            return plausible(float(calendar.timegm(parsed)))
    return None


def _of_item(item: Mapping[str, Any], url: str) -> Post:
    text, media = "", False
    for name in ("content_text", "content_html", "summary"):
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            text, media = (value, False) if name == "content_text" else to_plain(value)
            break
    own = item.get("url") or item.get("external_url")
    return Post(
        text=text,
        format="json_feed",
        title=item["title"] if isinstance(item.get("title"), str) else "",
        url=address(url, own),
        published_at=moment(item.get("date_published")),
        has_media=media
        or any(item.get(name) for name in ("image", "banner_image"))
        or any(map(_is_media, _dicts(item.get("attachments")))),
    )


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_media(attached: Mapping[str, Any]) -> bool:
    kind = attached.get("type") or attached.get("mime_type") or attached.get("medium") or ""
    return str(kind).startswith(_MEDIA) or kind in ("image", "video")
