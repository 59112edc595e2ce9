"""An agent of the floor: one of the rig's, without an interceptor, and with few imports."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import grpc
import uvloop

from manusmesh.coder.v1.coder_service_pb2_grpc import add_CoderServiceServicer_to_server
from manusmesh.planning.v1.planning_service_pb2_grpc import add_PlanningServiceServicer_to_server
from manusmesh.reporter.v1.reporter_service_pb2_grpc import add_ReporterServiceServicer_to_server
from manusmesh.research.v1.research_service_pb2_grpc import add_ResearchServiceServicer_to_server
from rig import agents

# A servicer and what adds it: any two of one contract.
_AGENTS: Final[Mapping[str, tuple[Any, Any]]] = {
    "planning": (agents.Planning, add_PlanningServiceServicer_to_server),
    "research": (agents.Research, add_ResearchServiceServicer_to_server),
    "coder": (agents.Coder, add_CoderServiceServicer_to_server),
    "reporter": (agents.Reporter, add_ReporterServiceServicer_to_server),
}


async def serve(name: str, port: int) -> None:
    """Serves an agent until the process is ended."""
    servicer, register = _AGENTS[name]
    server = grpc.aio.server()
    register(servicer(agents.Step()), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2])))
