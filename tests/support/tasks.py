"""Tasks to test with."""

import hashlib
from typing import Final

from google.protobuf.message import Message

from manusmesh.content.v1 import generate_skill_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis
from meshkit.tasks import events, holder, keys
from meshkit.tasks.holder import HeldTask, Refused
from meshkit.tasks.notes import Made, Note, digest_of
from meshkit.tasks.queue import Claim, Queue
from meshkit.tasks.store import NewTask, TaskStore
from tests.support.eventually import eventually

TENANT: Final = "tenant_acme"
JOB: Final = "generate-skill"
PLAN: Final = plan_pb2.Plan(
    subtasks=[
        plan_pb2.Subtask(id="one", estimated_seconds=1),
        plan_pb2.Subtask(id="two", estimated_seconds=3, depends_on=["one"]),
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


SKILL_REQUEST: Final = skill_request(2, skill_name="given").SerializeToString()


async def started(store: TaskStore, **fields: str | bytes) -> str:
    """The id of a new task."""
    made = await store.create(new_task(**fields))  # type: ignore[arg-type]
    return made.task_id


async def millisecond_over(redis: Redis) -> None:
    """Waits until what is started next is younger than everything before."""

    async def now_ms() -> int:
        seconds, microseconds = await redis.execute("TIME")  # type: ignore[misc,union-attr]
        return int(seconds) * 1000 + int(microseconds) // 1000  # type: ignore[arg-type]

    before = await now_ms()
    while await now_ms() <= before:
        pass


async def started_in_turn(store: TaskStore, redis: Redis, count: int) -> list[str]:
    """The ids of new tasks, the oldest first: those of one millisecond have no order."""
    ids = []
    for _ in range(count):
        ids.append(await started(store))
        await millisecond_over(redis)
    return ids


async def until(
    store: TaskStore, task_id: str, status: str, seconds: float = 60.0, tenant_id: str = TENANT
) -> task_pb2.Task:
    """The task once it has a status; TimeoutError after `seconds`."""

    async def is_so() -> bool:
        return (await store.get(tenant_id, task_id)).status == status

    await eventually(is_so, seconds=seconds)
    return await store.get(tenant_id, task_id)


async def event_types(redis: Redis, task_id: str) -> list[str]:
    """The types of all events of a task."""
    return [event.type for event in await events.read(redis, task_id, after=0)]


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


async def renewed(redis: Redis, task_id: str, times: int = 1) -> None:
    """Waits until a task's holder has renewed its lease, and so has seen what is asked of it."""
    record = keys.task(task_id)
    # One more: it may not have read its own answer when the first is seen.
    for _ in range(times + 1):
        lease = await redis.execute("HGET", record, "lease_until")

        async def is_so(before: object = lease) -> bool:
            return await redis.execute("HGET", record, "lease_until") != before

        await eventually(is_so)


async def finished(
    store: TaskStore, redis: Redis, queue: Queue, how: str = "completed", **fields: str | bytes
) -> str:
    """The id of a task that has ended: completed with a result, or failed."""
    task_id = await started(store, **fields)
    task = await held(redis, task_id)
    if how == "completed":
        await task.complete(skill_pb2.SkillDraft(name="made"))
    else:
        await task.fail(MeshError(Reason.INTERNAL, "broken"))
    await unqueue(queue, task_id, task.tenant_id)
    return task_id


async def in_status(status: str, store: TaskStore, redis: Redis, queue: Queue) -> str:
    """The id of a task that has come to a status."""
    if status in ("completed", "failed"):
        return await finished(store, redis, queue, status)
    task_id = await started(store)
    if status == "running":
        await held(redis, task_id)
    elif status != "queued":
        await store.control(TENANT, task_id, {"paused": "pause", "cancelled": "cancel"}[status])
    return task_id
