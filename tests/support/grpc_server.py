"""One gRPC server in process, on a free port, behind the real interceptors."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor

from meshkit import policy
from meshkit.errors import MeshError, from_rpc_error
from meshkit.interceptors import Handlers
from meshkit.middleware import Middleware

Register = Callable[[Any], None]


@contextlib.asynccontextmanager
async def serve(
    descriptors: Sequence[ServiceDescriptor],
    registers: Sequence[Register],
    middlewares: Sequence[Middleware],
) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server that serves until the end of the block."""
    handlers = Handlers(middlewares, policy.read(descriptors))
    for register in registers:
        register(handlers)
    server = grpc.aio.server(handlers=(handlers,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    options = [("grpc.enable_http_proxy", 0)]
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            yield channel
    finally:
        await server.stop(0)


def bearer(key: str) -> tuple[tuple[str, str], ...]:
    """The metadata of a caller with this key."""
    return (("authorization", f"Bearer {key}"),)


class Failure:
    """A failed call as its caller sees it.

    Attributes:
        error: What it says.
        code: Name of the gRPC status code.
        text: The status message.
        trailers: The trailing metadata.
    """

    def __init__(self, raised: grpc.aio.AioRpcError) -> None:
        self.error: MeshError = from_rpc_error(raised)
        self.code: str = raised.code().name
        self.text: str = raised.details() or ""
        self.trailers = dict(raised.trailing_metadata() or ())


async def failure(call: Any) -> Failure:
    """How a call fails; AssertionError when it succeeds."""
    try:
        if hasattr(call, "__aiter__"):
            async for _ in call:
                pass
        else:
            await call
    except grpc.aio.AioRpcError as raised:
        return Failure(raised)
    raise AssertionError("the call succeeded")
