"""A clause of feedback as it is read: its words, and the wishes noted so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.refinement.model import RefinementIntent
from analytics.refinement.reading.clauses import Clause
from analytics.refinement.reading.tokens import Token

MAX_ARGUMENT: Final = 200
"""Characters that a wish is about at most."""


@dataclass(slots=True)
class Reader:
    """A clause of feedback as it is read.

    Attributes:
        feedback: The whole feedback.
        text: The text it is about.
        clause: The clause.
        intents: The wishes noted so far.
    """

    feedback: str
    text: str
    clause: Clause
    intents: list[RefinementIntent] = field(default_factory=list)

    def note(
        self,
        kind: str,
        indices: Sequence[int],
        argument: str = "",
        amount: float | None = None,
    ) -> None:
        """Adds a wish read from some tokens."""
        self.clause.used.update(indices)
        tokens = self.clause.tokens
        start, end = tokens[min(indices)].start, tokens[max(indices)].end
        quote = self.feedback[start:end].strip(" ,:\n")
        self.intents.append(
            RefinementIntent(kind, argument, amount, quote, supported=kind != "unsupported")
        )

    def place(self, index: int) -> tuple[str, list[int]]:
        """Where the thing at a position is wanted: "start", "end" or "", and which word says so."""
        for other in self.clause.near(index):
            kind = self.clause.tokens[other].kind
            if kind in {"END", "START"}:
                return kind.lower(), [other]
        return "", []

    def refuse(self, indices: Sequence[int]) -> None:
        """Notes a wish that rules cannot do, with its own words as argument."""
        tokens = self.clause.tokens
        words = self.feedback[tokens[min(indices)].start : tokens[max(indices)].end]
        self.note("unsupported", indices, words.strip()[:MAX_ARGUMENT])


Handler = Callable[[Reader, int, Token], None]
"""Notes the wishes that the token at a position of the clause carries."""
