"""Tasks to test with."""

import hashlib
from typing import Final

from google.protobuf.message import Message

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.type.v1 import plan_pb2, skill_pb2
from meshkit.redis import Redis
from meshkit.tasks import holder, keys
from meshkit.tasks.holder import HeldTask, Refused
from meshkit.tasks.notes import Made, Note, digest_of
from meshkit.tasks.queue import Claim, Queue
from meshkit.tasks.store import NewTask, TaskStore

TENANT: Final = "tenant_acme"
JOB: Final = "generate-skill"
PLAN: Final = plan_pb2.Plan(
    subtasks=[
        plan_pb2.Subtask(id="one", estimated_seconds=1),
        plan_pb2.Subtask(id="two", estimated_seconds=3),
    ]
)


def new_task(
    *, tenant_id: str = TENANT, job: str = JOB, key: str = "", request: bytes = b"request"
) -> NewTask:
    """A task to create; requests of different bytes have different fingerprints."""
    return NewTask(
        tenant_id=tenant_id,
        job=job,
        request=request,
        fingerprint=hashlib.sha256(request).hexdigest(),
        idempotency_key=key,
        traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
    )


def skill_request(count: int = 2, **fields: object) -> generate_skill_pb2.GenerateSkillRequest:
    """A valid request with so many examples."""
    examples = [
        skill_pb2.Example(
            platform="linkedin",
            content=f"Example number {n} tells something about our product.",
            performance_metrics=skill_pb2.PerformanceMetrics(
                likes=10 * n, comments=n, shares=1, impressions=1000
            ),
        )
        for n in range(1, count + 1)
    ]
    values = {"examples": examples, "target_platforms": ["linkedin"], **fields}
    return generate_skill_pb2.GenerateSkillRequest(**values)  # type: ignore[arg-type]


async def started(store: TaskStore, **fields: str | bytes) -> str:
    """The id of a new task."""
    made = await store.create(new_task(**fields))  # type: ignore[arg-type]
    return made.task_id


async def claim(queue: Queue, *, lease_ms: int = 10_000, cap: int = 100) -> str | None:
    """The id of the next task, or None."""
    claims = await queue.claim(lease_ms=lease_ms, running_cap=cap)
    return claims[0].task_id if claims else None


async def unqueue(queue: Queue, task_id: str, tenant_id: str = TENANT) -> None:
    """Takes a task off the queue, whatever its place is."""
    await queue.remove(tenant_id, task_id, await queue.place(tenant_id, task_id) or 0)


async def begin(
    redis: Redis, task_id: str, *, name: str = "w", lease_ms: int = 10_000
) -> HeldTask | Refused:
    """What comes of taking a task up."""
    return await holder.begin(redis, Claim(task_id, TENANT, 0), holder=name, lease_ms=lease_ms)


async def held(redis: Redis, task_id: str, *, name: str = "w", lease_ms: int = 10_000) -> HeldTask:
    """The task, taken up; AssertionError when it is refused."""
    begun = await begin(redis, task_id, name=name, lease_ms=lease_ms)
    assert isinstance(begun, HeldTask), begun
    return begun


def made(
    step: str,
    artifact: Message,
    *,
    progress: int = 0,
    duration_ms: int = 1,
    request: Message | None = None,
) -> Note:
    """The note of a finished step, by the request that it was asked with."""
    digest = digest_of(request.SerializeToString(deterministic=True)) if request else b"digest"
    return Note("step_completed", step, progress=progress, made=Made(artifact, digest, duration_ms))


async def expire_lease(redis: Redis, task_id: str, tenant_id: str = TENANT) -> None:
    """Puts the end of a task's lease into the past, as if its holder had died long ago."""
    await redis.execute("HSET", keys.task(task_id), "lease_until", 1)
    await redis.execute("ZADD", keys.waiting(tenant_id), "XX", 1, task_id)
    await redis.execute("ZADD", keys.leased(tenant_id), "XX", 1, task_id)
