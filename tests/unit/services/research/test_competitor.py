"""Reading a competitor, with sources that a test answers for."""

import asyncio
from collections.abc import Awaitable, Callable

import protovalidate
import pytest

from manusmesh.type.v1 import competition_pb2, run_pb2
from meshkit.outbound.receipts import Receipts
from meshkit.redis import RedisAwayError
from services.research.competitor import CompetitorReader
from services.research.merging import Found
from services.research.reading.post import Post
from services.research.tools.sources import SourceReading, Tell

Answer = Callable[[str, str], Awaitable[SourceReading]]
DAY = 86_400.0
ALL = {
    name: f"https://{name}.example/"
    for name in ("linkedin", "twitter", "facebook", "instagram", "website", "feed")
}


class Sources:
    """Reads sources as a test says."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.open = 0
        self.most = 0

    async def read(self, source: str, url: str, receipts: Receipts, _tell: Tell) -> SourceReading:
        receipts.begin(url)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            return await self._answer(source, url)
        finally:
            self.open -= 1


class NoSearch:
    async def site_of(self, _name: str, _receipts: Receipts, _tell: Tell) -> str:
        return ""


def one_post(source: str, url: str) -> SourceReading:
    post = Post(f"From {source}", "rss", url=url, published_at=101 * DAY)
    return SourceReading(source, url, [Found(source, post, "fetch_1")])


async def research(
    sources: Sources,
    *,
    time_s: float = 30,
    advance: Callable[[run_pb2.Progress], None] = lambda _: None,
    **platforms: str,
) -> competition_pb2.CompetitorReport:
    competitors = CompetitorReader(sources, NoSearch())  # type: ignore[arg-type] # a fake
    return await competitors.research(
        competition_pb2.Competitor(
            name="Alpha " + "x" * 190,
            platforms=competition_pb2.CompetitorPlatforms(**platforms),
        ),
        since=100 * DAY,
        until=130 * DAY,
        time_s=time_s,
        tell=lambda _: None,
        advance=advance,
    )


async def test_all_addresses_are_read_at_once() -> None:
    everybody = asyncio.Event()

    async def answer(source: str, url: str) -> SourceReading:
        if sources.open == len(ALL):
            everybody.set()
        await everybody.wait()
        return one_post(source, url)

    sources = Sources(answer)
    told: list[run_pb2.Progress] = []
    report = await research(sources, advance=told.append, **ALL)
    assert sources.most == len(ALL)
    assert {outcome.source: outcome.url for outcome in report.sources} == ALL
    assert {post.source for post in report.posts} == set(ALL)
    assert len(told) == 1 + len(ALL)
    for progress in told:
        assert protovalidate.collect_violations(progress) == []


async def test_what_is_not_read_in_time_has_failed() -> None:
    async def answer(source: str, url: str) -> SourceReading:
        if source == "feed":
            await asyncio.Event().wait()
        return one_post(source, url)

    report = await research(Sources(answer), time_s=0.05, website="https://a/", feed="https://b/")
    assert [(each.source, each.failure) for each in report.sources] == [
        ("website", ""),
        ("feed", "The time for it ran out."),
    ]


async def test_an_error_of_the_mesh_is_that_of_the_call() -> None:
    async def answer(source: str, url: str) -> SourceReading:
        if source == "feed":
            raise RedisAwayError
        await asyncio.Event().wait()
        return one_post(source, url)

    with pytest.raises(RedisAwayError):
        await research(Sources(answer), website="https://a/", feed="https://b/")


async def test_nothing_to_read_is_a_report_that_says_so() -> None:
    async def answer(source: str, url: str) -> SourceReading:
        return SourceReading(source, url, failure=f"{source} is gone.")

    report = await research(Sources(answer), **ALL)
    assert report.failure.startswith("Nothing of Alpha xxx")
    assert {each.source: each.failure for each in report.sources} == {
        name: f"{name} is gone." for name in ALL
    }
    assert len(report.receipts) == len(ALL)
    assert not report.posts


async def test_one_address_that_was_read_is_enough() -> None:
    async def answer(source: str, url: str) -> SourceReading:
        return SourceReading(source, url, failure="" if source == "feed" else "It is gone.")

    assert (await research(Sources(answer), **ALL)).failure == ""


async def test_limits_say_of_whom_they_are_and_each_once():
    async def twice(source: str, url: str) -> SourceReading:
        reading = one_post(source, url)
        reading.limits += ["One of its pages is cut."] * 2
        return reading

    report = await research(Sources(twice), feed=ALL["feed"], website=ALL["website"])
    assert all(limit.startswith("Alpha xxx") for limit in report.limits)
    assert len(set(report.limits)) == len(report.limits)
    assert any("No source tells likes or comments" in limit for limit in report.limits)
