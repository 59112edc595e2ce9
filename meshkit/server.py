"""Serving gRPC: health, reflection, interceptors, and a stop that fails no call."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from meshkit import logs, policy, presence
from meshkit.config import ServiceSettings
from meshkit.errors import MeshError
from meshkit.interceptors import Interceptor
from meshkit.middleware import Middleware
from meshkit.redis import Redis
from meshkit.waiting import wait_any

_CHECK_INTERVAL_S: Final = 1.0
_SENT_MAX: Final = 16 * 1024 * 1024
"""Bytes of one message that a service sends."""

_log = logs.get("meshkit.server")


@dataclass(frozen=True, slots=True)
class Served:
    """A service to serve.

    Attributes:
        descriptor: Its descriptor.
        register: Adds its servicer to a server, as the generated `add_…_to_server` does.
    """

    descriptor: ServiceDescriptor
    register: Callable[[grpc.aio.Server], None]


def instance_name(settings: ServiceSettings) -> str:
    """The name of this replica."""
    return settings.service_instance or f"{socket.gethostname()}-{os.getpid()}"


async def run_server(
    settings: ServiceSettings,
    *,
    name: str,
    redis: Redis,
    services: Sequence[Served],
    middlewares: Sequence[Middleware],
    draining: asyncio.Event,
    healthy: Callable[[], Awaitable[bool]] | None = None,
    received_max: int = 16 * 1024 * 1024,
) -> None:
    """Serves until SIGTERM or SIGINT, then drains.

    Draining: `draining` is set, health says NOT_SERVING, `drain.notice_s` pass for load balancers
    to notice, and calls under way get `drain.grace_s` to finish.

    Args:
        settings: Where to listen and how to stop.
        name: The service's name, such as "research".
        redis: Its loss makes the service NOT_SERVING.
        services: What is served beside health and reflection.
        middlewares: What happens around each call, outermost first.
        draining: Set when the stop begins; servicers that wait for long watch it.
        healthy: Whether the process can do its work, beyond Redis being there.
        received_max: Bytes of one message that it takes.
    """
    server = grpc.aio.server(
        interceptors=[Interceptor(middlewares, policy.read(s.descriptor for s in services))],
        options=(
            # A leftover process must not share the port in silence.
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", received_max),
            ("grpc.max_send_message_length", _SENT_MAX),
            ("grpc.http2.min_ping_interval_without_data_ms", 5000),
            ("grpc.keepalive_permit_without_calls", 1),
        ),
    )
    for served in services:
        served.register(server)
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    names = [served.descriptor.full_name for served in services]
    _add_reflection(server, names)
    port = server.add_insecure_port(f"{settings.listen.host}:{settings.listen.port}")
    _stop_on_signals(draining)
    instance = instance_name(settings)
    await server.start()
    _log.info("serving", port=port, instance=instance)
    try:
        while not draining.is_set():
            able = await _able(redis, name, instance, healthy)
            await _set_health(health_servicer, names, serving=able)
            await wait_any(draining, seconds=_CHECK_INTERVAL_S)
    finally:
        await _set_health(health_servicer, names, serving=False)
        await _withdraw(redis, name, instance)
        _log.info("draining", notice_s=settings.drain.notice_s, grace_s=settings.drain.grace_s)
        await asyncio.sleep(settings.drain.notice_s)
        await server.stop(settings.drain.grace_s)
        _log.info("stopped")


def _add_reflection(server: grpc.aio.Server, names: Sequence[str]) -> None:
    """Reflection as v1 and v1alpha: the messages of the two are the same on the wire."""
    shown = [*names, health.SERVICE_NAME, reflection.SERVICE_NAME]
    servicer = reflection.aio.ReflectionServicer(shown)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for service in ("grpc.reflection.v1.ServerReflection", reflection.SERVICE_NAME):
        handlers = {"ServerReflectionInfo": handler}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))


async def _able(
    redis: Redis, name: str, instance: str, healthy: Callable[[], Awaitable[bool]] | None
) -> bool:
    if healthy is not None and not await healthy():
        return False
    try:
        await presence.announce(redis, name, instance)
    except MeshError:
        return False
    return True


async def _withdraw(redis: Redis, name: str, instance: str) -> None:
    try:
        await presence.withdraw(redis, name, instance)
    except MeshError as error:
        # It lapses by itself in four seconds.
        _log.info("presence_not_withdrawn", reason=error.reason)


async def _set_health(
    servicer: health.aio.HealthServicer, names: Sequence[str], *, serving: bool
) -> None:
    states = health_pb2.HealthCheckResponse
    state = states.SERVING if serving else states.NOT_SERVING
    # The whole process last: whoever sees it serve may ask for any service.
    for name in (*names, ""):
        await servicer.set(name, state)


def _stop_on_signals(draining: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, draining.set)
