"""The coder contract's thin adapter."""

import asyncio
import time
from collections.abc import AsyncIterator

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2
from meshkit.agent import tool_call
from meshkit.middleware import Context
from services.coder import agent


class CoderServicer(rpc.CoderServiceServicer):
    """Speaks `coder.v1`: decides nothing, catches nothing."""

    async def WriteSkill(  # noqa: N802 - the contract's name
        self,
        request: pb.WriteSkillRequest,
        context: Context,
    ) -> AsyncIterator[pb.WriteSkillResponse]:
        """Writes a skill file."""
        told = "Coder Agent generating YAML skill file"
        yield pb.WriteSkillResponse(progress=run_pb2.Progress(fraction=0.1, message=told))
        started = time.perf_counter()
        draft = await asyncio.to_thread(agent.write_skill, request)
        done = f"Wrote {draft.skill_id}, {len(draft.yaml.splitlines())} lines"
        seconds = time.perf_counter() - started
        yield pb.WriteSkillResponse(
            tool_call=tool_call("yaml_writer", seconds=seconds, detail=done)
        )
        yield pb.WriteSkillResponse(progress=run_pb2.Progress(fraction=1.0, message=done))
        yield pb.WriteSkillResponse(result=draft)

    async def ReviewSkill(  # noqa: N802 - the contract's name
        self,
        request: pb.ReviewSkillRequest,
        context: Context,
    ) -> AsyncIterator[pb.ReviewSkillResponse]:
        """Validates a skill file and runs its guards."""
        told = f"Coder Agent running the guards on {len(request.examples)} examples"
        yield pb.ReviewSkillResponse(progress=run_pb2.Progress(fraction=0.1, message=told))
        started = time.perf_counter()
        review = await asyncio.to_thread(agent.review_skill, request)
        test = review.back_test
        done = f"The guards accept {test.better_accepted} of {test.better_total} better examples"
        seconds = time.perf_counter() - started
        yield pb.ReviewSkillResponse(
            tool_call=tool_call("guard_runner", seconds=seconds, detail=done)
        )
        yield pb.ReviewSkillResponse(progress=run_pb2.Progress(fraction=1.0, message=done))
        if not review.accepted:
            yield pb.ReviewSkillResponse(
                message=run_pb2.AgentMessage(
                    from_agent="coder",
                    to_agent="coder",
                    type="feedback",
                    payload="\n".join(review.feedback)[:4000],
                )
            )
        yield pb.ReviewSkillResponse(result=review)
