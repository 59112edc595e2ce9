"""The report on competitors: what it says, and that what they publish stays text."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2
from services.reporter import agent, competition_report

HOSTILE = "<img src=x onerror=alert(1)> | `x` [y](javascript:z)"
END = datetime(2026, 3, 30, 12, tzinfo=UTC)


def report(name: str, count: int, *, dated: bool = True) -> competition_pb2.CompetitorReport:
    made = competition_pb2.CompetitorReport(name=name, limits=[f"about {name}"])
    for number in range(count):
        post = made.posts.add(source="feed", text=f"{name} {number}", receipt_id="fetch_1", likes=3)
        if dated:
            post.published_at.FromDatetime(END - timedelta(days=2 * number, hours=number))
    made.sources.add(source="feed", url="https://example.com/feed", posts=count)
    made.receipts.add(id="fetch_1", url="https://example.com/feed", outcome="ok")
    return made


def figures(request: pb.WriteCompetitionReportRequest) -> list[tuple[str, str, str]]:
    document = competition_report.competition_document(request, score=50, parts=[])
    return [(one.name, one.value, one.note) for one in document.figures]


@pytest.fixture
def request_() -> pb.WriteCompetitionReportRequest:
    insights = competition_pb2.CompetitionInsights(
        content_themes=[
            competition_pb2.ContentTheme(
                theme="harvest, beans", frequency=0.4, avg_engagement_rate=1.3, opportunity="medium"
            ),
            competition_pb2.ContentTheme(theme="prices", frequency=0.1, opportunity="high"),
        ],
        posting_frequency=competition_pb2.PostingFrequency(
            by_competitor=[
                competition_pb2.CompetitorFrequency(
                    name="North",
                    posts_per_week=3.5,
                    best_days=["tuesday"],
                    best_times=["09:00-10:00"],
                ),
                competition_pb2.CompetitorFrequency(name="South", posts_per_week=1.0),
            ],
            recommendations=["post twice a week: the middle is 2.25"],
        ),
    )
    insights.engagement_tactics.questions_vs_statements.competitor_avg = 0.3
    analysis = competition_pb2.CompetitionAnalysis(
        insights=insights,
        opportunities=[
            competition_pb2.Opportunity(
                category="content", description="write about decaf", priority="high"
            )
        ],
        content_gaps=["decaf: 0 of 12 posts"],
        limits=["no engagement"],
    )
    request = pb.WriteCompetitionReportRequest(
        reports=[report("North", 8), report("South", 4, dated=False)],
        analysis=analysis,
        failed_competitors=[
            competition_pb2.FailedCompetitor(name="Wall", reason="robots.txt forbids it")
        ],
        focus_areas=["decaf"],
    )
    request.period_from.FromDatetime(END - timedelta(days=30))
    request.period_to.FromDatetime(END)
    return request


def test_the_report_says_what_was_found(request_):
    made = agent.write_competition_report(request_)
    plain = made.markdown.replace("\u00a0", " ").replace("\\", "")
    for told in (
        "12 posts of 2 competitors were read",
        "Nothing could be read of \u2068Wall\u2069" if "\u2068" in plain else "of Wall",
        "3.5 a week",
        "28 February 2026 to 30 March 2026",
        "Robots.txt forbids it.",
        "Decaf: 0 of 12 posts.",
        "Write about decaf.",
        "No engagement.",
        "About North.",
        "1.3×",
    ):
        assert told in plain, told
    names = [chart.name for chart in made.charts]
    assert names == [
        "posts_per_week",
        "posting_calendar",
        "content_themes",
        "tactics",
        "confidence_parts",
    ]
    for chart in made.charts:
        ET.fromstring(chart.content)  # noqa: S314 - drawn here
        assert f'id="{chart.name}-title"' in made.html


def test_the_rate_in_the_middle_of_two_is_their_mean(request_):
    # 2.25, to the even digit.
    assert ("Posts a week", "2.2", "median of 2 competitors; 1 gap found") in figures(request_)
    rates = request_.analysis.insights.posting_frequency.by_competitor
    rates.add(name="West", posts_per_week=9)
    # Who has no dated post has no rate.
    rates.add(name="East", posts_per_week=0)
    assert ("Posts a week", "3.5", "median of 3 competitors; 1 gap found") in figures(request_)
    del rates[1:]
    assert ("Posts a week", "3.5", "of one competitor; 1 gap found") in figures(request_)
    del rates[:]
    told = ("Posts a week", "unknown", "no post within the period tells its date; 1 gap found")
    assert told in figures(request_)


def test_bars_of_shares_are_as_long_as_the_shares(request_):
    made = agent.write_competition_report(request_)
    [chart] = [chart for chart in made.charts if chart.name == "content_themes"]
    drawn = ET.fromstring(chart.content)  # noqa: S314 - drawn here
    bars = [box for box in drawn.iter() if box.tag.endswith("rect") and box.get("height") == "10"]
    widths = [float(box.attrib["width"]) for box in bars]
    assert [one / widths[0] for one in widths] == pytest.approx([1, 0.4, 1, 0.1], abs=0.01)
    assert "100 %" in "".join(drawn.itertext()).replace("\u00a0", " ")


def test_no_gap_says_what_was_looked_for(request_):
    del request_.analysis.content_gaps[:]
    assert "every focus area and theme" in agent.write_competition_report(request_).markdown
    del request_.focus_areas[:]
    assert "names no focus areas" in agent.write_competition_report(request_).markdown


def test_what_was_tried_in_vain_counts_as_a_request(request_):
    request_.failed_competitors[0].receipt_ids.extend(["research_3_fetch_1", "research_3_fetch_2"])
    made = agent.write_competition_report(request_)
    count = len(request_.reports) + 2
    assert f"{count} requests were made or refused" in made.markdown.replace("\u00a0", " ")


def test_the_confidence_is_the_sum_of_its_parts(request_):
    made = agent.write_competition_report(request_)
    by_name = {part.name: part.value for part in made.confidence_parts}
    assert by_name == pytest.approx(
        {"sample_size": 12 / 62, "coverage": 2 / 3, "dates": 8 / 12, "engagement": 1.0}, abs=1e-5
    )
    total = 100 * sum(part.value * part.weight for part in made.confidence_parts)
    assert made.confidence_score == pytest.approx(total, abs=0.06)


def test_nothing_found_is_said(request_):
    request_.analysis.Clear()
    for each in request_.reports:
        del each.posts[:]
    made = agent.write_competition_report(request_)
    assert "No theme recurs" in made.markdown
    assert [chart.name for chart in made.charts] == ["confidence_parts"]


def test_what_they_publish_stays_text(request_):
    request_.reports[0].name = HOSTILE
    request_.analysis.insights.content_themes[0].theme = HOSTILE
    request_.analysis.insights.posting_frequency.by_competitor[0].name = HOSTILE
    request_.failed_competitors[0].reason = HOSTILE
    request_.reports[0].sources[0].url = HOSTILE
    made = agent.write_competition_report(request_)
    for written in (made.html, *(chart.content for chart in made.charts)):
        assert "<img" not in written
    assert not re.search(r"(?<!\\)<img", made.markdown)


def test_the_same_limit_is_told_once(request_):
    request_.reports[1].limits[0] = "about North"
    assert agent.write_competition_report(request_).markdown.count("About North.") == 1


def test_none_is_no_zero(request_):
    for each in request_.reports:
        for post in each.posts:
            post.ClearField("likes")
            post.ClearField("published_at")
    reasons = {
        part.name: part.reason for part in agent.write_competition_report(request_).confidence_parts
    }
    assert reasons["engagement"] == "None of 12 posts tells what readers did."
    assert reasons["dates"] == "None of 12 posts tells the date."
