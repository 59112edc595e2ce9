"""The coder agent's thinking: skill files, written from patterns and tested on the examples."""

from datetime import UTC, datetime
from typing import Literal, TypeVar

from analytics import backtest, evidence
from analytics.skill import model, writer
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from meshkit.plain import from_message, to_message
from services.posts import to_posts

Plain = TypeVar("Plain")


def write_skill(request: pb.WriteSkillRequest) -> skill_pb2.SkillDraft:
    """Writes a draft from the patterns, or the next one from a draft and its review."""
    draft = writer.write_skill(
        to_posts(request.examples, request.images),
        from_message(request.patterns, evidence.PatternReport),
        name=request.skill_name,
        platforms=list(request.target_platforms),
        provenance=model.Provenance(
            task_id=request.context.task_id,
            engine="offline",
            examples=len(request.examples),
            created_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        ),
        previous=_given(request, "previous", model.SkillDraft),
        review=_given(request, "review", model.SkillReview),
    )
    return to_message(draft, skill_pb2.SkillDraft)


def review_skill(request: pb.ReviewSkillRequest) -> skill_pb2.SkillReview:
    """Validates a draft and runs its guards on the examples."""
    review = backtest.review_skill(
        from_message(request.draft, model.SkillDraft),
        to_posts(request.examples, request.images),
        [from_message(score, evidence.ExampleScore) for score in request.scores],
    )
    return to_message(review, skill_pb2.SkillReview)


def _given(
    request: pb.WriteSkillRequest, field: Literal["previous", "review"], plain_type: type[Plain]
) -> Plain | None:
    """A part of the request that only later rounds have."""
    return from_message(getattr(request, field), plain_type) if request.HasField(field) else None
