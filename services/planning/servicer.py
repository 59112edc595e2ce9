"""The planning contract's thin adapter."""

from collections.abc import AsyncIterator

from manusmesh.planning.v1 import planning_service_pb2 as pb
from manusmesh.planning.v1 import planning_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2
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
        plan = agent.plan(request)
        names = ", ".join(subtask.id for subtask in plan.subtasks)
        said = f"Planned {len(plan.subtasks)} steps: {names}"
        yield pb.PlanResponse(progress=run_pb2.Progress(fraction=1.0, message=said[:500]))
        yield pb.PlanResponse(
            message=run_pb2.AgentMessage(
                from_agent="planning",
                to_agent=plan.subtasks[0].agent,
                type="task",
                payload=said[:4000],
            )
        )
        yield pb.PlanResponse(result=plan)
