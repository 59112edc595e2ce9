"""The voice profile beside competitors: the same posts count as in an analysis of competitors."""

from datetime import UTC, datetime

import pytest

from analytics.brand_voice.report import analyze_voice
from analytics.competition.analysis import analyze_competition
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import competition_pb2, post_pb2, run_pb2, voice_pb2
from meshkit.plain import to_message
from services.coder import voice
from services.voices import to_brand_posts, to_reports

OWN = (
    "Sign up for the tasting in our shop today!",
    "Book your place at the cupping now, it is free!",
    "Join us on Saturday for a walk through the roastery!",
    "Subscribe to our letter and never miss a harvest!",
    "Visit the new shop in the old town this week!",
)
THEIRS = (
    "Sign up for our newsletter today.",
    "The harvest in Kenya was late this year.",
    "Two of our roasters have new drums.",
    "Peach and honey, grown at 1900 metres.",
    "The old town shop has a new counter.",
    "Forty cups were tasted on Monday.",
    "Our blend of the autumn is sweet and dark.",
    "",
)


@pytest.mark.parametrize("title", ["Coffee note {}", "Post {}"])
def test_titles_count_for_neither(title: str) -> None:
    posts = [post_pb2.Post(platform="linkedin", content=text) for text in OWN]
    report = to_message(analyze_voice(to_brand_posts(posts)), voice_pb2.VoiceReport)
    competitor = competition_pb2.CompetitorReport(name="North")
    for number, text in enumerate(THEIRS):
        competitor.posts.add(source="feed", text=text, title=title.format(number) if text else "!")
    draft = voice.build_profile(
        pb.BuildVoiceProfileRequest(
            context=run_pb2.CallContext(task_id="task_1"),
            posts=posts,
            report=report,
            competitors=[competitor],
        )
    )
    told = " ".join(draft.differentiation.unique_to_customer)
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    analysis = analyze_competition(to_reports([competitor]), begin, end)
    [share] = [one for one in analysis.measurements if one.name == "call_to_action_share"]
    calls = round(share.value * share.sample_size)
    assert calls == 1
    assert f"contain a call to action, against {calls} of {share.sample_size} of" in told
