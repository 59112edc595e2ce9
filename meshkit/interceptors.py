"""The gRPC side of the middleware: wraps every handler of a server.

Handlers get their middlewares once, when a method is called for the first time.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from manusmesh.type.v1 import policy_pb2
from meshkit import policy
from meshkit.middleware import Call, Context, Handler, Middleware, current_call


class Interceptor(grpc.aio.ServerInterceptor):
    """Runs the middlewares around every handler of a server."""

    def __init__(
        self,
        middlewares: Sequence[Middleware],
        policies: Mapping[str, policy_pb2.MethodPolicy],
    ) -> None:
        self._middlewares = tuple(middlewares)
        self._policies = policies
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Any],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The wrapped handler of a method; None for a method that does not exist."""
        path = handler_call_details.method
        wrapped = self._wrapped.get(path)
        if wrapped is None:
            handler: Handler | None = await continuation(handler_call_details)
            if handler is None:
                return None
            # gRPC's own services stream both ways; they are public and take no part in policies.
            if path[1:].partition("/")[0] in policy.PUBLIC_SERVICES:
                return handler
            wrapped = self._wrapped[path] = self._wrap(path, handler)
        return wrapped

    def _wrap(self, path: str, handler: Handler) -> Handler:
        rule = policy.of(path, self._policies)
        deserialize = _quietly(handler.request_deserializer)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(path, rule, handler.unary_stream),
                request_deserializer=deserialize,
                response_serializer=handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(path, rule, handler.unary_unary),
            request_deserializer=deserialize,
            response_serializer=handler.response_serializer,
        )

    def _unary(self, path: str, rule: policy_pb2.MethodPolicy, behaviour: Any) -> Any:  # noqa: ANN401
        async def answer(request: Message | None, context: Context) -> Message:
            call = Call(path, rule, context, _metadata(context), request, streaming=False)
            current_call.set(call)
            async with AsyncExitStack() as stack:
                for middleware in self._middlewares:
                    await stack.enter_async_context(middleware(call))
                response: Message = await behaviour(request, context)
                if call.headers:
                    await context.send_initial_metadata(tuple(call.headers))
                return response
            raise AssertionError("no middleware swallows an exception")  # pragma: no cover

        return answer

    def _stream(self, path: str, rule: policy_pb2.MethodPolicy, behaviour: Any) -> Any:  # noqa: ANN401
        async def answer(request: Message | None, context: Context) -> AsyncIterator[Message]:
            call = Call(path, rule, context, _metadata(context), request, streaming=True)
            current_call.set(call)
            async with AsyncExitStack() as stack:
                for middleware in self._middlewares:
                    await stack.enter_async_context(middleware(call))
                # Closed here, so that a cancelled call cleans up at once.
                async with contextlib.aclosing(behaviour(request, context)) as messages:
                    first = True
                    async for message in messages:
                        if first and call.headers:
                            await context.send_initial_metadata(tuple(call.headers))
                        first = False
                        yield message
                if first and call.headers:
                    await context.send_initial_metadata(tuple(call.headers))

        return answer


def _metadata(context: Context) -> tuple[tuple[str, str | bytes], ...]:
    return tuple((key, value) for key, value in context.invocation_metadata() or ())


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
