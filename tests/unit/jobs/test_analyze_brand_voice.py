"""The job with fake steps: the brand's posts beside its competitors, and what is kept."""

import pytest

from jobs.analyze_brand_voice import analyze_brand_voice
from manusmesh.content.v1 import analyze_brand_voice_pb2 as pb
from manusmesh.type.v1 import competition_pb2, post_pb2, skill_pb2, voice_pb2
from meshkit.errors import MeshError, Reason
from tests.support.steps import NOW, USAGE, Steps

VOICE = voice_pb2.VoiceReport(language="en", distinct_posts=2, limits=["few posts"])
DRAFT = voice_pb2.VoiceProfileDraft(
    profile_id="voice_1",
    model=voice_pb2.VoiceModel(weights=[0.5]),
    embedding=[0.6, 0.8],
    high_scoring=["a"],
    posts=[voice_pb2.PostVoice(index=0, score=70)],
)
REPORT = skill_pb2.Report(markdown="# R", html="<p>", engine="offline", confidence_score=40)
GONE = MeshError(Reason.NOT_FOUND, "Its site does not answer.")


def request(*competitors: str, include: bool = True) -> pb.AnalyzeBrandVoiceRequest:
    asked = pb.AnalyzeBrandVoiceRequest(include_competitors=include)
    for text in ("one post", "another post"):
        post = asked.posts.add(
            platform="linkedin", content=text, engagement=post_pb2.Engagement(likes=1)
        )
        post.created_at.FromDatetime(NOW)
    for name in competitors:
        asked.competitors.add(
            name=name,
            platforms=competition_pb2.CompetitorPlatforms(website="https://example.com"),
        )
    return asked


def steps(**more) -> Steps:
    return Steps({"research": VOICE, "coder": DRAFT, "reporter": REPORT, **more})


async def test_without_competitors_one_agent_after_another():
    asked = steps()
    result = await analyze_brand_voice(request("North", include=False), asked)
    assert asked.steps == ["planning", "research", "coder", "reporter"]
    brief = asked.request("planning").analyze_brand_voice
    assert (brief.posts, brief.characters, list(brief.competitor_addresses)) == (2, 20, [])
    assert not brief.addresses
    assert result.profile_id == "voice_1"
    assert list(result.embedding_vector) == pytest.approx([0.6, 0.8])
    assert list(result.sample_posts.high_scoring) == ["a"]
    assert (result.engine, result.confidence_score, result.usage) == ("offline", 40, USAGE)
    assert not result.HasField("competitor_differentiation")
    assert result.evidence.posts == DRAFT.posts
    assert list(result.evidence.limits) == ["few posts"]


async def test_the_profile_is_kept_with_its_model():
    asked = steps()
    result = await analyze_brand_voice(request(), asked)
    _, version, parts = asked.shelf["brand-voice", "voice_1"]
    assert (version, parts["result"]) == (1, result)
    assert parts["voice"].model == DRAFT.model
    assert (parts["voice"].language, parts["voice"].distinct_posts) == ("en", 2)


async def test_competitors_that_cannot_be_read_are_listed():
    south = competition_pb2.CompetitorReport(name="South")
    south.posts.add(text="Ours is better.")
    asked = steps(research_1=GONE, research_2=south)
    result = await analyze_brand_voice(request("North", "South"), asked)
    assert set(asked.steps) >= {"research", "research_1", "research_2"}
    assert [each.name for each in asked.request("coder").competitors] == ["South"]
    assert [each.name for each in result.evidence.failed_competitors] == ["North"]
    assert (result.partial, result.evidence.competitor_posts) == (True, 1)
    assert [(step, name) for step, name, _ in asked.gaps] == [("research_1", "North")]


def read(name: str, *sources: str) -> competition_pb2.CompetitorReport:
    report = competition_pb2.CompetitorReport(name=name)
    report.receipts.add(id="fetch_1", url=f"https://{name}.example/")
    for source in sources:
        report.posts.add(source=source, text="Ours is better.", receipt_id="fetch_1")
    return report


async def test_the_result_says_what_was_compared_with_what():
    draft = voice_pb2.VoiceProfileDraft()
    draft.CopyFrom(DRAFT)
    draft.differentiation.unique_to_customer.append("It asks.")
    asked = steps(
        coder=draft,
        research_1=read("North", "feed", "linkedin"),
        research_2=read("South", "website"),
    )
    result = await analyze_brand_voice(request("North", "South"), asked)
    window = "the 90 days from 2026-08-22 to 2026-11-20"
    assert list(result.competitor_differentiation.unique_to_customer) == ["It asks."]
    assert result.competitor_differentiation.basis == (
        f"2 distinct posts of the brand against 3 posts of 2 of 2 competitors, of {window}."
    )
    assert any(window in limit for limit in result.evidence.limits)
    [places] = [limit for limit in result.evidence.limits if "hashtags are rare" in limit]
    assert places.startswith("2 of 3 posts of competitors were read from web sites and feeds")
    assert [each.id for each in result.evidence.receipts] == [
        "research_1_fetch_1",
        "research_2_fetch_1",
    ]


async def test_posts_of_platforms_alone_may_be_compared():
    asked = steps(research_1=read("North", "linkedin"))
    result = await analyze_brand_voice(request("North"), asked)
    assert not any("hashtags" in limit for limit in result.evidence.limits)


async def test_competitors_without_posts_are_told():
    asked = steps(research_1=GONE, research_2=read("South"))
    result = await analyze_brand_voice(request("North", "South"), asked)
    assert result.competitor_differentiation.basis == (
        "Nothing could be compared: no posts of the 90 days from 2026-08-22 to 2026-11-20 were "
        "found of South; 1 more could not be read."
    )


async def test_all_competitors_may_be_missing_but_not_the_brand():
    asked = steps(research_1=GONE)
    result = await analyze_brand_voice(request("North"), asked)
    assert result.partial
    assert [each.name for each in result.evidence.failed_competitors] == ["North"]
    assert result.competitor_differentiation.basis == (
        "Nothing could be compared: no competitor could be read. North: Its site does not answer."
    )
    asked = steps(research=MeshError(Reason.INVALID_ARGUMENT, "no"))
    with pytest.raises(MeshError, match="no"):
        await analyze_brand_voice(request("North"), asked)
