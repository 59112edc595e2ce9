"""The job with fake steps: competitors side by side, failures listed, what comes of it."""

import pytest

from jobs.competitive_analysis import competitive_analysis
from manusmesh.content.v1 import competitive_analysis_pb2 as pb
from manusmesh.type.v1 import competition_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from tests.support.steps import NOW, USAGE, Steps

GONE = MeshError(Reason.NOT_FOUND, "Its site does not answer.")


def request(*names: str, days: int = 30) -> pb.CompetitiveAnalysisRequest:
    return pb.CompetitiveAnalysisRequest(
        competitors=[
            competition_pb2.Competitor(
                name=name,
                platforms=competition_pb2.CompetitorPlatforms(
                    website="https://example.com", feed="https://example.com/feed"
                ),
            )
            for name in names
        ],
        analysis_period_days=days,
        focus_areas=["roasting"],
    )


def found(name: str, posts: int) -> competition_pb2.CompetitorReport:
    report = competition_pb2.CompetitorReport(name=name, outside_period=2, limits=[f"of {name}"])
    report.receipts.add(id="fetch_1", url=f"https://{name}.example/feed", outcome="ok")
    for number in range(posts):
        post = report.posts.add(text=f"{name} {number}", url=f"https://example.com/{number}")
        post.receipt_id = "fetch_1"
        post.published_at.FromDatetime(NOW)
    return report


def unread(name: str) -> competition_pb2.CompetitorReport:
    report = competition_pb2.CompetitorReport(
        name=name, failure=f"Nothing of {name} could be read."
    )
    report.sources.add(source="website", url="https://example.com", failure="It is gone.")
    report.sources.add(source="feed", url="https://example.com/feed", failure="It forbids it.")
    report.receipts.add(id="fetch_1", outcome="http_error")
    report.receipts.add(id="fetch_2", outcome="disallowed")
    return report


async def test_all_are_read_then_merged_and_reported():
    steps = Steps(
        {
            "research_1": found("North", 3),
            "research_2": found("South", 1),
            "coder": competition_pb2.CompetitionAnalysis(
                content_gaps=["roasting"], limits=["few", "of South"], language="en"
            ),
            "reporter": skill_pb2.Report(markdown="# R", html="<p>", engine="offline"),
        }
    )
    result = await competitive_analysis(request("North", "South"), steps)
    assert steps.steps == ["planning", "research_1", "research_2", "coder", "reporter"]
    brief = steps.request("planning").competitive_analysis
    assert list(brief.competitor_addresses) == [2, 2]
    assert [(each.source, each.host) for each in brief.addresses] == [
        ("website", 0),
        ("feed", 0),
    ] * 2
    assert brief.competitors_at_once == 4
    assert [each.name for each in steps.request("coder").reports] == ["North", "South"]
    assert (result.competitors_analyzed, result.total_posts_analyzed) == (2, 4)
    assert (result.partial, result.engine, result.usage) == (False, "offline", USAGE)
    assert list(result.evidence.limits) == ["of North", "of South", "few"]
    assert result.evidence.language == "en"
    assert result.evidence.competitors[0].outside_period == 2
    assert len(result.evidence.receipts) == 2


async def test_every_post_names_a_receipt_of_its_own_competitor():
    north, south = found("North", 2), found("South", 1)
    steps = Steps({"research_1": north, "research_2": south})
    result = await competitive_analysis(request("North", "South"), steps)
    urls = {each.id: each.url for each in result.evidence.receipts}
    assert urls == {
        "research_1_fetch_1": "https://North.example/feed",
        "research_2_fetch_1": "https://South.example/feed",
    }
    for competitor in result.evidence.competitors:
        for source in competitor.post_sources:
            assert urls[source.receipt_id] == f"https://{competitor.name}.example/feed"
    asked = steps.request("coder").reports
    assert [each.posts[0].receipt_id for each in asked] == list(urls)
    # What the steps have made stays as it was.
    assert (north.posts[0].receipt_id, south.receipts[0].id) == ("fetch_1", "fetch_1")


async def test_the_period_ends_when_the_task_was_accepted():
    steps = Steps()
    result = await competitive_analysis(request("North", days=7), steps)
    asked = steps.request("research_1")
    assert asked.period_to.ToDatetime(tzinfo=NOW.tzinfo) == NOW
    assert (asked.period_to.seconds - asked.period_from.seconds) == 7 * 86_400
    assert getattr(result.analysis_period, "from") == asked.period_from
    assert result.analysis_period.to == asked.period_to


async def test_one_that_cannot_be_read_is_listed_and_told():
    steps = Steps({"research_1": GONE, "research_2": found("South", 1)})
    result = await competitive_analysis(request("North", "South"), steps)
    assert [(each.name, each.reason) for each in result.failed_competitors] == [
        ("North", "Its site does not answer.")
    ]
    assert (result.competitors_analyzed, result.partial) == (1, True)
    assert steps.gaps == [("research_1", "North", GONE)]
    assert steps.request("reporter").failed_competitors == result.failed_competitors


async def test_the_receipts_of_one_that_cannot_be_read_are_kept():
    steps = Steps({"research_1": unread("North"), "research_2": found("South", 1)})
    result = await competitive_analysis(request("North", "South"), steps)
    [failed] = result.failed_competitors
    assert failed.reason == (
        "Nothing of North could be read. website: It is gone; feed: It forbids it."
    )
    assert list(failed.receipt_ids) == ["research_1_fetch_1", "research_1_fetch_2"]
    receipts = [(each.id, each.outcome) for each in result.evidence.receipts]
    assert receipts == [
        ("research_1_fetch_1", "http_error"),
        ("research_1_fetch_2", "disallowed"),
        ("research_2_fetch_1", "ok"),
    ]
    [(step, name, error)] = steps.gaps
    assert (step, name, error.reason) == ("research_1", "North", "NOT_FOUND")
    assert [each["source"] for each in error.details["sources"]] == ["website", "feed"]
    assert error.retryable is False
    assert [each.name for each in steps.request("coder").reports] == ["South"]


async def test_the_reasons_of_a_failure_fit_into_a_status():
    report = unread("Alpha " + "x" * 190)
    for source in range(6):
        report.sources.add(
            source=str(source), url="https://e/" + "p" * 1900, failure="Because: " + "ä" * 2000
        )
    with pytest.raises(MeshError) as raised:
        await competitive_analysis(request("Alpha"), Steps({"research_1": report}))
    assert raised.value.reason is Reason.NOT_FOUND
    assert len(raised.value.to_status().SerializeToString()) < 8000
    assert len(raised.value.details["sources"]) == 8


async def test_nobody_to_be_read_is_a_failure():
    steps = Steps({"research_1": unread("North"), "research_2": GONE})
    with pytest.raises(MeshError) as raised:
        await competitive_analysis(request("North", "South"), steps)
    assert (raised.value.reason, raised.value.details["failed"]) == ("NOT_FOUND", 2)
    assert raised.value.message.startswith("None of 2 competitors could be read; the first: ")
    assert raised.value.details["failures"] == [
        {
            "code": "NOT_FOUND",
            "message": "Nothing of North could be read. website: It is gone; feed: It forbids it.",
        },
        {"code": "NOT_FOUND", "message": "Its site does not answer."},
    ]
    assert steps.gaps == []
