"""What is sent: the JSON of a task's end and the headers that sign it.

Standard Webhooks 1.0, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from standardwebhooks import Webhook

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2
from meshkit import __version__
from meshkit.tasks import artifacts
from meshkit.tasks.record import Fields, text


class NoResultError(Exception):
    """The result of a completed task is not kept any more: the task was done again, or expired."""


def body(
    task_id: str, delivery: Fields, *, result: bytes | None, result_type: type[Message]
) -> bytes:
    """The JSON object {task_id, job, status, result}, each as the REST API writes it.

    The bytes are the same at every attempt, whoever makes it.

    Of a task that was not completed `result` is null, and `error` comes besides; beside a partial
    result come `partial`, true, and `missing`.

    Args:
        task_id: The task.
        delivery: Its delivery.
        result: The stored result of a completed task.
        result_type: What it is.

    Raises:
        NoResultError: when the task is completed and there is no result.
        ValueError: when what is stored cannot be read.
    """
    status = text(delivery, "task_status")
    content: dict[str, object] = {
        "task_id": task_id,
        "job": text(delivery, "job"),
        "status": status,
    }
    try:
        if status == "completed":
            if result is None:
                raise NoResultError
            content["result"] = _json(result_type.FromString(artifacts.unpack(result)))
            gaps = task_pb2.Task.FromString(delivery.get(b"missing", b"")).missing
            if gaps:
                content["partial"] = True
                content["missing"] = [_json(gap) for gap in gaps]
        else:
            content["result"] = None
            content["error"] = _json(run_pb2.Error.FromString(delivery.get(b"error", b"")))
    except DecodeError as error:
        msg = "a stored message that cannot be read"
        raise ValueError(msg) from error
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers(
    webhook_id: str, content: bytes, *, now: datetime, secrets: Sequence[str]
) -> dict[str, str]:
    """The headers of one attempt.

    Args:
        webhook_id: The message's id, the same at every attempt.
        content: The body.
        now: The time of the attempt, in UTC.
        secrets: What signs it, each `whsec_` and base64; receivers accept any of the signatures.
    """
    signatures = [Webhook(secret).sign(webhook_id, now, content.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"manusmesh/{__version__}",
        "Webhook-Id": webhook_id,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }


def _json(message: Message) -> dict[str, object]:
    fields = json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    steady: dict[str, object] = _steady(fields)
    return steady


def _steady(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same with its keys in order: those of a map come in another one in each process."""
    if isinstance(value, dict):
        return {name: _steady(value[name]) for name in sorted(value)}
    return [_steady(one) for one in value] if isinstance(value, list) else value
