"""A candidate under test."""

from dataclasses import dataclass

from analytics.platforms import PLATFORMS
from analytics.refinement.document import normal
from analytics.refinement.model import (
    FeedbackReading,
    Outcome,
    RefinementCandidate,
    RefinementIntent,
    WishOutcome,
)
from analytics.refinement.work import size
from analytics.skill.model import GuardResult


@dataclass(frozen=True, slots=True)
class Case:
    """One candidate under test.

    Attributes:
        original: The text as it was, normalised.
        candidate: The candidate.
        reading: What the feedback was taken to mean.
        platform: The platform it is for now.
    """

    original: str
    candidate: RefinementCandidate
    reading: FeedbackReading
    platform: str

    @property
    def text(self) -> str:
        """The candidate's text."""
        return self.candidate.text

    @property
    def language(self) -> str:
        """The original's language."""
        return self.reading.language

    def wishes(self, *kinds: str) -> list[RefinementIntent]:
        """The wishes of some kinds that can be had."""
        return [one for one in self.reading.intents if one.supported and one.kind in kinds]

    @property
    def forced(self) -> bool:
        """Whether a limit that the original does not keep leaves no room for all of it."""
        most = PLATFORMS[self.platform].max_characters
        if size(self.original, "characters", self.platform) > most:
            return True
        return any(
            size(self.original, one.argument, self.platform) > (one.amount or 0)
            for one in self.wishes("limit_length")
        )

    def said(self, wish: RefinementIntent) -> WishOutcome | None:
        """What the rules that wrote the candidate say of a wish; None where no rules did."""
        return next((one for one in self.candidate.outcomes if one.intent == wish), None)

    def says(self, outcome: Outcome, wish: RefinementIntent) -> bool:
        """Whether the rules say that of a wish."""
        said = self.said(wish)
        return said is not None and said.outcome is outcome

    def undone(self, wish: RefinementIntent) -> Outcome:
        """What a wish is that the text shows undone: stuck where the rules say so."""
        return Outcome.STUCK if self.says(Outcome.STUCK, wish) else Outcome.UNDONE

    def last_word(self, wish: RefinementIntent) -> Outcome:
        """What a wish is that the text shows undone, and that rules do alike in every round.

        Stuck where rules wrote the candidate: they have done all they can.
        """
        return Outcome.UNDONE if self.said(wish) is None else Outcome.STUCK

    def tells(self, fact: str) -> bool:
        """Whether what was changed names a fact: readers are told of every one that went."""
        return any(f"“{fact}”" in note for note in self.candidate.changes_made)


def case_of(
    text: str, candidate: RefinementCandidate, reading: FeedbackReading, platform: str
) -> Case:
    """Puts a candidate to the test against the text it was made from."""
    return Case(normal(text), candidate, reading, platform)


def result(
    name: str, *, passed: bool, reason: str, score: float | None = None, skipped: bool = False
) -> GuardResult:
    """Writes down what a check says."""
    status = "skipped" if skipped else "passed" if passed else "failed"
    return GuardResult(name, passed and not skipped, score, reason, status)
