"""Posts out of CSV: columns by their usual names, whatever separates them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (
        *("content", "text", "message", "post", "post_text", "post_content", "caption", "body"),
        *("tweet", "tweet_text", "copy", "description"),
    ),
    "title": ("title", "headline", "subject"),
    "platform": ("platform", "network", "channel"),
    "date": (
        *("published", "published_at", "created_at", "created_time", "date"),
        *("posted_at", "publish_time", "timestamp", "time"),
    ),
    "likes": ("reactions", "likes", "total_reactions", "likes_count", "like_count", "favorites"),
    "comments": ("comments", "comments_count", "comment_count", "replies"),
    "shares": ("shares", "shares_count", "share_count", "retweets", "reposts"),
    "impressions": ("impressions", "views", "reach"),
}
_DELIMITERS: Final = ",;\t|"
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")


class NotPostsError(Exception):
    """There are no posts in it; the message is a clause for people."""


def read(text: str) -> list[str]:
    """The posts of a table: what is known of each in a line, then its text.

    Raises:
        NotPostsError: when it has no column with texts, or is no table.
    """
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise NotPostsError(f"it is no CSV: {error}") from error
    columns = _columns(rows[0] if rows else ())
    if "text" not in columns:
        wanted = ", ".join(_NAMES["text"])
        raise NotPostsError(f"its first line names no column with the posts' text ({wanted})")
    posts = (_post(row, columns) for row in rows[1:])
    return [post for post in posts if post]


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [_NOT_IN_NAMES.sub("_", name.strip("\ufeff \t").lower()).strip("_") for name in header]
    return {
        field: names.index(known[0])
        for field, usual in _NAMES.items()
        if (known := [name for name in usual if name in names])
    }


def _post(row: Sequence[str], columns: Mapping[str, int]) -> str:
    """One post; empty for a row without text."""
    values = {
        field: row[at].strip() for field, at in columns.items() if at < len(row) and row[at].strip()
    }
    text = values.pop("text", "")
    if not text:
        return ""
    title = values.pop("title", "")
    facts = [
        f"{field} {value}" if field in ("likes", "comments", "shares", "impressions") else value
        for field, value in values.items()
    ]
    return "\n".join(part for part in (title, " · ".join(facts), text) if part)
