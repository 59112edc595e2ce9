"""The planning contract's thin adapter."""

from collections.abc import AsyncIterator

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.middleware import Context
from services.planning import agent


class PlanningServicer(rpc.PlanningServiceServicer):
    """Speaks `planning.v1`: decides nothing, catches nothing."""

    async def Plan(  # noqa: N802 - the contract's name
        self,
        request: pb.PlanRequest,
        context: Context,
    ) -> AsyncIterator[pb.PlanResponse]:
        """Plans one task."""
        kind = request.WhichOneof("brief")
        if kind != "generate_skill":
            message = "This agent knows no plan for such a task."
            raise MeshError(Reason.INVALID_ARGUMENT, message)
        plan = agent.plan_generate_skill(request.generate_skill)
        names = ", ".join(subtask.id for subtask in plan.subtasks)
        said = f"Planned {len(plan.subtasks)} steps: {names}"
        yield pb.PlanResponse(progress=run_pb2.Progress(fraction=1.0, message=said))
        yield pb.PlanResponse(
            message=run_pb2.AgentMessage(
                from_agent="planning", to_agent="research", type="task", payload=said
            )
        )
        yield pb.PlanResponse(result=plan)
