"""The task RPCs' thin adapter: reading, watching and steering tasks of any job."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Final

from google.api import httpbody_pb2
from google.protobuf import json_format

from gateway.access import Check
from gateway.headers import tell
from gateway.waiting import TaskWaiter
from gateway.watchers import Watchers
from manusmesh.task.v1 import task_pb2
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.task.v1 import task_service_pb2_grpc as rpc
from meshkit.errors import MeshError, Reason, invalid
from meshkit.middleware import Context, current_call
from meshkit.redis import Redis
from meshkit.signals import Signals
from meshkit.tasks import events
from meshkit.tasks.store import TaskStore

_CANCEL_WAIT_S: Final = 2.0
"""How long a cancel waits for the work to stop, so that its answer can say so."""
_OFFSET: Final = re.compile("[0-9]{1,10}")
_OFFSET_MAX: Final = 2**31 - 1


class TaskServicer(rpc.TaskServiceServicer):
    """Speaks `task.v1` for the tenant of the call."""

    def __init__(
        self,
        redis: Redis,
        signals: Signals,
        store: TaskStore,
        waiter: TaskWaiter,
        draining: asyncio.Event,
        *,
        check: Check,
        watchers: Watchers,
    ) -> None:
        self._redis = redis
        self._signals = signals
        self._store = store
        self._waiter = waiter
        self._draining = draining
        self._check = check
        self._watchers = watchers

    async def GetTask(  # noqa: N802 - the contract's name
        self, request: pb.GetTaskRequest, context: Context
    ) -> task_pb2.Task:
        """Answers one task with its full record."""
        task = await self._store.detailed(_tenant_id(), request.task_id)
        tell(task)
        return task

    async def ListTasks(  # noqa: N802
        self, request: pb.ListTasksRequest, context: Context
    ) -> pb.ListTasksResponse:
        """Lists the tenant's tasks."""
        return await self._store.page(_tenant_id(), request)

    async def WatchTask(  # noqa: N802
        self, request: pb.WatchTaskRequest, context: Context
    ) -> AsyncIterator[pb.TaskEvent]:
        """Streams a task's events."""
        async with self._watching(request) as events_after:
            async for event in events_after:
                yield event

    async def StreamTaskEvents(  # noqa: N802
        self, request: pb.WatchTaskRequest, context: Context
    ) -> AsyncIterator[httpbody_pb2.HttpBody]:
        """Streams a task's events as Server-Sent Events."""
        begun = False
        try:
            async with self._watching(request) as events_after:
                async for event in events_after:
                    yield _frame(event)
                    begun = True
        except MeshError as error:
            if not begun:
                raise
            # The headers are long gone: the stream itself has to say why it ends.
            yield _sse("error", json.dumps(error.rest_body()))

    async def CancelTask(  # noqa: N802
        self, request: pb.CancelTaskRequest, context: Context
    ) -> task_pb2.Task:
        """Cancels a task."""
        if await self._controlled(request.task_id, "cancel", request.reason):
            return await self._told(request.task_id)
        task = await self._waiter.settled(_tenant_id(), request.task_id, _CANCEL_WAIT_S)
        tell(task)
        return task

    async def PauseTask(  # noqa: N802
        self, request: pb.PauseTaskRequest, context: Context
    ) -> task_pb2.Task:
        """Pauses a task."""
        await self._controlled(request.task_id, "pause")
        return await self._told(request.task_id)

    async def ResumeTask(  # noqa: N802
        self, request: pb.ResumeTaskRequest, context: Context
    ) -> task_pb2.Task:
        """Goes on with a paused task."""
        await self._controlled(request.task_id, "resume")
        return await self._told(request.task_id)

    async def RetryTask(  # noqa: N802
        self, request: pb.RetryTaskRequest, context: Context
    ) -> task_pb2.Task:
        """Queues a failed, cancelled or partial task again."""
        await self._controlled(request.task_id, "retry")
        return await self._told(request.task_id)

    async def _controlled(self, task_id: str, action: str, reason: str = "") -> bool:
        try:
            return await self._store.control(_tenant_id(), task_id, action, reason)
        except MeshError as error:
            if error.reason == Reason.CONFLICT:
                await self._told(task_id)
            raise

    async def _told(self, task_id: str) -> task_pb2.Task:
        task = await self._store.get(_tenant_id(), task_id)
        tell(task)
        return task

    @contextlib.asynccontextmanager
    async def _watching(
        self, request: pb.WatchTaskRequest
    ) -> AsyncIterator[AsyncIterator[pb.TaskEvent]]:
        """The events of a task for the call under way; lets go of everything at the end."""
        call = current_call.get()
        async with self._watchers.admit(call.principal):
            tell(await self._store.get(call.principal.tenant_id, request.task_id))
            follow = events.follow(
                self._redis,
                self._signals,
                request.task_id,
                after=request.after or _last_event_id(),
                stop=self._draining,
                # A stream may outlive its key: whoever may not open it any more does not keep it.
                check=self._check,
            )
            async with contextlib.aclosing(follow) as events_after:
                yield events_after


def _tenant_id() -> str:
    return current_call.get().principal.tenant_id


def _last_event_id() -> int:
    text = current_call.get().header("last-event-id").strip()
    if not text:
        return 0
    if not _OFFSET.fullmatch(text) or int(text) > _OFFSET_MAX:
        raise invalid("Last-Event-ID", "is the offset of an event, a whole number")
    return int(text)


def _frame(event: pb.TaskEvent) -> httpbody_pb2.HttpBody:
    data = json_format.MessageToDict(
        event, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A heartbeat is no place to resume from other than the one before it.
    return _sse(event.type, text, None if event.type == "heartbeat" else event.offset)


def _sse(kind: str, data: str, offset: int | None = None) -> httpbody_pb2.HttpBody:
    name = f"id: {offset}\n" if offset is not None else ""
    frame = f"{name}event: {kind}\ndata: {data}\n\n"
    return httpbody_pb2.HttpBody(content_type="text/event-stream", data=frame.encode())
