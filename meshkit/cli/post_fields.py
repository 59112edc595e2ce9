"""From a record to a post: what columns are called, and what may be in them."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

PLATFORMS: Final = ("linkedin", "twitter", "facebook", "instagram")
EPOCH: Final = datetime.fromtimestamp(0, UTC)
CONTENT_MIN: Final = 10
CONTENT_MAX: Final = 5000
"""Characters of a post that the API takes."""

_IMAGE_URL_MAX: Final = 2048
_COUNT_MAX: Final = 2**63 - 1
_MILLISECONDS_FROM: Final = 1e11
"""Timestamps from here on are milliseconds: as seconds they would lie beyond the year 5000."""
_ALIASES: Final[Mapping[str, str]] = {
    "x": "twitter",
    "twitter/x": "twitter",
    "x/twitter": "twitter",
    "fb": "facebook",
    "ig": "instagram",
    "insta": "instagram",
}
# Of several columns for one thing the first here counts: reactions include the likes.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("content", "text", "message", "post", "post_text", "caption", "body", "tweet"),
    "likes": (
        *("reactions", "likes", "total_reactions", "num_reactions", "reactions_count"),
        *("likes_count", "like_count", "num_likes", "favorites", "favorite_count"),
    ),
    "comments": ("comments", "comments_count", "comment_count", "num_comments", "replies"),
    "shares": (
        *("shares", "shares_count", "share_count", "num_shares"),
        *("retweets", "retweet_count", "reposts", "reposts_count"),
    ),
    "impressions": ("impressions", "views", "reach", "impressions_count", "impression_count"),
    "image_url": ("image_url", "image", "picture", "photo_url", "media_url"),
    "platform": ("platform", "network", "channel"),
    "published": (
        *("published", "published_at", "created_at", "created_time", "date"),
        *("posted_at", "publish_time", "timestamp", "time"),
    ),
}
_NESTED: Final = ("performance_metrics", "engagement", "metrics")
_WHOLE: Final = re.compile(r"\d+(\.0*)?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([, \u00a0\u202f'’])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Record:
    """One post as the file has it.

    Attributes:
        line: Line on which it begins, or its place in a JSON array, from 1.
        fields: What is known of it, by our names.
        unit: What `line` counts: "line" or "post".
    """

    line: int
    fields: Mapping[str, object]
    unit: str = "line"


@dataclass(frozen=True, slots=True)
class Post:
    """One post.

    Attributes:
        platform: One of `PLATFORMS`.
        content: Its text, as published.
        image_url: Address of its image; empty when there is none.
        likes: Likes or reactions, at least 0.
        comments: Comments, at least 0.
        shares: Shares, at least 0.
        impressions: How often it was shown, at least 1; None when that is not known.
        published: When; None when that is not known.
    """

    platform: str
    content: str
    image_url: str
    likes: int
    comments: int
    shares: int
    impressions: int | None
    published: datetime | None

    def example(self) -> dict[str, object]:
        """The post as an example of a request."""
        metrics: dict[str, object] = {
            "likes": self.likes,
            "comments": self.comments,
            "shares": self.shares,
        }
        if self.impressions is None:
            metrics["impressions_unknown"] = True
        else:
            metrics["impressions"] = self.impressions
        example: dict[str, object] = {
            "platform": self.platform,
            "content": self.content,
            "performance_metrics": metrics,
        }
        return example | ({"image_url": self.image_url} if self.image_url else {})

    def voiced(self) -> dict[str, object]:
        """The post as one of those that a brand's voice is learned from; it has a date."""
        moment = self.published or EPOCH
        return {
            "platform": self.platform,
            "content": self.content,
            "created_at": moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "engagement": {
                "likes": self.likes,
                "comments": self.comments,
                "shares": self.shares,
            },
        }


