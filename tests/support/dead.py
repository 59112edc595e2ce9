"""Tasks that kill whoever works on them."""

from manusmesh.task.v1 import task_pb2
from meshkit.redis import Redis
from meshkit.tasks import holder
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.holder import DEATHS_MAX, HeldTask
from meshkit.tasks.notes import Note
from meshkit.tasks.queue import Claim
from meshkit.tasks.store import TaskStore
from tests.support.tasks import TENANT, expire_lease, started


async def doomed(
    redis: Redis, task_id: str, *, tenant_id: str = TENANT, deaths: int = DEATHS_MAX
) -> None:
    """Lets so many holders of a task die at the step "coder"."""
    for number in range(1, deaths + 1):
        task = await holder.begin(
            redis, Claim(task_id, tenant_id, 0), holder=f"orchestrator-{number}/ff", lease_ms=10_000
        )
        assert isinstance(task, HeldTask), task
        record = task_pb2.StepRecord(step="coder", agent="coder", status="running")
        await task.write(Note("step_started", "coder", "Coder Agent at work", step_record=record))
        await task.flush()
        await expire_lease(redis, task_id, tenant_id)


async def buried(redis: Redis, store: TaskStore, *, tenant_id: str = TENANT) -> str:
    """A dead letter: the id of its task."""
    task_id = await started(store, tenant_id=tenant_id)
    await bury(redis, task_id, tenant_id=tenant_id)
    return task_id


async def bury(redis: Redis, task_id: str, *, tenant_id: str = TENANT) -> None:
    """Makes a queued task a dead letter, as a worker does."""
    await doomed(redis, task_id, tenant_id=tenant_id)
    task = await holder.begin(
        redis, Claim(task_id, tenant_id, 0), holder="orchestrator-9/ff", lease_ms=10_000
    )
    assert isinstance(task, HeldTask), task
    assert task.dead is not None
    await task.fail(task.dead)
    await DeadLetters(redis).add(tenant_id, task_id)
