"""Posts of all sources of a competitor as one list: each once, of a period, the newest first."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from services.research.reading.post import Post

POSTS_MAX: Final = 300
CHARACTERS_MAX: Final = 1_000_000
"""Posts of a competitor, and characters of their texts together, that a report holds."""
_DAY_S: Final = 86_400
_NEAR: Final = 20
"""With how many posts of the same words one is compared: a page may hold thousands of them."""
_TRACKING: Final = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref|source", re.IGNORECASE)
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """A post and where it was found.

    Attributes:
        source: Which address of the competitor.
        post: The post.
        receipt_id: The receipt of the document it was read from.
    """

    source: str
    post: Post
    receipt_id: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The posts of a competitor.

    Attributes:
        posts: Those of the period, the newest first, then those without a date.
        in_period: How many of each source fall into the period, copies included.
        outside: How many distinct ones fall outside the period.
        undated: How many distinct ones tell no date.
        dropped: How many were left out because a report holds only so many.
    """

    posts: Sequence[Found]
    in_period: dict[str, int]
    outside: int
    undated: int
    dropped: int


def merge(found: Iterable[Found], *, since: float, until: float) -> Merged:
    """Merges what was found.

    Args:
        found: In the order of the sources.
        since: Beginning of the period, seconds since 1970, inclusive.
        until: Its end, exclusive.
    """
    found = list(found)
    in_period: dict[str, int] = {}
    for each in found:
        if _is_within(each.post, since, until):
            in_period[each.source] = in_period.get(each.source, 0) + 1
    distinct = _distinct(found)
    dated = [each for each in distinct if _is_within(each.post, since, until)]
    dated.sort(key=lambda each: -(each.post.published_at or 0.0))
    undated = [each for each in distinct if each.post.published_at is None]
    kept = _within_bounds([*dated, *undated])
    return Merged(
        posts=kept,
        in_period=in_period,
        outside=len(distinct) - len(dated) - len(undated),
        undated=len(undated),
        dropped=len(dated) + len(undated) - len(kept),
    )


def _is_within(post: Post, since: float, until: float) -> bool:
    return post.published_at is not None and since <= post.published_at < until


def _distinct(found: Sequence[Found]) -> list[Found]:
    """Each post once: of its copies the one that says most, at the place of the first."""
    groups = _Groups(len(found))
    by_address: dict[str, int] = {}
    by_words: dict[str, list[int]] = {}
    for index, each in enumerate(found):
        if address := _same_address(each.post.url):
            groups.join(by_address.setdefault(address, index), index)
        by_words.setdefault(_same_words(each.post), []).append(index)
    for indices in by_words.values():
        for one, other in _copies(found, indices):
            groups.join(one, other)
    best: dict[int, Found] = {}
    for index, each in enumerate(found):
        kept = best.setdefault(groups.first(index), each)
        if _says(each.post) > _says(kept.post):
            best[groups.first(index)] = each
    return list(best.values())


def _copies(found: Sequence[Found], indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which posts of the same words are one.

    A brand may say the same again, on another day or at another address of the same source: those
    are two. One without a date is a copy of the earliest that has one.
    """
    dated = [index for index in indices if found[index].post.published_at is not None]
    dated.sort(key=lambda index: found[index].post.published_at or 0.0)
    undated = [index for index in indices if found[index].post.published_at is None]
    pairs = [(undated[0], index) for index in undated[1:]]
    pairs += [(dated[0], index) for index in undated if dated]
    for place, one in enumerate(dated):
        for other in dated[place + 1 : place + 1 + _NEAR]:
            if _apart_s(found[one], found[other]) >= _DAY_S:
                break
            pairs.append((one, other))
    return (pair for pair in pairs if _may_be_one(found[pair[0]], found[pair[1]]))


def _apart_s(one: Found, other: Found) -> float:
    return abs((other.post.published_at or 0.0) - (one.post.published_at or 0.0))


def _may_be_one(one: Found, other: Found) -> bool:
    return one.source != other.source or not one.post.url or not other.post.url


class _Groups:
    """Which of so many things belong together."""

    def __init__(self, count: int) -> None:
        self._before = list(range(count))

    def first(self, index: int) -> int:
        """The first thing of the group that one belongs to."""
        while self._before[index] != index:
            self._before[index] = self._before[self._before[index]]
            index = self._before[index]
        return index

    def join(self, one: int, other: int) -> None:
        """Makes the groups of two things one."""
        first, second = sorted((self.first(one), self.first(other)))
        self._before[second] = first


def _says(post: Post) -> tuple[bool, int, int]:
    """How much a copy says: a date, then engagement, then text."""
    known = sum(value is not None for value in (post.likes, post.comments, post.shares))
    return post.published_at is not None, known, len(post.text)


def _same_address(url: str) -> str:
    """An address as all copies of a post have it."""
    if not url:
        return ""
    parts = urlsplit(url)
    asked = [pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0])]
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(asked)}"


def _same_words(post: Post) -> str:
    return " ".join(_WORDS.findall(post.text.lower()))


def _within_bounds(posts: Sequence[Found]) -> list[Found]:
    kept, characters = [], 0
    for each in posts[:POSTS_MAX]:
        characters += len(each.post.text)
        if characters > CHARACTERS_MAX:
            break
        kept.append(each)
    return kept
