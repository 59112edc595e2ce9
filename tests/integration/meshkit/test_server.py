"""Health, reflection and draining of a whole server."""

import asyncio
import socket
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from meshkit import middleware, presence
from meshkit.auth.principal import InternalAuthenticator
from meshkit.config import DrainSettings, ListenSettings, ServiceSettings
from meshkit.errors import MeshError
from meshkit.redis import connect
from meshkit.server import Served, run_server
from meshkit.sessions.client import Sessions
from tests.support.eventually import eventually

KEY = "0123456789abcdef"
SYSTEM = system_service_pb2.DESCRIPTOR.services_by_name["SystemService"]
STATES = health_pb2.HealthCheckResponse


class Slow(system_service_pb2_grpc.SystemServiceServicer):
    def __init__(self) -> None:
        self.entered, self.open = asyncio.Event(), asyncio.Event()

    async def GetHealth(self, request, context):  # noqa: N802
        self.entered.set()
        await self.open.wait()
        return system_service_pb2.GetHealthResponse(status="ok")


class Running:
    """A server that runs in the background.

    Attributes:
        channel: A channel to it.
        port: Where it listens.
        draining: Ends it.
        task: Done when it has stopped.
        able: What its own check of health says.
        looking: Unless set, its own check of health takes for ever.
    """

    def __init__(self) -> None:
        self.draining = asyncio.Event()
        self.servicer = Slow()
        self.able = True
        self.looking = asyncio.Event()
        self.port = 0
        self.channel: grpc.aio.Channel
        self.task: asyncio.Task[None]

    async def healthy(self) -> bool:
        await self.looking.wait()
        return self.able

    async def state(self, service: str = "") -> int:
        stub = health_pb2_grpc.HealthStub(self.channel)
        request = health_pb2.HealthCheckRequest(service=service)
        return (await stub.Check(request, wait_for_ready=True)).status

    async def says(self, state: int) -> None:
        async def is_so() -> bool:
            return await self.state() == state

        await eventually(is_so)


@pytest.fixture
async def running(own_redis, monkeypatch, request) -> AsyncIterator[Running]:
    monkeypatch.setattr("meshkit.server._CHECK_INTERVAL_S", 0.02)
    # It is this process that would be tuned, with all the tests that follow.
    monkeypatch.setattr("meshkit.server._tune_process", lambda: None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = ServiceSettings(
        internal_key=KEY,
        service_instance="one",
        listen=ListenSettings(port=port),
        drain=DrainSettings(notice_s=1, grace_s=60),
    )
    server = Running()
    server.port = port
    if getattr(request, "param", "") != "not yet checked":
        server.looking.set()
    served = Served(
        SYSTEM,
        lambda s: system_service_pb2_grpc.add_SystemServiceServicer_to_server(server.servicer, s),
    )
    async with connect(own_redis.url) as redis:
        server.task = asyncio.create_task(
            run_server(
                settings,
                name="gateway",
                redis=redis,
                services=[served],
                middlewares=middleware.standard(InternalAuthenticator(KEY)),
                draining=server.draining,
                healthy=server.healthy,
                sessions=True,
            )
        )
        options = [("grpc.enable_http_proxy", 0)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            server.channel = channel
            try:
                yield server
            finally:
                server.servicer.open.set()
                server.looking.set()
                server.draining.set()
                async with asyncio.timeout(90):
                    await server.task


@pytest.mark.parametrize("running", ["not yet checked"], indirect=True)
async def test_nothing_serves_before_it_was_looked_at(running):
    for service in ("", "manusmesh.system.v1.SystemService"):
        assert await running.state(service) == STATES.NOT_SERVING
    running.looking.set()
    await running.says(STATES.SERVING)


async def test_it_serves_when_it_can_work_and_tells_redis(running, own_redis):
    await running.says(STATES.SERVING)
    assert await running.state("manusmesh.system.v1.SystemService") == STATES.SERVING
    async with connect(own_redis.url) as redis:
        assert await presence.present(redis) == {"gateway": 1}


async def test_without_redis_it_does_not_serve_until_redis_is_back(running, own_redis):
    await running.says(STATES.SERVING)
    own_redis.kill()
    await running.says(STATES.NOT_SERVING)
    own_redis.start()
    await running.says(STATES.SERVING)


async def test_a_process_that_cannot_work_does_not_serve(running):
    await running.says(STATES.SERVING)
    running.able = False
    await running.says(STATES.NOT_SERVING)


async def test_a_call_under_way_survives_the_drain(running, own_redis):
    await running.says(STATES.SERVING)
    stub = system_service_pb2_grpc.SystemServiceStub(running.channel)
    call = asyncio.ensure_future(stub.GetHealth(system_service_pb2.GetHealthRequest()))
    await running.servicer.entered.wait()
    running.draining.set()
    # New calls are still served while load balancers notice.
    await running.says(STATES.NOT_SERVING)
    await eventually(lambda: is_closed(running.port))
    running.servicer.open.set()
    assert (await call).status == "ok"
    async with asyncio.timeout(50):
        await running.task
    async with connect(own_redis.url) as redis:
        assert await presence.present(redis) == {}


async def is_closed(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    await writer.wait_closed()
    return False


async def test_an_idle_session_does_not_hold_up_the_stop(running):
    await running.says(STATES.SERVING)
    sessions = Sessions(running.channel, agent="gateway", internal_key=KEY, count=1)
    try:
        path = "/manusmesh.system.v1.SystemService/GetHealth"
        call = await sessions.start(path, b"", timeout_s=5, parse=bytes)
        # Not a streaming method: but the session is open.
        with pytest.raises(MeshError):
            await anext(call)
        running.draining.set()
        # Its grace is a minute.
        async with asyncio.timeout(30):
            await running.task
    finally:
        await sessions.close()


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_needs_no_key(running, version):
    await running.says(STATES.SERVING)
    call = running.channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    [answer] = [answer async for answer in call]
    names = [service.name for service in answer.list_services_response.service]
    assert {
        "manusmesh.system.v1.SystemService",
        "manusmesh.session.v1.SessionService",
    } <= set(names)
