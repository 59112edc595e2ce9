"""Refining over the coder's contract: rounds, what is said, and voices."""

from collections.abc import Callable
from typing import Any

import pytest

from jobs import actions
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import post_pb2, run_pb2, voice_pb2
from meshkit.errors import Reason
from services.coder import voice
from services.research import agent as research
from tests.integration.services import more_requests
from tests.support.grpc_server import failure

Ask = Callable[..., Any]

TEXT = (
    "We opened our new workshop in Berlin on Friday 🎉 It has 14 places for bikes and a garden. "
    "Write to @workshop for more. Everyone is welcome. #bikes"
)

GERMAN = (
    "Wir haben am Freitag unsere neue Werkstatt in Berlin eröffnet 🎉 Sie hat 14 Plätze für "
    "Fahrräder und einen Garten. Schreibt an @workshop. Alle sind willkommen. #bikes"
)


@pytest.fixture
def refining(context: run_pb2.CallContext) -> pb.RefineTextRequest:
    return pb.RefineTextRequest(
        context=context, text=TEXT, platform="instagram", feedback="shorter and no emojis"
    )


async def events_of(call: Any) -> list[Any]:
    return [event async for event in call]


async def test_a_text_is_refined_and_reviewed(ask: Ask, refining: pb.RefineTextRequest) -> None:
    events = await events_of(ask(actions.REFINE_TEXT, refining))
    draft = events[-1].result
    assert [one.kind for one in draft.reading.intents] == ["shorter", "remove_emoji"]
    assert 2 <= len(draft.candidates) <= 3
    assert draft.engine == "offline"
    used = [event.tool_call for event in events if event.HasField("tool_call")]
    assert [(one.name, one.outcome) for one in used] == [("text_refiner", "ok")]
    assert "2 of 2 wishes" in used[0].detail
    # What people see on the way quotes neither the text nor the feedback.
    assert not any("workshop" in event.progress.message for event in events)
    reviewing = pb.ReviewRefinementRequest(context=refining.context, text=TEXT, draft=draft)
    review = (await events_of(ask(actions.REVIEW_REFINEMENT, reviewing)))[-1].result
    assert review.accepted
    assert review.accepted_count == len(draft.candidates)
    assert {one.brand_voice_score for one in review.verdicts} == {0}
    assert all("No brand voice was named" in one.voice_basis for one in review.verdicts)
    for one in review.verdicts:
        assert "29 organisations" in one.prediction.basis
        assert bool(one.prediction.confidence) == bool(one.prediction.engagement_rate_change)


async def test_the_next_round_repairs_what_was_refused(
    ask: Ask, refining: pb.RefineTextRequest
) -> None:
    draft = (await events_of(ask(actions.REFINE_TEXT, refining)))[-1].result
    del draft.candidates[1:]
    draft.candidates.add(text="Cats sleep all day 🎉", changes_made=["Spoiled."], variant="bold")
    reviewing = pb.ReviewRefinementRequest(context=refining.context, text=TEXT, draft=draft)
    events = await events_of(ask(actions.REVIEW_REFINEMENT, reviewing))
    review = events[-1].result
    told = [event.message for event in events if event.HasField("message")]
    assert not review.accepted
    assert [message.payload for message in told] == ["\n".join(review.feedback)]
    assert any("wish:remove_emoji" in line for line in review.feedback)
    refining.previous.CopyFrom(draft)
    refining.review.CopyFrom(review)
    second = (await events_of(ask(actions.REFINE_TEXT, refining)))[-1].result
    assert second.candidates[0] == draft.candidates[0]
    reviewing.draft.CopyFrom(second)
    assert (await events_of(ask(actions.REVIEW_REFINEMENT, reviewing)))[-1].result.accepted


async def test_a_voice_without_a_model_gives_no_score_and_says_so(
    ask: Ask, refining: pb.RefineTextRequest
) -> None:
    draft = (await events_of(ask(actions.REFINE_TEXT, refining)))[-1].result
    reviewing = pb.ReviewRefinementRequest(context=refining.context, text=TEXT, draft=draft)
    reviewing.voice.profile_id = f"voice_{'0' * 32}"
    review = (await events_of(ask(actions.REVIEW_REFINEMENT, reviewing)))[-1].result
    assert {one.brand_voice_score for one in review.verdicts} == {0}
    assert all("has no model" in one.voice_basis for one in review.verdicts)


async def test_a_text_in_another_language_than_the_voice_gets_no_score(
    ask: Ask, refining: pb.RefineTextRequest
) -> None:
    posts = [post_pb2.Post(platform="linkedin", content=text) for text in more_requests.TEXTS]
    profile = voice.build_profile(
        pb.BuildVoiceProfileRequest(
            context=refining.context, posts=posts, report=research.analyze_voice(posts)
        )
    )
    kept = voice_pb2.StoredVoice(
        profile_id=profile.profile_id, model=profile.model, language="en", distinct_posts=4
    )
    scores = {}
    for language, text in (("en", TEXT), ("de", GERMAN)):
        refining.text = text
        draft = (await events_of(ask(actions.REFINE_TEXT, refining)))[-1].result
        request = pb.ReviewRefinementRequest(
            context=refining.context, text=text, draft=draft, voice=kept
        )
        review = (await events_of(ask(actions.REVIEW_REFINEMENT, request)))[-1].result
        scores[language] = {one.brand_voice_score for one in review.verdicts}
        bases = {one.voice_basis for one in review.verdicts}
        assert all(("this text's language" in basis) == (language == "de") for basis in bases)
    assert scores["de"] == {0}
    assert 0 not in scores["en"]


@pytest.mark.parametrize("given", ["previous", "review"])
async def test_a_draft_and_its_review_come_together(
    ask: Ask, refining: pb.RefineTextRequest, given: str
) -> None:
    getattr(refining, given).SetInParent()
    refused = await failure(ask(actions.REFINE_TEXT, refining))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert "come together" in refused.text
