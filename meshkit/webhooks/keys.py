"""Every Redis key of the webhooks: how it is named. docs/redis.md says what each holds.

The delivery of a task lives with the task, so that it is made from the task's record in one step.
What is due shares the tag `{webhooks}`; a tenant's index has the tag of the tenant.
"""

import re
from typing import Final

from meshkit.tasks import keys as tasks

SCHEMA: Final = 1
"""Version of what a delivery holds, in its field `schema`."""
READY: Final = "{webhooks}:ready"
TENANTS: Final = "{webhooks}:tenants"
DUE_PREFIX: Final = "{webhooks}:due:"
RETENTION_S: Final = tasks.RETENTION_S
"""How long a delivery is kept: as long as its task, whose end comes before the delivery is made."""
_ENTRY: Final = re.compile(r"(task_[0-9a-f]{32}):([0-9]{1,15})")


def delivery(task_id: str) -> str:
    """The delivery of a task's latest end.

    Raises:
        ValueError: when `task_id` is not one.
    """
    return tasks.part(task_id, "webhook")


def due(tenant_id: str) -> str:
    """The tenant's deliveries by when they may be taken."""
    return f"{DUE_PREFIX}{tenant_id}"


def of_tenant(tenant_id: str) -> str:
    """The tenant's tasks that have a delivery, by when they ended."""
    return f"tenant:{{{tenant_id}}}:webhooks"


def entry(task_id: str, offset: int) -> str:
    """An entry of what is due: one end of one task, by the offset of its terminal event."""
    return f"{task_id}:{offset}"


def parse_entry(text: str) -> tuple[str, int]:
    """The task and the offset of an entry.

    Raises:
        ValueError: when it is none.
    """
    match = _ENTRY.fullmatch(text)
    if match is None:
        msg = "not an entry of the webhooks that are due"
        raise ValueError(msg)
    return match[1], int(match[2])


def webhook_id(task_id: str, offset: int) -> str:
    """The id of the message that tells of one end of one task: the same at every attempt."""
    return f"msg_{task_id.removeprefix('task_')}_{offset}"
