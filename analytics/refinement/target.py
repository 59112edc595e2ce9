"""How long a text may be, and whether it is short enough."""

from dataclasses import dataclass

from analytics.refinement.work import size


@dataclass(frozen=True, slots=True)
class Target:
    """How long a text may be.

    Attributes:
        amount: The most.
        unit: What is counted: "characters", "words", "sentences", "lines" or "paragraphs".
        platform: Whose way of counting characters it is.
    """

    amount: float
    unit: str
    platform: str

    def size(self, text: str) -> int:
        """Counts a text."""
        return size(text, self.unit, self.platform)

    def fits(self, text: str) -> bool:
        """Whether a text is short enough."""
        return self.size(text) <= self.amount

    @property
    def fine(self) -> bool:
        """Whether fewer words in a sentence help."""
        return self.unit in {"characters", "words"}
