"""Composition roots of the rig's agents, to be served by `manusmesh serve rig.services:NAME`."""

from manusmesh.coder.v1 import coder_service_pb2 as coder_pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as coder_rpc
from manusmesh.planning.v1 import planning_service_pb2 as planning_pb
from manusmesh.planning.v1 import planning_service_pb2_grpc as planning_rpc
from manusmesh.reporter.v1 import reporter_service_pb2 as reporter_pb
from manusmesh.reporter.v1 import reporter_service_pb2_grpc as reporter_rpc
from manusmesh.research.v1 import research_service_pb2 as research_pb
from manusmesh.research.v1 import research_service_pb2_grpc as research_rpc
from meshkit.agent import serve_agent
from meshkit.server import Served
from rig import agents
from rig.settings import step


async def planning() -> None:
    """Serves the planning agent until SIGTERM."""
    descriptor = planning_pb.DESCRIPTOR.services_by_name["PlanningService"]
    servicer = agents.Planning(step())
    add = planning_rpc.add_PlanningServiceServicer_to_server
    await serve_agent("planning", Served(descriptor, lambda server: add(servicer, server)))


async def research() -> None:
    """Serves the research agent until SIGTERM."""
    descriptor = research_pb.DESCRIPTOR.services_by_name["ResearchService"]
    # The rig's job asks it for no more than it has.
    servicer = agents.Research(step())  # type: ignore[abstract]
    add = research_rpc.add_ResearchServiceServicer_to_server
    await serve_agent("research", Served(descriptor, lambda server: add(servicer, server)))


async def coder() -> None:
    """Serves the coder agent until SIGTERM."""
    descriptor = coder_pb.DESCRIPTOR.services_by_name["CoderService"]
    # The rig's job asks it for no more than it has.
    servicer = agents.Coder(step())  # type: ignore[abstract]
    add = coder_rpc.add_CoderServiceServicer_to_server
    await serve_agent("coder", Served(descriptor, lambda server: add(servicer, server)))


async def reporter() -> None:
    """Serves the reporter agent until SIGTERM."""
    descriptor = reporter_pb.DESCRIPTOR.services_by_name["ReporterService"]
    # The rig's job asks it for no more than it has.
    servicer = agents.Reporter(step())  # type: ignore[abstract]
    add = reporter_rpc.add_ReporterServiceServicer_to_server
    await serve_agent("reporter", Served(descriptor, lambda server: add(servicer, server)))
