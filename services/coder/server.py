"""Composition root of the coder agent."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from analytics.embeddings import embed
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.redis import Redis
from meshkit.server import Served
from services.coder.servicer import CoderServicer
from services.coder.settings import CoderSettings
from services.coder.tools.python_execute import open_sandbox
from services.posts import load


async def serve() -> None:
    """Serves the coder agent until SIGTERM."""
    settings = CoderSettings()
    descriptor = pb.DESCRIPTOR.services_by_name["CoderService"]

    @contextlib.asynccontextmanager
    async def compose(_: Redis) -> AsyncIterator[Sequence[Served]]:
        async with open_sandbox(settings.python.sandbox) as sandbox:
            servicer = CoderServicer(sandbox)
            yield (
                Served(
                    descriptor,
                    lambda server: rpc.add_CoderServiceServicer_to_server(servicer, server),
                ),
            )

    await serve_agent("coder", compose, prepare=prepare, settings=settings)


def prepare() -> None:
    """Loads what the first call would have to load: coefficients, models, word vectors."""
    load()
    embed([""])
