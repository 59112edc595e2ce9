"""What Redis answers, and which of its refusals mean "not now"."""

import re
from typing import Final, cast

from meshkit.errors import MeshError, Reason

Reply = bytes | int | None | list["Reply"]

_AWAY_CODES: Final = frozenset(
    {
        "BUSY",
        "CLUSTERDOWN",
        "LOADING",
        "MASTERDOWN",
        "MISCONF",
        "NOREPLICAS",
        "OOM",
        "READONLY",
        "TRYAGAIN",
    }
)
"""Codes that mean "not now" rather than a bug of ours."""
_ELSEWHERE_CODES: Final = frozenset({"LOADING", "MASTERDOWN", "NOREPLICAS", "READONLY"})
"""Codes after which another server may be the master by now."""
_IN_SCRIPT: Final = re.compile(
    r"ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:\d+: "
    r"(?:@user_script: ?\d+: )?-?([A-Z]+) "
)
"""How Redis before 7 wraps the refusal of a command that a script has called."""


class RedisAwayError(MeshError):
    """Redis does not answer, or not now; a type of its own, as agents may be unavailable too."""

    def __init__(self) -> None:
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
    if code(reply) in _AWAY_CODES:
        raise RedisAwayError from reply
    raise RedisReplyError(str(reply)) from reply


def as_mapping(reply: Reply) -> dict[bytes, bytes]:
    """The reply of HGETALL as a mapping."""
    if not isinstance(reply, list):
        return {}
    # Names and values by turns; HGETALL answers nothing but bytes.
    items = iter(cast("list[bytes]", reply))
    return dict(zip(items, items, strict=True))
