"""Methods called for HTTP requests; tests of the edge hold the answers against its own."""

import json

import grpc
import pytest

from manusmesh.task.v1 import task_pb2
from meshkit import rest
from meshkit.errors import MeshError, Reason
from meshkit.http1 import Request

pytestmark = pytest.mark.asyncio

REQUEST = Request("GET", "/", (("authorization", "Bearer k"),))


async def test_a_method_sees_metadata_and_the_time_left() -> None:
    async def behaviour(message: task_pb2.Task, context: rest.RestContext) -> task_pb2.Task:
        assert context.invocation_metadata() == (("authorization", "Bearer k"),)
        assert 1 < context.time_remaining() <= 2
        assert context.code() is None
        return message

    answer = await rest.call(behaviour, task_pb2.Task(task_id="t"), REQUEST, 2)
    assert (answer.status, json.loads(answer.body)["task_id"]) == (200, "t")
    assert answer.headers == [("content-type", "application/json")]


async def test_an_error_has_its_status_and_headers() -> None:
    error = MeshError(Reason.OVERLOADED, "Later.", retry_after_s=3)

    async def behaviour(_: task_pb2.Task, context: rest.RestContext) -> None:
        try:
            await context.abort(error.code, error.message, (*error.to_metadata(), ("other", "x")))
        finally:
            assert context.code() is grpc.StatusCode.UNAVAILABLE

    answer = await rest.call(behaviour, task_pb2.Task(), REQUEST, 2)
    assert (answer.status, json.loads(answer.body)) == (503, error.rest_body())
    assert dict(answer.headers) == {"content-type": "application/json", "retry-after": "3"}


async def test_an_end_without_a_reason_tells_nothing_of_the_inside() -> None:
    async def behaviour(_: task_pb2.Task, context: rest.RestContext) -> None:
        await context.abort(grpc.StatusCode.UNKNOWN, "secret")

    answer = await rest.call(behaviour, task_pb2.Task(), REQUEST, 2)
    assert answer.status == 500
    assert b"INTERNAL" in answer.body
    assert b"secret" not in answer.body
