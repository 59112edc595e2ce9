"""Native gRPC and gRPC-Web on the public port."""

import asyncio
import base64
import struct
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from manusmesh.content.v1 import content_service_pb2, content_service_pb2_grpc, generate_skill_pb2
from manusmesh.task.v1 import task_pb2, task_service_pb2, task_service_pb2_grpc
from tests.integration.edge import stub_gateway
from tests.support import envoy

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET_TASK = "/manusmesh.task.v1.TaskService/GetTask"
BODY = {"success": False, "error": {"code": "TASK_NOT_FOUND", "message": "m", "details": {}}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channel(edge: envoy.Edge) -> AsyncIterator[grpc.aio.Channel]:
    async with edge.channel() as opened:
        yield opened


async def not_found(_request: Any, context: stub_gateway.Context) -> Any:
    await stub_gateway.fail(context, grpc.StatusCode.NOT_FOUND, 404, BODY, retry_after="3")


async def not_found_late(request: Any, context: stub_gateway.Context) -> Any:
    await context.send_initial_metadata((("taskid", "t"),))
    await not_found(request, context)


def names(metadata: Any) -> set[str]:
    """The keys of gRPC metadata."""
    return {key for key, _ in metadata or ()}


async def raw_call(channel: grpc.aio.Channel, method: str, request: bytes) -> bytes:
    """Call a method by its path, in bytes and out."""
    call = channel.unary_unary(method, lambda message: message, lambda answer: answer)
    return bytes(await call(request))


async def test_a_call_passes_with_its_metadata_and_deadline(
    channel: grpc.aio.Channel, stub: stub_gateway.StubGateway
) -> None:
    async def answer(request: Any, context: stub_gateway.Context) -> task_pb2.Task:
        await context.send_initial_metadata((("taskid", request.task_id),))
        context.set_trailing_metadata((("ratelimit-limit", "5"),))
        return task_pb2.Task(task_id=request.task_id)

    stub.answers["GetTask"] = answer
    call = task_service_pb2_grpc.TaskServiceStub(channel).GetTask(
        task_service_pb2.GetTaskRequest(task_id="t"),
        timeout=7,
        metadata=(
            ("authorization", "Bearer key"),
            ("rubbish-bin", b"\xff\x00"),
            ("x-envoy-a", "1"),
        ),
    )
    assert (await call).task_id == "t"
    assert "taskid" in names(await call.initial_metadata())
    assert "ratelimit-limit" in names(await call.trailing_metadata())
    (seen,) = stub.calls
    assert seen.remaining_s is not None
    # gRPC rounds up what it writes into the header.
    assert 1 < seen.remaining_s < 7.1
    assert seen.metadata["authorization"] == "Bearer key"
    assert "x-request-id" in seen.metadata
    assert not {"rubbish-bin", "x-envoy-a"} & set(seen.metadata)


async def test_a_stream_passes_message_by_message(
    channel: grpc.aio.Channel, stub: stub_gateway.StubGateway
) -> None:
    read = asyncio.Event()

    async def answer(_request: Any, _context: stub_gateway.Context) -> AsyncIterator[Any]:
        yield task_service_pb2.TaskEvent(offset=1)
        await read.wait()
        yield task_service_pb2.TaskEvent(offset=2)

    stub.answers["WatchTask"] = answer
    offsets = []
    watch = task_service_pb2_grpc.TaskServiceStub(channel).WatchTask
    async for event in watch(task_service_pb2.WatchTaskRequest(task_id="t"), timeout=60):
        offsets.append(event.offset)
        read.set()
    assert offsets == [1, 2]


@pytest.mark.parametrize("answer", [not_found, not_found_late])
async def test_an_error_has_the_status_details_and_nothing_for_rest(
    channel: grpc.aio.Channel, stub: stub_gateway.StubGateway, answer: stub_gateway.Answer
) -> None:
    stub.answers["GetTask"] = answer
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await task_service_pb2_grpc.TaskServiceStub(channel).GetTask(
            task_service_pb2.GetTaskRequest(task_id="t")
        )
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "m"
    trailers = names(caught.value.trailing_metadata())
    assert {"grpc-status-details-bin", "retry-after"} <= trailers
    assert not {"error-json", "error-status"} & trailers


@pytest.mark.parametrize(
    "method", ["/no.such.Service/Call", "/manusmesh.task.v1.TaskService/NoSuch", "/api/tasks"]
)
async def test_an_unknown_method(channel: grpc.aio.Channel, method: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await raw_call(channel, method, b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_malformed_protobuf_is_the_servers_to_refuse(
    channel: grpc.aio.Channel, stub: stub_gateway.StubGateway
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await raw_call(channel, GET_TASK, b"\xff\xff\xff")
    # The stub has the plain deserializer of gRPC; the edge hands over whatever the server says.
    assert caught.value.code() in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}
    assert not stub.calls


async def test_a_large_message_is_the_servers_to_refuse(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await content_service_pb2_grpc.ContentServiceStub(channel).StartGenerateSkill(
            generate_skill_pb2.GenerateSkillRequest(skill_name="x" * 5_000_000)
        )
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_health_and_reflection(channel: grpc.aio.Channel) -> None:
    health = await raw_call(channel, "/grpc.health.v1.Health/Check", b"")
    status = health_pb2.HealthCheckResponse.FromString(health).status
    assert status == health_pb2.HealthCheckResponse.SERVING

    list_services = reflection_pb2.ServerReflectionRequest(list_services="")
    for version in ("v1", "v1alpha"):
        call = channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )(timeout=60)
        # Request, answer, request, answer on one open stream: a proxy that buffers would hang here.
        for _ in range(2):
            await call.write(list_services)
            answer = await call.read()
            assert isinstance(answer, reflection_pb2.ServerReflectionResponse)
            found = {service.name for service in answer.list_services_response.service}
            assert set(stub_gateway.SERVICES) <= found
        await call.done_writing()


def web_frame(message: bytes) -> bytes:
    """A gRPC-Web data frame."""
    return struct.pack(">BI", 0, len(message)) + message


def web_frames(body: bytes) -> tuple[list[bytes], dict[str, str]]:
    """The messages and trailers of a gRPC-Web answer."""
    messages, trailers = [], {}
    while body:
        flags, size = struct.unpack(">BI", body[:5])
        payload, body = body[5 : 5 + size], body[5 + size :]
        if flags & 0x80:
            lines = payload.decode().splitlines()
            trailers = {
                key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)
            }
        else:
            messages.append(payload)
    return messages, trailers


@pytest.mark.parametrize("kind", ["grpc-web", "grpc-web+proto", "grpc-web-text"])
async def test_grpc_web(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, kind: str
) -> None:
    async def answer(request: Any, _context: stub_gateway.Context) -> task_pb2.Task:
        return task_pb2.Task(task_id=request.task_id)

    stub.answers["GetTask"] = answer
    body = web_frame(task_service_pb2.GetTaskRequest(task_id="t").SerializeToString())
    text = kind == "grpc-web-text"
    headers = {"content-type": f"application/{kind}", "accept": f"application/{kind}"}
    response = await client.post(
        GET_TASK, content=base64.b64encode(body) if text else body, headers=headers
    )
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/grpc-web")
    content = b"".join(_decoded(response.content)) if text else response.content
    messages, trailers = web_frames(content)
    assert [task_pb2.Task.FromString(message).task_id for message in messages] == ["t"]
    assert trailers["grpc-status"] == "0"


def _decoded(content: bytes) -> list[bytes]:
    # Envoy encodes each piece by itself, with its own padding.
    pieces = content.replace(b"=", b"= ").replace(b"= =", b"==").split()
    return [base64.b64decode(piece + b"=" * (-len(piece) % 4)) for piece in pieces]


@pytest.mark.parametrize("answer", [not_found, not_found_late])
async def test_a_grpc_web_error_has_nothing_for_rest(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, answer: stub_gateway.Answer
) -> None:
    stub.answers["GetTask"] = answer
    headers = {"content-type": "application/grpc-web+proto"}
    response = await client.post(GET_TASK, content=web_frame(b""), headers=headers)
    assert response.status_code == 200
    assert b"error-json" not in response.content
    assert not {"error-json", "error-status"} & set(response.headers)
    _, trailers = web_frames(response.content)
    status = trailers.get("grpc-status") or response.headers["grpc-status"]
    assert status == "5"


async def test_a_client_of_all_rpcs(
    channel: grpc.aio.Channel, stub: stub_gateway.StubGateway
) -> None:
    service = content_service_pb2_grpc.ContentServiceStub(channel)
    await service.GetGenerateSkillStatus(content_service_pb2.JobTaskRequest(task_id="t"))
    await service.RunGenerateSkill(generate_skill_pb2.GenerateSkillRequest(), timeout=60)
    assert [call.method for call in stub.calls] == ["GetGenerateSkillStatus", "RunGenerateSkill"]
    # Without a deadline of the caller the edge sets none.
    assert stub.calls[0].remaining_s is None


@pytest.mark.parametrize(
    "content_type", ["application/grpc-foo", "application/grpcx", "application/grpc+", "GRPC"]
)
async def test_what_only_looks_like_grpc_is_a_rest_call(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, content_type: str
) -> None:
    headers = {"content-type": content_type}
    answer = await client.post("/api/tasks/t/cancel", json={}, headers=headers)
    assert answer.json()["task_id"] == ""
    headers = {"content-type": "application/grpc"}
    assert (await client.get("/api/tasks/t", headers=headers)).json()["task_id"] == ""
    assert [call.method for call in stub.calls] == ["CancelTask", "GetTask"]
