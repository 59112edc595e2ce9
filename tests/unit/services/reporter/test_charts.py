import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from services.reporter import svg
from services.reporter.charts import skill_charts

NAMESPACE = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "style", "rect", "line", "circle", "text"}
Parts = list[skill_pb2.ConfidencePart]


def parsed(chart: skill_pb2.Chart) -> ET.Element:
    return ET.fromstring(chart.content)  # noqa: S314 -- drawn by the code under test


def tags(root: ET.Element) -> set[str]:
    return {element.tag.removeprefix(NAMESPACE) for element in root.iter()}


def texts(root: ET.Element) -> list[ET.Element]:
    return root.findall(f"{NAMESPACE}text")


@pytest.fixture(params=["full", "single", "identical"])
def request_(request: pytest.FixtureRequest) -> pb.WriteSkillReportRequest:
    found: pb.WriteSkillReportRequest = request.getfixturevalue(request.param)
    return found


def test_only_what_there_is_data_for_is_drawn(
    full: pb.WriteSkillReportRequest,
    single: pb.WriteSkillReportRequest,
    estimate: skill_pb2.PerformanceEstimate,
    no_estimate: skill_pb2.PerformanceEstimate,
    parts: Parts,
) -> None:
    assert [chart.name for chart in skill_charts(full, estimate, parts)] == [
        "confidence_parts",
        "performance_estimate",
        "engagement_by_example",
        "better_half_differences",
        "pattern_shares",
        "back_test",
    ]
    assert [chart.name for chart in skill_charts(single, no_estimate, [])] == ["back_test"]
    assert skill_charts(pb.WriteSkillReportRequest(), no_estimate, []) == []


def test_charts_are_self_contained_and_described(
    request_: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate, parts: Parts
) -> None:
    for chart in skill_charts(request_, estimate, parts):
        root = parsed(chart)
        assert tags(root) <= ALLOWED
        assert root.get("role") == "img"
        labels = (root.get("aria-labelledby") or "").split()
        described = {child.get("id"): child.text for child in root if child.get("id")}
        assert [described[label] for label in labels] == [chart.title, chart.alt_text]
        assert "prefers-color-scheme:dark" in chart.content
        assert not re.search(r"url\(|href|@import|\son\w+=", chart.content)
        assert chart.media_type == "image/svg+xml"
        assert re.fullmatch(r"[a-z_]+", chart.name)


def test_no_text_leaves_its_chart_or_meets_another(
    request_: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate, parts: Parts
) -> None:
    for chart in skill_charts(request_, estimate, parts):
        root = parsed(chart)
        height = float(root.get("height") or 0)
        placed: list[tuple[float, float, float, str]] = []
        for element in texts(root):
            words, size = element.text or "", float(element.get("font-size") or 0)
            x, y = float(element.get("x") or 0), float(element.get("y") or 0)
            width = svg.text_width(words, size, bold=element.get("font-weight") is not None)
            left = {"middle": x - width / 2, "end": x - width}.get(
                element.get("text-anchor") or "", x
            )
            assert left >= 0, words
            assert left + width <= svg.WIDTH, words
            assert size <= y <= height - 2, words
            for other_left, other_right, other_y, other in placed:
                apart = left >= other_right or left + width <= other_left or abs(y - other_y) >= 11
                assert apart, (words, other)
            placed.append((left, left + width, y, words))


def test_text_can_be_read(
    full: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate, parts: Parts
) -> None:
    for chart in skill_charts(full, estimate, parts):
        for element in texts(parsed(chart)):
            assert float(element.get("font-size") or 0) >= 12


def test_bars_are_as_long_as_the_numbers_say(
    full: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate, parts: Parts
) -> None:
    charts = {chart.name: chart for chart in skill_charts(full, estimate, parts)}
    root = parsed(charts["engagement_by_example"])
    bars = [
        float(element.get("width") or 0)
        for element in root.findall(f"{NAMESPACE}rect")
        if element.get("class") in {"f-accent", "f-rest"}
    ]
    better = sorted((s.relative for s in full.patterns.scores if s.better_half), reverse=True)
    rest = sorted((s.relative for s in full.patterns.scores if not s.better_half), reverse=True)
    assert [bar / bars[0] for bar in bars] == pytest.approx(
        [value / better[0] for value in better + rest], abs=0.001
    )


def test_the_matrix_marks_what_fails_and_what_was_skipped(
    full: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate
) -> None:
    (chart,) = (c for c in skill_charts(full, estimate, []) if c.name == "back_test")
    root = parsed(chart)
    entries = full.review.back_test.entries
    failures = sum(len(entry.failed_guards) + (not entry.accepted) for entry in entries)
    in_legend, skipped_guards = 1, 2
    fails = [e for e in root.iter() if e.get("class") == "f-surface s-warn"]
    assert len(fails) == failures + in_legend
    dashes = [
        e for e in root.iter() if e.get("class") == "s-muted" and e.get("stroke-width") == "1.5"
    ]
    assert len(dashes) == skipped_guards * len(entries) + in_legend


def test_the_better_half_and_effects_are_told_in_words(
    full: pb.WriteSkillReportRequest, estimate: skill_pb2.PerformanceEstimate, parts: Parts
) -> None:
    charts = {chart.name: chart for chart in skill_charts(full, estimate, parts)}
    assert "Post 2 2.6× (better half)" in charts["engagement_by_example"].alt_text
    assert "Post 3 0.4×;" in charts["engagement_by_example"].alt_text
    assert "Words: more in better posts" in charts["better_half_differences"].alt_text
    assert "Reading grade: less in better posts" in charts["better_half_differences"].alt_text
    assert "fails on posts 2, 3, 5 and 8" in charts["back_test"].alt_text
    assert "Contrast ratio: skipped" in charts["back_test"].alt_text


def test_impossible_numbers_are_left_out(
    full: pb.WriteSkillReportRequest, no_estimate: skill_pb2.PerformanceEstimate
) -> None:
    full.patterns.scores[0].relative = float("nan")
    full.patterns.scores[1].relative = float("inf")
    for chart in skill_charts(full, no_estimate, []):
        assert "nan" not in chart.content
        assert '"inf"' not in chart.content


@pytest.mark.parametrize(
    ("low", "middle", "high"),
    [(-40, -10, 20), (0, 0, 0), (5, 5.1, 5.2), (-90, -80, -70), (0.1, 400, 9000), (-0.1, 0.0, 0.1)],
)
def test_any_interval_can_be_drawn(low: float, middle: float, high: float) -> None:
    estimate = skill_pb2.PerformanceEstimate(
        engagement_rate_increase=middle, confidence=50, low=low, high=high
    )
    (chart,) = skill_charts(pb.WriteSkillReportRequest(), estimate, [])
    root = parsed(chart)
    for circle in root.findall(f"{NAMESPACE}circle"):
        assert svg.MARGIN <= float(circle.get("cx") or 0) <= svg.WIDTH - svg.MARGIN
    lefts = sorted(float(element.get("x") or 0) for element in texts(root)[-2:])
    assert lefts[0] >= 0


@given(st.text(min_size=1), st.floats(min_value=20, max_value=400))
def test_fitted_text_fits(words: str, width: float) -> None:
    assert svg.text_width(svg.fitted(words, width)) <= width


@given(st.text(min_size=1), st.integers(min_value=1, max_value=4))
def test_wrapped_text_keeps_to_its_lines(words: str, lines: int) -> None:
    wrapped = svg.wrapped(words, 120, lines)
    assert len(wrapped) <= lines
    assert all(svg.text_width(line) <= 120 for line in wrapped)
