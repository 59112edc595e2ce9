"""Reads what one competitor publishes: all its addresses at once, each as far as it may be read."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from manusmesh.type.v1 import competition_pb2, run_pb2
from meshkit.outbound.receipts import Receipts
from services.research.merging import Found, Merged, merge
from services.research.tools.sources import SourceReader, SourceReading, Tell

SOURCES: Final = ("website", "feed", "linkedin", "twitter", "facebook", "instagram")
"""The addresses that a competitor may have, in the order in which their copies of a post count."""
TIME_S: Final = 110.0
"""How long reading a competitor takes at most; a step has 120 s at first."""
_AT_ONCE: Final = 8
"""Addresses that one process reads at once: each may hold a page of some MiB."""
_URL_SHOWN: Final = 200
_OUT_OF_TIME: Final = "The time for it ran out."

Advance = Callable[[run_pb2.Progress], None]
"""Told how far the work has come."""


class Search(Protocol):
    """Finds the site of a competitor whose own addresses cannot be read."""

    async def site_of(self, name: str, receipts: Receipts, tell: Tell) -> str:
        """The address of a site that may be the competitor's; empty when none was found."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    competitor: competition_pb2.Competitor
    receipts: Receipts = field(default_factory=Receipts)
    sources: list[SourceReading] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


class CompetitorReader:
    """Reads competitors, over all calls of a process."""

    def __init__(self, reader: SourceReader, search: Search) -> None:
        self._reader = reader
        self._search = search
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def research(
        self,
        competitor: competition_pb2.Competitor,
        *,
        since: float,
        until: float,
        time_s: float,
        tell: Tell,
        advance: Advance,
    ) -> competition_pb2.CompetitorReport:
        """Reads a competitor's addresses and reports the posts of a period.

        Args:
            competitor: Whom to look at.
            since: Beginning of the period, seconds since 1970, inclusive.
            until: Its end, exclusive.
            time_s: Seconds for all of it; what has not been read by then has failed.
            tell: Told of each use of a tool.
            advance: Told how far it has come.

        Returns:
            The report; when nothing could be read, one that says so, with the receipts of what was
            tried.

        Raises:
            MeshError: UPSTREAM_UNAVAILABLE without Redis.
        """
        reading = _Reading(competitor)
        wanted = [(name, getattr(competitor.platforms, name)) for name in SOURCES]
        wanted = [(name, url) for name, url in wanted if url]
        ends = asyncio.get_running_loop().time() + time_s
        told = f"Research Agent reading {_some(len(wanted), 'address')} of {competitor.name}"
        advance(_progress(0.05, told))
        done = 0

        async def one(name: str, url: str) -> SourceReading:
            nonlocal done
            found = await self._source(name, url, ends, reading.receipts, tell)
            done += 1
            outcome = found.failure or f"{_some(len(found.found), 'post')} read"
            told = f"{competitor.name}, {name}: {outcome}"
            advance(_progress(0.05 + 0.9 * done / len(wanted), told))
            return found

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(name, url)) for name, url in wanted]
        except ExceptionGroup as failures:
            # One source's failure is no error; what is one, as without Redis, is that of all.
            raise failures.exceptions[0] from failures
        reading.sources = [task.result() for task in tasks]
        if all(source.failure for source in reading.sources):
            await self._look_elsewhere(reading, ends, tell)
        return _report(reading, since, until)

    async def _source(
        self, name: str, url: str, ends: float, receipts: Receipts, tell: Tell
    ) -> SourceReading:
        try:
            async with asyncio.timeout_at(ends), self._free:
                return await self._reader.read(name, url, receipts, tell)
        except TimeoutError:
            return SourceReading(name, url, failure=_OUT_OF_TIME)

    async def _look_elsewhere(self, reading: _Reading, ends: float, tell: Tell) -> None:
        """Reads a site that a search finds, where the request names none."""
        platforms = reading.competitor.platforms
        if platforms.website or platforms.feed:
            return
        name = reading.competitor.name
        try:
            async with asyncio.timeout_at(ends):
                url = await self._search.site_of(name, reading.receipts, tell)
        except TimeoutError:
            return
        if not url:
            return
        found = await self._source("website", url, ends, reading.receipts, tell)
        reading.sources.append(found)
        reading.limits.append(
            f"None of the addresses given for {name} could be read. {url[:_URL_SHOWN]} was found "
            "by searching for the name; it may be somebody else's."
        )


def _report(reading: _Reading, since: float, until: float) -> competition_pb2.CompetitorReport:
    found = [post for source in reading.sources for post in source.found]
    merged = merge(found, since=since, until=until)
    failure = ""
    if all(source.failure for source in reading.sources):
        failure = f"Nothing of {reading.competitor.name} could be read."
    return competition_pb2.CompetitorReport(
        name=reading.competitor.name,
        posts=[_post(each) for each in merged.posts],
        sources=[
            competition_pb2.SourceOutcome(
                source=source.source,
                url=source.url,
                posts=merged.in_period.get(source.source, 0),
                failure=source.failure,
            )
            for source in reading.sources
        ],
        receipts=reading.receipts.all,
        outside_period=merged.outside,
        undated=merged.undated,
        limits=[*reading.limits, *_limits(reading, merged, found, since)],
        failure=failure,
    )


def _post(found: Found) -> competition_pb2.FoundPost:
    post = found.post
    message = competition_pb2.FoundPost(
        source=found.source,
        text=post.text,
        title=post.title,
        url=post.url,
        likes=post.likes,
        comments=post.comments,
        shares=post.shares,
        has_media=post.has_media,
        format=post.format,
        receipt_id=found.receipt_id,
    )
    if post.published_at is not None:
        message.published_at.FromMicroseconds(round(post.published_at * 1e6))
    return message


def _limits(reading: _Reading, merged: Merged, found: Sequence[Found], since: float) -> list[str]:
    """What follows from what was read for what can be measured, each with the name."""
    limits = [limit for source in reading.sources for limit in source.limits]
    dates = [each.post.published_at for each in found if each.post.published_at is not None]
    if dates and min(dates) > since:
        oldest = datetime.fromtimestamp(min(dates), UTC)
        limits.append(
            f"The oldest post that was found is of {oldest:%Y-%m-%d}: feeds and pages show their "
            "newest posts alone, so that earlier ones of the period may be missing."
        )
    posts = [each.post for each in merged.posts]
    known = sum(post.likes is not None or post.comments is not None for post in posts)
    if posts and not known:
        limits.append("No source tells likes or comments: its engagement is unknown.")
    elif known < len(posts):
        limits.append(f"Likes or comments are known of {known} of {len(posts)} posts.")
    if merged.dropped:
        limits.append(
            f"{_some(merged.dropped, 'older post')} left out: a report holds only so much text."
        )
    return [f"{reading.competitor.name}: {limit}" for limit in dict.fromkeys(limits)]


def _progress(fraction: float, message: str) -> run_pb2.Progress:
    return run_pb2.Progress(fraction=fraction, message=message[:500])


def _some(count: int, what: str) -> str:
    """A number of things, as in "1 post" and "2 addresses"."""
    plural = "" if count == 1 else "es" if what.endswith("s") else "s"
    return f"{count} {what}{plural}"
