"""What is said about a refinement, as plain data."""

from dataclasses import dataclass
from enum import StrEnum, auto

from analytics.skill.model import GuardResult


@dataclass(frozen=True, slots=True)
class RefinementIntent:
    """One wish read from feedback.

    Attributes:
        kind: What is wished, one of `analytics.refinement.wishes.KINDS`.
        argument: What it is about, such as the keyword or the platform; may be empty.
        amount: A number that goes with it; None when none is named.
        quote: The words of the feedback it was read from, verbatim.
        supported: Whether it can be done offline on this text.
    """

    kind: str
    argument: str
    amount: float | None
    quote: str
    supported: bool


@dataclass(frozen=True, slots=True)
class FeedbackReading:
    """What feedback means.

    Attributes:
        intents: The wishes, in the order of the feedback.
        interpretation: For people: what will be done, and what can't be and why.
        language: ISO 639-1 code of the text, "und" when it cannot be told.
    """

    intents: tuple[RefinementIntent, ...]
    interpretation: str
    language: str


class Outcome(StrEnum):
    """What became of a wish; the rules that write say no more than the first three."""

    DONE = auto()
    IDLE = auto()
    """There was nothing to do: the text is as wished already."""
    STUCK = auto()
    """No rule found a way: another round finds none either."""
    UNDONE = auto()
    """Another round may do it."""
    UNTOLD = auto()
    """It cannot be measured."""


@dataclass(frozen=True, slots=True)
class WishOutcome:
    """What became of one wish in a candidate.

    Attributes:
        intent: The wish.
        outcome: What became of it.
        reason: Why it is stuck, a clause for people; "" where nothing is known of it.
        added: The sentence that was added for it, verbatim; "" where none was.
    """

    intent: RefinementIntent
    outcome: Outcome
    reason: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class RefinementCandidate:
    """One candidate for a refined text.

    Attributes:
        text: The text, within the limits of its platform.
        changes_made: What was changed, sentences.
        image_suggestions: Ideas for its picture.
        variant: The way it was made: "close", "balanced" or "bold".
        outcomes: What the rules that wrote it say of each wish that can be had; none when no
            rules did.
    """

    text: str
    changes_made: tuple[str, ...]
    image_suggestions: tuple[str, ...]
    variant: str
    outcomes: tuple[WishOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class RefinementDraft:
    """The candidates of one round.

    Attributes:
        reading: What the feedback was taken to mean.
        platform: The platform the text is for now.
        candidates: 1 to 6 candidates, no two with the same text.
        engine: What wrote them: provider and model, or "offline".
    """

    reading: FeedbackReading
    platform: str
    candidates: tuple[RefinementCandidate, ...]
    engine: str


@dataclass(frozen=True, slots=True)
class RefinementPrediction:
    """What may be expected of a refined text, compared with the original.

    Attributes:
        engagement_rate_change: Percent; 0 when it cannot be told.
        confidence: 0 to 100; 0 when it cannot be told.
        basis: What it was computed from, or why it could not be.
    """

    engagement_rate_change: float
    confidence: float
    basis: str


@dataclass(frozen=True, slots=True)
class RefinementVerdict:
    """What the checks say of one candidate.

    Attributes:
        index: Position of the candidate in the draft, from 0.
        accepted: Whether it may be offered: no check failed.
        checks: One result a check.
        score: Rank value, higher is better.
        brand_voice_score: 0 to 100; 0 with `voice_basis` when it cannot be told.
        voice_basis: What the score rests on, or why it is 0.
        prediction: Change of engagement to expect.
    """

    index: int
    accepted: bool
    checks: tuple[GuardResult, ...]
    score: float
    brand_voice_score: float
    voice_basis: str
    prediction: RefinementPrediction


@dataclass(frozen=True, slots=True)
class RefinementReview:
    """The review of a round of candidates.

    Attributes:
        verdicts: One a candidate, in their order.
        accepted_count: How many are accepted.
        accepted: Whether there are enough distinct ones to offer.
        score: 0 to 100: how close the round is to being accepted.
        feedback: What the next round has to change, sentences; empty when accepted.
        undone: Which wishes no candidate fulfils and why, sentences for people.
    """

    verdicts: tuple[RefinementVerdict, ...]
    accepted_count: int
    accepted: bool
    score: float
    feedback: tuple[str, ...]
    undone: tuple[str, ...] = ()
