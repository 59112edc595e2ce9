"""Every error a caller can meet on REST has the one shape, whoever raises it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from tests.support.mesh import Mesh, example, manusmesh, redis_command, request, wait_done

Tenant = Callable[[str], Mesh]


def code_of(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["success"] is False
    assert isinstance(body["error"]["message"], str)
    assert isinstance(body["error"]["details"], dict)
    code: str = body["error"]["code"]
    return code


@pytest.fixture(scope="module")
def client(mesh: Mesh) -> Iterator[httpx.Client]:
    with mesh.client() as opened:
        yield opened


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer nonsense",
        "Bearer sk_openmanus_dev_dev_00000000000000000000000000000000",
        "Basic ZGV2OmRldg==",
        "Bearer",
        "Bearer sk_openmanus_dev_dev_" + "a" * 5000,
    ],
)
def test_bad_keys_get_one_answer(mesh: Mesh, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = httpx.get(f"{mesh.url}/api/tasks", headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 401
    assert code_of(answer) == "UNAUTHENTICATED"
    bare = httpx.get(f"{mesh.url}/api/tasks", timeout=60, trust_env=False)
    assert answer.json()["error"]["message"] == bare.json()["error"]["message"]


def test_every_violated_field_is_listed(tenant: Tenant) -> None:
    body = request(
        skill_name="ab",
        target_platforms=["linkedin", "linkedin", "myspace"],
        examples=[
            example(0, platform="xing", content="short"),
            example(1, performance_metrics={"likes": -1, "comments": 0, "impressions": 0}),
            example(2, image_url="ftp://example.com/a.png"),
        ],
    )
    with tenant("wrong").client() as client:
        answer = client.post("/api/generate-skill/start", json=body)
    assert answer.status_code == 400
    assert code_of(answer) == "INVALID_ARGUMENT"
    fields = {violation["field"] for violation in answer.json()["error"]["details"]["fields"]}
    assert fields >= {
        "skill_name",
        "target_platforms",
        "target_platforms[2]",
        "examples[0].platform",
        "examples[0].content",
        "examples[1].performance_metrics.likes",
        "examples[1].performance_metrics.shares",
        "examples[1].performance_metrics.impressions",
        "examples[2].image_url",
    }


@pytest.mark.parametrize("missing", ["likes", "comments", "shares", "impressions"])
def test_a_misspelt_metric_is_named(tenant: Tenant, missing: str) -> None:
    metrics = dict(example(0)["performance_metrics"])
    metrics[missing + "x"] = metrics.pop(missing)
    body = request(examples=[example(0, performance_metrics=metrics)])
    with tenant(f"typo{missing}").client() as client:
        answer = client.post("/api/generate-skill/start", json=body)
    assert answer.status_code == 400
    assert missing in json.dumps(answer.json()["error"]["details"])


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/api/generate-skill/start", b"{"),
        ("POST", "/api/generate-skill/start", b"[1, 2]"),
        ("POST", "/api/generate-skill/start", b""),
        ("POST", "/api/generate-skill/start", b'{"examples": {}}'),
        ("POST", "/api/generate-skill/start", b'{"examples": [null]}'),
        ("POST", "/api/generate-skill/start", b'{"examples": ' + b"[" * 50_000),
        ("GET", "/api/generate-skill/status/task_%ff", b""),
        ("GET", "/api/generate-skill/status/..", b""),
        ("GET", "/api/generate-skill/status/{a}:x*", b""),
        ("GET", "/api/tasks?page_size=0.5", b""),
        ("GET", "/api/tasks?page_token=rubbish", b""),
        ("GET", "/api/tasks?created_after=yesterday", b""),
        ("GET", "/api/nothing/here", b""),
        ("DELETE", "/api/tasks", b""),
    ],
)
def test_rubbish_is_the_callers_fault(
    tenant: Tenant, method: str, path: str, content: bytes
) -> None:
    with tenant("rubbish").client() as client:
        answer = client.request(method, path, content=content)
    assert 400 <= answer.status_code < 500, answer.text
    code_of(answer)
    for word in ("Traceback", "Error(", "grpc.", "0x"):
        assert word not in answer.text


def test_unknown_route(client: httpx.Client) -> None:
    answer = client.get("/api/no-such-thing")
    assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")


def test_body_too_large(client: httpx.Client) -> None:
    answer = client.post("/api/generate-skill/start", content=b"x" * (5 * 1024 * 1024))
    assert (answer.status_code, code_of(answer)) == (413, "PAYLOAD_TOO_LARGE")


def test_envelope_200(client: httpx.Client) -> None:
    answer = client.get("/api/tasks/task_" + "0" * 32, params={"envelope": "200"})
    assert (answer.status_code, code_of(answer)) == (200, "TASK_NOT_FOUND")


def test_binary_header_with_rubbish(client: httpx.Client) -> None:
    answer = client.get("/api/tasks", headers={"x-rubbish-bin": "%%%not base64%%%"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/tasks", "/api/generate-skill/status/task_" + "0" * 32])
def test_headers_up_to_the_edges_limit_arrive(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={f"x-{n}": "v" * 2000 for n in range(15)})
    assert answer.status_code == (200 if path == "/api/tasks" else 404)
    answer = client.get(path, headers={"x-large": "v" * 28_000})
    assert answer.status_code == (200 if path == "/api/tasks" else 404)


@pytest.mark.parametrize("path", ["/api/tasks", "/api/generate-skill/status/task_" + "0" * 32])
def test_a_key_with_bytes_that_are_no_text_is_in_no_log(mesh: Mesh, path: str) -> None:
    sent = b"Bearer sk_openmanus_dev_dev_" + b"5" * 32 + b"\xe4"
    with httpx.Client(base_url=mesh.url, timeout=60, trust_env=False) as nobody:
        answer = nobody.get(path, headers={b"Authorization": sent})
        assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
    for log in mesh.state_dir.glob("logs/*.log"):
        assert b"5" * 32 not in log.read_bytes(), log.name


def test_json_without_its_content_type(tenant: Tenant) -> None:
    """As plain `curl -d` sends it: every body a form."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = json.dumps(request(2, skill_name="100 % & more"))
    with tenant("plaincurl").client() as client:
        answer = client.post("/api/generate-skill/start", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


def test_an_error_repeats_little_of_what_was_sent(client: httpx.Client) -> None:
    body = {"examples": "x" * 1_000_000}
    answer = client.post("/api/generate-skill/start", json=body)
    assert (answer.status_code, code_of(answer)) == (400, "INVALID_ARGUMENT")
    assert len(answer.content) < 2000


def test_nothing_is_stored_that_the_contract_does_not_know(mesh: Mesh, tenant: Tenant) -> None:
    caller = tenant("smuggler")
    message = json_format.ParseDict(request(2), generate_skill_pb2.GenerateSkillRequest())
    # Field 999 of the request, bytes: tag, length, content.
    junk = b"\xba\x3e" + b"\xc0\x84\x3d" + b"j" * 1_000_000
    with grpc.insecure_channel(mesh.url.removeprefix("http://")) as channel:
        start = channel.unary_unary(
            "/manusmesh.content.v1.ContentService/StartGenerateSkill",
            request_serializer=None,
            response_deserializer=task_pb2.StartedTask.FromString,
        )
        metadata = (("authorization", f"Bearer {caller.key}"),)
        task_id = start(message.SerializeToString() + junk, metadata=metadata).task_id
    stored = redis_command(mesh, "STRLEN", f"task:{{{task_id}}}:input")
    assert int(stored) == message.ByteSize()


def test_http_1_0(mesh: Mesh) -> None:
    host, port = mesh.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.split(b" ")[1] == b"200"
    assert b'"ok"' in answer


def test_the_eleventh_start_is_refused(tenant: Tenant) -> None:
    with tenant("eager").client() as client:
        answers = [client.post("/api/generate-skill/start", json={}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    refused = answers[-1]
    assert code_of(refused) == "RATE_LIMITED"
    details = refused.json()["error"]["details"]
    assert details["limit"] == 100
    assert details["window"] == 3600
    assert int(refused.headers["retry-after"]) == details["retry_after"] > 0
    assert refused.headers["ratelimit-limit"] == "10"
    assert refused.headers["ratelimit-remaining"] == "0"


def test_a_finished_task_cannot_be_steered(tenant: Tenant) -> None:
    with tenant("steering").client() as client:
        task_id = client.post("/api/generate-skill/start", json=request(2)).json()["task_id"]
        wait_done(client, task_id)
        for action in ("cancel", "pause", "resume", "retry"):
            answer = client.post(f"/api/tasks/{task_id}/{action}", json={})
            assert (answer.status_code, code_of(answer)) == (409, "CONFLICT")


def test_buf_curl_by_reflection(mesh: Mesh) -> None:
    def curl(method: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *("buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge", *arguments),
                *("-d", "{}", f"{mesh.url}/{method}"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    with_key = curl(
        "manusmesh.task.v1.TaskService/ListTasks", "-H", f"Authorization: Bearer {mesh.key}"
    )
    assert with_key.returncode == 0, with_key.stderr
    without = curl("manusmesh.task.v1.TaskService/ListTasks")
    assert without.returncode != 0
    assert "unauthenticated" in without.stderr
    public = curl("manusmesh.system.v1.SystemService/GetReadiness")
    assert json.loads(public.stdout)["status"] == "ready"


def test_a_killed_gateway_answers_503_and_comes_back(tmp_path: Path) -> None:
    state_dir = str(tmp_path / "state")
    up = ("up", "--detach", "--port", "0", "--state-dir", state_dir, "--json")
    url = json.loads(manusmesh(*up))["url"]
    try:
        processes: dict[str, Any] = json.loads((tmp_path / "state/processes.json").read_text())
        first = processes["gateway"]["pid"]
        # Stopped, the supervisor can't start it again: what Envoy says alone can be seen.
        os.kill(processes["supervisor"]["pid"], signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)
        try:
            answer = httpx.get(f"{url}/health", timeout=60, trust_env=False)
            if answer.status_code == 504:  # a machine that stood still: asked once more
                answer = httpx.get(f"{url}/health", timeout=60, trust_env=False)
        finally:
            os.kill(processes["supervisor"]["pid"], signal.SIGCONT)
        assert (answer.status_code, code_of(answer)) == (503, "UPSTREAM_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0
        deadline = time.monotonic() + 90
        while httpx.get(f"{url}/ready", timeout=30, trust_env=False).status_code != 200:
            assert time.monotonic() < deadline
        again = json.loads((tmp_path / "state/processes.json").read_text())["gateway"]["pid"]
        assert again != first
    finally:
        manusmesh("down", "--state-dir", state_dir)
