"""What the judge finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule.

    Attributes:
        rule: Name of the rule.
        task_id: Whose history shows it; empty when it is nobody's.
        says: What is wrong.
    """

    rule: str
    task_id: str
    says: str
