"""Posts of schema.org: as JSON-LD in scripts, and as microdata in attributes.

Both become the same nested values, as the vocabulary is the same (https://schema.org/Article,
https://schema.org/SocialMediaPosting).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lxml import html

from services.research.reading.markup import plain, to_plain
from services.research.reading.post import POSTS_MAX, Post, address, count, moment

Value = Any
"""A value of JSON: what a stranger writes has any shape."""

_POSTS: Final = frozenset(
    [
        "Article",
        "BlogPosting",
        "SocialMediaPosting",
        "NewsArticle",
        "DiscussionForumPosting",
        "LiveBlogPosting",
        "TechArticle",
        "Report",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "ReviewNewsArticle",
        "BackgroundNewsArticle",
        "ReportageNewsArticle",
        "AdvertiserContentArticle",
        "ScholarlyArticle",
        "SatiricalArticle",
    ]
)
_LEAD_TO_POSTS: Final = (
    *("@graph", "blogPost", "blogPosts", "itemListElement", "item", "mainEntity"),
    *("mainEntityOfPage", "hasPart", "dataFeedElement"),
)
"""Properties that may hold posts of the page itself. Others, such as `citation`, `mentions` and
`sharedContent`, hold what it speaks of."""
_TEXTS: Final = ("articleBody", "text")
_EXCERPTS: Final = ("description", "abstract")
_TITLES: Final = ("headline", "name", "alternativeHeadline")
_ADDRESSES: Final = ("url", "@id", "mainEntityOfPage")
_MEDIA: Final = ("image", "video", "thumbnailUrl", "associatedMedia")
_KINDS: Final = {"LikeAction": "likes", "CommentAction": "comments", "ShareAction": "shares"}
_NODES_MAX: Final = 20_000
_LINKS: Final = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("data", "meter"), "value"),
    "meta": "content",
    "object": "data",
    "time": "datetime",
}
"""Which attribute of an element is a property's value
(https://html.spec.whatwg.org/multipage/microdata.html#values)."""


def read_json_ld(tree: html.HtmlElement, url: str) -> tuple[list[Post], list[str]]:
    """The posts in the scripts of a page, and what could not be read of them."""
    posts: list[Post] = []
    limits: list[str] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
            continue
        text = (script.text or "").strip().removeprefix("<![CDATA[").removesuffix("]]>")
        try:
            document = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            limits = ["JSON-LD of the page is broken and was passed over."]
            continue
        posts += read_items(document, url, "json_ld")
    return posts[:POSTS_MAX], limits


def read_microdata(tree: html.HtmlElement, url: str) -> list[Post]:
    """The posts in the attributes of a page."""
    posts: list[Post] = []
    for element in tree.iter():
        if element.get("itemscope") is not None and _is_post(element.get("itemtype")):
            posts += read_items(_item(element), url, "microdata")
    return posts[:POSTS_MAX]


def read_items(document: Value, url: str, kind: str) -> list[Post]:
    """The posts in a document, in its order."""
    return [_post(item, url, kind) for item in _posts(document)][:POSTS_MAX]


def _posts(document: Value) -> Iterator[Mapping[str, Value]]:
    waiting, seen = [document], 0
    while waiting and seen < _NODES_MAX:
        node = waiting.pop()
        seen += 1
        if isinstance(node, list):
            waiting.extend(reversed(node[:_NODES_MAX]))
        elif isinstance(node, dict):
            if _is_post(node.get("@type")):
                yield node
            waiting.extend(node[name] for name in reversed(_LEAD_TO_POSTS) if name in node)


def _is_post(types: Value) -> bool:
    listed = types.split() if isinstance(types, str) else types
    if not isinstance(listed, list):
        return False
    return any(isinstance(each, str) and _last_part(each) in _POSTS for each in listed)


def _last_part(name: str) -> str:
    return name.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]


def _post(item: Mapping[str, Value], url: str, kind: str) -> Post:
    own = _first_text(item, _TEXTS)
    text, media = to_plain(own or _first_text(item, _EXCERPTS))
    title, _ = to_plain(_first_text(item, _TITLES))
    counts = _interactions(item)
    comments = counts.get("comments")
    return Post(
        text=text,
        format=kind,
        title=title,
        url=_own_address(item, url),
        published_at=moment(_first_text(item, ("datePublished", "dateCreated"))),
        likes=counts.get("likes"),
        comments=count(_one(item.get("commentCount"))) if comments is None else comments,
        shares=counts.get("shares"),
        has_media=media or any(item.get(name) for name in _MEDIA),
        is_excerpt=not own,
    )


def _own_address(item: Mapping[str, Value], url: str) -> str:
    for name in _ADDRESSES:
        value = _one(item.get(name))
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        # "#article" names the node, and no other page.
        if isinstance(value, str) and not value.startswith("#") and (found := address(url, value)):
            return found
    return ""


def _interactions(item: Mapping[str, Value]) -> dict[str, int]:
    """Likes, comments and shares of `interactionStatistic`, nested or not."""
    listed = item.get("interactionStatistic") or item.get("interactionCount")
    found: dict[str, int] = {}
    for counter in listed if isinstance(listed, list) else [listed]:
        if not isinstance(counter, dict):
            continue
        kind = _one(counter.get("interactionType"))
        if isinstance(kind, dict):
            kind = _one(kind.get("@type")) or kind.get("@id")
        name = _KINDS.get(_last_part(kind)) if isinstance(kind, str) else None
        number = count(_one(counter.get("userInteractionCount")))
        if name and number is not None:
            found[name] = number
    return found


def _first_text(item: Mapping[str, Value], names: Sequence[str]) -> str:
    for name in names:
        value = _one(item.get(name))
        if isinstance(value, dict):
            value = value.get("@value")
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _one(value: Value) -> Value:
    return value[0] if isinstance(value, list) and value else value


def _item(element: html.HtmlElement) -> dict[str, Value]:
    """An item of microdata as the nested values that JSON-LD would have for it."""
    item: dict[str, Value] = {"@type": (element.get("itemtype") or "").split()}
    if element.get("itemid"):
        item["@id"] = element.get("itemid")
    waiting = list(reversed(element))
    while waiting:
        node = waiting.pop()
        if not isinstance(node.tag, str):
            continue
        names = (node.get("itemprop") or "").split()
        nested = node.get("itemscope") is not None
        if names:
            value = _item(node) if nested else _value(node)
            for name in names:
                item.setdefault(name, []).append(value)
        if not nested:
            waiting.extend(reversed(node))
    return item


def _value(node: html.HtmlElement) -> str:
    attribute = _LINKS.get(node.tag)
    value = node.get(attribute) if attribute else node.get("content")
    return str(value) if value is not None else plain(node)
