"""Tasks as their owners see them: create, read, list, steer."""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from typing import Final

from google.protobuf import json_format

from manusmesh.task.v1 import task_pb2, task_service_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.errors import RETRYABLE, MeshError, Reason
from meshkit.redis import Redis, Script
from meshkit.tasks import artifacts, detail, keys, listing, record
from meshkit.tasks.durations import Durations
from meshkit.tasks.queue import GRACE_MS, Queue
from meshkit.webhooks.outbox import Outbox

_SCRIPTS: Final = "meshkit.tasks.scripts"
_CREATE: Final = Script.load(_SCRIPTS, "lib.lua", "create.lua")
_CONTROL: Final = Script.load(_SCRIPTS, "lib.lua", "control.lua")


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to create.

    Attributes:
        tenant_id: Whose it is.
        job: Its job's name.
        request: The validated request, serialized.
        fingerprint: Digest of what makes two requests the same.
        idempotency_key: The caller's key; empty for none.
        callback_url: Where to tell of its end; empty for nowhere.
        traceparent: The trace it belongs to.
        lane: Which workers do it.
    """

    tenant_id: str
    job: str
    request: bytes
    fingerprint: str
    idempotency_key: str = ""
    callback_url: str = ""
    traceparent: str = ""
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to a start.

    Attributes:
        task_id: The task, new or that of the first start with the same idempotency key.
        status: Its status now: "queued" for a new one.
        progress: Its progress now, 0 to 100.
    """

    task_id: str
    status: str = "queued"
    progress: int = 0


