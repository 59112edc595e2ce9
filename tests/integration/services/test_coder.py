"""The coder agent through its interceptors: the loop of drafts and reviews."""

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message

from analytics.skill.validator import validate_skill
from jobs import actions
from jobs.job import Action
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from meshkit.errors import Reason
from tests.support.grpc_server import failure

Ask = Callable[..., Any]

ROUNDS = 5


@pytest.fixture
def writing(requests: dict[str, Message]) -> pb.WriteSkillRequest:
    return pb.WriteSkillRequest.FromString(requests[actions.WRITE_SKILL.path].SerializeToString())


@pytest.fixture
def reviewing(requests: dict[str, Message]) -> pb.ReviewSkillRequest:
    return pb.ReviewSkillRequest.FromString(requests[actions.REVIEW_SKILL.path].SerializeToString())


async def answer(ask: Ask, action: Action[Any, Any], request: Message) -> tuple[Any, list[Any]]:
    """The result and what was told to other agents."""
    events = [event async for event in ask(action, request)]
    told = [event.message for event in events if event.HasField("message")]
    return events[-1].result, told


async def test_each_draft_answers_the_review_before_until_one_is_accepted(
    ask: Ask, writing: pb.WriteSkillRequest, reviewing: pb.ReviewSkillRequest
) -> None:
    scores: list[float] = []
    drafts: list[skill_pb2.SkillDraft] = []
    for _ in range(ROUNDS):
        draft, _ = await answer(ask, actions.WRITE_SKILL, writing)
        reviewing.draft.CopyFrom(draft)
        review, told = await answer(ask, actions.REVIEW_SKILL, reviewing)
        drafts.append(draft)
        scores.append(review.score)
        assert validate_skill(draft.yaml) == []
        assert list(review.violations) == []
        # Feedback is for the next draft; an accepted one needs none.
        assert bool(review.feedback) is not review.accepted
        assert [message.type for message in told] == ([] if review.accepted else ["feedback"])
        assert [message.payload for message in told] == (
            [] if review.accepted else ["\n".join(review.feedback)]
        )
        if review.accepted:
            break
        writing.previous.CopyFrom(draft)
        writing.review.CopyFrom(review)
    assert review.accepted
    assert review.back_test.better_accepted == review.back_test.better_total == 4
    assert len(drafts) > 1
    assert scores == sorted(scores)
    assert scores[-1] == 100
    assert list(drafts[0].changes) == []
    assert all(draft.changes for draft in drafts[1:])
    assert len({draft.yaml for draft in drafts}) == len(drafts)
    assert {draft.skill_id for draft in drafts} == {"skill_roastery_notes_v1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a mapping",
        "skill_id: [",
        "a: &a [*a]",
        "!!python/object/apply:os.system ['true']",
        "[" * 10_000,
        "\x00\ufffe",
        "skill_id: skill_x_v1\nname: X\n",
    ],
)
async def test_an_invalid_file_is_a_review_with_violations(
    ask: Ask, reviewing: pb.ReviewSkillRequest, text: str
) -> None:
    reviewing.draft.yaml = text
    review, told = await answer(ask, actions.REVIEW_SKILL, reviewing)
    assert review.violations
    assert all(violation.message and violation.line >= 0 for violation in review.violations)
    assert (review.accepted, review.score) == (False, 0.0)
    assert list(review.guard_results) == []
    assert review.HasField("back_test")
    assert len(review.feedback) == len(review.violations)
    assert [message.type for message in told] == ["feedback"]


async def test_an_invalid_file_is_written_anew(
    ask: Ask, writing: pb.WriteSkillRequest, reviewing: pb.ReviewSkillRequest
) -> None:
    reviewing.draft.yaml = "skill_id: ["
    review, _ = await answer(ask, actions.REVIEW_SKILL, reviewing)
    writing.previous.CopyFrom(reviewing.draft)
    writing.review.CopyFrom(review)
    draft, _ = await answer(ask, actions.WRITE_SKILL, writing)
    assert validate_skill(draft.yaml) == []
    assert "invalid" in draft.changes[0]


@pytest.mark.parametrize("given", ["previous", "review"])
async def test_a_draft_and_its_review_come_together(
    ask: Ask, writing: pb.WriteSkillRequest, given: str
) -> None:
    getattr(writing, given).SetInParent()
    refused = await failure(ask(actions.WRITE_SKILL, writing))
    assert refused.error.reason == Reason.INVALID_ARGUMENT
    assert "come together" in refused.text


async def test_scores_that_are_left_out_are_computed(
    ask: Ask, reviewing: pb.ReviewSkillRequest
) -> None:
    with_scores, _ = await answer(ask, actions.REVIEW_SKILL, reviewing)
    reviewing.ClearField("scores")
    without, _ = await answer(ask, actions.REVIEW_SKILL, reviewing)
    assert without == with_scores


async def test_images_are_held_against_the_guards_and_failures_say_why(
    ask: Ask, writing: pb.WriteSkillRequest, reviewing: pb.ReviewSkillRequest
) -> None:
    for request in (writing, reviewing):
        for index, example in enumerate(request.examples):
            example.image_url = f"https://images.example/{index}.png"
            found = request.images.images.add(index=index, url=example.image_url)
            if index % 2:
                found.failure = "the image could not be fetched: the host is unknown"
                continue
            found.measures.format = "png"
            found.measures.width = found.measures.height = 300
            found.measures.text_known = True
            found.measures.text_boxes.add(
                left=100, top=100, width=90, height=20, confidence=1.0, contrast_ratio=7.0
            )
    draft, _ = await answer(ask, actions.WRITE_SKILL, writing)
    reviewing.draft.CopyFrom(draft)
    first, _ = await answer(ask, actions.REVIEW_SKILL, reviewing)
    results = {result.guard: result for result in first.guard_results}
    assert results["image_min_resolution"].status == "failed"
    assert "300×300 pixels" in results["image_min_resolution"].reason
    assert results["image_contrast_ratio"].status == "passed"
    assert results["image_contrast_ratio"].score == 7.0
    assert "could not be measured" in results["image_contrast_ratio"].reason
    for image in reviewing.images.images:
        image.ClearField("measures")
        image.failure = "the image could not be fetched: the host is unknown"
    without, _ = await answer(ask, actions.REVIEW_SKILL, reviewing)
    for result in without.guard_results:
        if result.guard.startswith("image_"):
            assert (result.status, result.passed) == ("skipped", False)
            assert "the host is unknown" in result.reason
