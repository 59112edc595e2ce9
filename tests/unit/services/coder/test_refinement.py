"""A draft is judged over the wire as it is beside the rules that wrote it."""

import pytest

from analytics.refinement.review import review_refinement
from analytics.refinement.writer import refine_text
from manusmesh.coder.v1 import coder_service_pb2 as pb
from services.coder import refinement

TEXT = "We roast our coffee in this old house. Come by on Friday and taste it. #coffee #roast"


@pytest.mark.parametrize(
    "feedback", ["add a question", "no emojis", "add 9 hashtags", "50% shorter", "keep it as it is"]
)
def test_what_the_rules_say_of_the_wishes_crosses_the_wire(feedback: str) -> None:
    here = review_refinement(TEXT, refine_text(TEXT, "linkedin", feedback))
    request = pb.RefineTextRequest(text=TEXT, platform="linkedin", feedback=feedback)
    sent = refinement.refine_text(
        pb.RefineTextRequest.FromString(request.SerializeToString())
    ).SerializeToString()
    asked = pb.ReviewRefinementRequest(text=TEXT)
    asked.draft.ParseFromString(sent)
    there = refinement.review_refinement(asked)
    assert tuple(there.undone) == here.undone
    assert [[(one.guard, one.status) for one in verdict.checks] for verdict in there.verdicts] == [
        [(one.guard, one.status) for one in verdict.checks] for verdict in here.verdicts
    ]
