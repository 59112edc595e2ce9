"""Server-Sent Events through the transcoder."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
from google.api import httpbody_pb2

from tests.integration.edge import stub_gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = "/api/tasks/t/events"
WITHIN_S = 60.0


def frame(offset: int) -> httpbody_pb2.HttpBody:
    text = f'id: {offset}\nevent: progress\ndata: {{"offset":{offset},"message":"ü"}}\n\n'
    return httpbody_pb2.HttpBody(content_type="text/event-stream", data=text.encode())


async def test_frames_arrive_one_by_one_as_they_were_sent(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    seen = [asyncio.Event() for _ in range(3)]

    async def answer(_request: Any, context: stub_gateway.Context) -> AsyncIterator[Any]:
        await context.send_initial_metadata((("taskid", "t"),))
        for offset in range(3):
            yield frame(offset)
            # The next leaves only when the client has this one: buffering would block for ever.
            await seen[offset].wait()

    stub.answers["StreamTaskEvents"] = answer
    async with asyncio.timeout(WITHIN_S), client.stream("GET", EVENTS) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["taskid"] == "t"
        got = []
        async for chunk in response.aiter_bytes():
            got.append(chunk)
            seen[len(got) - 1].set()
    assert got == [frame(offset).data for offset in range(3)]


async def test_a_watcher_resumes_and_has_no_deadline(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(request: Any, _context: stub_gateway.Context) -> AsyncIterator[Any]:
        yield frame(request.after + 1)

    stub.answers["StreamTaskEvents"] = answer
    headers = {"last-event-id": "41", "grpc-timeout": "1S", "accept": "text/event-stream"}
    response = await client.get(EVENTS, params={"after": 6, "envelope": 200}, headers=headers)
    assert response.content == frame(7).data
    (call,) = stub.calls
    assert call.metadata["last-event-id"] == "41"
    assert call.remaining_s is None


@pytest.mark.parametrize("early", [False, True], ids=["trailers-only", "after initial metadata"])
async def test_an_error_before_the_first_event_keeps_its_status(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, *, early: bool
) -> None:
    body = {"success": False, "error": {"code": "TASK_NOT_FOUND", "message": "m", "details": {}}}

    async def answer(_request: Any, context: stub_gateway.Context) -> AsyncIterator[Any]:
        if early:
            await context.send_initial_metadata((("ratelimit-limit", "1"),))
        await stub_gateway.fail(context, grpc.StatusCode.NOT_FOUND, 404, body)
        yield frame(0)

    stub.answers["StreamTaskEvents"] = answer
    response = await client.get(EVENTS)
    assert (response.status_code, response.json()) == (404, body)
    assert response.headers["content-type"] == "application/json"
    response = await client.get(EVENTS, params={"envelope": "200"})
    assert (response.status_code, response.json()) == (200, body)


async def test_a_stream_may_end_without_an_event(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> AsyncIterator[Any]:
        await context.send_initial_metadata(())
        for offset in range(0):
            yield frame(offset)

    stub.answers["StreamTaskEvents"] = answer
    response = await client.get(EVENTS)
    assert (response.status_code, response.content) == (204, b"")


async def test_a_watcher_that_leaves_cancels_the_call(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    cancelled = asyncio.Event()

    async def answer(_request: Any, _context: stub_gateway.Context) -> AsyncIterator[Any]:
        try:
            yield frame(1)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    stub.answers["StreamTaskEvents"] = answer
    async with asyncio.timeout(WITHIN_S):
        async with client.stream("GET", EVENTS) as response:
            await anext(response.aiter_bytes())
        await cancelled.wait()


async def test_a_caller_that_leaves_cancels_a_long_poll(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(_request: Any, _context: stub_gateway.Context) -> Any:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    stub.answers["GetGenerateSkillStatus"] = answer
    async with asyncio.timeout(WITHIN_S):
        poll = asyncio.create_task(client.get("/api/generate-skill/status/t?wait_seconds=50"))
        await begun.wait()
        poll.cancel()
        await cancelled.wait()
