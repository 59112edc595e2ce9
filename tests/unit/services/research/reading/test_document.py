"""Posts out of documents, as a child process reads them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.research.reading.document import read, read_document
from services.research.reading.post import Reading

URL = "https://example.com/blog/"


def reading(
    document: str | bytes, content_type: str = "text/html", *, charset: str = "", url: str = URL
) -> Reading:
    body = document.encode() if isinstance(document, str) else document
    return read_document(body, url, content_type, charset)


def posts(
    document: str | bytes, content_type: str = "text/html", **more: Any
) -> list[dict[str, Any]]:
    """The posts as the parent gets them."""
    body = document.encode() if isinstance(document, str) else document
    about = {"url": URL, "content_type": content_type, "charset": "", **more}
    answer = json.loads(read(json.dumps(about).encode() + b"\n" + body))
    found: list[dict[str, Any]] = answer["posts"]
    return found


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc, arg-type]


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Roasters</title>
<item><title>New &amp;amp; fresh</title><link>/posts/1</link>
 <description>An excerpt</description>
 <content:encoded><![CDATA[<p>First paragraph.</p><p>Second <b>bold</b><br>line.</p>
 <script>alert(1)</script><img src="a.jpg">]]></content:encoded>
 <pubDate>Mon, 02 Mar 2026 10:00:00 +0200</pubDate><slash:comments>7</slash:comments></item>
<item><title>Only a title</title><link>https://other.example/2</link>
 <enclosure url="https://example.com/v.mp4" type="video/mp4" length="1"/>
 <pubDate>no date</pubDate></item>
<item><description>Text alone, 5 &lt; 6</description><link>javascript:alert(1)</link></item>
</channel></rss>"""


def test_rss() -> None:
    first, second, third = posts(RSS, "application/rss+xml")
    assert first == {
        "text": "First paragraph.\n\nSecond bold\nline.",
        "format": "rss",
        "title": "New & fresh",
        "url": "https://example.com/posts/1",
        "published_at": at(2026, 3, 2, 8),
        "likes": None,
        "comments": 7,
        "shares": None,
        "has_media": True,
        "is_excerpt": False,
    }
    assert (second["text"], second["title"]) == ("Only a title", "Only a title")
    assert (second["published_at"], second["has_media"]) == (None, True)
    assert (third["text"], third["url"]) == ("Text alone, 5 < 6", "")
    assert third["has_media"] is False


def test_atom() -> None:
    [post] = posts(
        """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
        <entry><title type="html">A &lt;i&gt;title&lt;/i&gt;</title><link href="a"/>
        <updated>2026-03-02T23:30:00-02:00</updated>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Grüße</p></div></content>
        </entry></feed>""",
        "application/atom+xml",
    )
    assert (post["format"], post["title"], post["text"]) == ("atom", "A title", "Grüße")
    assert post["url"] == "https://example.com/blog/a"
    assert post["published_at"] == at(2026, 3, 3, 1, 30)


def test_a_feed_is_known_by_its_content() -> None:
    for content_type in ("text/html", "text/plain", "application/octet-stream", ""):
        assert len(posts(RSS, content_type)) == 3


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "content_html": "<p>One</p><p>Two</p>",
                "url": "/1",
                "date_published": "2026-03-02T10:00:00Z",
                "image": "https://example.com/a.png",
            },
            {"id": "2", "content_text": "a < b & c", "title": "T"},
            {"id": "3"},
            "rubbish",
        ],
    }
    first, second = posts(json.dumps(feed), "application/feed+json")
    assert (first["text"], first["format"], first["has_media"]) == ("One\n\nTwo", "json_feed", True)
    assert (first["url"], first["published_at"]) == ("https://example.com/1", at(2026, 3, 2, 10))
    assert (second["text"], second["title"]) == ("a < b & c", "T")


JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "not a post"},
        {
            "@type": ["SocialMediaPosting", "Thing"],
            "headline": "Harvest",
            "articleBody": "The harvest is in.",
            "url": "/p/1",
            "datePublished": "2026-03-02",
            "image": {"@type": "ImageObject", "url": "a.png"},
            "interactionStatistic": [
                {
                    "@type": "InteractionCounter",
                    "interactionType": "https://schema.org/LikeAction",
                    "userInteractionCount": "1,204",
                },
                {
                    "@type": "InteractionCounter",
                    "interactionType": {"@type": "http://schema.org/CommentAction"},
                    "userInteractionCount": 17,
                },
                {"interactionType": "schema:ShareAction", "userInteractionCount": -4},
                {"interactionType": "https://schema.org/ViewAction", "userInteractionCount": 9},
            ],
            "comment": [{"@type": "Article", "articleBody": "somebody else's"}],
            "sharedContent": {"@type": "Article", "articleBody": "somebody else's"},
        },
        {
            "@type": "Blog",
            "blogPost": [
                {
                    "@type": "BlogPosting",
                    "name": "Two",
                    "description": "<p>About &amp; more</p>",
                    "mainEntityOfPage": {"@id": "https://example.com/p/2"},
                    "datePublished": "2026-03-03T10:00:00+01:00",
                    "commentCount": 3,
                }
            ],
        },
    ],
}


