"""Calls of job RPCs, as tests make them."""

from manusmesh.content.v1 import content_service_pb2, generate_skill_pb2
from meshkit.redis import Redis
from meshkit.tasks import keys
from tests.support import signals
from tests.support.tasks import skill_request

JobTask = content_service_pb2.JobTaskRequest
RESULT = generate_skill_pb2.GenerateSkillResult(
    skill_id="skill_x_v1", report_markdown="# Bericht\n\nGrüße", rounds=1
)


async def start(content, metadata, **fields):
    """The task of a new generate-skill."""
    return await content.StartGenerateSkill(skill_request(**fields), metadata=metadata)


async def headers(call) -> dict[str, str]:
    """What a call that succeeds tells besides its answer."""
    await call
    return dict(await call.trailing_metadata())


async def waited_for(redis: Redis, task_id: str, *, by: int = 1) -> None:
    """Waits until so many calls wait for a task; all calls on one server count as one."""
    await signals.listened_to(redis, keys.changed(task_id), by=by)
