"""Requests as the reporter gets them: a full one, the smallest one, and odd ones."""

import pytest

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2

SKILL_YAML = """\
skill_id: skill_morning_light_v1
name: Morning Light
version: 1.0.0
platforms: [linkedin, instagram]
layout:
  type: single_image_post
  components:
    - type: hook
      structure: question
      max_length: 90
    - type: body
      tone: enthusiastic
      max_length: 600
    - type: call_to_action
      required: true
brand_voice:
  tone: enthusiastic
  formality: 38
  technical_level: 22
  keywords: [roast, farmers, harvest, brew]
guards:
  - name: readability
    max: 9
  - name: length
    max: 700
"""

_TEXTS = [
    """Ever wondered why the same beans taste different at home? ☕ Three things we learnt from our
baristas this week, and one we got wrong.""",
    """We paid our growers 28 % above the fair-trade price this harvest. Here is the full list, farm
by farm. #coffee #fairtrade""",
    "Our annual report is out now.",
    "What would you ask a coffee farmer? Ana answers live on Thursday – leave your question! 👇",
    "New opening hours from Monday.",
    "Morning light, first cup. What's in yours? ☀️☕ #coffee #morning #slowliving",
    "Roasting day at the old mill. The smell! 🔥",
    "Sale ends tonight.",
    "Throwback to our first stall in 2011. Who was there?",
    "Office dogs, ranked. No further questions.",
]
# Platform, likes, comments, shares, impressions, engagement against the platform's median.
_RESULTS = [
    ("linkedin", 412, 38, 21, 9_800, 2.31),
    ("linkedin", 655, 71, 48, 14_200, 2.64),
    ("linkedin", 41, 2, 1, 5_100, 0.42),
    ("linkedin", 298, 92, 15, 8_900, 2.21),
    ("linkedin", 38, 4, 0, 4_300, 0.47),
    ("instagram", 1_204, 88, 34, 21_000, 1.52),
    ("instagram", 931, 41, 12, 19_400, 1.22),
    ("instagram", 207, 6, 2, 12_700, 0.41),
    ("instagram", 640, 57, 9, 16_800, 1.01),
    ("instagram", 588, 39, 11, 15_900, 0.99),
]
_BETTER = {0, 1, 3, 5, 6}
_PATTERNS = [
    ("has_image", "image", 9, 0.596, 0.982, "9 of 10 examples (90 %) come with an image."),
    ("addresses_reader", "tone", 7, 0.397, 0.892, "7 of 10 examples (70 %) address the reader."),
    ("has_question", "questions", 5, 0.237, 0.763, "5 of 10 examples (50 %) ask a question."),
    ("has_emoji", "emoji", 4, 0.168, 0.687, "4 of 10 examples (40 %) use emoji."),
    ("has_hashtags", "hashtags", 3, 0.108, 0.603, "3 of 10 examples (30 %) use hashtags."),
]
_DIFFERENCES = [
    ("words", 18.4, 6.6, 0.88, 0.016, "The 5 better examples average 18.4 words, the others 6.6."),
    (
        "has_emoji",
        0.8,
        0.0,
        0.8,
        0.048,
        "4 of the 5 better examples use emoji, none of the others.",
    ),
    ("has_question", 0.6, 0.4, 0.2, 1.0, "3 of the 5 better examples ask a question, 2 others do."),
    ("reading_grade", 6.1, 7.4, -0.36, 0.41, "The 5 better examples are easier to read."),
]
_GUARDS = [
    ("readability", "passed", 6.1, "grade 6.1 of the better half, at most 9"),
    ("length", "passed", 137.0, "137 characters at most, 700 allowed"),
    ("hashtag_count", "passed", 3.0, "0 to 3 hashtags, up to 5 allowed"),
    ("call_to_action", "failed", 0.8, "4 of 5 better examples have one, all must"),
    ("banned_words", "passed", 0.0, "none of 12 banned words found"),
    ("image_min_resolution", "skipped", None, "the image of the examples was not fetched"),
    ("contrast_ratio", "skipped", None, "the image of the examples was not fetched"),
]


def example(
    platform: str, content: str, counts: tuple[int, int, int], impressions: int | None
) -> skill_pb2.Example:
    likes, comments, shares = counts
    metrics = skill_pb2.PerformanceMetrics(likes=likes, comments=comments, shares=shares)
    if impressions is None:
        metrics.impressions_unknown = True
    else:
        metrics.impressions = impressions
    return skill_pb2.Example(platform=platform, content=content, performance_metrics=metrics)