def canonical(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of a record by our names; unknown ones are dropped, nested metrics lifted."""
    flat: dict[str, object] = {}
    for name, value in fields.items():
        key = re.sub(r"[\s_-]+", "_", name.strip().lower())
        if key in _NESTED and isinstance(value, Mapping):
            flat.update({str(inner).strip().lower(): value[inner] for inner in value})
        else:
            flat[key] = value
    known: dict[str, object] = {}
    for ours, theirs in _NAMES.items():
        found = [name for name in theirs if name in flat]
        if found:
            # A column that is there but empty gives way to one that says something.
            known[ours] = next(
                (flat[n] for n in found if flat[n] not in (None, "")), flat[found[0]]
            )
    return known


def read_post(fields: Mapping[str, object], *, platform: str) -> tuple[Post | None, list[str]]:
    """Reads a post.

    Args:
        fields: The record, by our names.
        platform: Where it was published if it does not say so.

    Returns:
        The post, or None and what is wrong, a sentence for each field.
    """
    problems: list[str] = []

    def count(name: str, *, required: bool) -> int | None:
        value, problem = _count(fields.get(name), present=name in fields, required=required)
        if problem:
            problems.append(f"{name}: {problem}")
        return value

    content = fields.get("text")
    if not isinstance(content, str):
        content = ""
        problems.append("text: missing" if fields.get("text") is None else "text: not a text")
    elif any("\ud800" <= character <= "\udfff" for character in content):
        problems.append("text: half of a surrogate pair, which is no character")
    where, problem = _platform(fields.get("platform"), platform)
    image_url, image_problem = _image(fields.get("image_url"))
    problems += [text for text in (problem, image_problem) if text]
    likes, comments, shares = (count(n, required=True) for n in ("likes", "comments", "shares"))
    # Exports write 0 where the platform does not tell: a post with a like has been seen.
    impressions = count("impressions", required=False) or None
    if problems or likes is None or comments is None or shares is None:
        return None, problems
    published = _date(fields.get("published"))
    return Post(where, content, image_url, likes, comments, shares, impressions, published), []


def unusable(post: Post, *, shortest: int = CONTENT_MIN, dated: bool = False) -> str:
    """Why the API would refuse a post that is well-formed; empty when it would not.

    Args:
        post: The post.
        shortest: Characters that its text needs.
        dated: Whether it needs a date.
    """
    length = len(post.content)
    if length < shortest or not post.content.strip():
        return f"its text has {length} characters, at least {shortest} are needed"
    if dated and post.published is None:
        return "it has no date, or none that can be read"
    if length > CONTENT_MAX:
        return f"its text has {length:,} characters, at most {CONTENT_MAX:,} are taken"
    return ""


def _count(value: object, *, present: bool, required: bool) -> tuple[int | None, str]:
    if value is None or value == "":
        if not required:
            return None, ""
        return None, "empty; write 0 if there were none" if present else "missing"
    number: int | None = None
    if isinstance(value, str):
        text = value.strip()
        if _GROUPED.fullmatch(text):
            number = int(re.sub(r"\D", "", text))
        elif _WHOLE.fullmatch(text):
            number = int(text.partition(".")[0])
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and math.isfinite(value) and value.is_integer():
        number = int(value)
    if number is None:
        return None, f"{_shown(value)} is not a whole number"
    if not 0 <= number <= _COUNT_MAX:
        return None, f"{_shown(value)} is out of range"
    return number, ""


def _platform(value: object, default: str) -> tuple[str, str]:
    text = str(value or default).strip().lower()
    name = _ALIASES.get(text, text)
    if name in PLATFORMS:
        return name, ""
    if not text:
        return "", "platform: missing; name one with --platform"
    return "", f"platform: {_shown(text)} is none of {', '.join(PLATFORMS)}"


def _image(value: object) -> tuple[str, str]:
    if value is None or value == "":
        return "", ""
    url = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        good = False
    if good and len(url) <= _IMAGE_URL_MAX:
        return url, ""
    return "", f"image_url: {_shown(value)} is not an http or https address"


def _date(value: object) -> datetime | None:
    """A moment as ISO 8601 or Unix seconds or milliseconds; None for anything else."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    try:
        if re.fullmatch(r"\d{9,13}(\.\d*)?", text):
            seconds = float(text)
            if seconds >= _MILLISECONDS_FROM:
                seconds /= 1000
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"
