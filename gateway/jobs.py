"""The job RPCs, served from their policies.

A method says in the proto which job it belongs to and what it does for it; a new job therefore
needs no code here. What job messages have in common they have by name: requests may have
`tenant_id`, `idempotency_key`, `callback_url` and `wait_seconds`, results `report_markdown`, ends
of runs `partial`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import grpc
from google.api import httpbody_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway.access import check_tenant
from gateway.headers import tell
from gateway.waiting import TaskWaiter
from manusmesh.content.v1 import content_service_pb2
from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import policy_pb2
from meshkit import idempotency, policy
from meshkit.errors import MeshError, Reason, from_proto
from meshkit.middleware import current_call
from meshkit.outbound.addresses import Network
from meshkit.outbound.urls import check_callback_url
from meshkit.tasks.keys import FAST
from meshkit.tasks.record import FINAL
from meshkit.tasks.store import NewTask, TaskStore, raise_unless_completed

_ANSWER_S: Final = 57
"""Seconds that a call waits for its answer; the edge gives it 60."""
_NOT_THE_WORK: Final = ("tenant_id", "idempotency_key", "wait_seconds")
"""Fields that may differ between two requests for the same work."""

# A job's request and answer types are known by its descriptors alone.
Request = Any
Answer = Any
Behaviour = Callable[[Request, Any], Awaitable[Answer]]


class JobRpcs:
    """The behaviours of every method with a job role."""

    def __init__(
        self, store: TaskStore, waiter: TaskWaiter, *, allow_private: Sequence[Network] = ()
    ) -> None:
        """Serves from a store.

        Args:
            store: The tasks.
            waiter: Waits for them.
            allow_private: Networks that webhooks may reach although they are not public.
        """
        self._store = store
        self._waiter = waiter
        self._allow_private = allow_private

    def handler(self, service: ServiceDescriptor) -> grpc.GenericRpcHandler:
        """Serves all methods of a service, each by its role."""
        policies = policy.read([service])
        handlers = {}
        for method in service.methods:
            rule = policies[f"/{service.full_name}/{method.name}"]
            handlers[method.name] = grpc.unary_unary_rpc_method_handler(
                self._behaviour(method, rule),
                request_deserializer=GetMessageClass(method.input_type).FromString,
                response_serializer=GetMessageClass(method.output_type).SerializeToString,
            )
        return grpc.method_handlers_generic_handler(service.full_name, handlers)

    def _behaviour(self, method: MethodDescriptor, rule: policy_pb2.MethodPolicy) -> Behaviour:
        answer = GetMessageClass(method.output_type)
        job = rule.job

        async def start(request: Request, _: object) -> Answer:
            return await self._start(job, request)

        async def status(request: content_service_pb2.JobTaskRequest, _: object) -> Answer:
            return await self._status(job, request)

        async def result(request: content_service_pb2.JobTaskRequest, _: object) -> Answer:
            return answer.FromString(await self._result(job, request))

        async def run(request: Request, _: object) -> Answer:
            return await self._run(job, request, answer)

        async def markdown(request: content_service_pb2.JobTaskRequest, _: object) -> Answer:
            task = await self._ended(job, request)
            return await self._markdown(task, results[job])

        async def run_markdown(request: Request, _: object) -> Answer:
            return await self._markdown(await self._run_to_end(job, request), results[job])

        async def answer_now(request: Request, _: object) -> Answer:
            return answer.FromString(await self._answer(job, request))

        results = _result_types(method.containing_service)
        roles: dict[int, Behaviour] = {
            policy_pb2.JOB_ROLE_START: start,
            policy_pb2.JOB_ROLE_STATUS: status,
            policy_pb2.JOB_ROLE_RESULT: result,
            policy_pb2.JOB_ROLE_RUN: run,
            policy_pb2.JOB_ROLE_MARKDOWN: markdown,
            policy_pb2.JOB_ROLE_RUN_MARKDOWN: run_markdown,
            policy_pb2.JOB_ROLE_ANSWER: answer_now,
        }
        return roles[rule.role]

    async def _start(self, job: str, request: Request, lane: str = "") -> task_pb2.StartedTask:
        call = current_call.get()
        check_tenant(str(_field(request, "tenant_id") or ""))
        callback_url = str(_field(request, "callback_url") or "")
        if callback_url:
            check_callback_url(callback_url, self._allow_private)
        created = await self._store.create(
            NewTask(
                tenant_id=call.principal.tenant_id,
                job=job,
                request=request.SerializeToString(),
                fingerprint=_fingerprint(job, request),
                idempotency_key=idempotency.key_of(call),
                callback_url=callback_url,
                traceparent=call.trace.traceparent if call.trace is not None else "",
                lane=lane,
            )
        )
        standing = task_pb2.Task(
            task_id=created.task_id, status=created.status, progress=created.progress
        )
        tell(standing)
        return task_pb2.StartedTask(task_id=created.task_id, status="queued")

    async def _status(self, job: str, request: content_service_pb2.JobTaskRequest) -> task_pb2.Task:
        tenant_id = current_call.get().principal.tenant_id
        task = await self._waiter.changed(tenant_id, job, request.task_id, request.wait_seconds)
        tell(task)
        return task

    async def _ended(self, job: str, request: content_service_pb2.JobTaskRequest) -> task_pb2.Task:
        """The task of a result request, final or as far as it has come when the wait is over."""
        tenant_id = current_call.get().principal.tenant_id
        task = await self._waiter.ended(tenant_id, job, request.task_id, request.wait_seconds)
        tell(task)
        return task

    async def _result(self, job: str, request: content_service_pb2.JobTaskRequest) -> bytes:
        task = await self._ended(job, request)
        raise_unless_completed(task)
        return await self._store.result(current_call.get().principal.tenant_id, task.task_id)

    async def _run_to_end(self, job: str, request: Request) -> task_pb2.Task:
        """Starts and waits.

        Raises:
            MeshError: RESULT_NOT_READY with HTTP 409 when the task is not final by then.
        """
        started = await self._start(job, request)
        tenant_id = current_call.get().principal.tenant_id
        wait_seconds = _field(request, "wait_seconds")
        task = await self._waiter.ended(tenant_id, job, started.task_id, int(wait_seconds or 0))
        tell(task)
        try:
            raise_unless_completed(task)
        except MeshError as error:
            if error.reason == Reason.RESULT_NOT_READY:
                details = {**error.details, "task_id": task.task_id}
                raise MeshError(
                    error.reason, error.message, details=details, http_status=409
                ) from error
        return task

    async def _answer(self, job: str, request: Request) -> bytes:
        """Starts, waits as long as the call may, and answers the serialized result.

        Raises:
            MeshError: what the task failed with; DEADLINE_EXCEEDED when it is not final in time.
        """
        started = await self._start(job, request, FAST)
        tenant_id = current_call.get().principal.tenant_id
        task = await self._waiter.ended(tenant_id, job, started.task_id, _ANSWER_S)
        tell(task)
        if task.status == "failed":
            raise from_proto(task.error)
        if task.status not in FINAL:
            message = "The answer is not ready in time; its task goes on."
            raise MeshError(Reason.DEADLINE_EXCEEDED, message, details={"task_id": started.task_id})
        raise_unless_completed(task)
        return await self._store.result(tenant_id, task.task_id)

    async def _run(self, job: str, request: Request, answer: type[Message]) -> Answer:
        task = await self._run_to_end(job, request)
        message: Answer = answer(task_id=task.task_id, job=job, status=task.status)
        if task.status == "completed":
            tenant_id = current_call.get().principal.tenant_id
            message.result.ParseFromString(await self._store.result(tenant_id, task.task_id))
            if "partial" in answer.DESCRIPTOR.fields_by_name:
                message.partial = task.partial
        else:
            message.error.CopyFrom(task.error)
        return message

    async def _markdown(
        self, task: task_pb2.Task, result_type: type[Message]
    ) -> httpbody_pb2.HttpBody:
        try:
            raise_unless_completed(task)
        except MeshError as error:
            if error.reason == Reason.RESULT_NOT_READY:
                raise
            text = f"# The task was not completed\n\n{error.message}\n\n`{error.reason}`\n"
        else:
            tenant_id = current_call.get().principal.tenant_id
            result: Answer = result_type.FromString(
                await self._store.result(tenant_id, task.task_id)
            )
            text = result.report_markdown
        return httpbody_pb2.HttpBody(
            content_type="text/markdown; charset=utf-8", data=text.encode()
        )


def _result_types(service: ServiceDescriptor) -> dict[str, type[Message]]:
    types = {}
    for path, rule in policy.read([service]).items():
        if rule.role in (policy_pb2.JOB_ROLE_RESULT, policy_pb2.JOB_ROLE_ANSWER):
            method = service.methods_by_name[path.rpartition("/")[2]]
            types[rule.job] = GetMessageClass(method.output_type)
    return types


def _field(request: Message, name: str) -> str | int | None:
    return getattr(request, name) if name in request.DESCRIPTOR.fields_by_name else None


def _fingerprint(job: str, request: Message) -> str:
    same = type(request)()
    same.CopyFrom(request)
    for name in _NOT_THE_WORK:
        if name in same.DESCRIPTOR.fields_by_name:
            same.ClearField(name)
    content = same.SerializeToString(deterministic=True)
    return hashlib.sha256(job.encode() + b"\0" + content).hexdigest()
