"""What calls of the public API answer, good and bad."""

from typing import Any, Final

from meshkit.cli.exits import EXIT_OF_CODE, Exit

Json = dict[str, Any]
"""A JSON object of the API; the protos say what is in it."""

FINAL_STATES: Final = ("completed", "failed", "cancelled")
"""States of a task after which nothing happens any more, and the types of its last event."""


class ApiError(Exception):
    """The API refused a call, or nobody answered.

    Attributes:
        code: One of the error codes of the public API.
        message: A sentence for people.
        details: Facts for programs; which ones depends on the code.
    """

    def __init__(self, code: str, message: str, details: Json | None = None) -> None:
        self.code = code
        self.message = message
        self.details = details or {}
        super().__init__(f"{code}: {message}")

    @property
    def exit_code(self) -> Exit:
        """What the command line exits with."""
        return EXIT_OF_CODE.get(self.code, Exit.INTERNAL)
