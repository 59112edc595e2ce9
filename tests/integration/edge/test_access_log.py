"""What the edge writes of each request."""

import json
from typing import Any

import httpx
import pytest

from manusmesh.task.v1 import task_service_pb2
from tests.integration.edge import stub_gateway
from tests.support import envoy

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_access_log_is_json_without_secrets(
    client: httpx.AsyncClient, edge: envoy.Edge, stub: stub_gateway.StubGateway
) -> None:
    headers = {"authorization": "Bearer sk_openmanus_secret", "user-agent": 'log "test"'}

    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        context.set_trailing_metadata((("x-trace-id", "f" * 32),))
        return task_service_pb2.ListTasksResponse()

    stub.answers["ListTasks"] = answer
    response = await client.get("/api/tasks?page_token=hidden&envelope=200", headers=headers)
    assert response.status_code == 200
    text = await edge.log_with(response.headers["x-request-id"])
    assert "sk_openmanus_secret" not in text
    assert "hidden" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    (line,) = [x for x in lines if x["request_id"] == response.headers["x-request-id"]]
    expected = {
        "level": "info",
        "method": "GET",
        "path": "/api/tasks",
        "rpc": "/manusmesh.task.v1.TaskService/ListTasks",
        "status": 200,
        "grpc_status": 0,
        "bytes_in": 0,
        "bytes_out": len(response.content),
        "attempts": 1,
        "trace_id": "f" * 32,
        "user_agent": 'log "test"',
    }
    assert {key: line[key] for key in expected} == expected
