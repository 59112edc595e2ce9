"""Every Redis key of the task layer, its type and its lifetime.

Keys of one task share the hash tag `{task id}`, so that a script may touch them together on a
cluster; the queue's share `{queue}`; a tenant's share `{tenant id}`.

| key                        | type   | holds                                    | lifetime     |
| -------------------------- | ------ | ---------------------------------------- | ------------ |
| `task:{id}`                | hash   | status, progress, fence, times, error    | 7 d past end |
| `task:{id}:input`          | string | the validated request, protobuf          | 7 d past end |
| `task:{id}:plan`           | string | the plan, protobuf                       | 7 d past end |
| `task:{id}:artifacts`      | hash   | `<step>_output`, `result`: `artifacts.py` | 7 d past end |
| `task:{id}:steps`          | hash   | step → StepRecord, protobuf              | 7 d past end |
| `task:{id}:events`         | stream | `<offset>-0` → one event                 | 7 d past end |
| `task:{id}:messages`       | stream | messages between agents                  | 7 d past end |
| `{queue}:tenants`          | zset   | tenant → turn at which it was served last | while waiting |
| `{queue}:waiting:<tenant>` | zset   | task → ms at which it may be taken       | until its end |
| `{queue}:leased:<tenant>`  | zset   | task → ms at which its lease ends        | until its end |
| `tenant:{id}`              | hash   | settings of the tenant                   | forever      |
| `tenant:{id}:tasks`        | zset   | task → ms of acceptance                  | pruned       |
| `tenant:{id}:idem:<digest>` | string | `<fingerprint> <task id>`                | 24 h         |
| `durations:<job>`          | hash   | step → running median in ms              | forever      |

Channels: `changed:task:{id}` after every event, `control:task:{id}` for its holder,
`{queue}:ready` for workers.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Final

SCHEMA: Final = 1
"""Version of what the record of a task holds, in its field `schema`."""
TASK_ID: Final = re.compile(r"task_[0-9a-f]{32}")
QUEUE_TENANTS: Final = "{queue}:tenants"
QUEUE_READY: Final = "{queue}:ready"
WAITING_PREFIX: Final = "{queue}:waiting:"
LEASED_PREFIX: Final = "{queue}:leased:"
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


def control(task_id: str) -> str:
    """Channel that tells the holder of a task to look at its requests."""
    return f"control:{task(task_id)}"


def waiting(tenant_id: str) -> str:
    """The tenant's tasks by when they may be taken."""
    return f"{WAITING_PREFIX}{tenant_id}"


def leased(tenant_id: str) -> str:
    """The tenant's tasks that somebody holds."""
    return f"{LEASED_PREFIX}{tenant_id}"


def tenant_tasks(tenant_id: str) -> str:
    """The tenant's tasks by when they were accepted."""
    return f"tenant:{{{tenant_id}}}:tasks"


def idempotency(tenant_id: str, digest: str) -> str:
    """What an idempotency key was used for."""
    return f"tenant:{{{tenant_id}}}:idem:{digest}"


def durations(job: str, tenant_id: str = "") -> str:
    """How long a job's steps take: the tenant's own, or all tenants' together."""
    return f"tenant:{{{tenant_id}}}:durations:{job}" if tenant_id else f"durations:{job}"
