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
from meshkit.redis import Redis, Script, as_mapping
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
    """

    tenant_id: str
    job: str
    request: bytes
    fingerprint: str
    idempotency_key: str = ""
    callback_url: str = ""
    traceparent: str = ""


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
                return await self._queued_again(new.tenant_id, first)
        now_ms = await self._queue.reserve(new.tenant_id, task_id)
        expected_ms = await self._durations.expected_task_ms(new.tenant_id, new.job)
        fields = (
            *("job", new.job, "tenant_id", new.tenant_id),
            *("callback_url", new.callback_url, "traceparent", new.traceparent),
            *("schema", keys.SCHEMA, "expected_ms", expected_ms),
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
            return await self._queued_again(new.tenant_id, first)
        await self._queue.enqueue(new.tenant_id, task_id)
        return Created(task_id)

    async def get(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task, without detail."""
        fields = await self._fields(tenant_id, task_id)
        position, cap = 0, None
        if fields.get(b"status") == b"queued":
            position, cap = await self._queue.ahead(tenant_id, task_id)
        now_ms = int(time.time() * 1000)
        return record.to_task(
            task_id, fields, now_ms=now_ms, queue_position=position, running_cap=cap
        )

    async def detailed(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task with its full record."""
        task = await self.get(tenant_id, task_id)
        task.detail.CopyFrom(await detail.read(self._redis, task_id))
        return task

    async def result(self, tenant_id: str, task_id: str) -> bytes:
        """The serialized result of a completed task."""
        await self._fields(tenant_id, task_id)
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
            MeshError: CONFLICT when the task's status forbids it.
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
        owner, callback = await self._owner(task_id)
        if not owner or tenant_id not in ("", owner):
            raise not_found()
        place = await self._queue.place(owner, task_id)
        if place is None and action == "cancel":
            # Should this process die after the end, whoever claims the task does what follows it.
            place = await self._queue.keep(owner, task_id, delay_ms=GRACE_MS)
        error = cancelled_error(reason).to_proto().SerializeToString()
        reply = await self._redis.run(
            _CONTROL, keys.all_of(task_id), [tenant_id, action, error, keys.RETENTION_S]
        )
        match reply:
            case [b"missing"]:
                raise not_found()
            case [b"conflict", bytes(found)]:
                status = found.decode()
                message = f"A {status} task can't be {_PARTICIPLES[action]}."
                raise MeshError(Reason.CONFLICT, message, details={"status": status})
            case [b"queue"]:
                await self._queue.enqueue(owner, task_id)
            case [b"done"]:
                if action == "cancel" and callback:
                    await self._outbox.schedule(owner, task_id)
                if place is not None:
                    await self._queue.remove(owner, task_id, place)
        return reply != [b"requested"], owner

    async def _owner(self, task_id: str) -> tuple[str, str]:
        """A task's tenant and callback URL; empty for an unknown task."""
        reply = await self._redis.execute("HMGET", keys.task(task_id), "tenant_id", "callback_url")
        found = reply if isinstance(reply, list) else []
        tenant_id, callback = (item.decode() if isinstance(item, bytes) else "" for item in found)
        return tenant_id, callback

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

    async def _queued_again(self, tenant_id: str, first: Created) -> Created:
        """Sees to it that a task that exists is queued: its writer may have died before that."""
        if first.status == "queued":
            await self._queue.keep(tenant_id, first.task_id)
        return first

    async def _fields(self, tenant_id: str, task_id: str) -> record.Fields:
        if keys.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        fields = as_mapping(await self._redis.execute("HGETALL", keys.task(task_id)))
        if record.text(fields, "tenant_id") != tenant_id:
            raise not_found()
        return fields


_PARTICIPLES: Final = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
    "requeue": "requeued as a dead letter",
}


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
