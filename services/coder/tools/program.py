"""A program for the sandbox and what came of it, as they pass between agent and child process."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal

Outcome = Literal["ok", "error", "timeout", "memory", "crashed"]
OUTCOMES: Final = frozenset({"ok", "error", "timeout", "memory", "crashed"})

PRINTED_MAX: Final = 100_000
"""Characters that a program may print."""
OUTPUT_MAX: Final = 200_000
"""Characters of its result as JSON."""
ERROR_MAX: Final = 2000
SLEEP_MAX_S: Final = 1.0
"""Seconds that a program may sleep altogether."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program.

    Attributes:
        code: Its text. It finds what it works on in `inputs` and leaves its result in `result`.
        inputs_json: The value of `inputs`, as JSON.
        timeout_s: Seconds that it may take.
    """

    code: str
    inputs_json: str
    timeout_s: float

    def encode(self) -> bytes:
        """The program for the child."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, given: bytes) -> "Program":
        """The program that the child has been given."""
        return cls(**json.loads(given))


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a program.

    Attributes:
        outcome: "ok"; "error" when it raised or its result is no JSON; "timeout" or "memory" when
            it took more than it may; "crashed" when its process died.
        output_json: Its result as JSON; empty unless the outcome is "ok".
        printed: What it printed.
        error: What went wrong, for people; empty when nothing did.
    """

    outcome: Outcome
    output_json: str = ""
    printed: str = ""
    error: str = ""

    def encode(self) -> bytes:
        """It for the agent."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, answer: bytes) -> "Ran":
        """It as the child has told it, which may be anything once a program has taken it over.

        Raises:
            ValueError: when it makes no sense.
        """
        if len(answer) > 6 * (PRINTED_MAX + OUTPUT_MAX + ERROR_MAX) + 1000:
            raise ValueError("it is too long")
        try:
            told = json.loads(answer)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        if not isinstance(told, dict) or told.get("outcome") not in OUTCOMES:
            raise ValueError("it names no outcome")
        texts = [told.get(name) for name in ("output_json", "printed", "error")]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("it lacks a text")
        output, printed, said = (str(text) for text in texts)
        return cls(told["outcome"], output[:OUTPUT_MAX], printed[:PRINTED_MAX], said[:ERROR_MAX])
