"""One shape for every error, whoever raises it."""

from typing import Any, Final

import grpc
import httpx
import pytest

from tests.integration.edge import stub_gateway
from tests.integration.edge.envelope import error_of, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASK: Final = "/api/tasks/t"
START: Final = "/api/generate-skill/start"
CODES: Final = {
    "INVALID_ARGUMENT": {400, 431},
    "UNAUTHENTICATED": {401},
    "PERMISSION_DENIED": {403},
    "NOT_FOUND": {404},
    "CONFLICT": {409},
    "PAYLOAD_TOO_LARGE": {413},
    "OVERLOADED": {503},
    "UPSTREAM_UNAVAILABLE": {503},
    "DEADLINE_EXCEEDED": {408, 504},
    "INTERNAL": {500},
}
BODY: Final = {
    "success": False,
    "error": {
        "code": "RATE_LIMITED",
        "message": 'Wait; "it" \\ costs <b>0</b> ü\n',
        "details": {"retry_after": 36, "limit": 100, "window": 3600, "remaining": 0},
    },
}


@pytest.mark.parametrize("early", [False, True], ids=["trailers-only", "after initial metadata"])
async def test_a_service_decides_status_and_body(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, *, early: bool
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        if early:
            await context.send_initial_metadata((("ratelimit-limit", "100"),))
        code = grpc.StatusCode.RESOURCE_EXHAUSTED
        await stub_gateway.fail(context, code, 429, BODY, retry_after="36")

    stub.answers["GetTask"] = answer
    response = await client.get(TASK)
    refused(response, 429, "RATE_LIMITED")
    assert response.json() == BODY
    assert response.headers["retry-after"] == "36"
    assert ("ratelimit-limit" in response.headers) is early

    response = await client.get(TASK, params={"envelope": "200"})
    assert response.status_code == 200
    assert response.json() == BODY
    assert response.headers["retry-after"] == "36"


async def test_the_reason_decides_not_the_grpc_code(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        body = {
            "success": False,
            "error": {"code": "RESULT_NOT_READY", "message": "m", "details": {}},
        }
        await stub_gateway.fail(context, grpc.StatusCode.NOT_FOUND, 409, body)

    stub.answers["RunGenerateSkill"] = answer
    response = await client.post("/api/generate-skill/run?wait_seconds=1", json={})
    refused(response, 409, "RESULT_NOT_READY")


async def test_as_many_violations_as_a_service_lists_arrive(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    fields = [{"field": f"examples[{n}].content", "message": "x" * 100} for n in range(80)]
    body = {
        "success": False,
        "error": {"code": "INVALID_ARGUMENT", "message": "m", "details": {"fields": fields}},
    }

    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        await stub_gateway.fail(context, grpc.StatusCode.INVALID_ARGUMENT, 400, body)

    stub.answers["StartGenerateSkill"] = answer
    response = await client.post(START, json={})
    assert response.status_code == 400
    assert response.json() == body


@pytest.mark.parametrize("code", [c for c in grpc.StatusCode if c is not grpc.StatusCode.OK])
async def test_an_error_of_the_grpc_library_has_the_same_shape(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, code: grpc.StatusCode
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        await context.abort(code, "Unexpected <class 'KeyError'>: \"secret\"")

    stub.answers["StartGenerateSkill"] = answer
    response = await client.post(START, json={})
    error = error_of(response)
    assert response.status_code in CODES[error["code"]]
    assert "KeyError" not in response.text
    assert "secret" not in response.text
    assert ("retry-after" in response.headers) is ("retry_after" in error["details"])
    if error["code"] == "INTERNAL":
        assert error["details"]["trace_id"] == response.headers["x-trace-id"]


async def test_an_exception_shows_no_class_and_no_text(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, _context: stub_gateway.Context) -> Any:
        raise LookupError("secret")

    stub.answers["GetTask"] = answer
    response = await client.get("/api/tasks/t")
    refused(response, 500, "INTERNAL")
    assert "Lookup" not in response.text
    assert "secret" not in response.text
