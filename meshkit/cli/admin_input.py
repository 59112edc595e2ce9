"""What operators type: tenants, keys, limits and durations, as the API wants them."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from meshkit.cli.errors import ApiError, Json

BUCKETS: Final = ("async", "sync", "status")
CAPS: Final = ("running", "queued", "watchers")
BUDGET: Final = "budget"
LIMIT_HELP: Final = (
    "async=1000/100 (calls an hour / burst; sync and status alike), running=4, queued=500, "
    "watchers=50 or budget=25 (USD a month, 0 for none). Several are possible."
)

_BUDGET_FIELD: Final = "monthly_budget_usd"
_KEY_ID: Final = re.compile("[0-9a-f]{16}")
_UNITS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION: Final = re.compile("([0-9]{1,9})([smhd])")
_BUCKET: Final = re.compile("([0-9]{1,9})/([0-9]{1,9})")
_WHOLE: Final = re.compile("[0-9]{1,9}")
_USD: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")


def tenant_id(name: str) -> str:
    """A tenant's id, from its id or its name."""
    return name if name.startswith("tenant_") else f"tenant_{name}"


def key_id(text: str) -> str:
    """A key's id, from its id or from the key, which must not leave this machine."""
    text = text.strip()
    if text.startswith(("sk_", "ak_")):
        return hashlib.sha256(text.encode()).hexdigest()[:16]
    return text


def subject(text: str) -> str:
    """What the audit log is asked about: the id of a tenant, key or task; empty for everything.

    A name is a tenant's, unless it looks like a key's id.
    """
    known = key_id(text)
    if not known or _KEY_ID.fullmatch(known) or known.startswith(("tenant_", "task_")):
        return known
    return tenant_id(known)


def duration(text: str) -> str | None:
    """A duration such as 30d, 24h, 10m or 90s in JSON; None for an empty text.

    Raises:
        ApiError: INVALID_ARGUMENT for anything else.
    """
    if not text:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _wrong(f"{text!r} is no duration; write it as 30d, 24h, 10m or 90s.")
    return f"{int(found[1]) * _UNITS_S[found[2]]}s"


def limits(assignments: Sequence[str]) -> Json:
    """The `Limits` that assignments such as "async=1000/100" name.

    Raises:
        ApiError: INVALID_ARGUMENT for one that is no limit, or for one named twice.
    """
    result: Json = {}
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        field, parsed = _limit(name.strip(), value.strip(), assignment)
        if field in result:
            raise _wrong(f"{name} is given twice.")
        result[field] = parsed
    return result


def limit_name(name: str) -> str:
    """The API's name of a limit."""
    return _BUDGET_FIELD if name == BUDGET else name


def _limit(name: str, value: str, assignment: str) -> tuple[str, object]:
    if name in BUCKETS and (bucket := _BUCKET.fullmatch(value)):
        return name, {"per_hour": int(bucket[1]), "burst": int(bucket[2])}
    if name in CAPS and _WHOLE.fullmatch(value):
        return name, int(value)
    if limit_name(name) == _BUDGET_FIELD and _USD.fullmatch(value):
        return _BUDGET_FIELD, float(value)
    raise _wrong(f"{assignment!r} is no limit; one is {LIMIT_HELP}")


def _wrong(message: str) -> ApiError:
    return ApiError("INVALID_ARGUMENT", message)