def page(*scripts: str, head: str = "", body: str = "") -> str:
    tags = "".join(f'<script type="application/ld+json">{each}</script>' for each in scripts)
    head = f"<head><title> T </title>{head}{tags}</head>"
    return f"<!doctype html><html>{head}<body>{body}</body></html>"


def test_json_ld() -> None:
    first, second = posts(page(json.dumps(JSON_LD)))
    assert first == {
        "text": "The harvest is in.",
        "format": "json_ld",
        "title": "Harvest",
        "url": "https://example.com/p/1",
        "published_at": at(2026, 3, 2),
        "likes": 1204,
        "comments": 17,
        "shares": None,
        "has_media": True,
        "is_excerpt": False,
    }
    assert (second["text"], second["title"], second["comments"]) == ("About & more", "Two", 3)
    assert second["url"] == "https://example.com/p/2"
    assert second["published_at"] == at(2026, 3, 3, 9)


def test_broken_json_ld_does_not_hide_the_rest() -> None:
    document = page('{"@type": "Article",', "[" * 100_000, json.dumps(JSON_LD["@graph"]))
    assert len(posts(document)) == 2
    assert reading(document).limits == ["JSON-LD of the page is broken and was passed over."]


def test_microdata() -> None:
    [post] = posts(
        """<html><body><article itemscope itemtype="https://schema.org/BlogPosting">
        <h1 itemprop="headline">Roast</h1><a itemprop="url" href="/r">link</a>
        <time itemprop="datePublished" datetime="2026-03-02T10:00Z">yesterday</time>
        <div itemprop="author" itemscope itemtype="https://schema.org/Person">
          <span itemprop="name">Ann</span></div>
        <div itemprop="articleBody"><p>We roast.</p><p>Slowly.</p></div>
        <img itemprop="image" src="a.png">
        <div itemprop="interactionStatistic" itemscope itemtype="InteractionCounter">
          <link itemprop="interactionType" href="https://schema.org/LikeAction">
          <meta itemprop="userInteractionCount" content="12"></div>
        </article></body></html>"""
    )
    assert post == {
        "text": "We roast.\n\nSlowly.",
        "format": "microdata",
        "title": "Roast",
        "url": "https://example.com/r",
        "published_at": at(2026, 3, 2, 10),
        "likes": 12,
        "comments": None,
        "shares": None,
        "has_media": True,
        "is_excerpt": False,
    }


def test_open_graph_of_an_article() -> None:
    head = """<meta property="og:type" content="article">
        <meta property="og:title" content="T &amp; U">
        <meta property="og:description" content="An excerpt">
        <meta property="og:url" content="https://example.com/t">
        <meta property="og:image" content="a.png">
        <meta property="article:published_time" content="2026-03-02T10:00:00Z">"""
    [post] = posts(page(head=head, body="<p>x</p>"))
    assert (post["format"], post["title"], post["text"]) == ("open_graph", "T & U", "An excerpt")
    assert (post["url"], post["published_at"]) == ("https://example.com/t", at(2026, 3, 2, 10))
    assert post["has_media"] is True
    assert posts(page(head=head.replace("article", "website"), body="<p>x</p>")) == []


PARAGRAPH = "We roast every bean by hand, and we write about each of the farms it comes from. " * 3


def test_the_main_text_is_what_is_left() -> None:
    body = f"<nav><a href='/'>Home</a></nav><main><h1>T</h1><p>{PARAGRAPH}</p></main>"
    [post] = posts(page(body=body))
    assert post["format"] == "main_text"
    assert PARAGRAPH.strip() in post["text"]
    assert "Home" not in post["text"]
    assert (post["url"], post["published_at"]) == (URL, None)


def test_the_main_text_takes_the_place_of_a_description() -> None:
    body = f"<main><h1>T</h1><p>{PARAGRAPH}</p></main>"
    item = {"@type": "Article", "headline": "T", "description": "About.", "url": URL}
    [post] = posts(page(json.dumps(item), body=body))
    assert (post["format"], post["title"]) == ("json_ld", "T")
    assert PARAGRAPH.strip() in post["text"]
    # Not of a post's own words, however few, nor of a post that is elsewhere.
    item["articleBody"] = "Short."
    assert [post["text"] for post in posts(page(json.dumps(item), body=body))] == ["Short."]
    other = {"@type": "Article", "description": "About.", "url": "https://example.com/other"}
    assert [post["text"] for post in posts(page(json.dumps(other), body=body))] == ["About."]