class TaskStore:
    """The tenants' tasks.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away, and TASK_NOT_FOUND for a task that
    is unknown, expired or another tenant's: the three can't be told apart.
    """

    def __init__(self, redis: Redis, queue: Queue) -> None:
        self._redis = redis
        self._queue = queue
        self._outbox = Outbox(redis)
        self._durations = Durations(redis)
        self._views = record.Views()

    async def create(self, new: NewTask) -> Created:
        """Writes a task and puts it on the queue; a repeated key gets the answer of the first.

        The order makes a crash at any point harmless: an invisible place on the queue, the record,
        then the visible place. Only after the last is the task acknowledged.

        Raises:
            MeshError: CONFLICT for a key used with another request, OVERLOADED for a full queue.
        """
        task_id = fresh_id = keys.new_task_id()
        if new.idempotency_key:
            task_id = await self._remembered(new, task_id)
            if task_id != fresh_id and (first := await self._standing(task_id)):
                return await self._queued_again(new, first)
        queue = self._queue.of(new.lane)
        now_ms = await queue.reserve(new.tenant_id, task_id)
        expected = await self._durations.expected_task(new.tenant_id, new.job, len(new.request))
        fields = (
            *("job", new.job, "tenant_id", new.tenant_id, "lane", new.lane),
            *("callback_url", new.callback_url, "traceparent", new.traceparent),
            *("schema", keys.SCHEMA, "left_ms", expected.task_ms, "usual_ms", expected.usual_ms),
        )
        index = keys.tenant_tasks(new.tenant_id)
        created, _ = await asyncio.gather(
            self._redis.run(
                _CREATE,
                keys.all_of(task_id),
                [now_ms, new.request, "Waiting for a free worker", *fields],
            ),
            # Lists skip what has no record, so it may come to be before that does.
            self._redis.execute("ZADD", index, "NX", now_ms, task_id),
        )
        if created == 0 and (first := await self._standing(task_id)):
            return await self._queued_again(new, first)
        await queue.enqueue(new.tenant_id, task_id)
        return Created(task_id)

    async def get(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task, without detail."""
        view = await self._view(tenant_id, task_id)
        position, cap = 0, None
        if view.status == "queued":
            position, cap = await self._queue.of(view.lane).ahead(tenant_id, task_id)
        now_ms = int(time.time() * 1000)
        return view.task(now_ms=now_ms, queue_position=position, running_cap=cap)

    async def detailed(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task with its full record."""
        task = await self.get(tenant_id, task_id)
        task.detail.CopyFrom(await detail.read(self._redis, task_id))
        return task

    async def result(self, tenant_id: str, task_id: str) -> bytes:
        """The serialized result of a completed task."""
        await self._view(tenant_id, task_id)
        artifact = await self._redis.execute("HGET", keys.part(task_id, "artifacts"), "result")
        if not isinstance(artifact, bytes):
            raise not_found()
        return artifacts.unpack(artifact)

    async def get_of_job(self, tenant_id: str, job: str, task_id: str) -> task_pb2.Task:
        """One task of a job; a task of another job does not exist there."""
        task = await self.get(tenant_id, task_id)
        if task.job != job:
            raise not_found()
        return task

    async def page(
        self, tenant_id: str, request: task_service_pb2.ListTasksRequest
    ) -> task_service_pb2.ListTasksResponse:
        """The tenant's tasks that pass the filters, the newest first."""
        return await listing.page(self._redis, self._queue, tenant_id, request)

    async def control(self, tenant_id: str, task_id: str, action: str, reason: str = "") -> bool:
        """Cancels, pauses, resumes or retries a task.

        Args:
            tenant_id: Whose task.
            task_id: Which.
            action: "cancel", "pause", "resume" or "retry".
            reason: Why, for the record of a cancel.

        Returns:
            Whether it is done; False when its holder has been asked and will do it.

        Raises:
            MeshError: CONFLICT when the task's status forbids it; OVERLOADED when it would go back
                to a queue that is full.
        """
        outcome, _ = await self._controlled(tenant_id, task_id, action, reason)
        return outcome

    async def requeue_dead(self, task_id: str) -> str:
        """Queues the task of a dead letter again, whosever it is, and answers its tenant.

        Raises:
            MeshError: CONFLICT when the task is not one that was given up.
        """
        _, tenant_id = await self._controlled("", task_id, "requeue")
        return tenant_id

    async def _controlled(
        self, tenant_id: str, task_id: str, action: str, reason: str = ""
    ) -> tuple[bool, str]:
        """Runs an action for a tenant, or for an operator when `tenant_id` is empty.

        Returns:
            As `control`, and the task's tenant.
        """
        if keys.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        owner, callback, status, lane = await self._owner(task_id)
        if not owner or tenant_id not in ("", owner):
            raise not_found()
        queue = self._queue.of(lane)
        place, reserved = await _place(queue, owner, task_id, action, status)
        error = cancelled_error(reason).to_proto().SerializeToString()
        reply = await self._redis.run(
            _CONTROL, keys.all_of(task_id), [tenant_id, action, error, keys.RETENTION_S]
        )
        if reserved and place is not None and reply != [b"queue"]:
            await queue.remove(owner, task_id, place)
        match reply:
            case [b"missing"]:
                raise not_found()
            case [b"conflict", bytes(found)]:
                status = found.decode()
                message = f"A {status} task can't be {_PARTICIPLES[action]}."
                raise MeshError(Reason.CONFLICT, message, details={"status": status})
            case [b"queue"]:
                await queue.enqueue(owner, task_id)
            case [b"done"]:
                if action == "cancel" and callback:
                    await self._outbox.schedule(owner, task_id)
                if place is not None:
                    await queue.remove(owner, task_id, place)
        return reply != [b"requested"], owner

    async def _owner(self, task_id: str) -> tuple[str, str, str, str]:
        """A task's tenant, callback URL, status and lane; empty for an unknown task."""
        fields = ("tenant_id", "callback_url", "status", "lane")
        reply = await self._redis.execute("HMGET", keys.task(task_id), *fields)
        found = reply if isinstance(reply, list) else []
        tenant_id, callback, status, lane = (
            item.decode() if isinstance(item, bytes) else "" for item in found
        )
        return tenant_id, callback, status, lane

    async def _remembered(self, new: NewTask, task_id: str) -> str:
        digest = hashlib.sha256(new.idempotency_key.encode()).hexdigest()
        key = keys.idempotency(new.tenant_id, digest)
        value = f"{new.fingerprint} {task_id}"
        if await self._redis.execute("SET", key, value, "NX", "EX", keys.IDEMPOTENCY_S):
            return task_id
        found = await self._redis.execute("GET", key)
        if not isinstance(found, bytes):
            # It lapsed between the two commands.
            return await self._remembered(new, task_id)
        fingerprint, _, first = found.decode().partition(" ")
        if fingerprint != new.fingerprint:
            message = "This idempotency key was used with another request; use a new key."
            raise MeshError(Reason.CONFLICT, message, details={"task_id": first})
        return first

    async def _standing(self, task_id: str) -> Created | None:
        """How a task stands; None when there is no such task."""
        reply = await self._redis.execute("HMGET", keys.task(task_id), "status", "progress")
        match reply:
            case [bytes(status), bytes(progress)]:
                return Created(task_id, status.decode(), int(progress))
            case _:
                return None

    async def _queued_again(self, new: NewTask, first: Created) -> Created:
        """Sees to it that a task that exists is queued: its writer may have died before that."""
        if first.status == "queued":
            await self._queue.of(new.lane).keep(new.tenant_id, first.task_id)
        return first

    async def _view(self, tenant_id: str, task_id: str) -> record.View:
        try:
            name = keys.task(task_id)
        except ValueError as error:
            raise not_found() from error
        view = self._views.of(task_id, await self._redis.execute("HGETALL", name))
        if view.tenant_id != tenant_id:
            raise not_found()
        return view


_COMES_BACK: Final = {"resume": ("paused",), "retry": ("failed", "cancelled", "completed")}
"""From which statuses an action of an owner puts a task back on the queue. An operator's requeue
is not held up by caps."""
_PARTICIPLES: Final = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
    "requeue": "requeued as a dead letter",
}


