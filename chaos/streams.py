"""The events of a task as its watchers read them: over Server-Sent Events and over gRPC."""

import json
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any, Final

import grpc
import httpx

from chaos.history import Event
from chaos.tenants import Tenant
from manusmesh.task.v1 import task_service_pb2

EXCUSED: Final = frozenset({502, 503, 504})
"""HTTP statuses that a fault explains."""
EXCUSED_CODES: Final = frozenset({"UPSTREAM_UNAVAILABLE", "OVERLOADED", "DEADLINE_EXCEEDED"})
"""Codes of errors that a fault explains."""
_EXCUSED_GRPC: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
    }
)


class BrokenStreamError(Exception):
    """A stream of events broke off.

    Attributes:
        surprise: What no fault excuses about it; empty when one does.
    """

    def __init__(self, surprise: str = "") -> None:
        super().__init__(surprise)
        self.surprise = surprise


async def sse_events(tenant: Tenant, task_id: str, *, after: int) -> AsyncGenerator[Event, None]:
    """The events after an offset over Server-Sent Events, without heartbeats.

    Raises:
        BrokenStreamError: when the stream breaks off.
    """
    headers = {"Last-Event-ID": str(after)} if after else {}
    path = f"/api/tasks/{task_id}/events"
    try:
        async with tenant.http.stream("GET", path, headers=headers) as answer:
            if answer.status_code == httpx.codes.NO_CONTENT:
                # There will be nothing after that offset: the task is final.
                return
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                excused = answer.status_code in EXCUSED
                raise BrokenStreamError("" if excused else f"HTTP {answer.status_code}")
            async for line in answer.aiter_lines():
                if not line.startswith("data:"):
                    continue
                told = json.loads(line.removeprefix("data:"))
                if "error" in told and told.get("success") is False:
                    code = told["error"]["code"]
                    raise BrokenStreamError("" if code in EXCUSED_CODES else f"told {code}")
                if told["type"] != "heartbeat":
                    yield _event(told)
    except httpx.TransportError as error:
        raise BrokenStreamError from error


async def grpc_events(tenant: Tenant, task_id: str, *, after: int) -> AsyncGenerator[Event, None]:
    """The events after an offset over gRPC, without heartbeats.

    Raises:
        BrokenStreamError: when the stream breaks off.
    """
    asked = task_service_pb2.WatchTaskRequest(task_id=task_id, after=after)
    call = tenant.tasks.WatchTask(asked, metadata=tenant.metadata)
    try:
        async for told in call:
            if told.type != "heartbeat":
                yield Event(
                    offset=told.offset,
                    type=told.type,
                    at_s=told.time.ToMilliseconds() / 1000,
                    progress=told.progress,
                    step=told.step,
                    message=told.message,
                )
    except grpc.aio.AioRpcError as error:
        # A stream that Envoy resets, as when the gateway dies, ends without the mesh's own details.
        excused = error.code() in _EXCUSED_GRPC or not _detailed(error)
        raise BrokenStreamError("" if excused else f"{error.code()}: {error.details()}") from error
    finally:
        call.cancel()


def _detailed(error: grpc.aio.AioRpcError) -> bool:
    return any(name == "grpc-status-details-bin" for name, _ in error.trailing_metadata() or ())


def _event(told: Mapping[str, Any]) -> Event:
    at_s = datetime.fromisoformat(told["time"]).timestamp()
    return Event(
        offset=told["offset"],
        type=told["type"],
        at_s=round(at_s, 3),
        progress=told["progress"],
        step=told["step"],
        message=told["message"],
    )
