"""What Redis answers, and which of its refusals mean "not now"."""

import re
from collections.abc import Mapping
from typing import Final, cast

from meshkit.errors import MeshError, Reason

Reply = bytes | int | None | list["Reply"]

_AWAY_STATES: Final[Mapping[str, str]] = {
    "BUSY": "busy with a script",
    "CLUSTERDOWN": "a cluster of which a part is missing",
    "LOADING": "loading its data",
    "MASTERDOWN": "a replica without its primary",
    "MISCONF": "unable to save",
    "NOREPLICAS": "without the replicas it wants",
    "OOM": "full",
    "READONLY": "a replica",
    "TRYAGAIN": "moving slots",
}
"""Codes that mean "not now" rather than a bug of ours, and what Redis is then."""
SILENT: Final = "silent"
"""What a Redis is that does not answer in time."""
_ELSEWHERE_CODES: Final = frozenset({"LOADING", "MASTERDOWN", "NOREPLICAS", "READONLY"})
"""Codes after which another server may be the master by now."""
_IN_SCRIPT: Final = re.compile(
    r"ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:\d+: "
    r"(?:@user_script: ?\d+: )?-?([A-Z]+) "
)
"""How Redis before 7 wraps the refusal of a command that a script has called."""


class RedisAwayError(MeshError):
    """Redis does not answer, or not now; a type of its own, as agents may be unavailable too.

    Attributes:
        state: What Redis is, in a few words for operators; callers are told only that it is away.
    """

    def __init__(self, state: str = "unreachable") -> None:
        self.state = state
        super().__init__(Reason.UPSTREAM_UNAVAILABLE, "Redis is not available; try again shortly.")


class RedisReplyError(Exception):
    """Redis refused a command: a bug of ours, such as a script error, not a state of the world."""


def code(refusal: Exception) -> str:
    """The code of an error reply, such as "WRONGTYPE"; that of the command within a script."""
    text = str(refusal)
    wrapped = _IN_SCRIPT.match(text)
    return wrapped[1] if wrapped else text.partition(" ")[0]


def is_elsewhere(refusal: Exception) -> bool:
    """Whether an error reply says that another server may be the one to ask."""
    return code(refusal) in _ELSEWHERE_CODES


def checked(reply: Reply | Exception) -> Reply:
    """The reply, unless it is an error reply.

    Raises:
        RedisAwayError: when it means "not now".
        RedisReplyError: when Redis refused the command itself.
    """
    if not isinstance(reply, Exception):
        return reply
    state = _AWAY_STATES.get(code(reply))
    if state is not None:
        raise RedisAwayError(state) from reply
    raise RedisReplyError(str(reply)) from reply


def as_mapping(reply: Reply) -> dict[bytes, bytes]:
    """The reply of HGETALL as a mapping."""
    if not isinstance(reply, list):
        return {}
    # Names and values by turns; HGETALL answers nothing but bytes.
    items = iter(cast("list[bytes]", reply))
    return dict(zip(items, items, strict=True))
