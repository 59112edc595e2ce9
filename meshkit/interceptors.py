"""The gRPC side of the middleware: the handlers of a server, each inside the middlewares.

Handlers are wrapped once, when they are registered, and all stand in one table: an interceptor of
gRPC costs a chain of coroutines a call, and a registered method a future that every call waits on.
"""

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import grpc
from google.protobuf.message import DecodeError, Message

from manusmesh.type.v1 import policy_pb2
from meshkit import policy
from meshkit.middleware import Call, Context, Handler, Middleware, Proceed, current_call
from meshkit.redis import budget

# A servicer's method: what it takes and answers is known to its serializers alone.
Behaviour = Any


class _Asked(grpc.HandlerCallDetails):
    """Asks for a method by its path."""

    invocation_metadata = ()

    def __init__(self, method: str) -> None:
        self.method = method


class Handlers(grpc.GenericRpcHandler):
    """Every method of a server, by its path.

    Stands in for the server where servicers register (`add_…Servicer_to_server`, and services
    given as generic handlers), and is then itself the one generic handler of the server.
    """

    def __init__(
        self,
        middlewares: Sequence[Middleware],
        policies: Mapping[str, policy_pb2.MethodPolicy],
    ) -> None:
        self._middlewares = tuple(middlewares)
        self._policies = policies
        self._wrapped: dict[str, Handler] = {}
        self._others: list[grpc.GenericRpcHandler] = []

    def add_registered_method_handlers(
        self, service_name: str, method_handlers: Mapping[str, Handler]
    ) -> None:
        """Takes the methods of a servicer."""
        for name, handler in method_handlers.items():
            path = f"/{service_name}/{name}"
            self._wrapped[path] = self._wrap(path, handler)

    def add_generic_rpc_handlers(self, handlers: Iterable[grpc.GenericRpcHandler]) -> None:
        """Takes services whose methods are asked for when they are called first."""
        self._others.extend(handlers)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """The wrapped handler of a method; None for a method that does not exist."""
        path = handler_call_details.method
        found = self._wrapped.get(path)
        if found is not None:
            return found
        for other in self._others:
            handler: Handler | None = other.service(handler_call_details)
            if handler is not None:
                self._wrapped[path] = wrapped = self._wrap(path, handler)
                return wrapped
        return None

    def unary(self, path: str) -> Behaviour:
        """The wrapped behaviour of a unary method: request and context to the answer.

        Raises:
            KeyError: There is no such method.
        """
        handler = self.service(_Asked(path))
        if handler is None or handler.unary_unary is None:
            raise KeyError(path)
        return handler.unary_unary

    def streaming(self, path: str) -> Handler | None:
        """The wrapped handler of a servicer's server-streaming method; None for any other path."""
        found = self._wrapped.get(path)
        if found is None or found.unary_stream is None or _is_public(path):
            return None
        return found

    def _wrap(self, path: str, handler: Handler) -> Handler:
        # gRPC's own services are public and take no part in policies.
        if _is_public(path):
            return handler
        if handler.request_streaming:
            return self._wrap_duplex(path, handler)
        streaming = handler.response_streaming
        last = _stream(handler.unary_stream) if streaming else _unary(handler.unary_unary)
        proceed = functools.reduce(_around, reversed(self._middlewares), last)
        rule = policy.of(path, self._policies)

        async def answer(request: Message | None, context: Context) -> Message | None:
            call = Call(path, rule, context, _metadata(context), request, streaming=streaming)
            current_call.set(call)
            await proceed(call)
            return call.response

        make = (
            grpc.unary_stream_rpc_method_handler
            if streaming
            else grpc.unary_unary_rpc_method_handler
        )
        return make(
            answer,
            request_deserializer=_quietly(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )

    def _wrap_duplex(self, path: str, handler: Handler) -> Handler:
        """A method that streams both ways: its servicer reads the requests, and checks them."""
        behaviour: Behaviour = handler.stream_stream
        parse = _quietly(handler.request_deserializer)
        rule = policy.of(path, self._policies)

        async def serve(call: Call) -> None:
            await _send_headers(call)
            await behaviour(call)

        last: Proceed = serve
        proceed = functools.reduce(_around, reversed(self._middlewares), last)

        async def answer(_: object, context: Context) -> None:
            call = Call(path, rule, context, _metadata(context), parse(b""), streaming=True)
            current_call.set(call)
            await proceed(call)

        return grpc.stream_stream_rpc_method_handler(
            answer, request_deserializer=parse, response_serializer=handler.response_serializer
        )


def _is_public(path: str) -> bool:
    return path[1:].partition("/")[0] in policy.PUBLIC_SERVICES


def _around(inner: Proceed, middleware: Middleware) -> Proceed:
    def proceed(call: Call) -> Any:  # noqa: ANN401 - the coroutine of the middleware
        return middleware(call, inner)

    return proceed


def _unary(behaviour: Behaviour) -> Proceed:
    async def serve(call: Call) -> None:
        call.response = await behaviour(call.request, call.context)
        if call.headers:
            # Trailing metadata leave in one write with the message; initial ones would need their
            # own. Envoy makes headers of them on REST.
            call.context.set_trailing_metadata(tuple(call.headers.items()))

    return serve


def _stream(behaviour: Behaviour) -> Proceed:
    async def serve(call: Call) -> None:
        begun = False
        # Closed here, so that a cancelled call cleans up at once.
        async with contextlib.aclosing(behaviour(call.request, call.context)) as messages:
            async for message in messages:
                if not begun:
                    begun = True
                    await _send_headers(call)
                await call.context.write(message)
                # A stream that gets on may last as long as its watcher reads.
                budget.renew()
        if not begun:
            await _send_headers(call)

    return serve


async def _send_headers(call: Call) -> None:
    if call.headers:
        await call.context.send_initial_metadata(tuple(call.headers.items()))


def _metadata(context: Context) -> tuple[tuple[str, str | bytes], ...]:
    # A tuple of pairs already; the stubs say less.
    return cast("tuple[tuple[str, str | bytes], ...]", context.invocation_metadata() or ())


def _quietly(deserialize: Callable[[bytes], Message] | None) -> Callable[[bytes], Message | None]:
    """A deserializer that answers None for malformed bytes: raising would make it UNKNOWN."""
    if deserialize is None:
        msg = "a method of the mesh has typed requests"
        raise TypeError(msg)

    def parse(raw: bytes) -> Message | None:
        try:
            return deserialize(raw)
        except DecodeError:
            return None

    return parse
