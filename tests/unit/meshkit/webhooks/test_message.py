"""What is sent, and its signature."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime

import pytest

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import artifacts
from meshkit.webhooks import message

TASK = "task_" + "0" * 32
RESULT = generate_skill_pb2.GenerateSkillResult(skill_id="skill_ä_v1")


def delivery(status: str, error: bytes = b"") -> dict[bytes, bytes]:
    return {b"task_status": status.encode(), b"job": b"generate-skill", b"error": error}


def body(fields: dict[bytes, bytes], result: bytes | None = None) -> dict[str, object]:
    sent = message.body(TASK, fields, result=result, result_type=type(RESULT))
    parsed: dict[str, object] = json.loads(sent)
    return parsed


def test_a_completed_task_has_its_result_with_every_field() -> None:
    sent = body(delivery("completed"), artifacts.pack(RESULT.SerializeToString()))
    assert list(sent) == ["task_id", "job", "status", "result"]
    assert (sent["task_id"], sent["job"], sent["status"]) == (TASK, "generate-skill", "completed")
    assert sent["result"]["skill_id"] == "skill_ä_v1"  # type: ignore[index]
    assert sent["result"]["recommendations"] == []  # type: ignore[index]


def test_a_partial_result_says_so_and_what_is_missing() -> None:
    error = MeshError(Reason.UPSTREAM_UNAVAILABLE, "No answer.").to_proto()
    gap = task_pb2.MissingPart(step="research_2", name="Acme", error=error)
    stored = task_pb2.Task(missing=[gap]).SerializeToString()
    fields = {**delivery("completed"), b"missing": stored}
    sent = body(fields, artifacts.pack(RESULT.SerializeToString()))
    assert list(sent) == ["task_id", "job", "status", "result", "partial", "missing"]
    assert sent["partial"] is True
    (missing,) = sent["missing"]  # type: ignore[misc]
    assert (missing["step"], missing["name"]) == ("research_2", "Acme")
    assert missing["error"]["code"] == "UPSTREAM_UNAVAILABLE"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_another_task_has_its_error(status: str) -> None:
    error = MeshError(Reason.TASK_CANCELLED, "No more.", details={"agent": "coder", "n": 1})
    sent = body(delivery(status, error.to_proto().SerializeToString()))
    assert list(sent) == ["task_id", "job", "status", "result", "error"]
    assert sent["result"] is None
    assert sent["error"] == {
        "code": "TASK_CANCELLED",
        "message": "No more.",
        "details": {"agent": "coder", "n": 1},
    }


def test_an_error_without_details_is_written_as_the_api_writes_it() -> None:
    sent = body(delivery("failed", run_pb2.Error(code="INTERNAL").SerializeToString()))
    assert sent["error"] == {"code": "INTERNAL", "message": ""}


def test_the_bytes_are_the_same_in_every_process() -> None:
    details = {name: {"b": 1, "a": 2} for name in "hgfedcba"}
    stored = MeshError(Reason.INTERNAL, "A bug.", details=details).to_proto().SerializeToString()
    sent = message.body(
        TASK, delivery("failed", stored), result=None, result_type=type(RESULT)
    ).decode()
    names = re.findall('"([a-h])":', sent)
    assert names == [inner for outer in "abcdefgh" for inner in (outer, "a", "b")]


def test_a_result_that_is_gone() -> None:
    with pytest.raises(message.NoResultError):
        body(delivery("completed"))


@pytest.mark.parametrize("stored", [b"", b"\x09x", b"\x01\xff\xff"])
def test_a_result_that_cannot_be_read(stored: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any sentence will do
        body(delivery("completed"), stored)


def test_the_signatures_are_those_of_the_specification() -> None:
    keys = [b"k" * 24, b"old" * 8]
    secrets = [f"whsec_{base64.b64encode(key).decode()}" for key in keys]
    now = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    content = '{"text":"ä"}'.encode()
    headers = message.headers("msg_1", content, now=now, secrets=secrets)
    assert headers["Webhook-Id"] == "msg_1"
    assert headers["Webhook-Timestamp"] == str(int(now.timestamp()))
    signed = b"msg_1." + headers["Webhook-Timestamp"].encode() + b"." + content
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    expected = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
    assert headers["Webhook-Signature"] == expected
