"""Composition root of the planning agent."""

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2_grpc as rpc
from meshkit.agent import serve_agent
from meshkit.server import Served
from services.planning.servicer import PlanningServicer


async def serve() -> None:
    """Serves the planning agent until SIGTERM."""
    descriptor = pb.DESCRIPTOR.services_by_name["PlanningService"]
    servicer = PlanningServicer()
    await serve_agent(
        "planning",
        Served(
            descriptor, lambda server: rpc.add_PlanningServiceServicer_to_server(servicer, server)
        ),
    )
