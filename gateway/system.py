"""Liveness and readiness."""

from collections.abc import Sequence
from typing import Final

from manusmesh.system.v1 import system_service_pb2 as pb
from manusmesh.system.v1 import system_service_pb2_grpc as rpc
from meshkit import __version__, presence
from meshkit.errors import Detail, MeshError, Reason
from meshkit.middleware import Context
from meshkit.redis import Redis, RedisAwayError

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
        try:
            present = await presence.present(self._redis)
        except RedisAwayError as error:
            # Without Redis nobody can tell who else is up.
            none = [_dependency(name, 0) for name in ("redis", *_SERVICES)]
            raise _not_ready(f"Redis is {error.state}", none, redis=error.state) from error
        dependencies = [
            _dependency("redis", 1),
            *(_dependency(name, present.get(name, 0)) for name in _SERVICES),
        ]
        down = [dependency.name for dependency in dependencies if dependency.status == "down"]
        if down:
            raise _not_ready(f"{', '.join(down)} down", dependencies)
        return pb.GetReadinessResponse(status="ready", dependencies=dependencies)


def _not_ready(
    why: str, dependencies: Sequence[pb.Dependency], *, redis: str | None = None
) -> MeshError:
    """The refusal; `redis` is the state of a Redis that does not serve, which is named first."""
    states: list[dict[str, Detail]] = [
        {"name": one.name, "status": one.status, "replicas": one.replicas} for one in dependencies
    ]
    if redis is not None:
        states[0]["reason"] = redis
    message = f"Not ready: {why}."
    return MeshError(Reason.UPSTREAM_UNAVAILABLE, message, details={"dependencies": states})


def _dependency(name: str, replicas: int) -> pb.Dependency:
    return pb.Dependency(name=name, status="up" if replicas else "down", replicas=replicas)
