"""Composition root of the reporter agent."""

from manusmesh.reporter.v1 import reporter_service_pb2 as pb
from manusmesh.reporter.v1 import reporter_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.server import Served
from services.posts import load
from services.reporter.servicer import ReporterServicer


async def serve() -> None:
    """Serves the reporter agent until SIGTERM."""
    descriptor = pb.DESCRIPTOR.services_by_name["ReporterService"]
    servicer = ReporterServicer()
    await serve_agent(
        "reporter",
        Served(
            descriptor, lambda server: rpc.add_ReporterServiceServicer_to_server(servicer, server)
        ),
        prepare=load,
    )
