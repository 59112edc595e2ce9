import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from services.reporter import findings
from services.reporter.charts import skill_charts
from services.reporter.recommendations import recommendations
from services.reporter.report import ReportText, skill_report

VOID = {"meta"}
HOSTILE = (
    "</script></title></style></svg><img src=x onerror=alert(1)> `` ``` [x](javascript:alert(1)) | "
    "{{ 7*7 }} &lt; \"' \u202e\u200b\u0007 שלום " + "w" * 300
)


class Page(HTMLParser):
    """Collects what a browser would make of a page; fails on tags that don't nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, name: str) -> list[str | None]:
        return [value for attribute, value in self.attributes if attribute == name]


def report(
    request: pb.WriteSkillReportRequest,
    estimate: skill_pb2.PerformanceEstimate,
    parts: list[skill_pb2.ConfidencePart],
    score: float | None = None,
) -> ReportText:
    total = 100 * sum(part.value * part.weight for part in parts)
    return skill_report(
        request,
        estimate=estimate,
        confidence_score=total if score is None else score,
        confidence_parts=parts,
        charts=skill_charts(request, estimate, parts),
        recommendations=recommendations(request, estimate),
    )


Parts = list[skill_pb2.ConfidencePart]
Estimate = skill_pb2.PerformanceEstimate


def test_both_forms_say_everything(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    text = report(full, estimate, parts)
    page = Page(text.html)
    for expected in (
        "Morning Light",
        "skill_morning_light_v1",
        "Confidence is 70.5 of 100 (high)",
        "+52.4\u00a0%, with a 95\u00a0% interval of +12.3\u00a0% to +118.9\u00a0%",
        "9 of 10 examples (90\u00a0%) come with an image.",
        "60–98\u00a0%",
        "2 of them with p below 0.05",
        "no p can be smaller than 0.0079",
        "accepts 4 of 5 posts of the better half and 2 of 5 of the rest",
        "4 of 5 better examples have one, all must.",
        "Contrast was not measured: no image could be fetched.",
        "Raised the length limit to 700 characters",
        "Make the call to action optional",
        "roast, farmers, harvest, brew",
        "grade 6.7",
        "after 2 drafts",
        "skill does not meet its own target yet",
        full.draft.yaml.rstrip(),
    ):
        assert expected in page.words, expected
        assert expected in text.markdown.replace("\\", ""), expected
    for advice in recommendations(full, estimate):
        assert advice.replace("95 %", "95\u00a0%") in page.words


def test_page_is_one_safe_accessible_file(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    html = report(full, estimate, parts).html
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert page.values("src") == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for target in page.values("href"):
        assert target is not None
        assert target.startswith("#")
        assert target[1:] in ids
    for labels in page.values("aria-labelledby"):
        assert set((labels or "").split()) <= set(ids)
    assert page.tags.count("h1") == 1
    assert page.tags.count("table") == page.tags.count("caption")
    assert page.tags.count("svg") == 6


@pytest.mark.parametrize("field", ["name", "content", "everything"])
def test_hostile_text_stays_text(
    field: str, full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    calm = Page(report(full, estimate, parts).html)
    if field in {"name", "everything"}:
        full.draft.name = HOSTILE
    if field in {"content", "everything"}:
        for example in full.examples:
            example.content = HOSTILE
    if field == "everything":
        full.draft.skill_id = full.draft.yaml = HOSTILE
        full.patterns.voice.tone = full.patterns.voice.keywords[0] = HOSTILE
        for passage in full.patterns.knowledge:
            passage.title = passage.text = passage.source_url = passage.keywords[0] = HOSTILE
        full.patterns.limits[0] = full.review.feedback[0] = full.draft.changes[0] = HOSTILE
        for pattern in full.patterns.patterns:
            pattern.name = pattern.category = pattern.sentence = HOSTILE
        for difference in full.patterns.differences:
            difference.trait = difference.sentence = HOSTILE
        for guard in full.review.guard_results:
            guard.guard = guard.reason = HOSTILE
        for part in parts:
            part.name = part.reason = HOSTILE
        estimate.basis = HOSTILE
    text = report(full, estimate, parts)
    page = Page(text.html)
    assert set(page.tags) == set(calm.tags)
    assert {name for name, _ in page.attributes} == {name for name, _ in calm.attributes}
    assert "alert(1)" in page.words
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    shown = reader.render(text.markdown)
    allowed = {"h1", "h2", "p", "em", "strong", "ul", "ol", "li", "table", "thead", "tbody", "tr"}
    assert set(re.findall(r"<(\w+)", shown)) <= allowed | {"th", "td", "pre", "code"}


def test_passages_are_quoted_from_where_they_speak_of_the_subject(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    told = Page(report(full, estimate, parts).html).words
    assert "What your knowledge base says" in told
    assert "… “We name the farm of each roast, and who works there.”" in told
    assert "Prices come first" not in told
    del full.patterns.knowledge[:]
    assert "knowledge base" not in Page(report(full, estimate, parts).html).words


@pytest.mark.parametrize("name", ["single", "identical"])
def test_little_evidence_makes_a_whole_report(
    name: str, request: pytest.FixtureRequest, no_estimate: Estimate, parts: Parts
) -> None:
    asked: pb.WriteSkillReportRequest = request.getfixturevalue(name)
    text = report(asked, no_estimate, parts)
    page = Page(text.html)
    assert "Expected engagement: unknown" in text.markdown
    assert "no better half can be told" in page.words
    assert "No trait is shared by these posts." in page.words
    assert "cannot be compared with the rest" in page.words
    assert "nan" not in page.words.split()


def test_an_estimate_without_interval_is_said_to_have_none(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    estimate.ClearField("low")
    estimate.ClearField("high")
    text = report(full, estimate, parts)
    assert "Expected engagement: +52.4\u00a0%** – no interval can be given" in text.markdown
    assert "performance_estimate" not in text.html


def test_an_empty_request_is_reported_too(no_estimate: Estimate) -> None:
    text = report(pb.WriteSkillReportRequest(rounds=1), no_estimate, [], score=0)
    assert "The skill has no guards." in Page(text.html).words
    assert "how it was computed was not recorded" in text.markdown


def test_a_score_that_is_not_the_sum_of_its_parts_is_said_so(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    assert "differs from that sum" not in report(full, estimate, parts).markdown
    assert "differs from that sum" in report(full, estimate, parts, score=30).markdown


def test_the_same_request_makes_the_same_report(
    full: pb.WriteSkillReportRequest, estimate: Estimate, parts: Parts
) -> None:
    assert report(full, estimate, parts) == report(full, estimate, parts)


def test_a_technical_level_that_was_not_measured_is_no_zero():
    patterns = skill_pb2.PatternReport(voice=skill_pb2.Voice(language="de"))
    [table] = findings.voice(patterns).blocks
    assert dict(table.rows)["Technical level"].startswith("not measured")
    patterns.measurements.add(name="technicality_median", value=30)
    patterns.voice.technical_level = 30
    [table] = findings.voice(patterns).blocks
    assert dict(table.rows)["Technical level"].startswith("30 of 100")
