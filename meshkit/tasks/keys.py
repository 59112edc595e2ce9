"""Every Redis key of the task layer: how it is named. docs/redis.md says what each holds.

Keys of one task share the hash tag `{task id}`, so that a script may touch them together on a
cluster; the queue's share `{queue}`; a tenant's share `{tenant id}`.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Final

SCHEMA: Final = 1
"""Version of what the record of a task holds, in its field `schema`."""
TASK_ID: Final = re.compile(r"task_[0-9a-f]{32}")
QUEUE_CAPS: Final = "{queue}:caps"
FAST: Final = "fast"
"""The lane of calls that wait for their answer; the other one has no name."""
LANES: Final = ("", FAST)
RETENTION_S: Final = 7 * 86_400
"""How long everything of a finished task is kept."""
IDEMPOTENCY_S: Final = 86_400
"""How long an idempotency key is remembered."""


def new_task_id() -> str:
    """An unguessable task id."""
    return f"task_{secrets.token_hex(16)}"


def task(task_id: str) -> str:
    """The record of a task.

    Raises:
        ValueError: when `task_id` is not one: no key is built from anything else.
    """
    if TASK_ID.fullmatch(task_id) is None:
        msg = "not a task id"
        raise ValueError(msg)
    return f"task:{{{task_id}}}"


def part(task_id: str, name: str) -> str:
    """A part of a task: "input", "plan", "artifacts", "steps", "events" or "messages"."""
    return f"{task(task_id)}:{name}"


def all_of(task_id: str) -> Sequence[str]:
    """Every key of a task, the record first and the events second."""
    parts = ("events", "input", "plan", "artifacts", "steps", "messages")
    return (task(task_id), *(part(task_id, name) for name in parts))


def changed(task_id: str) -> str:
    """Channel that tells of each new event of a task."""
    return f"changed:{task(task_id)}"


def control(holder: str) -> str:
    """Channel that tells a holder to look at what the owners of its tasks ask for."""
    return f"control:{holder}"


def queue(name: str, lane: str = "") -> str:
    """A part of the queue of a lane: "tenants", "places", or the channel "ready"."""
    return f"{{queue}}:{lane}:{name}" if lane else f"{{queue}}:{name}"


def waiting(tenant_id: str, lane: str = "") -> str:
    """The tenant's tasks by when they may be taken."""
    return f"{queue('waiting', lane)}:{tenant_id}"


def leased(tenant_id: str, lane: str = "") -> str:
    """The tenant's tasks that somebody holds."""
    return f"{queue('leased', lane)}:{tenant_id}"


def tenant_tasks(tenant_id: str) -> str:
    """The tenant's tasks by when they were accepted."""
    return f"tenant:{{{tenant_id}}}:tasks"


def sweeping() -> str:
    """Who sweeps at present."""
    return "sweeper"


def idempotency(tenant_id: str, digest: str) -> str:
    """What an idempotency key was used for."""
    return f"tenant:{{{tenant_id}}}:idem:{digest}"


def durations(job: str, tenant_id: str = "") -> str:
    """How long a job's steps take: the tenant's own, or all tenants' together."""
    return f"tenant:{{{tenant_id}}}:durations:{job}" if tenant_id else f"durations:{job}"
