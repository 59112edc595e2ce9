"""The audit log: who did what to whom, when, and how it ended; 90 days of it.

A Redis stream has one entry a call, written before the call; how the call ended is a key of its own
beside it, so that reading a page needs no search for its second half. A refusal is one entry that
says so itself. None of them holds a request's contents: of a request only the id it is about is
kept, and only when it is one.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from meshkit import logs
from meshkit.errors import MeshError, Reason
from meshkit.middleware import Call, Middleware, Proceed
from meshkit.redis import Redis, Reply, as_mapping

LOG: Final = "audit"
"""The stream: one entry a call."""
KEPT_S: Final = 90 * 86_400
"""How long an entry is kept."""
CURSOR: Final = re.compile(r"[1-9][0-9]{0,14}-[0-9]{1,10}")
"""What the id of an entry looks like: the milliseconds of its time, and a count within them."""

_SCAN_PAGE: Final = 200
_SCAN_MAX: Final = 5000
"""Entries that one page looks at, when filters pass few of them."""
_IDS: Final = re.compile(r"tenant_[a-z0-9]{1,32}|[0-9a-f]{16}|task_[0-9a-f]{32}")
_FIELDS: Final = (
    *("actor_kind", "actor_key_id", "actor_tenant_id"),
    *("action", "target", "trace_id"),
)

_log = logs.get("meshkit.audit")


@dataclass(frozen=True, slots=True)
class Entry:
    """One audited call.

    Attributes:
        entry_id: Its id, in the order of time; begins with the milliseconds of its time.
        actor_kind: "admin" or "tenant".
        actor_key_id: Id of the caller's key.
        actor_tenant_id: The tenant of the caller's key; empty for an operator.
        action: Service and method, such as "TenantService.CreateTenant".
        target: Id of the tenant, key or task it was done to; empty when it named none.
        outcome: "begun" while nothing is known, "ok", or the code of the error.
        trace_id: Id of the call's trace.
    """

    entry_id: str
    actor_kind: str
    actor_key_id: str
    actor_tenant_id: str
    action: str
    target: str
    outcome: str
    trace_id: str

    @property
    def time_ms(self) -> int:
        """When the call began: Unix milliseconds."""
        return int(self.entry_id.partition("-")[0])

    def concerns(self, about: str) -> bool:
        """Whether it was done to this tenant, key or task, or by this tenant's keys."""
        return about in (self.target, self.actor_tenant_id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted.

    Attributes:
        about: Only what concerns this id; empty for all.
        after_ms: Only at or after this time, Unix milliseconds.
        before_ms: Only before this time; None for no end.
    """

    about: str = ""
    after_ms: int = 0
    before_ms: int | None = None


def outcome_key(entry_id: str) -> str:
    """Redis key (string) of how an audited call ended: "ok" or the code of its error."""
    return f"{{{LOG}}}:outcome:{entry_id}"


def audited(redis: Redis) -> Middleware:
    """Writes the calls of audited methods to the audit log.

    A call that cannot be written down is refused. How it ended is written afterwards; where that
    fails, or the call is given up by its caller, the entry goes on saying "begun".

    Args:
        redis: Where the log is. The middleware belongs after authentication and rate limit.
    """

    async def around(call: Call, proceed: Proceed) -> None:
        if not call.policy.audited:
            await proceed(call)
            return
        entry_id = await _begin(redis, call)
        try:
            await proceed(call)
        except MeshError as error:
            await _end(redis, entry_id, error.reason)
            raise
        except Exception:
            await _end(redis, entry_id, Reason.INTERNAL)
            raise
        await _end(redis, entry_id, "ok")

    return around


def refusals(redis: Redis) -> Callable[[Call], Awaitable[None]]:
    """Writes down that a caller was refused a method that its kind of key may not call.

    Of a key that goes on trying it is once a minute for each method and process: who may do nothing
    must not fill the log either. A refusal that cannot be written down is one all the same.

    Args:
        redis: Where the log is.
    """
    minute, noted = 0, set[tuple[str, str]]()

    async def note(call: Call) -> None:
        nonlocal minute
        now = int(time.time()) // 60
        if now != minute:
            minute = now
            noted.clear()
        attempt = (call.principal.key_id, call.path)
        if attempt in noted:
            return
        noted.add(attempt)
        try:
            await _begin(redis, call, outcome=Reason.PERMISSION_DENIED)
        except MeshError as error:
            noted.discard(attempt)
            _log.warning("audit_refusal_unwritten", action=call.path, error=error.message)

    return note


async def page(
    redis: Redis, wanted: Filter, *, size: int, after: str = ""
) -> tuple[list[Entry], str]:
    """Entries that pass a filter, the latest first.

    Args:
        redis: Where the log is.
        wanted: The filter.
        size: How many at most.
        after: Id of the entry after which to go on; empty to begin.

    Returns:
        The entries, and the id after which to go on; empty at the end. A page may be short of its
        size, or empty, and still not the last one, when the filter passes few entries.
    """
    oldest_ms = int((time.time() - KEPT_S) * 1000)
    if wanted.before_ms is not None and wanted.before_ms <= oldest_ms:
        return [], ""
    lower = str(max(wanted.after_ms, oldest_ms))
    upper = "+" if wanted.before_ms is None else f"({wanted.before_ms}-0"
    found: list[Entry] = []
    cursor = after
    for _ in range(0, _SCAN_MAX, _SCAN_PAGE):
        start = f"({cursor}" if cursor else upper
        reply = await redis.execute("XREVRANGE", LOG, start, lower, "COUNT", _SCAN_PAGE)
        entries = [_entry(item) for item in (reply if isinstance(reply, list) else [])]
        for entry in entries:
            cursor = entry.entry_id
            if not wanted.about or entry.concerns(wanted.about):
                found.append(entry)
            if len(found) > size:
                return await _with_outcomes(redis, found[:size]), found[size - 1].entry_id
        if len(entries) < _SCAN_PAGE:
            return await _with_outcomes(redis, found), ""
    return await _with_outcomes(redis, found), cursor


async def _begin(redis: Redis, call: Call, **more: str) -> str:
    """Writes an entry with more fields than every one has, and answers its id."""
    oldest_ms = int((time.time() - KEPT_S) * 1000)
    service, _, method = call.path[1:].rpartition("/")
    fields = {
        "actor_kind": call.principal.kind,
        "actor_key_id": call.principal.key_id,
        "actor_tenant_id": call.principal.tenant_id,
        "action": f"{service.rpartition('.')[2]}.{method}",
        "target": _target(call),
        "trace_id": call.trace.trace_id if call.trace else "",
        **more,
    }
    reply = await redis.execute(
        *("XADD", LOG, "MINID", "~", oldest_ms, "*"),
        *(part for item in fields.items() for part in item),
    )
    if not isinstance(reply, bytes):
        msg = "XADD answers an id"
        raise TypeError(msg)
    return reply.decode()


async def _end(redis: Redis, entry_id: str, outcome: str) -> None:
    try:
        await redis.execute("SET", outcome_key(entry_id), outcome, "EX", KEPT_S)
    except MeshError as error:
        # The call has been made and its caller must hear how it ended; the entry says "begun".
        _log.warning("audit_outcome_unwritten", entry=entry_id, error=error.message)


def _target(call: Call) -> str:
    names = ("tenant_id", "key_id", "task_id")
    ids = [getattr(call.request, name, "") for name in names]
    # A tenant that is created has only a name yet.
    ids.append(f"tenant_{getattr(call.request, 'name', '')}")
    # The request has not been validated yet, and texts of callers don't belong here.
    return next((one for one in ids if isinstance(one, str) and _IDS.fullmatch(one)), "")


def _entry(item: Reply) -> Entry:
    match item:
        case [bytes() as entry_id, list() as flat]:
            fields = as_mapping(flat)
            texts = {name: fields.get(name.encode(), b"").decode() for name in _FIELDS}
            outcome = fields.get(b"outcome", b"begun").decode()
            return Entry(entry_id=entry_id.decode(), outcome=outcome, **texts)
    msg = "an entry of a stream is an id and its fields"
    raise TypeError(msg)


async def _with_outcomes(redis: Redis, entries: list[Entry]) -> list[Entry]:
    if not entries:
        return []
    reply = await redis.execute("MGET", *(outcome_key(entry.entry_id) for entry in entries))
    outcomes = reply if isinstance(reply, list) else []
    return [
        replace(entry, outcome=outcome.decode()) if isinstance(outcome, bytes) else entry
        for entry, outcome in zip(entries, outcomes, strict=True)
    ]
