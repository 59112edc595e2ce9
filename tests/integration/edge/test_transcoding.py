"""REST/JSON in, gRPC out, and back."""

import json
from typing import Any

import httpx
import pytest
from google.api import httpbody_pb2

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.system.v1 import system_service_pb2
from manusmesh.task.v1 import task_pb2, task_service_pb2
from tests.integration.edge import stub_gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = "/api/generate-skill/start"
EXAMPLE = {
    "platform": "linkedin",
    "content": "x" * 10,
    "performance_metrics": {"likes": 0, "comments": None, "impressions": 7},
}


async def test_a_request_keeps_its_fields_and_ignores_unknown_ones(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    body = {"examples": [EXAMPLE], "target_platforms": ["linkedin"], "no_such_field": {"a": [1]}}
    answer = await client.post(START, json=body)
    assert answer.status_code == 200
    (call,) = stub.calls
    assert call.method == "StartGenerateSkill"
    assert call.request.target_platforms == ["linkedin"]
    metrics = call.request.examples[0].performance_metrics
    assert metrics.impressions == 7
    # A zero that was sent is not the same as one that was not; null counts as not sent.
    assert metrics.HasField("likes")
    assert not metrics.HasField("comments")
    assert not metrics.HasField("shares")


async def test_an_answer_has_snake_case_names_and_all_its_zeros(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    sent = {"taskid", "taskstatus", "taskprogress"}
    sent |= {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}

    async def answer(_request: Any, context: stub_gateway.Context) -> task_pb2.Task:
        await context.send_initial_metadata(tuple((name, "1") for name in sorted(sent)))
        return task_pb2.Task(task_id="task_1", status="queued")

    stub.answers["GetTask"] = answer
    response = await client.get("/api/tasks/task_1")
    assert response.json() == {
        "task_id": "task_1",
        "job": "",
        "status": "queued",
        "progress": 0,
        "eta": 0,
        "eta_seconds": 0,
        "current_step": "",
        "completed_steps": [],
        "total_steps": 0,
        "result_available": False,
        "queue_position": 0,
        "partial": False,
        "missing": [],
    }
    assert response.headers["content-type"] == "application/json"
    assert sent <= set(response.headers)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "rpc"),
    [
        ("POST", "/api/generate-skill/start", "StartGenerateSkill"),
        ("GET", "/api/generate-skill/status/t", "GetGenerateSkillStatus"),
        ("GET", "/api/generate-skill/result/t", "GetGenerateSkillResult"),
        ("GET", "/api/generate-skill/result/t?format=json", "GetGenerateSkillResult"),
        ("GET", "/api/generate-skill/result/t?format=markdown", "GetGenerateSkillMarkdown"),
        ("GET", "/api/generate-skill/result/t/markdown", "GetGenerateSkillMarkdown"),
        ("POST", "/api/generate-skill/run", "RunGenerateSkill"),
        ("POST", "/api/generate-skill/run?format=markdown", "RunGenerateSkillMarkdown"),
        ("GET", "/api/tasks", "ListTasks"),
        ("GET", "//api//tasks", "ListTasks"),
        ("GET", "/api/tasks/t", "GetTask"),
        ("POST", "/api/tasks/t/cancel", "CancelTask"),
        ("POST", "/api/tasks/t/pause", "PauseTask"),
        ("POST", "/api/tasks/t/resume", "ResumeTask"),
        ("POST", "/api/tasks/t/retry", "RetryTask"),
        ("GET", "/health", "GetHealth"),
        ("GET", "/ready", "GetReadiness"),
    ],
)
async def test_a_route_reaches_its_rpc(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, method: str, path: str, rpc: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    answer = await client.request(method, url, json={} if method == "POST" else None)
    assert answer.status_code == 200
    assert [call.method for call in stub.calls] == [rpc]


async def test_query_parameters_bind_beside_a_body(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    path = "/api/generate-skill/run?envelope=200&wait_seconds=20&format=markdown&unknown=1"
    await client.post(path, json={"skill_name": "name"})
    (call,) = stub.calls
    assert call.method == "RunGenerateSkillMarkdown"
    expected = generate_skill_pb2.GenerateSkillRequest(skill_name="name", wait_seconds=20)
    assert call.request == expected


async def test_query_parameters_of_a_list(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    query = {"status": "failed", "created_after": "2026-01-02T03:04:05Z", "page_size": "7"}
    await client.get("/api/tasks", params=query)
    expected = task_service_pb2.ListTasksRequest(status="failed", page_size=7)
    expected.created_after.FromJsonString("2026-01-02T03:04:05Z")
    assert stub.calls[0].request == expected


async def test_empty_query_parameters_count_as_not_given(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    for path in (
        "/api/tasks?status=&job=&created_after=&page_size=&envelope=",
        "/api/tasks?status=&page_size=7&job",
        "/api/generate-skill/result/t?wait_seconds=&format=&task_id=",
        "/api/tasks/t/events?after=",
    ):
        assert (await client.get(path)).status_code in (200, 204)
    assert [call.method for call in stub.calls] == [
        *("ListTasks", "ListTasks", "GetGenerateSkillResult", "StreamTaskEvents")
    ]
    assert stub.calls[0].request == task_service_pb2.ListTasksRequest()
    assert stub.calls[1].request == task_service_pb2.ListTasksRequest(page_size=7)
    # What is malformed stays so.
    assert (await client.get("/api/tasks?%zz=")).status_code == 400


async def test_an_empty_message_in_a_body_is_one_that_was_sent(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    body = {"limits": {}, "reset": ["async"]}
    answer = await client.post("/api/admin/tenants/tenant_acme/limits", json=body)
    assert answer.status_code == 200
    (call,) = stub.calls
    assert call.request.HasField("limits")
    assert call.request.reset == ["async"]


async def test_markdown_leaves_as_it_is(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, _context: stub_gateway.Context) -> httpbody_pb2.HttpBody:
        return httpbody_pb2.HttpBody(
            content_type="text/markdown; charset=utf-8", data="# Übersicht".encode()
        )

    stub.answers["GetGenerateSkillMarkdown"] = answer
    response = await client.get("/api/generate-skill/result/t?format=markdown&wait_seconds=3")
    assert response.text == "# Übersicht"
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert stub.calls[0].request.wait_seconds == 3


async def test_a_large_result_passes(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, _context: stub_gateway.Context) -> Any:
        return generate_skill_pb2.GenerateSkillResult(report_html="ü" * 3_000_000)

    stub.answers["GetGenerateSkillResult"] = answer
    response = await client.get("/api/generate-skill/result/t")
    assert len(response.json()["report_html"]) == 3_000_000


@pytest.mark.parametrize(
    ("path", "remaining_s"),
    [
        ("/api/generate-skill/status/t", 14),
        ("/api/generate-skill/status/t?wait_seconds=0", 59),
        ("/api/generate-skill/result/t/markdown", 59),
        ("/api/tasks/t", 29),
    ],
)
async def test_a_service_learns_the_deadline_of_its_route(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, path: str, remaining_s: float
) -> None:
    await client.get(path, headers={"grpc-timeout": "1m"})
    remaining = stub.calls[0].remaining_s
    assert remaining is not None
    assert remaining_s - 5 < remaining <= remaining_s


async def test_what_a_caller_must_not_say_does_not_arrive(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    headers = {
        "x-envoy-retry-on": "5xx",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-original-path": "/api/other",
        "x-envoy-internal": "true",
        "x-envoy-refused": "1",
        "X-Rubbish-Bin": "!!not base64!!",
        "x_underscore": "1",
        "x-request-id": "chosen-by-the-caller",
        "authorization": "Bearer key",
        "idempotency-key": "k1",
    }
    response = await client.get("/api/tasks/t", headers=headers)
    metadata = stub.calls[0].metadata
    assert metadata["authorization"] == "Bearer key"
    assert metadata["idempotency-key"] == "k1"
    assert metadata["x-envoy-original-path"] == "/api/tasks/t"
    envoys = {key for key in metadata if key.startswith("x-envoy-")}
    assert envoys <= {
        "x-envoy-original-path",
        "x-envoy-original-method",
        "x-envoy-external-address",
    }
    assert not [key for key in metadata if key.endswith("-bin") or "_" in key]
    assert metadata["x-request-id"] != "chosen-by-the-caller"
    assert response.headers["x-request-id"] == metadata["x-request-id"]
    assert not [key for key in response.headers if key.startswith(("x-envoy-", "grpc-", "server"))]


TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_the_trace_is_what_the_service_says(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        context.set_trailing_metadata((("x-trace-id", TRACE),))
        return system_service_pb2.GetHealthResponse(status="ok")

    stub.answers["GetHealth"] = answer
    traceparent = f"00-{TRACE}-b7ad6b7169203331-01"
    response = await client.get("/health", headers={"traceparent": traceparent})
    assert stub.calls[0].metadata["traceparent"] == traceparent
    assert response.headers.get_list("x-trace-id") == [TRACE]


async def test_the_request_id_stands_in_for_a_trace(client: httpx.AsyncClient) -> None:
    response = await client.get("/nope")
    request_id = response.headers["x-request-id"]
    assert response.headers["x-trace-id"] == request_id.replace("-", "")


@pytest.mark.parametrize("path", ["/api/generate-skill/status/t", "/api/tasks/t"])
async def test_what_a_service_tells_beside_its_answer_becomes_headers(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, path: str
) -> None:
    told = {
        "taskid": "t",
        "taskstatus": "queued",
        "taskprogress": "0",
        "ratelimit-limit": "100",
        "ratelimit-remaining": "99",
        "ratelimit-reset": "1",
    }

    async def answer(_request: Any, context: stub_gateway.Context) -> task_pb2.Task:
        context.set_trailing_metadata((*told.items(), ("unknown", "x")))
        return task_pb2.Task(task_id="t")

    stub.answers |= {"GetGenerateSkillStatus": answer, "GetTask": answer}
    response = await client.get(path)
    assert response.json()["task_id"] == "t"
    assert {name: response.headers.get(name) for name in told} == told
    assert "unknown" not in response.headers
    assert not [name for name in response.headers if name.startswith("grpc-")]


async def test_a_form_with_lists_as_json_text(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    form = {
        "examples": json.dumps([EXAMPLE], indent=1),
        "target_platforms": ["linkedin", "twitter"],
        "skill_name": '[Ad] "Grüße" & 100 %\n\\',
        "wait_seconds": "5",
        "tenant_id": "",
        "__multipart_placeholder__": "x",
        "unknown": "{",
    }
    answer = await client.post("/api/generate-skill/run", data=form)
    assert answer.status_code == 200
    request = stub.calls[0].request
    assert request.examples[0].performance_metrics.HasField("likes")
    assert request.target_platforms == ["linkedin", "twitter"]
    assert request.skill_name == form["skill_name"]
    assert request.wait_seconds == 5


@pytest.mark.parametrize(
    "text",
    [
        "[1,]",
        '["a" "b"]',
        "[1",
        '{"a"}',
        "{a:1}",
        "[] trailing",
        "[01]",
        "[1.]",
        "[+1]",
        "[nul]",
        '["\\x"]',
        '["\\u12"]',
        "['a']",
        '["a\nb"]',
        '[1],"tenant_id":"tenant_x"',
        "[" * 100 + "]" * 100,
    ],
)
async def test_a_form_value_that_only_looks_like_json_is_text(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, text: str
) -> None:
    await client.post(START, data={"skill_name": text})
    expected = generate_skill_pb2.GenerateSkillRequest(skill_name=text)
    assert stub.calls[0].request == expected


@pytest.mark.parametrize(
    "value", ["[]", "[ ]", '[ "a" , "b\\u00fc\\n\\"" ]\n', '["a"]', ' ["true"]']
)
async def test_a_form_value_that_is_json_counts_as_json(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, value: str
) -> None:
    await client.post(START, data={"target_platforms": value})
    assert list(stub.calls[0].request.target_platforms) == json.loads(value)


async def test_an_empty_form_is_an_empty_request(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    for body in (b"", b"&", b"__multipart_placeholder__=", b"=x"):
        answer = await client.post(START, content=body, headers=form)
        assert answer.status_code == 200
    empty = generate_skill_pb2.GenerateSkillRequest()
    assert [call.request for call in stub.calls] == [empty] * 4
