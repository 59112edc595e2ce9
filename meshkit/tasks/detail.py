"""The full record of a task: its plan, steps and messages."""

from typing import Final

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2
from meshkit.redis import Redis, Reply, as_mapping
from meshkit.tasks import keys, record

_MESSAGES_MAX: Final = 200


async def read(redis: Redis, task_id: str) -> task_pb2.TaskDetail:
    """The detail of a task that exists."""
    about, plan, steps, messages = await redis.pipeline(
        ("HMGET", keys.task(task_id), "attempt", "traceparent"),
        ("GET", keys.part(task_id, "plan")),
        ("HVALS", keys.part(task_id, "steps")),
        ("XREVRANGE", keys.part(task_id, "messages"), "+", "-", "COUNT", _MESSAGES_MAX),
    )
    detail = task_pb2.TaskDetail()
    match about:
        case [bytes(attempt), bytes(traceparent)]:
            detail.attempt = int(attempt)
            parts = traceparent.decode().split("-")
            detail.trace_id = parts[1] if len(parts) > 1 else ""
    if isinstance(plan, bytes):
        detail.plan.CopyFrom(plan_pb2.Plan.FromString(plan))
    _add_steps(detail, steps)
    _add_messages(detail, messages)
    return detail


def _add_steps(detail: task_pb2.TaskDetail, reply: Reply) -> None:
    steps = [
        task_pb2.StepRecord.FromString(item)
        for item in (reply if isinstance(reply, list) else [])
        if isinstance(item, bytes)
    ]
    steps.sort(key=lambda step: step.started_at.ToMilliseconds())
    detail.steps.extend(steps)
    for step in steps:
        for name in ("llm_calls", "input_tokens", "output_tokens", "cached_tokens", "cost_usd"):
            total = getattr(detail.usage, name) + getattr(step.usage, name)
            setattr(detail.usage, name, total)


def _add_messages(detail: task_pb2.TaskDetail, reply: Reply) -> None:
    for entry in reversed(reply if isinstance(reply, list) else []):
        if not isinstance(entry, list):
            continue
        fields = as_mapping(entry[1])
        message = detail.messages.add(
            from_agent=record.text(fields, "from"),
            to_agent=record.text(fields, "to"),
            type=record.text(fields, "type"),
            payload=record.text(fields, "payload"),
        )
        record.timestamp(message.time, record.number(fields, "time"))