async def _place(
    queue: Queue, owner: str, task_id: str, action: str, status: str
) -> tuple[int | None, bool]:
    """A task's place on the queue before an action, and whether it was taken for the action."""
    place = await queue.place(owner, task_id)
    if place is None and action == "cancel":
        # Should this process die after the end, whoever claims the task does what follows it.
        return await queue.keep(owner, task_id, delay_ms=GRACE_MS), False
    if place is None and status in _COMES_BACK.get(action, ()):
        # What has left the queue comes back only where there is room, as a new task does.
        return await queue.reserve_again(owner, task_id), True
    return place, False


def not_found() -> MeshError:
    """The one answer for a task that is unknown, expired or another tenant's."""
    return MeshError(Reason.TASK_NOT_FOUND, "There is no such task.")


def cancelled_error(reason: str) -> MeshError:
    """The error that a cancelled task keeps."""
    return MeshError(Reason.TASK_CANCELLED, reason or "The task was cancelled.")


def raise_unless_completed(task: task_pb2.Task) -> None:
    """Raises RESULT_NOT_READY, TASK_FAILED or TASK_CANCELLED for a task without a result."""
    if task.status == "completed":
        return
    if task.status == "failed":
        raise _failure(task.error, Reason.TASK_FAILED)
    if task.status == "cancelled":
        raise _failure(task.error, Reason.TASK_CANCELLED)
    raise MeshError(
        Reason.RESULT_NOT_READY,
        f"The task is {task.status}, {task.progress} % done; ask again later.",
        details={
            "status": task.status,
            "progress": task.progress,
            "current_step": task.current_step,
            "eta_seconds": task.eta_seconds,
        },
    )


def _failure(error: run_pb2.Error, reason: Reason) -> MeshError:
    details = json_format.MessageToDict(error.details)
    retryable = details.get("retryable", error.code in RETRYABLE)
    details |= {"cause": error.code, "retryable": retryable}
    return MeshError(reason, error.message, details=details)
