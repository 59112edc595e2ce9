"""Exit codes of the command line: what a script may rely on."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """What an exit code says."""

    OK = 0
    TASK_FAILED = 1
    """The task failed or was cancelled."""
    USAGE = 2
    """The command or its input is wrong; trying again as it stands cannot help."""
    NOT_FOUND = 3
    """There is no such task, tenant or key."""
    DENIED = 4
    """No key, a bad one, or one that may not do this."""
    UNAVAILABLE = 5
    """Nobody answers, or the mesh cannot work now: try later."""
    LIMITED = 6
    """A rate limit, quota or budget is used up."""
    CONFLICT = 7
    """The state of the task does not allow this, or there is no result yet."""
    INTERNAL = 8
    """A bug of the mesh or an answer that makes no sense."""
    LOCAL = 9
    """The local mesh could not be started or stopped."""
    INTERRUPTED = 130
    """Ctrl-C."""


EXIT_OF_CODE: Final[Mapping[str, Exit]] = {
    "INVALID_ARGUMENT": Exit.USAGE,
    "PAYLOAD_TOO_LARGE": Exit.USAGE,
    "NOT_FOUND": Exit.NOT_FOUND,
    "TASK_NOT_FOUND": Exit.NOT_FOUND,
    "UNAUTHENTICATED": Exit.DENIED,
    "PERMISSION_DENIED": Exit.DENIED,
    "OVERLOADED": Exit.UNAVAILABLE,
    "UPSTREAM_UNAVAILABLE": Exit.UNAVAILABLE,
    "DEADLINE_EXCEEDED": Exit.UNAVAILABLE,
    "RATE_LIMITED": Exit.LIMITED,
    "QUOTA_EXCEEDED": Exit.LIMITED,
    "BUDGET_EXCEEDED": Exit.LIMITED,
    "RESULT_NOT_READY": Exit.CONFLICT,
    "CONFLICT": Exit.CONFLICT,
    "TASK_FAILED": Exit.TASK_FAILED,
    "TASK_CANCELLED": Exit.TASK_FAILED,
}
"""The exit code for each error code of the public API; any other is `Exit.INTERNAL`."""
