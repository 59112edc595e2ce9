"""Each agent from its composition root, as its process runs it, beside an empty Redis."""

import asyncio
import contextlib
import importlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from jobs import actions
from jobs.job import Action
from meshkit import presence
from meshkit.redis import Redis
from tests.support.eventually import eventually
from tests.support.grpc_server import bearer
from tests.support.redis import RedisServer

SERVING = health_pb2.HealthCheckResponse.SERVING


@contextlib.asynccontextmanager
async def serving(agent: str, port: int) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to an agent that serves until the end of the block."""
    running = asyncio.create_task(importlib.import_module(f"services.{agent}.server").serve())
    options = [("grpc.enable_http_proxy", 0)]
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            # The stubs of the health package do not tell its methods.
            health: Any = health_pb2_grpc.HealthStub(channel)

            async def able() -> bool:
                if running.done():
                    await running
                request = health_pb2.HealthCheckRequest()
                answer = await health.Check(request, wait_for_ready=True)
                return bool(answer.status == SERVING)

            await eventually(able)
            yield channel
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def port(
    redis_server: RedisServer, key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> int:
    """The port that the environment tells the agent to serve, beside the session's Redis."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    # It is this process that would be tuned, with all the tests that follow.
    monkeypatch.setattr("meshkit.server._tune_process", lambda: None)
    monkeypatch.setenv("MESH_INTERNAL_KEY", key)
    monkeypatch.setenv("MESH_REDIS__URL", redis_server.url)
    monkeypatch.setenv("MESH_LISTEN__PORT", str(free))
    monkeypatch.setenv("MESH_DRAIN__NOTICE_S", "0")
    monkeypatch.chdir(tmp_path)
    # The logs of this process are the test run's.
    monkeypatch.setattr("meshkit.logs.configure", lambda **_: None)
    return free


@pytest.mark.parametrize(
    "action",
    [
        actions.PLAN,
        actions.ANALYZE_PATTERNS,
        actions.WRITE_SKILL,
        actions.WRITE_SKILL_REPORT,
    ],
    ids=lambda action: action.agent,
)
async def test_an_agent_needs_nothing_from_memory(
    port: int,
    redis: Redis,
    key: str,
    requests: dict[str, Message],
    action: Action[Any, Any],
) -> None:
    async with serving(action.agent, port) as channel:
        call = channel.unary_stream(
            action.path,
            request_serializer=action.request.SerializeToString,
            response_deserializer=action.event.FromString,
        )(requests[action.path], metadata=bearer(key))
        events: list[Any] = [event async for event in call]
        assert await presence.present(redis) == {action.agent: 1}
        # It has told that it is there, and kept nothing of the task.
        assert await redis.execute("KEYS", "*") == [b"presence"]
    assert events[-1].HasField("result")
    assert events[-1].result.ByteSize() > 0
    assert await presence.present(redis) == {}
