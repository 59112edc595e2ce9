"""Serving gRPC: health, reflection, interceptors, and a stop that fails no call."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from manusmesh.type.v1 import run_pb2
from meshkit import logs, policy, presence
from meshkit.config import ServiceSettings
from meshkit.errors import MeshError
from meshkit.http1 import Answerer, HttpServer
from meshkit.interceptors import Handlers
from meshkit.middleware import Middleware, compile_rules
from meshkit.redis import Redis
from meshkit.sessions import server as session_server
from meshkit.waiting import wait_any

_CHECK_INTERVAL_S: Final = 1.0
_GC_THRESHOLD: Final = 20_000
"""New objects after which the collector looks at the young ones; Python's own is 700. Calls leave
hardly any cycles, and the collector took about 2 % of a busy gateway's CPU time."""
_SENT_MAX: Final = 16 * 1024 * 1024
"""Bytes of one message that a service sends."""
_METADATA_MAX: Final = 64 * 1024
"""Bytes of a call's metadata; the edge takes 32 KiB of headers."""

_log = logs.get("meshkit.server")


@dataclass(frozen=True, slots=True)
class Served:
    """A service to serve.

    Attributes:
        descriptor: Its descriptor.
        register: Adds its servicer to the `Handlers` of a server, as the generated
            `add_…_to_server` does to the server itself.
    """

    descriptor: ServiceDescriptor
    register: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class HttpSide:
    """What a process answers over HTTP/1.1, beside gRPC.

    Attributes:
        port: Where, at the address of gRPC.
        answerer: Makes what answers, from the server's handlers and from what tells whether the
            process serves.
    """

    port: int
    answerer: Callable[[Handlers, Callable[[], bool]], Answerer]


def prepare_all() -> None:
    """Makes ready what every service needs for its first call and a fork keeps."""
    compile_rules(run_pb2.CallContext)


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
    sessions: bool = False,
    http: HttpSide | None = None,
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
        sessions: Whether the services' streaming methods may be called on sessions, too.
        http: What is answered over HTTP besides.
    """
    _tune_process()
    descriptors = [served.descriptor for served in services]
    if sessions:
        descriptors.append(session_server.DESCRIPTOR)
    handlers = Handlers(middlewares, policy.read(descriptors))
    server = grpc.aio.server(
        handlers=(handlers,),
        options=(
            # A leftover process must not share the port in silence.
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", received_max),
            ("grpc.max_send_message_length", _SENT_MAX),
            # Above what the edge lets through: by default some of that would be refused by chance.
            ("grpc.max_metadata_size", _METADATA_MAX),
            ("grpc.absolute_max_metadata_size", _METADATA_MAX),
            ("grpc.http2.min_ping_interval_without_data_ms", 5000),
            # Envoy's pings find a replica that hangs; they are no abuse.
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.keepalive_permit_without_calls", 1),
        ),
    )
    for served in services:
        served.register(handlers)
    going_on = session_server.SessionServer(handlers) if sessions else None
    serving = False
    http_server = HttpServer(http.answerer(handlers, lambda: serving)) if http else None
    health_servicer = health.aio.HealthServicer()
    # The generated functions say "server", and need no more of one than the handlers have.
    registrar: Any = handlers
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, registrar)
    names = [descriptor.full_name for descriptor in descriptors]
    # By itself the servicer says that the process serves, before anything was looked at.
    await _set_health(health_servicer, names, serving=False)
    _add_reflection(handlers, names)
    port = server.add_insecure_port(f"{settings.listen.host}:{settings.listen.port}")
    _stop_on_signals(draining)
    instance = instance_name(settings)
    await server.start()
    if http is not None and http_server is not None:
        await http_server.start(settings.listen.host, http.port)
    _log.info("serving", port=port, instance=instance)
    preparing = asyncio.create_task(_prepare(descriptors))
    try:
        while not draining.is_set():
            serving = await _able(redis, name, instance, healthy)
            await _set_health(health_servicer, names, serving=serving)
            await wait_any(draining, seconds=_CHECK_INTERVAL_S)
    finally:
        serving = False
        preparing.cancel()
        await _set_health(health_servicer, names, serving=False)
        await _withdraw(redis, name, instance)
        _log.info("draining", notice_s=settings.drain.notice_s, grace_s=settings.drain.grace_s)
        await asyncio.sleep(settings.drain.notice_s)
        stopping = asyncio.gather(
            server.stop(settings.drain.grace_s),
            *([http_server.stop(settings.drain.grace_s)] if http_server is not None else []),
        )
        if going_on is not None:
            # Only now, when no session can be opened here any more.
            await asyncio.sleep(0)
            going_on.go_away()
        await stopping
        _log.info("stopped")


def _tune_process() -> None:
    """Makes calls cheaper; before the first server, because threads inherit it."""
    # What has been imported stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    if hasattr(os, "sched_setscheduler"):
        # gRPC's threads wake several times a call. As SCHED_BATCH they no longer interrupt the one
        # that does the work, and find more to do each time; an idle core still takes them at once.
        # A sandbox may forbid it.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


async def _prepare(services: Sequence[ServiceDescriptor]) -> None:
    """Does what the first calls would else have to wait for, while other processes start."""
    for service in services:
        for method in service.methods:
            compile_rules(GetMessageClass(method.input_type))
            await asyncio.sleep(0)


def _add_reflection(handlers: Handlers, names: Sequence[str]) -> None:
    """Reflection as v1 and v1alpha: the messages of the two are the same on the wire."""
    shown = [*names, health.SERVICE_NAME, reflection.SERVICE_NAME]
    servicer = reflection.aio.ReflectionServicer(shown)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    for service in ("grpc.reflection.v1.ServerReflection", reflection.SERVICE_NAME):
        handlers.add_registered_method_handlers(service, {"ServerReflectionInfo": handler})


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
