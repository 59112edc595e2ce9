"""Tasks as their owners see them: create, read, list, steer."""

import base64
import hashlib
import itertools
import time
from dataclasses import dataclass
from typing import Final

from google.protobuf import json_format

from manusmesh.task.v1 import task_pb2, task_service_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import RETRYABLE, MeshError, Reason, invalid
from meshkit.redis import Redis, Reply, Script, as_mapping
from meshkit.tasks import artifacts, durations, keys, record
from meshkit.tasks.queue import Queue

_SCRIPTS: Final = "meshkit.tasks.scripts"
_CREATE: Final = Script.load(_SCRIPTS, "lib.lua", "create.lua")
_CONTROL: Final = Script.load(_SCRIPTS, "lib.lua", "control.lua")
_MESSAGES_MAX: Final = 200
_INDEX_PAGE: Final = 100
_SCAN_MAX: Final = 2000
"""Tasks that one list call looks at, when filters pass few of them."""


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


class TaskStore:
    """The tenants' tasks.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away, and TASK_NOT_FOUND for a task that
    is unknown, expired or another tenant's: the three can't be told apart.
    """

    def __init__(self, redis: Redis, queue: Queue) -> None:
        self._redis = redis
        self._queue = queue

    async def create(self, new: NewTask) -> task_pb2.StartedTask:
        """Writes a task and puts it on the queue; a repeated key gets the answer of the first.

        The order makes a crash at any point harmless: an invisible place on the queue, the record,
        then the visible place. Only after the last is the task acknowledged.

        Raises:
            MeshError: CONFLICT for a key used with another request, OVERLOADED for a full queue.
        """
        task_id = fresh_id = keys.new_task_id()
        if new.idempotency_key:
            task_id = await self._remembered(new, task_id)
            if task_id != fresh_id and (status := await self._status(task_id)):
                await self._queue_again(new.tenant_id, task_id, status)
                return task_pb2.StartedTask(task_id=task_id, status="queued")
        await self._queue.reserve(new.tenant_id, task_id)
        expected_ms = await durations.expected_task_ms(self._redis, new.tenant_id, new.job)
        fields = (
            *("job", new.job, "tenant_id", new.tenant_id),
            *("callback_url", new.callback_url, "traceparent", new.traceparent),
            *("schema", keys.SCHEMA, "expected_ms", expected_ms),
        )
        created = await self._redis.run(
            _CREATE,
            [keys.task(task_id), keys.part(task_id, "events"), keys.part(task_id, "input")],
            [new.request, "Waiting for a free worker", *fields],
        )
        if not isinstance(created, int) or created == 0:
            await self._queue_again(new.tenant_id, task_id, await self._status(task_id))
            return task_pb2.StartedTask(task_id=task_id, status="queued")
        await self._redis.execute("ZADD", keys.tenant_tasks(new.tenant_id), "NX", created, task_id)
        await self._queue.enqueue(new.tenant_id, task_id)
        return task_pb2.StartedTask(task_id=task_id, status="queued")

    async def get(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task, without detail."""
        fields = await self._fields(tenant_id, task_id)
        waits = record.text(fields, "status") == "queued"
        position = await self._queue.position(tenant_id, task_id) if waits else 0
        now_ms = int(time.time() * 1000)
        return record.to_task(task_id, fields, now_ms=now_ms, queue_position=position)

    async def detailed(self, tenant_id: str, task_id: str) -> task_pb2.Task:
        """One task with its full record."""
        task = await self.get(tenant_id, task_id)
        fields = await self._fields(tenant_id, task_id)
        plan, steps, messages = await self._redis.pipeline(
            ("GET", keys.part(task_id, "plan")),
            ("HVALS", keys.part(task_id, "steps")),
            ("XREVRANGE", keys.part(task_id, "messages"), "+", "-", "COUNT", _MESSAGES_MAX),
        )
        detail = task.detail
        detail.attempt = record.number(fields, "attempt")
        traceparent = record.text(fields, "traceparent").split("-")
        detail.trace_id = traceparent[1] if len(traceparent) > 1 else ""
        if isinstance(plan, bytes):
            detail.plan.CopyFrom(plan_pb2.Plan.FromString(plan))
        _add_steps(detail, steps)
        _add_messages(detail, messages)
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
        size = request.page_size or 20
        cursor = _decode_token(request.page_token) if request.page_token else None
        lower = "-inf"
        if request.HasField("created_after"):
            lower = str(request.created_after.ToMilliseconds())
        before = "+inf"
        if request.HasField("created_before"):
            before = f"({request.created_before.ToMilliseconds()}"
        response = task_service_pb2.ListTasksResponse()
        scanned = 0
        while scanned < _SCAN_MAX:
            entries = await self._index_page(tenant_id, cursor, lower, before)
            for entry in entries:
                scanned += 1
                cursor = entry
                task = await self._listed(tenant_id, entry[1], request)
                if task is not None:
                    response.tasks.append(task)
                if len(response.tasks) == size:
                    response.next_page_token = _encode_token(cursor)
                    return response
            if not entries:
                return response
        if cursor is not None:
            response.next_page_token = _encode_token(cursor)
        return response

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
        if keys.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        error = cancelled_error(reason).to_proto().SerializeToString()
        reply = await self._redis.run(
            _CONTROL, keys.all_of(task_id), [tenant_id, action, error, keys.RETENTION_S]
        )
        outcome = (
            [item.decode() for item in reply if isinstance(item, bytes)]
            if isinstance(reply, list)
            else []
        )
        match outcome:
            case ["missing"]:
                raise not_found()
            case ["conflict", status]:
                message = f"A {status} task can't be {_PARTICIPLES[action]}."
                raise MeshError(Reason.CONFLICT, message, details={"status": status})
            case ["queue"]:
                await self._queue.enqueue(tenant_id, task_id)
            case ["done"]:
                await self._queue.remove(tenant_id, task_id)
        return outcome != ["requested"]

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

    async def _status(self, task_id: str) -> str:
        """A task's status; empty when there is no such task."""
        status = await self._redis.execute("HGET", keys.task(task_id), "status")
        return status.decode() if isinstance(status, bytes) else ""

    async def _queue_again(self, tenant_id: str, task_id: str, status: str) -> None:
        """Sees to it that a task that exists is queued: its writer may have died before that."""
        if status == "queued":
            await self._queue.keep(tenant_id, task_id)

    async def _fields(self, tenant_id: str, task_id: str) -> record.Fields:
        if keys.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        fields = as_mapping(await self._redis.execute("HGETALL", keys.task(task_id)))
        if record.text(fields, "tenant_id") != tenant_id:
            raise not_found()
        return fields

    async def _index_page(
        self, tenant_id: str, cursor: tuple[int, str] | None, lower: str, before: str
    ) -> list[tuple[int, str]]:
        """The next entries of the tenant's index after a cursor, the newest first."""
        upper = before if cursor is None else str(cursor[0])
        for offset in itertools.count(0, _INDEX_PAGE):
            reply = await self._redis.execute(
                *("ZREVRANGEBYSCORE", keys.tenant_tasks(tenant_id), upper, lower),
                *("WITHSCORES", "LIMIT", offset, _INDEX_PAGE),
            )
            items = reply if isinstance(reply, list) else []
            flat = [item.decode() for item in items if isinstance(item, bytes)]
            found = [(int(float(at)), name) for name, at in zip(flat[::2], flat[1::2], strict=True)]
            # Tasks of one millisecond come in the order of their ids, which the cursor follows too.
            entries = [entry for entry in found if cursor is None or entry < cursor]
            if entries or len(found) < _INDEX_PAGE:
                return entries
        raise AssertionError("the count never ends")  # pragma: no cover

    async def _listed(
        self, tenant_id: str, task_id: str, request: task_service_pb2.ListTasksRequest
    ) -> task_pb2.Task | None:
        try:
            task = await self.get(tenant_id, task_id)
        except MeshError as error:
            if error.reason != Reason.TASK_NOT_FOUND:
                raise
            # It expired; the index forgets it here.
            await self._redis.execute("ZREM", keys.tenant_tasks(tenant_id), task_id)
            return None
        wanted = request.status in ("", task.status) and request.job in ("", task.job)
        return task if wanted else None


_PARTICIPLES: Final = {
    "cancel": "cancelled",
    "pause": "paused",
    "resume": "resumed",
    "retry": "retried",
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
    details |= {"cause": error.code, "retryable": error.code in RETRYABLE}
    return MeshError(reason, error.message, details=details)


def _add_steps(detail: task_pb2.TaskDetail, reply: Reply) -> None:
    steps = [
        task_pb2.StepRecord.FromString(item)
        for item in (reply if isinstance(reply, list) else [])
        if isinstance(item, bytes)
    ]
    steps.sort(key=lambda step: step.started_at.ToMilliseconds())
    detail.steps.extend(steps)
    for step in steps:
        for name in ("llm_calls", "input_tokens", "output_tokens", "cached_tokens", "cost_usd"):
            total = getattr(detail.usage, name) + getattr(step.usage, name)
            setattr(detail.usage, name, total)


def _add_messages(detail: task_pb2.TaskDetail, reply: Reply) -> None:
    for entry in reversed(reply if isinstance(reply, list) else []):
        if not isinstance(entry, list):
            continue
        fields = as_mapping(entry[1])
        message = detail.messages.add(
            from_agent=record.text(fields, "from"),
            to_agent=record.text(fields, "to"),
            type=record.text(fields, "type"),
            payload=record.text(fields, "payload"),
        )
        record.timestamp(message.time, record.number(fields, "time"))


def _encode_token(cursor: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(f"{cursor[0]}:{cursor[1]}".encode()).decode().rstrip("=")


def _decode_token(token: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError as error:
        raise invalid("page_token", "is not a token of an earlier answer") from error
    at, _, task_id = text.partition(":")
    if not at.isdecimal() or len(at) > 15 or keys.TASK_ID.fullmatch(task_id) is None:
        raise invalid("page_token", "is not a token of an earlier answer")
    return int(at), task_id
