"""Composition root of the coder agent."""

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.server import Served
from services.coder.servicer import CoderServicer
from services.posts import load


async def serve() -> None:
    """Serves the coder agent until SIGTERM."""
    descriptor = pb.DESCRIPTOR.services_by_name["CoderService"]
    servicer = CoderServicer()
    await serve_agent(
        "coder",
        Served(descriptor, lambda server: rpc.add_CoderServiceServicer_to_server(servicer, server)),
        prepare=load,
    )
