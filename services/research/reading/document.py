"""Reads a document of whatever kind: what a child process is asked to do."""

import json
from dataclasses import asdict, replace
from typing import Final

from lxml import etree

from services.research.reading import feeds, markup, page, structured
from services.research.reading.post import Post, Reading, bounded

_HTML: Final = ("text/html", "application/xhtml+xml")
_CHARACTERS_MAX: Final = 2_000_000
"""Characters of the texts of one document together."""


def read(given: bytes) -> bytes:
    """Reads a document; runs in a child process.

    Args:
        given: A line of JSON with `url`, `content_type` and `charset`, then the document.

    Returns:
        JSON with the fields of `Reading`.
    """
    head, _, body = given.partition(b"\n")
    about = json.loads(head)
    reading = read_document(body, about["url"], about["content_type"], about["charset"])
    posts: list[Post] = []
    characters = 0
    for each in reading.posts:
        post = bounded(each)
        if post is None:
            continue
        characters += len(post.text)
        if characters > _CHARACTERS_MAX:
            limit = f"It holds more text than is read: {len(posts)} of {len(reading.posts)} posts."
            reading = replace(reading, limits=[*reading.limits, limit])
            break
        posts.append(post)
    return json.dumps(asdict(replace(reading, posts=posts))).encode()


def read_document(body: bytes, url: str, content_type: str, charset: str) -> Reading:
    """Reads a document by what it is, which is not always what its type says."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"{", b"[")):
        return _read_json(body, url)
    looks_like_html = content_type in _HTML or start.startswith((b"<!doctype html", b"<html"))
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf")) or not looks_like_html:
        posts = feeds.read_xml(body, url, _xml_type(content_type, charset))
        if posts is not None:
            return Reading(posts=posts)
    return _read_html(markup.decode(body, charset), url)


def _read_json(body: bytes, url: str) -> Reading:
    try:
        document = json.loads(body)
    except ValueError:
        return Reading(limits=["It is broken JSON."])
    posts = feeds.read_json(document, url)
    if posts is None:
        posts = structured.read_items(document, url, "json_ld")
    return Reading(posts=posts)


def _read_html(text: str, url: str) -> Reading:
    tree, limits = markup.parse(text)
    base = page.base(tree, url)
    named = page.feeds(tree, base)
    posts, broken = structured.read_json_ld(tree, base)
    limits += broken
    if not posts:
        posts = structured.read_microdata(tree, base)
    described = page.read_open_graph(tree, base)
    if not posts and described is not None:
        posts = [described]
    if len(posts) == 1 and posts[0].url in ("", url) and posts[0].is_excerpt:
        # The page is the post, of which it tells machines a description alone.
        main = _main_text(text, url, limits)
        if len(main) > len(posts[0].text):
            posts = [replace(posts[0], text=main, is_excerpt=False)]
    elif not posts and not named:
        main = _main_text(text, url, limits)
        posts = [Post(text=main, format="main_text", url=url)] if main else []
    return Reading(posts=posts, feeds=named, limits=limits)


def _main_text(text: str, url: str, limits: list[str]) -> str:
    """The main text of a page; empty when it has none, or has been told to be too deep."""
    if markup.TOO_DEEP in limits:
        return ""
    try:
        return page.main_text(text, url)
    except (etree.LxmlError, ValueError) as error:
        limits.append(f"The main text could not be told: {type(error).__name__}.")
        return ""


def _xml_type(content_type: str, charset: str) -> str:
    """The header that feedparser reads; of a type that is not XML it would refuse the charset."""
    media = content_type if "xml" in content_type else "application/xml"
    return f"{media}; charset={charset}" if charset else media
