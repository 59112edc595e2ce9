"""What the edge refuses by itself, in the one shape of every error."""

import asyncio
import urllib.parse
from typing import Any, Final

import httpx
import pytest

from tests.integration.edge import stub_gateway
from tests.integration.edge.envelope import error_of, refused
from tests.support import envoy

pytestmark = pytest.mark.asyncio(loop_scope="module")

START: Final = "/api/generate-skill/start"
MIB: Final = 1024 * 1024


async def raw(edge: envoy.Edge, request: bytes) -> httpx.Response:
    """The answer to bytes that no HTTP client would send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines[1:] if line)
    headers = httpx.Headers([(name, value) for name, _, value in pairs])
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    writer.close()
    return httpx.Response(int(lines[0].split()[1]), headers=headers, content=body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api"),
        ("GET", "/api/nope"),
        ("GET", "/api/nope/status/t"),
        ("DELETE", "/api/tasks/t"),
        ("GET", START),
        ("POST", "/api/tasks"),
        ("OPTIONS", "/api/tasks"),
        ("PUT", "/health"),
        ("GET", "/api/tasks/../../etc/passwd"),
        ("GET", "/api/tasks/%2e%2e/%2e%2e/etc"),
        ("POST", "/manusmesh.task.v1.TaskService/GetTask"),
        ("GET", "/manusmesh.task.v1.TaskService/GetTask"),
        ("POST", "/manusmesh.planning.v1.PlanningService/Plan"),
        ("POST", "/grpc.health.v1.Health/Check"),
    ],
)
async def test_an_unknown_route_or_method(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, method: str, path: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    refused(await client.request(method, url), 404, "NOT_FOUND")
    assert not stub.calls


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks/%ff",
        "/api/tasks/%00",
        "/api/tasks/a%2Fb",
        "/api/tasks/a%5Cb",
        "/api/tasks/%c0%af",
        "/api/tasks/%ed%a0%80",
        "/api/tasks/%e0%80%af",
        "/api/tasks/%c3%c3%a4%a4",
        "/api/tasks/a%0d%0aSet-Cookie:%20x",
        "/api/tasks/%7f",
        "/api/tasks/%zz",
        "/api/tasks/%",
        "/api/tasks?page_token=%ff",
        "/api/tasks?page_token=%f",
        "/api/tasks?%c0%af=1",
        "/api/tasks?page_size=many",
        "/api/tasks?page_size=99999999999",
        "/api/tasks?created_after=yesterday",
        "/api/tasks/t?task_id=u",
        "/api/tasks/t?taskId=u",
        "/api/tasks/t?%74ask_id=u",
        "/api/generate-skill/status/t?task_id=t",
        "/api/generate-skill/result/t?format=markdown&task_id=u",
        "/api/generate-skill/result/t?format=pdf",
    ],
)
async def test_a_bad_path_or_query(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, path: str
) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    refused(await client.get(url), 400, "INVALID_ARGUMENT")
    joint = "&" if "?" in path else "?"
    url = client.base_url.copy_with(raw_path=f"{path}{joint}envelope=200".encode())
    response = await client.get(url)
    # What Envoy refuses before its filters run keeps its status.
    assert response.status_code == (400 if "%00" in path or "%2F" in path or "%5C" in path else 200)
    assert error_of(response)["code"] == "INVALID_ARGUMENT"
    assert not stub.calls


@pytest.mark.parametrize("path_id", ["*", "{a}:x", "a%20b", "..%3b", "%C3%BC", "a%23b", "%25ff"])
async def test_an_odd_id_is_the_services_to_judge(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, path_id: str
) -> None:
    url = client.base_url.copy_with(raw_path=f"/api/tasks/{path_id}".encode())
    assert (await client.get(url)).status_code == 200
    assert [call.request.task_id for call in stub.calls] == [urllib.parse.unquote(path_id)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"examples": [{"platform": 5}]}', "examples[0].platform"),
        (b'{"skill_name": ["a\\"},\\"success\\":1", "b"]}', None),
        (b'{"wait_seconds": "a\\"}, \\"success\\": \\\\"}', "wait_seconds"),
        (b'{"wait_seconds": 1e99}', "wait_seconds"),
        (b'{"wait_seconds": true}', "wait_seconds"),
        (b"{", None),
        (b'{"skill_name": "x', None),
        (b"[null]", ""),
        (b"[]", ""),
        (b"null", ""),
        (b'"text"', ""),
        (b"%PDF-1.4", None),
        (b"[" * 100_000, None),
        (b'{"u":' * 100_000, None),
        (b'{"u":' + b"[" * 100_000, None),
        (b'{"skill_name": "\xff"}', None),
        (b'{"skill_name": "\\ud800"}', None),
        (b"\x1f\x8b\x08\x00rubbish", None),
        (b"\x00\x00\x00\x00\x02{}", None),
    ],
)
async def test_a_bad_body(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, body: bytes, field: str | None
) -> None:
    for content_type in ("application/json", "text/plain"):
        headers = {"content-type": content_type}
        error = refused(
            await client.post(START, content=body, headers=headers), 400, "INVALID_ARGUMENT"
        )
        if field is not None:
            assert [entry["field"] for entry in error["details"]["fields"]] == [field]
    assert not stub.calls


async def test_a_body_cannot_name_another_task_than_the_path(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    refused(
        await client.post("/api/tasks/t/cancel", json={"task_id": "u"}), 400, "INVALID_ARGUMENT"
    )
    assert not stub.calls


async def test_a_compressed_body_and_a_broken_form(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    headers = {"content-encoding": "gzip"}
    refused(await client.post(START, content=b"{}", headers=headers), 400, "INVALID_ARGUMENT")
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"skill_name=%ff", b"skill_name=%", b"%c0%af=1"):
        refused(await client.post(START, content=body, headers=form), 400, "INVALID_ARGUMENT")
        answer = await client.post(START + "?envelope=200", content=body, headers=form)
        assert (answer.status_code, error_of(answer)["code"]) == (200, "INVALID_ARGUMENT")
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="skill_name"\r\n\r\nn\r\n--x--\r\n'
    refused(await client.post(START, content=body, headers=multipart), 400, "INVALID_ARGUMENT")
    assert not stub.calls


@pytest.mark.parametrize("kind", ["json", "form", "chunked", "chunked form"])
async def test_a_body_over_4_mib(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, kind: str
) -> None:
    form = "form" in kind
    headers = {"content-type": "application/x-www-form-urlencoded" if form else "application/json"}
    start = b"skill_name=" if form else b'{"skill_name":"'

    async def chunks() -> Any:
        yield start
        for _ in range(5 * 16):
            yield b"x" * (MIB // 16)

    content: Any = chunks() if "chunked" in kind else start + b"x" * 5 * MIB
    response = await client.post(START, content=content, headers=headers)
    refused(response, 413, "PAYLOAD_TOO_LARGE")
    assert not stub.calls


async def test_a_body_just_under_4_mib(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    size = 4 * MIB - 100
    assert (await client.post(START, json={"skill_name": "x" * size})).status_code == 200
    assert (await client.post(START, data={"skill_name": "x" * size})).status_code == 200
    assert [len(call.request.skill_name) for call in stub.calls] == [size, size]


async def test_headers_too_large_or_too_many(client: httpx.AsyncClient) -> None:
    refused(await client.get("/health", headers={"x-a": "x" * 40_000}), 431, "INVALID_ARGUMENT")
    many = {f"x-{n}": "1" for n in range(120)}
    refused(await client.get("/health", headers=many), 431, "INVALID_ARGUMENT")
    refused(await client.get("/health?q=" + "x" * 40_000), 431, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: a\r\nx: a\x00b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost:a\r\ncontent-length:2\r\ntransfer-encoding:chunked\r\n\r\n",
        b"POST /api/generate-skill/start HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/generate-skill/start HTTP/1.1\r\nhost: a\r\ncontent-length: many\r\n\r\n",
        b"GET health HTTP/1.1\r\nhost: a\r\n\r\n",
        b"BREW /health HTTP/9.9\r\nhost: a\r\n\r\n",
    ],
)
async def test_broken_http(edge: envoy.Edge, request_bytes: bytes) -> None:
    refused(await raw(edge, request_bytes), 400, "INVALID_ARGUMENT")
