"""Replicas that drain, die or hang, and a gateway that is not there."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from google.api import httpbody_pb2

from manusmesh.task.v1 import task_pb2, task_service_pb2, task_service_pb2_grpc
from tests.integration.edge import stub_gateway
from tests.integration.edge.envelope import error_of, refused
from tests.support import envoy
from tests.support.redis import free_port

pytestmark = pytest.mark.asyncio

WITHIN_S = 60.0
PATIENT = {'"timeout": "2s",': '"timeout": "30s",'}
"""Probes, of which each try is short anyway, may take longer than a machine stands still."""
TASK = "/api/tasks/t"
START = "/api/generate-skill/start"


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[list[stub_gateway.Replica]]:
    async with stub_gateway.run() as one, stub_gateway.run() as two:
        yield [one, two]


@pytest_asyncio.fixture
async def meshed(
    pair: list[stub_gateway.Replica], tmp_path: Path
) -> AsyncIterator[tuple[envoy.Edge, httpx.AsyncClient]]:
    addresses = [("127.0.0.1", replica.port) for replica in pair]
    async with (
        envoy.run(tmp_path, addresses, changes=PATIENT) as edge,
        edge.client() as client,
    ):
        await edge.until_healthy(2)
        yield edge, client


async def test_without_a_gateway_every_caller_learns_it_soon(tmp_path: Path) -> None:
    nowhere = ("127.0.0.1", free_port())
    async with (
        asyncio.timeout(WITHIN_S),
        envoy.run(tmp_path, [nowhere]) as edge,
        edge.client() as client,
        edge.channel() as channel,
    ):
        answers = await asyncio.gather(
            client.get("/health"),
            client.get(TASK),
            client.get(TASK + "/events"),
            client.post(START, json={}),
            client.post("/api/generate-skill/run", data={"skill_name": "n"}),
            client.post(START + "?envelope=200", json={}),
        )
        for response in answers:
            assert error_of(response)["code"] == "UPSTREAM_UNAVAILABLE"
            assert int(response.headers["retry-after"]) >= 1
            assert response.json()["error"]["details"]["retry_after"] >= 1
            assert "127.0.0.1" not in response.text
        assert [response.status_code for response in answers] == [503] * 5 + [200]
        # What is wrong with the request is said all the same.
        refused(await client.get("/nope"), 404, "NOT_FOUND")

        tasks = task_service_pb2_grpc.TaskServiceStub(channel)
        for call in (
            tasks.GetTask(task_service_pb2.GetTaskRequest(task_id="t")),
            tasks.CancelTask(task_service_pb2.CancelTaskRequest(task_id="t")),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "success" not in str(caught.value.details())

        web = await client.post(
            "/manusmesh.task.v1.TaskService/GetTask",
            content=b"\0\0\0\0\0",
            headers={"content-type": "application/grpc-web+proto"},
        )
        # gRPC-Web clients take the HTTP status for UNAVAILABLE.
        assert web.status_code == 503
        assert "127.0.0.1" not in web.text


async def test_a_draining_replica_gets_no_new_call(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient]
) -> None:
    edge, client = meshed
    draining, other = pair
    await draining.serving(serving=False)
    await edge.until_healthy(1)
    for _ in range(10):
        assert (await client.get(TASK)).status_code == 200
    assert (len(draining.stub.calls), len(other.stub.calls)) == (0, 10)

    # With none healthy calls go to all: the gateway itself says best what is missing.
    await other.serving(serving=False)
    await edge.until_healthy(0)
    assert (await client.get("/ready")).status_code == 200


async def test_a_read_is_repeated_when_its_replica_dies(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient]
) -> None:
    _, client = meshed
    async with asyncio.timeout(WITHIN_S):
        pending, victim = await _pending(pair, "GetTask", client.get(TASK))
        await victim.server.stop(None)
        response = await pending
    assert response.json()["task_id"] == "survivor"
    assert [len(replica.stub.calls) for replica in pair] == [1, 1]


@pytest.mark.parametrize("path", [START, "/api/tasks/t/cancel"])
async def test_a_write_is_never_repeated(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient], path: str
) -> None:
    _, client = meshed
    method = "StartGenerateSkill" if path == START else "CancelTask"
    async with asyncio.timeout(WITHIN_S):
        pending, victim = await _pending(pair, method, client.post(path, json={}))
        await victim.server.stop(None)
        response = await pending
    refused(response, 503, "UPSTREAM_UNAVAILABLE")
    assert sum(len(replica.stub.calls) for replica in pair) == 1

    # What surely was not sent is: the dead replica costs nobody a call.
    for replica in pair:
        replica.stub.answers.clear()
    answers = [await client.post(path, json={}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 10


async def test_a_refusal_of_the_gateway_is_not_repeated(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient]
) -> None:
    _, client = meshed
    body = {"success": False, "error": {"code": "OVERLOADED", "message": "m", "details": {}}}

    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        await stub_gateway.fail(context, grpc.StatusCode.UNAVAILABLE, 503, body, retry_after="2")

    for replica in pair:
        replica.stub.answers["GetTask"] = answer
    refused(await client.get(TASK), 503, "OVERLOADED")
    assert sum(len(replica.stub.calls) for replica in pair) == 1


async def test_a_hanging_gateway_is_a_timeout(tmp_path: Path) -> None:
    async def hang(_request: Any, _context: stub_gateway.Context) -> Any:
        await asyncio.Event().wait()

    # On one route Envoy's own time runs out first, on the other the deadline of the service.
    changes = {'"timeout": "30s"': '"timeout": "0.3s"', '"value": "59S"': '"value": "300m"'}
    async with (
        asyncio.timeout(WITHIN_S),
        stub_gateway.run() as replica,
        envoy.run(tmp_path, [("127.0.0.1", replica.port)], changes=changes) as edge,
        edge.client() as client,
    ):
        replica.stub.answers |= {"GetTask": hang, "GetGenerateSkillStatus": hang}
        for path in (TASK, "/api/generate-skill/status/t?wait_seconds=50"):
            refused(await client.get(path), 504, "DEADLINE_EXCEEDED")
            wrapped = await client.get(path, params={"envelope": "200"})
            refused(wrapped, 200, "DEADLINE_EXCEEDED")


async def test_a_probe_asks_the_next_replica_when_one_does_not_answer(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient]
) -> None:
    _, client = meshed
    async with asyncio.timeout(WITHIN_S):
        pending, _ = await _pending(pair, "GetReadiness", client.get("/ready"))
        assert (await pending).status_code == 200
    # More than one where this process stood still, too.
    assert all(replica.stub.calls for replica in pair)


async def test_a_frozen_replica_costs_reads_seconds_and_probes_less(
    pair: list[stub_gateway.Replica], tmp_path: Path
) -> None:
    script = (
        "import asyncio\n"
        "from tests.integration.edge import stub_gateway\n"
        "async def main():\n"
        "    async with stub_gateway.run() as replica:\n"
        "        print(replica.port, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=envoy.ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        port = int(await child.stdout.readline())
        addresses = [("127.0.0.1", port), ("127.0.0.1", pair[0].port)]
        async with (
            envoy.run(tmp_path, addresses, changes=PATIENT) as edge,
            edge.client() as client,
        ):
            await edge.until_healthy(2)
            # A connection to each.
            await asyncio.gather(*(client.get(TASK) for _ in range(8)))
            child.send_signal(signal.SIGSTOP)
            async with asyncio.timeout(WITHIN_S):
                probes = await asyncio.gather(*(client.get("/ready") for _ in range(8)))
            async with asyncio.timeout(WITHIN_S):
                reads = await asyncio.gather(*(client.get(TASK) for _ in range(8)))
    finally:
        child.kill()
        await child.wait()
    assert [answer.status_code for answer in (*probes, *reads)] == [200] * 16


async def test_a_watcher_who_stops_reading_is_cut_off(tmp_path: Path) -> None:
    cut = asyncio.Event()

    async def flood(_request: Any, context: stub_gateway.Context) -> AsyncIterator[Any]:
        context.add_done_callback(lambda _: cut.set())
        while True:
            yield httpbody_pb2.HttpBody(content_type="text/event-stream", data=b"x" * 10_000)

    # The minute of TCP_USER_TIMEOUT, made shorter.
    changes = {'"int_value": 60000': '"int_value": 1000'}
    async with (
        asyncio.timeout(3 * WITHIN_S),
        stub_gateway.run() as replica,
        envoy.run(tmp_path, [("127.0.0.1", replica.port)], changes=changes) as edge,
    ):
        replica.stub.answers["StreamTaskEvents"] = flood
        with socket.socket() as watcher:
            watcher.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            watcher.connect(("127.0.0.1", edge.port))
            watcher.sendall(f"GET {TASK}/events HTTP/1.1\r\nhost: a\r\n\r\n".encode())
            await cut.wait()


async def test_a_body_that_does_not_arrive_is_a_timeout(tmp_path: Path) -> None:
    changes = {'"stream_idle_timeout": "75s"': '"stream_idle_timeout": "0.3s"'}
    async with (
        asyncio.timeout(WITHIN_S),
        stub_gateway.run() as replica,
        envoy.run(tmp_path, [("127.0.0.1", replica.port)], changes=changes) as edge,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(f"POST {START} HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{{".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"DEADLINE_EXCEEDED" in await reader.read(4096)
        writer.close()


async def test_more_calls_than_the_edge_carries_are_refused(tmp_path: Path) -> None:
    async def hang(_request: Any, _context: stub_gateway.Context) -> Any:
        await asyncio.Event().wait()

    changes = {'"max_requests": 4096': '"max_requests": 1'}
    async with (
        asyncio.timeout(WITHIN_S),
        stub_gateway.run() as replica,
        envoy.run(tmp_path, [("127.0.0.1", replica.port)], changes=changes) as edge,
        edge.client() as client,
    ):
        await edge.until_healthy(1)
        pending, _ = await _pending([replica], "StartGenerateSkill", client.post(START, json={}))
        response = await client.get(TASK)
        refused(response, 503, "OVERLOADED")
        assert int(response.headers["retry-after"]) >= 1
        pending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pending


async def _pending(
    replicas: list[stub_gateway.Replica], method: str, call: Any
) -> tuple[asyncio.Task[httpx.Response], stub_gateway.Replica]:
    """Start `call`, whose first execution hangs; answers it with the replica that it hangs on."""
    begun = asyncio.Event()

    def answer_of(_replica: stub_gateway.Replica) -> stub_gateway.Answer:
        async def answer(_request: Any, _context: stub_gateway.Context) -> Any:
            if not begun.is_set():
                begun.set()
                await asyncio.Event().wait()
            return task_pb2.Task(task_id="survivor")

        return answer

    for replica in replicas:
        replica.stub.answers[method] = answer_of(replica)
    pending = asyncio.create_task(call)
    await begun.wait()
    (busy,) = [replica for replica in replicas if replica.stub.calls]
    return pending, busy
