"""A post as a document publishes it, and the plain values it is made of.

The parent knows these too, so nothing here imports what parses documents.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

POSTS_MAX: Final = 500
"""Posts that are read out of one document."""
TEXT_MAX: Final = 20_000
"""Characters of a post's text."""
_TITLE_MAX: Final = 500
_URL_MAX: Final = 2048
_COUNT_MAX: Final = 2**31 - 1
_BLANK: Final = re.compile(r"[^\S\n]+")
_BREAKS: Final = re.compile(r" ?\n ?")
_MANY_BREAKS: Final = re.compile(r"\n{3,}")
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NUMBER: Final = re.compile(r"\d{1,10}")
_SINCE: Final = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
_UNTIL: Final = datetime(2200, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Post:
    """One post.

    Attributes:
        text: Plain text, at most `TEXT_MAX` characters; never empty.
        format: How it was read: "rss", "atom", "json_feed", "json_ld", "microdata", "open_graph"
            or "main_text".
        title: Its title; empty when it has none.
        url: Its own http or https address; empty when none is given.
        published_at: Seconds since 1970 in UTC; None when the document does not say.
        likes: Likes and reactions; None when the document does not say.
        comments: Comments; None likewise.
        shares: Shares; None likewise.
        has_media: Whether it comes with a picture or video.
        is_excerpt: Whether the text is known to be a description of the post, not the post itself.
    """

    text: str
    format: str
    title: str = ""
    url: str = ""
    published_at: float | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    has_media: bool = False
    is_excerpt: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document holds.

    Attributes:
        posts: Its posts, in its order.
        feeds: Addresses of the feeds that it names.
        limits: What could not be read of it, sentences for people.
    """

    posts: Sequence[Post] = ()
    feeds: Sequence[str] = ()
    limits: Sequence[str] = ()


def bounded(post: Post) -> Post | None:
    """The post within its bounds; None when there is nothing to read in it.

    One without a text of its own is its title, as on platforms that know no titles.
    """
    title = tidy(post.title).replace("\n", " ")[:_TITLE_MAX].rstrip()
    text = tidy(post.text)[:TEXT_MAX].rstrip()
    if not text and not title:
        return None
    return replace(post, text=text or title, title=title)


def tidy(text: str) -> str:
    """Plain text without control characters, with single spaces and at most one blank line."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _BREAKS.sub("\n", _BLANK.sub(" ", text))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def address(base: str, reference: object) -> str:
    """An http or https address that a document refers to; empty when it is none."""
    if not isinstance(reference, str) or len(reference) > _URL_MAX:
        return ""
    try:
        url = urljoin(base, reference.strip())
        scheme, netloc = urlsplit(url)[:2]
    except ValueError:
        return ""
    good = scheme in ("http", "https") and netloc and len(url) <= _URL_MAX
    return url if good and not _CONTROL.search(url) else ""


def moment(text: object) -> float | None:
    """Seconds since 1970 of a date as ISO 8601 or RFC 5322 write it; in UTC unless it says else.

    None for what cannot be read, and for years in which nobody published posts.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > 60:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            found = parsedate_to_datetime(text.strip())
        except ValueError:
            return None
    return plausible((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def plausible(seconds: float) -> float | None:
    """The time, unless nobody published posts on the web then."""
    return seconds if _SINCE <= seconds < _UNTIL else None


def count(value: object) -> int | None:
    """A number of likes, comments or shares; None when it is no such number."""
    if isinstance(value, str):
        digits = value.replace(",", "").replace(" ", "")
        value = int(digits) if _NUMBER.fullmatch(digits) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _COUNT_MAX else None
