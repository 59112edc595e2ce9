"""Composition root of the rig's orchestrator: the real one, with the rig's job."""

from rig.job import JOBS
from services.orchestrator import server


async def serve() -> None:
    """Runs the orchestrator until SIGTERM."""
    await server.serve(JOBS)
