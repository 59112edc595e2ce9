"""The report on a voice: what it says, also when little is known, and that posts stay text."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2, evidence_pb2, post_pb2, skill_pb2, voice_pb2
from services.reporter import agent

HOSTILE = "<script>alert(1)</script> | [x](javascript:y) **bold** {{7*7}}"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def post(number: int, text: str) -> post_pb2.Post:
    made = post_pb2.Post(
        platform="linkedin", content=text, engagement=post_pb2.Engagement(likes=number)
    )
    made.created_at.FromDatetime(START + timedelta(days=number))
    return made


@pytest.fixture
def request_() -> pb.WriteVoiceReportRequest:
    """A voice of twelve posts with everything measured."""
    posts = [post(n, f"Post {n} about our roastery and what we learned.") for n in range(12)]
    report = voice_pb2.VoiceReport(
        language="en",
        distinct_posts=12,
        profile=voice_pb2.BrandVoiceProfile(
            tone=voice_pb2.VoiceTone(primary="warm", secondary=["humorous"], confidence=62),
            lexicon=voice_pb2.Lexicon(
                common_phrases=["what we learned"], keywords=["roastery"], avoid_words=["synergy"]
            ),
            style=voice_pb2.VoiceStyle(
                sentence_length="short",
                paragraph_structure="several short paragraphs",
                emoji_usage="rare",
                hashtag_strategy="2 at the end of most posts",
            ),
        ),
        measurements=[
            skill_pb2.Measurement(name=name, value=value, sample_size=12, low=low, high=high)
            for name, value, low, high in (
                ("formality_mean", 41.5, 36.0, 47.0),
                ("enthusiasm_mean", 63.0, 52.0, 71.0),
                ("technicality_mean", 55.0, 44.0, 66.0),
                ("words_per_sentence_median", 9.0, 8.0, 10.0),
            )
        ],
        tones=[
            evidence_pb2.Bucket(label="warm", count=8, value=8 / 12),
            evidence_pb2.Bucket(label="humorous", count=4, value=4 / 12),
        ],
        phrases=[evidence_pb2.Bucket(label="what we learned", count=12, value=1.0)],
        differences=[
            skill_pb2.Difference(
                trait="questions", sentence="They ask more.", effect=0.7, p_value=0.01
            )
        ],
        posting_times=evidence_pb2.PostingTimes(
            sample_size=60,
            hours=[
                evidence_pb2.Bucket(label=f"{h:02}", count=2, value=h - 12.0) for h in range(24)
            ],
            days=[evidence_pb2.Bucket(label=d, count=8, value=5.0) for d in ("monday", "sunday")],
            best_days=["monday"],
            best_times=["08:00-09:00"],
            time_zone="UTC",
            basis="60 posts, detrended.",
        ),
        limits=["No picture was looked at."],
    )
    draft = voice_pb2.VoiceProfileDraft(
        profile_id="voice_" + "a" * 32,
        quality=voice_pb2.VoiceQuality(
            auc=0.84, low=0.74, high=0.92, sample_size=12, background_size=500, basis="Tried on 12."
        ),
        embedding=[1.0],
        high_scoring=[posts[1].content],
        low_scoring=[posts[2].content],
        posts=[
            voice_pb2.PostVoice(
                index=n,
                score=30 + 5 * n,
                tone="warm",
                formality=40,
                enthusiasm=60,
                technicality=50,
                relative_engagement=1.2,
            )
            for n in range(12)
        ],
        differentiation=voice_pb2.CompetitorDifferentiation(
            unique_to_customer=["short posts: 4 of 5 against 1 of 5"],
            opportunities=["ask more: 2 of 5"],
        ),
    )
    return pb.WriteVoiceReportRequest(posts=posts, report=report, draft=draft)


def test_nothing_is_said_of_competitors_that_nobody_could_read(request_):
    request_.draft.ClearField("differentiation")
    request_.failed_competitors.add(name="North", reason="It is gone.")
    markdown = agent.write_voice_report(request_).markdown
    assert "no competitor could be read" in markdown
    assert "Nothing sets your posts" not in markdown


def test_the_report_says_what_was_measured(request_):
    request_.competitors.add(name="North")
    report = agent.write_voice_report(request_)
    for told in (
        "12 distinct posts",
        "leading tone is warm, with humorous beside it",
        "84 %",
        "36 to 47",
        "what we learned",
        "Common elsewhere, never used here: synergy",
        "60 posts, detrended.",
        "No picture was looked at.",
        "short posts: 4 of 5 against 1 of 5",
    ):
        assert told.lower() in report.markdown.replace("\u00a0", " ").replace("\\", "").lower(), (
            told
        )
    assert [chart.name for chart in report.charts] == [
        "voice_dimensions",
        "tones",
        "voice_scores",
        "posting_times",
        "confidence_parts",
    ]
    for chart in report.charts:
        ET.fromstring(chart.content)  # noqa: S314 - drawn here
        assert chart.alt_text
        assert f'id="{chart.name}-title"' in report.html
    assert "They ask more." in report.recommendations[0]


def test_the_confidence_is_the_sum_of_its_parts(request_):
    report = agent.write_voice_report(request_)
    total = 100 * sum(part.value * part.weight for part in report.confidence_parts)
    assert report.confidence_score == pytest.approx(total, abs=0.06)
    assert sum(part.weight for part in report.confidence_parts) == pytest.approx(1)
    by_name = {part.name: part.value for part in report.confidence_parts}
    assert by_name == pytest.approx(
        {"sample_size": 12 / 32, "distinctness": 0.48, "agreement": 0.62, "measurability": 1.0},
        abs=1e-5,
    )


def test_nothing_measured_is_nothing_trusted(request_):
    for voice in request_.draft.posts:
        voice.ClearField("tone")
        for name in ("formality", "enthusiasm", "technicality"):
            voice.ClearField(name)
    request_.report.language = "und"
    request_.report.profile.tone.Clear()
    report = agent.write_voice_report(request_)
    assert report.confidence_score == 0
    assert all(part.reason for part in report.confidence_parts)


def test_a_language_without_measures_of_tone_is_trusted_a_little(request_):
    for voice in request_.draft.posts:
        voice.ClearField("tone")
        for name in ("formality", "enthusiasm", "technicality"):
            voice.ClearField(name)
    request_.report.language = "es"
    request_.report.profile.tone.Clear()
    assert 0 < agent.write_voice_report(request_).confidence_score < 5


def test_what_is_measured_on_half_of_the_posts_counts_half(request_):
    for one in request_.report.measurements:
        one.sample_size = 6
    for voice in request_.draft.posts[:6]:
        voice.ClearField("tone")
        for name in ("formality", "enthusiasm", "technicality"):
            voice.ClearField(name)
    parts = {part.name: part for part in agent.write_voice_report(request_).confidence_parts}
    assert parts["sample_size"].value == pytest.approx(6 / 26)
    assert parts["measurability"].value == pytest.approx(0.5)
    assert parts["distinctness"].value == pytest.approx(0.24)
    assert "6 distinct posts whose tone or a dimension was measured" in parts["sample_size"].reason


def test_a_copy_is_no_further_post(request_):
    request_.draft.posts[3].duplicate_of = 0
    parts = {part.name: part.value for part in agent.write_voice_report(request_).confidence_parts}
    assert parts["sample_size"] == pytest.approx(11 / 31)


def test_one_post_of_unknown_language_makes_a_report_that_says_so():
    report = voice_pb2.VoiceReport(distinct_posts=1, language="und", limits=["Too little text."])
    request = pb.WriteVoiceReportRequest(
        posts=[post(0, "ok")],
        report=report,
        draft=voice_pb2.VoiceProfileDraft(profile_id="voice_x"),
    )
    made = agent.write_voice_report(request)
    assert "A tone cannot be told." in made.markdown
    assert "not measured" in made.markdown
    assert [chart.name for chart in made.charts] == ["confidence_parts"]
    assert made.confidence_score < 5


def test_competitors_that_failed_are_listed(request_):
    request_.failed_competitors.add(name="North", reason="Its rules forbid reading.")
    text = agent.write_voice_report(request_).markdown
    assert "Could not be read" in text
    assert "Its rules forbid reading." in text


def test_posts_stay_text(request_):
    request_.posts[0].content = HOSTILE
    request_.draft.high_scoring[0] = HOSTILE
    request_.report.profile.lexicon.keywords.append(HOSTILE)
    request_.report.phrases[0].label = HOSTILE
    request_.failed_competitors.append(
        competition_pb2.FailedCompetitor(name=HOSTILE, reason=HOSTILE)
    )
    report = agent.write_voice_report(request_)
    for written in (report.html, *(chart.content for chart in report.charts)):
        assert "<script>" not in written
    assert not re.search(r"(?<!\\)<script", report.markdown)
