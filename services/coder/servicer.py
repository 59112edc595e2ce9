"""The coder contract's thin adapter."""

from collections.abc import AsyncIterator

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.agent import tool_run
from meshkit.middleware import Context
from services.coder import agent


class CoderServicer(rpc.CoderServiceServicer):
    """Speaks `coder.v1`: decides nothing, catches nothing."""

    def WriteSkill(  # noqa: N802 - the contract's name
        self, request: pb.WriteSkillRequest, context: Context
    ) -> AsyncIterator[pb.WriteSkillResponse]:
        """Writes a skill file."""
        return tool_run(
            pb.WriteSkillResponse,
            tool="yaml_writer",
            told="Coder Agent generating YAML skill file",
            work=lambda: agent.write_skill(request),
            sum_up=lambda draft: f"Wrote {draft.skill_id}, {len(draft.yaml.splitlines())} lines",
        )

    def ReviewSkill(  # noqa: N802 - the contract's name
        self, request: pb.ReviewSkillRequest, context: Context
    ) -> AsyncIterator[pb.ReviewSkillResponse]:
        """Validates a skill file and runs its guards."""
        return tool_run(
            pb.ReviewSkillResponse,
            tool="guard_runner",
            told=f"Coder Agent running the guards on {len(request.examples)} examples",
            work=lambda: agent.review_skill(request),
            sum_up=_accepted,
            tell=_feedback,
        )


def _accepted(review: skill_pb2.SkillReview) -> str:
    test = review.back_test
    return f"The guards accept {test.better_accepted} of {test.better_total} better examples"


def _feedback(review: skill_pb2.SkillReview, _: str) -> run_pb2.AgentMessage | None:
    """What the next draft has to change: the coder talks to itself."""
    if review.accepted:
        return None
    payload = "\n".join(review.feedback)[:4000]
    return run_pb2.AgentMessage(
        from_agent="coder", to_agent="coder", type="feedback", payload=payload
    )
