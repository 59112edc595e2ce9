"""Composition root of the research agent."""

from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.research.v1 import research_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.server import Served
from services.posts import load
from services.research.servicer import ResearchServicer


async def serve() -> None:
    """Serves the research agent until SIGTERM."""
    descriptor = pb.DESCRIPTOR.services_by_name["ResearchService"]
    servicer = ResearchServicer()
    await serve_agent(
        "research",
        Served(
            descriptor, lambda server: rpc.add_ResearchServiceServicer_to_server(servicer, server)
        ),
        prepare=load,
    )
