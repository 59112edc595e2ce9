"""Liveness and readiness."""

from typing import Final

from manusmesh.system.v1 import system_service_pb2 as pb
from manusmesh.system.v1 import system_service_pb2_grpc as rpc
from meshkit import __version__, presence
from meshkit.errors import Detail, MeshError, Reason
from meshkit.middleware import Context
from meshkit.redis import Redis

_SERVICES: Final = ("orchestrator", "planning", "research", "coder", "reporter")


class SystemServicer(rpc.SystemServiceServicer):
    """Speaks `system.v1`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def GetHealth(  # noqa: N802 - the contract's name
        self, request: pb.GetHealthRequest, context: Context
    ) -> pb.GetHealthResponse:
        """Says that the gateway lives."""
        return pb.GetHealthResponse(status="ok", version=__version__)

    async def GetReadiness(  # noqa: N802
        self, request: pb.GetReadinessRequest, context: Context
    ) -> pb.GetReadinessResponse:
        """Says whether everything the mesh needs is up."""
        dependencies = await self._dependencies()
        down = [dependency.name for dependency in dependencies if dependency.status == "down"]
        if down:
            states: list[Detail] = [
                {"name": one.name, "status": one.status, "replicas": one.replicas}
                for one in dependencies
            ]
            message = f"Not ready: {', '.join(down)} down."
            raise MeshError(Reason.UPSTREAM_UNAVAILABLE, message, details={"dependencies": states})
        return pb.GetReadinessResponse(status="ready", dependencies=dependencies)

    async def _dependencies(self) -> list[pb.Dependency]:
        try:
            present = await presence.present(self._redis)
        except MeshError:
            # Without Redis nobody can tell who else is up.
            return [_dependency("redis", 0), *(_dependency(name, 0) for name in _SERVICES)]
        return [
            _dependency("redis", 1),
            *(_dependency(name, present.get(name, 0)) for name in _SERVICES),
        ]


def _dependency(name: str, replicas: int) -> pb.Dependency:
    return pb.Dependency(name=name, status="up" if replicas else "down", replicas=replicas)
