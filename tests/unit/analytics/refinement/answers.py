"""A post of all that rules work on, and what they answer to feedback on it."""

from analytics.refinement.reading import read_feedback
from analytics.refinement.review import review_refinement
from analytics.refinement.writer import refine_text

POST = (
    "We are sooo happy to announce our new roast!!! 🎉 It costs 12.50 euros at "
    "https://kettle.example/roast. Thanks @maria_k and Kettle & Crane for the help. We tested 48 "
    "batches over 3 months. Order before Friday. #coffee #roast #new"
)


def read(feedback, text=POST):
    found = read_feedback(feedback, text, "linkedin")
    return [(one.kind, one.argument, one.amount) for one in found.intents if one.supported]


def answer(text, feedback, platform="linkedin"):
    """The texts, the notes on the first, and all that is said of the wishes."""
    draft = refine_text(text, platform, feedback)
    review = review_refinement(text, draft)
    told = " ".join([draft.reading.interpretation, *review.undone])
    return [one.text for one in draft.candidates], draft.candidates[0].changes_made, told
