"""The job with fake steps: rounds of candidates, what is answered, and time that runs out."""

import asyncio

import pytest

from jobs import refine_content as job
from jobs.refine_content import refine_content
from manusmesh.content.v1 import refine_content_pb2 as pb
from manusmesh.type.v1 import refinement_pb2, voice_pb2
from meshkit.errors import MeshError
from tests.support.steps import Steps


def request(profile: str = "") -> pb.RefineContentRequest:
    return pb.RefineContentRequest(
        original_content=pb.OriginalContent(text="A long text.", platform="twitter"),
        feedback="shorter",
        iteration=1,
        brand_voice_profile_id=profile,
    )


def draft(*texts: str) -> refinement_pb2.RefinementDraft:
    return refinement_pb2.RefinementDraft(
        reading=refinement_pb2.FeedbackReading(interpretation="Made shorter.", language="en"),
        candidates=[
            refinement_pb2.RefinementCandidate(text=text, changes_made=["shorter"])
            for text in texts
        ],
        engine="offline",
    )


def review(*scores: float, accepted: bool = True) -> refinement_pb2.RefinementReview:
    return refinement_pb2.RefinementReview(
        verdicts=[
            refinement_pb2.RefinementVerdict(index=index, score=score, accepted=score > 50)
            for index, score in enumerate(scores)
        ],
        accepted=accepted,
        score=sum(scores),
    )


async def test_the_best_three_are_answered_the_accepted_first():
    steps = Steps({"coder": draft("a", "b", "c", "d"), "review": review(40, 70, 60, 90)})
    result = await refine_content(request(), steps)
    assert steps.steps == ["planning", "coder", "review"]
    assert [option.content.text for option in result.refined_options] == ["d", "b", "c"]
    assert (result.feedback_interpretation, result.engine) == ("Made shorter.", "offline")
    assert (result.target_reached, result.rounds, result.partial) == (True, 1, False)
    assert (result.task_id, result.language) == (steps.task_id, "en")


async def test_a_version_that_failed_is_not_offered_beside_two_that_passed():
    steps = Steps({"coder": draft("a", "b", "c"), "review": review(70, 40, 90)})
    result = await refine_content(request(), steps)
    assert [option.content.text for option in result.refined_options] == ["c", "a"]


async def test_a_wish_that_no_candidate_fulfils_is_told_and_the_target_not_reached():
    found = review(90, 80)
    found.undone.append("Not done: “shorter”, because nothing may go.")
    result = await refine_content(request(), Steps({"coder": draft("a", "b"), "review": found}))
    assert result.feedback_interpretation == (
        "Made shorter. Not done: “shorter”, because nothing may go."
    )
    assert not result.target_reached


async def test_with_a_wish_that_cannot_be_had_the_target_is_not_reached():
    written = draft("a", "b")
    written.reading.intents.add(kind="unsupported", quote="translate it", supported=False)
    result = await refine_content(request(), Steps({"coder": written, "review": review(90, 80)}))
    assert not result.target_reached


async def test_refused_candidates_are_written_again_with_their_review():
    refused = review(10, accepted=False)
    steps = Steps(
        {"coder": draft("a"), "review": refused, "coder_2": draft("b", "c"), "review_2": review(80)}
    )
    result = await refine_content(request(), steps)
    assert steps.request("coder_2").previous == draft("a")
    assert steps.request("coder_2").review == refused
    assert [option.content.text for option in result.refined_options] == ["b"]
    assert result.rounds == 2


async def test_a_voice_is_read_from_the_library():
    steps = Steps({"coder": draft("a"), "review": review(80)})
    voice = voice_pb2.StoredVoice(profile_id="voice_1", language="en")
    await steps.keep("brand-voice", "voice_1", 1, "", {"voice": voice})
    await refine_content(request("voice_1"), steps)
    assert steps.request("coder").voice == voice
    assert steps.request("review").voice == voice
    assert steps.request("planning").refine_content.has_voice


async def test_a_voice_that_the_tenant_lacks_is_not_found():
    steps = Steps()
    with pytest.raises(MeshError) as raised:
        await refine_content(request("voice_2"), steps)
    assert (raised.value.reason, steps.steps) == ("NOT_FOUND", [])


async def test_when_time_runs_out_what_is_ready_is_answered(monkeypatch):
    monkeypatch.setattr(job, "WITHIN_S", 0.05)

    class Slow(Steps):
        async def run(self, step, action, request, *, title):
            if step == "review":
                await asyncio.Event().wait()
            return await super().run(step, action, request, title=title)

    result = await refine_content(request(), Slow({"coder": draft("a", "b")}))
    assert (result.partial, result.target_reached) == (True, False)
    assert [option.content.text for option in result.refined_options] == ["a", "b"]
    assert "no time" in result.refined_options[0].brand_voice_basis