@pytest.fixture
def full() -> pb.WriteSkillReportRequest:
    """Ten posts of one brand on two platforms, with everything that can be found in them."""
    request = pb.WriteSkillReportRequest(target_platforms=["linkedin", "instagram"], rounds=2)
    report = request.patterns
    report.distinct_examples, report.engagement_basis = 10, "engagement_rate"
    back_test = request.review.back_test
    for index, result in enumerate(_RESULTS):
        platform, likes, comments, shares, impressions, relative = result
        counts = (likes, comments, shares)
        request.examples.append(example(platform, _TEXTS[index], counts, impressions))
        better = index in _BETTER
        rate = sum(counts) / impressions
        report.scores.add(index=index, engagement_rate=rate, relative=relative, better_half=better)
        failed = ["call_to_action"] if index in {1, 2, 4, 7} else []
        failed += ["length"] if index == 2 else []
        back_test.entries.add(
            index=index, accepted=not failed, better_half=better, failed_guards=failed
        )
    back_test.better_accepted, back_test.better_total = 4, 5
    back_test.rest_accepted, back_test.rest_total = 2, 5
    for name, category, count, low, high, sentence in _PATTERNS:
        report.patterns.add(
            name=name, category=category, count=count, total=10, share=count / 10, low=low,
            high=high, sentence=sentence,
        )  # fmt: skip
    for trait, better_mean, rest_mean, effect, p_value, sentence in _DIFFERENCES:
        report.differences.add(
            trait=trait, better=better_mean, rest=rest_mean, better_size=5, rest_size=5,
            effect=effect, p_value=p_value, sentence=sentence,
        )  # fmt: skip
    report.knowledge.add(
        document_id="doc_1", title="Brand book", keywords=["roast", "farm"],
        text="Prices come first. We name the farm of each roast, and who works there.",
    )  # fmt: skip
    report.measurements.add(
        name="words_median", value=10.5, unit="words", sample_size=10,
        method="median_order_statistics_95", low=5, high=21,
    )  # fmt: skip
    report.measurements.add(
        name="reading_grade_median", value=6.7, unit="grade", sample_size=10, method="median"
    )
    report.measurements.add(
        name="image_share", value=0.9, unit="share", sample_size=10, method="wilson_95",
        low=0.596, high=0.982,
    )  # fmt: skip
    report.limits.append("Contrast was not measured: no image could be fetched.")
    report.voice.CopyFrom(
        skill_pb2.Voice(
            tone="enthusiastic", formality=38.2, formality_known=True, technical_level=22.4,
            keywords=["roast", "farmers", "harvest", "brew"], language="en",
        )
    )  # fmt: skip
    for guard, status, score, reason in _GUARDS:
        request.review.guard_results.add(
            guard=guard, status=status, passed=status == "passed", score=score, reason=reason
        )
    request.review.score = 80
    request.review.feedback.append("Make the call to action optional: post 2 has none.")
    request.draft.CopyFrom(
        skill_pb2.SkillDraft(
            skill_id="skill_morning_light_v1", name="Morning Light", yaml=SKILL_YAML,
            changes=["Raised the length limit to 700 characters, since post 2 has 620."],
        )
    )  # fmt: skip
    return request


@pytest.fixture
def single(full: pb.WriteSkillReportRequest) -> pb.WriteSkillReportRequest:
    """One post, from which nearly nothing can be told."""
    request = pb.WriteSkillReportRequest(target_platforms=["instagram"], rounds=1)
    request.examples.append(full.examples[0])
    request.patterns.distinct_examples = 1
    request.patterns.engagement_basis = "engagement_rate"
    request.patterns.scores.add(index=0, engagement_rate=0.048, relative=1.0, better_half=True)
    request.patterns.limits.append("Patterns need at least 2 different examples; there is 1.")
    request.draft.CopyFrom(full.draft)
    request.draft.ClearField("changes")
    request.review.accepted, request.review.score = True, 100
    request.review.guard_results.add(
        guard="length", status="passed", passed=True, score=137, reason="137 of 3,000 characters"
    )
    test = request.review.back_test
    test.entries.add(index=0, accepted=True, better_half=True)
    test.better_accepted = test.better_total = 1
    return request


@pytest.fixture
def identical(full: pb.WriteSkillReportRequest) -> pb.WriteSkillReportRequest:
    """Ten times the same post, without impressions, under a name without a space."""
    request = pb.WriteSkillReportRequest(target_platforms=["facebook", "twitter"], rounds=6)
    for index in range(10):
        content = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3
        request.examples.append(example("facebook", content, (10 * index, 2, 1), None))
        score = request.patterns.scores.add(index=index, relative=1.0, better_half=index == 0)
        if index:
            score.duplicate_of = 0
        request.review.back_test.entries.add(
            index=index, accepted=False, better_half=index == 0, failed_guards=["readability"]
        )
    request.review.back_test.better_total, request.review.back_test.rest_total = 1, 9
    request.patterns.distinct_examples = 1
    request.patterns.engagement_basis = "relative_interactions"
    request.draft.CopyFrom(full.draft)
    request.draft.name = (
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" + "x" * 37
    )
    request.review.guard_results.extend(full.review.guard_results)
    request.review.guard_results.add(
        guard="an_extraordinarily_long_name_for_a_guard_that_nobody_would_choose", status="failed"
    )
    request.review.violations.add(line=3, path="guards[2].max", message="must be a number")
    return request


@pytest.fixture
def estimate() -> skill_pb2.PerformanceEstimate:
    return skill_pb2.PerformanceEstimate(
        engagement_rate_increase=52.4, confidence=41, low=12.3, high=118.9,
        basis="Median of the 5 better examples against that of all 10, 2,000 bootstrap samples",
    )  # fmt: skip


@pytest.fixture
def no_estimate() -> skill_pb2.PerformanceEstimate:
    return skill_pb2.PerformanceEstimate(
        basis="Fewer than 4 different examples: no better half can be told from the rest."
    )


@pytest.fixture
def parts() -> list[skill_pb2.ConfidencePart]:
    return [
        skill_pb2.ConfidencePart(name="sample_size", value=0.63, weight=0.35, reason="10 of 10"),
        skill_pb2.ConfidencePart(name="agreement", value=0.71, weight=0.25, reason="mean share"),
        skill_pb2.ConfidencePart(
            name="back_test", value=0.8, weight=0.25, reason="4 of 5 accepted"
        ),
        skill_pb2.ConfidencePart(
            name="measurability", value=0.71, weight=0.15, reason="5 of 7 ran"
        ),
    ]
