"""Status polls, which reach the gateway as HTTP: nobody may tell them from other calls."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from google.protobuf import descriptor

from gateway.polls import _PATH
from manusmesh.content.v1 import content_service_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import policy
from meshkit.rest import TOLD
from tests.integration.edge import stub_gateway
from tests.support import envoy
from tests.support.eventually import eventually
from tests.support.redis import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLL = "/api/generate-skill/status/task_1"
TRANSCODED = POLL + "?wait_seconds=0"
NOT_ALIKE = {"date", "x-request-id"}
WITHIN_S = 60.0


def full_task() -> task_pb2.Task:
    """A task whose fields are all set, with what JSON is particular about."""
    task = task_pb2.Task(
        task_id="task_1",
        job="generate-skill",
        status="failed",
        progress=42,
        eta=3,
        eta_seconds=2,
        current_step='Schreibe „Grüße" \\ <b> \u2028 🎉',
        total_steps=5,
        result_available=True,
        queue_position=7,
        partial=True,
    )
    task.created_at.FromJsonString("2026-11-29T10:00:00Z")
    task.started_at.FromJsonString("2026-11-29T10:00:00.120Z")
    task.updated_at.FromJsonString("2026-11-29T10:00:00.120345Z")
    task.completed_at.FromJsonString("2026-11-29T10:00:00.000000001Z")
    task.completed_steps.add(step="plan", duration_ms=12)
    task.missing.add(step="read", name="Ünï").error.code = "TIMEOUT"
    task.error.code = "INTERNAL"
    # One key an object: those of a Struct come in no order.
    task.error.details.update({"list": [1, -7, 0.1, 1e30, None, True, "ü", {"a": {}}, []]})
    return task


async def both(client: httpx.AsyncClient, **more: Any) -> tuple[httpx.Response, httpx.Response]:
    return await client.get(POLL, **more), await client.get(TRANSCODED, **more)


def alike(poll: httpx.Response, transcoded: httpx.Response) -> None:
    """Holds everything of two answers against each other that callers see."""
    assert poll.status_code == transcoded.status_code
    assert poll.content == transcoded.content
    named = [
        {k: v for k, v in answer.headers.items() if k not in NOT_ALIKE | {"content-length"}}
        for answer in (poll, transcoded)
    ]
    assert named[0] == named[1]


@pytest.mark.parametrize("task", [full_task(), task_pb2.Task(), task_pb2.Task(progress=1)])
async def test_an_answer_is_what_transcoding_gives(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, task: task_pb2.Task
) -> None:
    async def answer(_request: Any, context: stub_gateway.Context) -> task_pb2.Task:
        context.set_trailing_metadata((*((name, "1") for name in sorted(TOLD)), ("other", "x")))
        return task

    stub.answers["GetGenerateSkillStatus"] = answer
    poll, transcoded = await both(client)
    told = sorted(TOLD - {"retry-after"})
    assert [poll.headers.get(name) for name in told] == ["1"] * len(told)
    del poll.headers["retry-after"]  # comes with errors alone
    alike(poll, transcoded)


async def test_an_error_is_what_transcoding_gives(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    body = {"success": False, "error": {"code": "RATE_LIMITED", "message": "m", "details": {}}}

    async def answer(_request: Any, context: stub_gateway.Context) -> Any:
        told = {"retry_after": "36", "x_trace_id": "a" * 32, "ratelimit_remaining": "0"}
        await stub_gateway.fail(context, grpc.StatusCode.RESOURCE_EXHAUSTED, 429, body, **told)

    stub.answers["GetGenerateSkillStatus"] = answer
    poll, transcoded = await both(client)
    assert (poll.status_code, poll.json()) == (429, body)
    assert poll.headers["retry-after"] == "36"
    alike(poll, transcoded)


async def test_a_service_sees_the_same_call(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    headers = {
        "authorization": "Bearer key",
        "x-api-key": "k",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "X-Odd": "a, b",
        "x-envoy-retry-on": "5xx",
        "x-rubbish-bin": "!!",
    }
    await both(client, headers=headers)
    poll, transcoded = stub.calls
    assert (poll.method, poll.request.task_id) == (transcoded.method, "task_1")
    for name in ("authorization", "x-api-key", "traceparent", "x-odd", "x-envoy-retry-on"):
        assert poll.metadata.get(name) == transcoded.metadata.get(name)
    assert "x-rubbish-bin" not in poll.metadata


async def test_every_job_is_polled_so(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway
) -> None:
    service: descriptor.ServiceDescriptor = content_service_pb2.DESCRIPTOR.services_by_name[
        "ContentService"
    ]
    for path, rule in policy.read([service]).items():
        if rule.role == policy_pb2.JOB_ROLE_STATUS:
            assert (await client.get(f"/api/{rule.job}/status/t")).status_code == 200
            assert stub.calls[-1].method == path.rpartition("/")[2]
            assert stub.calls[-1].remaining_s == pytest.approx(12, abs=2.5)


async def test_an_unknown_job_is_no_route(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/nope/status/t")
    other = await client.get("/api/nope/other/t")
    assert (response.status_code, response.json()) == (other.status_code, other.json())
    assert response.headers["x-trace-id"] == response.headers["x-request-id"].replace("-", "")


@pytest.mark.parametrize(
    "send",
    [
        {"content": b"{}", "headers": {"content-type": "application/json"}},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {"content-encoding": "gzip"}},
    ],
)
async def test_a_call_that_is_no_plain_poll_is_transcoded(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, send: dict[str, Any]
) -> None:
    refused = send.get("headers") == {"content-encoding": "gzip"}
    response = await client.request("GET", POLL, **send)
    assert response.status_code == (400 if refused else 200)
    assert [call.remaining_s is not None and call.remaining_s > 30 for call in stub.calls] == (
        [] if refused else [True]
    )


@pytest.mark.parametrize(("size", "status"), [(2, 200), (16_000, 200), (20_000, 413)])
async def test_a_body_that_nobody_announced_counts_for_nothing(
    client: httpx.AsyncClient, stub: stub_gateway.StubGateway, size: int, status: int
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b" " * size

    response = await client.request("GET", POLL, content=body())
    assert response.status_code == status
    assert len(stub.calls) == (status == 200)
    if status == 413:
        assert response.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"


async def test_half_a_request_holds_no_connection_to_the_gateway(
    client: httpx.AsyncClient, edge: envoy.Edge, stub: stub_gateway.StubGateway
) -> None:
    half = f"GET {POLL} HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    held = [await asyncio.open_connection("127.0.0.1", edge.port) for _ in range(50)]
    for _, writer in held:
        writer.write(half)
        await writer.drain()
    try:
        for _ in range(20):
            assert (await client.get(POLL)).status_code == 200
        query = {"filter": "^cluster.polls.upstream_rq_active$"}
        async with httpx.AsyncClient(trust_env=False) as admin:

            async def none_is_under_way() -> bool:
                stats = await admin.get(f"{edge.admin_url}/stats", params=query)
                return stats.text.strip().endswith(": 0")

            await eventually(none_is_under_way)
        assert len(stub.calls) == 20
    finally:
        for _, writer in held:
            writer.close()


@pytest_asyncio.fixture(loop_scope="module")
async def pair() -> AsyncIterator[list[stub_gateway.Replica]]:
    async with stub_gateway.run() as one, stub_gateway.run() as two:
        yield [one, two]


@pytest_asyncio.fixture(loop_scope="module")
async def meshed(
    pair: list[stub_gateway.Replica], tmp_path: Path
) -> AsyncIterator[tuple[envoy.Edge, httpx.AsyncClient]]:
    async with (
        envoy.run(
            tmp_path,
            [("127.0.0.1", replica.port) for replica in pair],
            polls=[("127.0.0.1", replica.polls) for replica in pair],
        ) as edge,
        edge.client() as client,
    ):
        await edge.until_healthy(2)
        yield edge, client


async def test_a_draining_replica_gets_no_new_poll(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient]
) -> None:
    edge, client = meshed
    await pair[0].serving(serving=False)
    await edge.until_healthy(1)
    for _ in range(10):
        assert (await client.get(POLL)).status_code == 200
    assert [len(replica.stub.calls) for replica in pair] == [0, 10]
    # With none healthy all are asked.
    await pair[1].serving(serving=False)
    await edge.until_healthy(0)
    assert (await client.get(POLL)).status_code == 200


@pytest.mark.parametrize("end", ["dies", "hangs"])
async def test_a_poll_is_repeated_when_its_replica_dies_or_hangs(
    pair: list[stub_gateway.Replica], meshed: tuple[envoy.Edge, httpx.AsyncClient], end: str
) -> None:
    _, client = meshed
    begun: asyncio.Queue[stub_gateway.Replica] = asyncio.Queue()

    def answer_of(replica: stub_gateway.Replica) -> stub_gateway.Answer:
        async def answer(_request: Any, _context: stub_gateway.Context) -> Any:
            await begun.put(replica)
            if len(pair[0].stub.calls) + len(pair[1].stub.calls) == 1:
                await asyncio.Event().wait()
            return task_pb2.Task(task_id="survivor")

        return answer

    for replica in pair:
        replica.stub.answers["GetGenerateSkillStatus"] = answer_of(replica)
    async with asyncio.timeout(WITHIN_S):
        poll = asyncio.create_task(client.get(POLL))
        victim = await begun.get()
        if end == "dies":
            await victim.die()
        assert (await poll).json()["task_id"] == "survivor"
    assert [len(replica.stub.calls) for replica in pair] == [1, 1]


async def test_without_a_gateway_a_poll_says_so(tmp_path: Path) -> None:
    nowhere = [("127.0.0.1", free_port())]
    async with (
        asyncio.timeout(WITHIN_S),
        envoy.run(tmp_path, nowhere) as edge,
        edge.client() as client,
    ):
        poll, transcoded = await both(client)
    assert poll.status_code == 503
    assert poll.json()["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert poll.headers["x-trace-id"] == poll.headers["x-request-id"].replace("-", "")
    del poll.headers["x-trace-id"], transcoded.headers["x-trace-id"]
    alike(poll, transcoded)


async def test_the_gateway_takes_the_paths_that_the_edge_sends_it() -> None:
    text = envoy.CONFIG.read_text(encoding="utf-8")
    paths = re.sub(r"\(\?P<\w+>(.*?)\)", r"\1", _PATH.pattern)
    assert text.count(f'{{regex: "{paths}"}}') == 1


@pytest.mark.parametrize("target", ["/more", "?wait_seconds=1", "%41", "/"])
async def test_no_other_path_is_a_poll(
    replica: stub_gateway.Replica, stub: stub_gateway.StubGateway, target: str
) -> None:
    async with httpx.AsyncClient(trust_env=False) as direct:
        answer = await direct.get(f"http://127.0.0.1:{replica.polls}{POLL}{target}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert not stub.calls


async def test_the_edges_script_takes_over_the_same_metadata() -> None:
    script = (envoy.ROOT / "envoy" / "responses.lua").read_text(encoding="utf-8")
    listed = script.partition("local TOLD = {")[2].partition("}")[0]
    assert {name.strip(' "\n') for name in listed.split(",")} == TOLD - {"retry-after"}
