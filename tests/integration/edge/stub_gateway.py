"""A gRPC server that plays the gateway: every public method, with answers that a test sets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

from gateway.polls import polls
from manusmesh.content.v1 import content_service_pb2 as _content
from manusmesh.system.v1 import system_service_pb2 as _system  # noqa: F401  registers the service
from manusmesh.task.v1 import task_service_pb2 as _task  # noqa: F401  registers the service
from manusmesh.tenant.v1 import tenant_service_pb2 as _tenant  # noqa: F401  registers the service
from meshkit import http1

SERVICES: Final = (
    "manusmesh.content.v1.ContentService",
    "manusmesh.task.v1.TaskService",
    "manusmesh.tenant.v1.TenantService",
    "manusmesh.system.v1.SystemService",
)

# The messages of all methods pass through here, so the request and the answer are of any type.
Context = grpc.aio.ServicerContext[Any, Any]
Answer = (
    Callable[[Any, Context], Awaitable[Message]] | Callable[[Any, Context], AsyncIterator[Message]]
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that arrived.

    Attributes:
        method: Name of the method, without its service.
        request: The request message.
        metadata: Request metadata by key; the last value of each.
        remaining_s: Seconds to the deadline at arrival; None without one.
    """

    method: str
    request: Any
    metadata: Mapping[str, str | bytes]
    remaining_s: float | None


@dataclass(slots=True)
class StubGateway(grpc.GenericRpcHandler):
    """Answers every method with an empty message, or with what `answers` says.

    Attributes:
        answers: Method name to the function that serves it.
        calls: All calls so far.
        serving: What it says of its health over HTTP.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    serving: bool = False

    def unary(self, path: str) -> Callable[[Any, Context], Awaitable[Message]]:
        """What serves a unary method, as `Handlers` has it."""
        method = _method(path)
        assert method is not None
        return self._unary(method)

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any] | None":
        method = _method(details.method)
        if method is None:
            return None
        decode = message_factory.GetMessageClass(method.input_type).FromString
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(self._stream(method), decode, _encode)
        return grpc.unary_unary_rpc_method_handler(self._unary(method), decode, _encode)

    def reset(self) -> None:
        """Forget all answers and calls."""
        self.answers.clear()
        self.calls.clear()

    def _unary(self, method: MethodDescriptor) -> Callable[[Any, Context], Awaitable[Message]]:
        async def serve(request: Any, context: Context) -> Message:
            self._record(method.name, request, context)
            answer = self.answers.get(method.name)
            if answer is None:
                return message_factory.GetMessageClass(method.output_type)()
            message: Message = await answer(request, context)  # type: ignore[misc]  # unary by the method
            return message

        return serve

    def _stream(self, method: MethodDescriptor) -> Callable[[Any, Context], AsyncIterator[Message]]:
        async def serve(request: Any, context: Context) -> AsyncIterator[Message]:
            self._record(method.name, request, context)
            answer = self.answers.get(method.name)
            if answer is not None:
                async for message in answer(request, context):  # type: ignore[union-attr]  # a stream by the method
                    yield message

        return serve

    def _record(self, method: str, request: Any, context: Context) -> None:
        metadata = dict(context.invocation_metadata() or ())
        self.calls.append(Call(method, request, metadata, context.time_remaining()))


@dataclass(frozen=True, slots=True)
class Replica:
    """A running stub.

    Attributes:
        stub: What it answers.
        port: Where it listens on 127.0.0.1.
        polls: Where it answers polls on 127.0.0.1.
        health: Its health service.
        server: The server; `run` stops it.
        http: The server for polls; likewise.
    """

    stub: StubGateway
    port: int
    polls: int
    health: health.aio.HealthServicer
    server: grpc.aio.Server
    http: http1.HttpServer

    async def serving(self, *, serving: bool) -> None:
        """Set what the health service says."""
        status = health_pb2.HealthCheckResponse
        self.stub.serving = serving
        await self.health.set("", status.SERVING if serving else status.NOT_SERVING)

    async def die(self) -> None:
        """Stop at once, whatever is under way."""
        await asyncio.gather(self.server.stop(None), self.http.stop(0))


@contextlib.asynccontextmanager
async def run() -> AsyncIterator[Replica]:
    """Run a stub on a free port of 127.0.0.1, with health and reflection like a real gateway."""
    stub = StubGateway()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((stub,))
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    reflection.enable_server_reflection((*SERVICES, reflection.SERVICE_NAME), server)
    server.add_generic_rpc_handlers((_reflection_v1(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    handlers: Any = stub
    http = http1.HttpServer(
        polls(_content.DESCRIPTOR.services_by_name["ContentService"])(
            handlers, lambda: stub.serving
        )
    )
    replica = Replica(stub, port, await http.start("127.0.0.1", 0), health_servicer, server, http)
    await replica.serving(serving=True)
    try:
        yield replica
    finally:
        await replica.die()


async def fail(
    context: Context,
    code: grpc.StatusCode,
    http_status: int,
    body: Mapping[str, Any],
    **trailers: str,
) -> None:
    """Abort as the gateway does: gRPC status, and what the edge makes the REST answer of."""
    await context.abort(
        code,
        str(body["error"]["message"]),
        (
            ("error-json", json.dumps(body)),
            ("error-status", str(http_status)),
            ("x-envoy-ratelimited", "true"),
            ("grpc-status-details-bin", b"\x08\x05"),
            *((key.replace("_", "-"), value) for key, value in trailers.items()),
        ),
    )


def _reflection_v1() -> grpc.GenericRpcHandler:
    # grpcio-reflection has v1alpha only; the messages of v1 are the same on the wire.
    handler = grpc.stream_stream_rpc_method_handler(
        reflection.aio.ReflectionServicer(SERVICES).ServerReflectionInfo,
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    service = "grpc.reflection.v1.ServerReflection"
    return grpc.method_handlers_generic_handler(service, {"ServerReflectionInfo": handler})


def _method(path: str) -> MethodDescriptor | None:
    service, _, name = path.removeprefix("/").rpartition("/")
    if service not in SERVICES:
        return None
    return descriptor_pool.Default().FindServiceByName(service).methods_by_name.get(name)


def _encode(message: Message) -> bytes:
    return message.SerializeToString()