def test_a_page_without_anything_has_no_posts() -> None:
    for document in (
        "",
        " ",
        "<html></html>",
        page(body="<p>Hello</p>"),
        b"\x00\xff\x00",
        "[]",
        "{}",
    ):
        assert posts(document) == []


def test_feeds_that_a_page_names() -> None:
    head = """<base href="https://example.com/base/">
        <link rel="alternate" type="application/rss+xml" title="Comments" href="comments.xml">
        <link rel="Alternate" type="application/atom+xml;charset=utf-8" href="feed.xml">
        <link rel="alternate" type="application/feed+json" href="https://feeds.example/f.json">
        <link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="a.css">
        <link rel="alternate" type="application/rss+xml" href="javascript:x">"""
    found = reading(page(head=head, body=f"<p>{PARAGRAPH}</p>"))
    assert found.feeds == [
        "https://example.com/base/feed.xml",
        "https://feeds.example/f.json",
        "https://example.com/base/comments.xml",
    ]
    # Its posts are in the feeds; the overview itself is none.
    assert found.posts == []


ITEM = "<p itemscope itemtype=https://schema.org/Article><b itemprop=headline>naïve “quotes”"


@pytest.mark.parametrize(
    ("document", "charset"),
    [
        (ITEM.encode(), "utf-8"),
        (ITEM.encode(), ""),
        (ITEM.encode("cp1252"), "iso-8859-1"),
        (ITEM.encode("cp1252"), ""),
        (ITEM.encode("utf-8-sig"), "cp1252"),
        (b"\xff\xfe" + ITEM.encode("utf-16-le"), ""),
        (b"<meta charset=cp1252>" + ITEM.encode("cp1252"), ""),
        (ITEM.encode(), "no-such-charset"),
        (ITEM.encode(), "zlib"),
    ],
)
def test_character_sets(document: bytes, charset: str) -> None:
    [post] = reading(document, charset=charset).posts
    assert post.title.strip() == "naïve “quotes”"


def test_texts_are_bounded_and_without_control_characters() -> None:
    item = {
        "@type": "Article",
        "articleBody": "a\u202eb\x07" + "x" * 30_000,
        "headline": "t" * 900,
        "url": "https://example.com/" + "u" * 3000,
        "datePublished": "1066-10-14",
    }
    [post] = posts(page(json.dumps(item)))
    assert post["text"].startswith("abxxx")
    assert len(post["text"]) == 20_000
    assert len(post["title"]) == 500
    assert post["url"] == ""
    assert post["published_at"] is None


def test_a_document_gives_only_so_many_posts() -> None:
    many = [{"@type": "Article", "headline": str(number)} for number in range(2000)]
    assert len(posts(page(json.dumps(many)))) == 500
    items = "".join(f"<item><title>{number}</title></item>" for number in range(2000))
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    assert len(posts(feed, "text/xml")) == 500


def test_a_document_gives_only_so_much_text() -> None:
    many = [{"@type": "Article", "articleBody": f"{n} " + "x" * 19_000} for n in range(200)]
    about = json.dumps({"url": URL, "content_type": "text/html", "charset": ""}).encode()
    answer = json.loads(read(about + b"\n" + page(json.dumps(many)).encode()))
    assert sum(len(post["text"]) for post in answer["posts"]) <= 2_000_000
    assert answer["limits"] == ["It holds more text than is read: 105 of 200 posts."]


# Hostile documents: what is bounded here is bounded by the document's reader itself.


def test_nesting_ends_somewhere() -> None:
    found = reading("<html><body><p>before</p>" + "<div>" * 100_000 + "deep")
    assert found.limits == [
        "The page nests elements too deeply; only what comes before could be read."
    ]


def test_entities_do_not_grow() -> None:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 50}">' for n in range(12)
    )
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE rss [{entities}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        '<rss version="2.0"><channel><item><title>&e11;</title>'
        "<description>&file;</description></item></channel></rss>"
    )
    for post in posts(feed, "text/xml"):
        assert len(post["text"]) < 1000
        assert "root:" not in post["text"]


def test_a_body_is_never_taken_for_a_file_name() -> None:
    assert posts(b"/etc/passwd", "application/xml") == []
    assert posts(b"http://127.0.0.1:9/feed", "application/xml") == []


def test_scripts_are_no_text() -> None:
    body = f"""<article><p>{PARAGRAPH}</p><script>alert('x')</script><style>p {{}}</style>
        <noscript>no</noscript><template>t</template></article>"""
    [post] = posts(page(body=body))
    assert "alert" not in post["text"]
    assert "{}" not in post["text"]
