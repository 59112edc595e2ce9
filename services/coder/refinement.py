"""The coder agent's refining: candidates for a text, and the review of them."""

from analytics.refinement import model, outlook, review, writer
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.type.v1 import refinement_pb2
from meshkit.plain import from_message, to_message
from services.coder.voice import voice_score


def refine_text(request: pb.RefineTextRequest) -> refinement_pb2.RefinementDraft:
    """Writes candidates as the feedback asks, or the next round from a draft and its review."""
    again = request.HasField("previous")
    draft = writer.refine_text(
        request.text,
        request.platform,
        request.feedback,
        has_image=request.has_image,
        previous=from_message(request.previous, model.RefinementDraft) if again else None,
        review=from_message(request.review, model.RefinementReview) if again else None,
    )
    return to_message(draft, refinement_pb2.RefinementDraft)


def review_refinement(request: pb.ReviewRefinementRequest) -> refinement_pb2.RefinementReview:
    """Checks the candidates and ranks them."""
    language = request.draft.reading.language
    found = review.review_refinement(
        request.text,
        from_message(request.draft, model.RefinementDraft),
        score_voice=(
            (lambda text: voice_score(text, request.voice)) if request.HasField("voice") else None
        ),
        predict=lambda original, version: outlook.compare(original, version, language),
    )
    return to_message(found, refinement_pb2.RefinementReview)
