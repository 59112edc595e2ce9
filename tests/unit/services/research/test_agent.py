import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manusmesh.type.v1 import skill_pb2
from services.posts import to_posts
from services.research.agent import analyze_patterns
from tests.support.tasks import skill_request

metrics = st.builds(
    skill_pb2.PerformanceMetrics,
    likes=st.integers(0, 10_000),
    comments=st.integers(0, 500),
    shares=st.integers(0, 500),
    impressions=st.integers(1, 100_000),
)
examples = st.lists(
    st.builds(
        skill_pb2.Example,
        platform=st.sampled_from(["linkedin", "twitter", "facebook", "instagram"]),
        content=st.text(st.characters(exclude_categories=["Cs"]), min_size=10, max_size=120).filter(
            lambda text: not text.isspace()
        ),
        image_url=st.sampled_from(["", "https://example.com/a.png"]),
        performance_metrics=metrics,
    ),
    min_size=1,
    max_size=10,
)


@given(examples)
@settings(max_examples=40)
def test_a_report_counts_only_what_it_was_given(given_examples: list[skill_pb2.Example]) -> None:
    report = analyze_patterns(given_examples)
    count = len(given_examples)
    assert [score.index for score in report.scores] == list(range(count))
    assert 1 <= report.distinct_examples <= count
    rated = all(
        one.likes + one.comments + one.shares <= one.impressions
        for one in (example.performance_metrics for example in given_examples)
    )
    assert report.engagement_basis == ("engagement_rate" if rated else "relative_interactions")
    assert all(0 <= score.engagement_rate <= 1 for score in report.scores)
    for pattern in report.patterns:
        assert pattern.share == pytest.approx(pattern.count / pattern.total)
        assert pattern.total <= report.distinct_examples
        assert 0 <= pattern.low <= pattern.share <= pattern.high <= 1
    for measurement in report.measurements:
        assert 1 <= measurement.sample_size <= count
    for difference in report.differences:
        assert -1 <= difference.effect <= 1
        assert 0 <= difference.p_value <= 1


def test_an_example_is_a_post_of_the_same_facts() -> None:
    [post] = to_posts(skill_request(1).examples)
    assert (post.platform, post.text) == (
        "linkedin",
        "Example number 1 tells something about our product.",
    )
    assert (post.likes, post.comments, post.shares, post.impressions) == (10, 1, 1, 1000)
    assert post.has_image is False


def test_unknown_impressions_are_none_and_change_the_basis() -> None:
    asked = skill_request(4).examples
    asked[2].performance_metrics.ClearField("impressions")
    asked[2].performance_metrics.impressions_unknown = True
    assert [post.impressions for post in to_posts(asked)] == [1000, 1000, None, 1000]
    report = analyze_patterns(asked)
    assert report.engagement_basis == "relative_interactions"
    assert [score.engagement_rate for score in report.scores if score.index == 2] == [0]


def test_an_image_counts_as_one() -> None:
    asked = skill_request(4).examples
    for example in asked[:3]:
        example.image_url = "https://example.com/a.png"
    assert [post.has_image for post in to_posts(asked)] == [True, True, True, False]
    shares = {one.name: one.value for one in analyze_patterns(asked).measurements}
    assert shares["image_share"] == pytest.approx(0.75)


def test_a_copy_names_its_original() -> None:
    asked = skill_request(3).examples
    asked[2].content = asked[0].content
    report = analyze_patterns(asked)
    assert report.distinct_examples == 2
    assert report.scores[2].duplicate_of == 0
    assert [score.HasField("duplicate_of") for score in report.scores] == [False, False, True]
