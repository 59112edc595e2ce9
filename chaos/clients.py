"""Tenants' clients: they start, poll, watch and steer tasks, and ride out what happens."""

import asyncio
import contextlib
import json as codec
import random
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import grpc
import httpx

from chaos.history import FINAL, Control, Event, History, Poll, Start, Surprise, Watch
from chaos.mesh import Mesh
from chaos.plan import Script
from manusmesh.task.v1 import task_service_pb2, task_service_pb2_grpc

START: Final = "/api/generate-skill/start"
STATUS: Final = "/api/generate-skill/status/"
_AGAIN_S: Final = 0.2
_EXCUSED: Final = frozenset({502, 503, 504})
_EXCUSED_CODES: Final = frozenset({"UPSTREAM_UNAVAILABLE", "OVERLOADED", "DEADLINE_EXCEEDED"})
_EXCUSED_GRPC: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
    }
)
_EXAMPLE: Final = {
    "platform": "linkedin",
    "content": "Three things we check before every roast. Which one do you skip?",
    "performance_metrics": {"likes": 40, "comments": 3, "shares": 1, "impressions": 3000},
}


def request(name: str) -> dict[str, Any]:
    """The body of a start."""
    return {"skill_name": name, "target_platforms": ["linkedin"], "examples": [_EXAMPLE]}


@dataclass(slots=True)
class Tenant:
    """A tenant and its connections.

    Attributes:
        tenant_id: Its id.
        key: Its API key.
        http: Its HTTP client.
        tasks: Its gRPC stub of the task service.
        active: Its tasks that are acknowledged and not known to be final.
    """

    tenant_id: str
    key: str
    http: httpx.AsyncClient
    tasks: "task_service_pb2_grpc.TaskServiceAsyncStub"
    active: set[str] = field(default_factory=set)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a gRPC call carries."""
        return (("authorization", f"Bearer {self.key}"),)


@contextlib.asynccontextmanager
async def tenants(
    mesh: Mesh, count: int, *, running: int | None = None
) -> AsyncIterator[list[Tenant]]:
    """New tenants, connected for the length of the block.

    Args:
        mesh: Whose tenants they are.
        count: How many.
        running: How many tasks of each run at once, where other than by default.

    Raises:
        httpx.HTTPError: when one cannot be created.
    """
    async with contextlib.AsyncExitStack() as stack:
        address = mesh.url.removeprefix("http://")
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        stub = task_service_pb2_grpc.TaskServiceStub(channel)
        made = []
        for _ in range(count):
            tenant_id, key = await mesh.tenant(f"chaos{secrets.token_hex(6)}", running=running)
            http = await stack.enter_async_context(mesh.client(key))
            made.append(Tenant(tenant_id, key, http, stub))
        yield made


class Client:
    """The client of one task."""

    def __init__(self, history: History, tenant: Tenant, script: Script) -> None:
        self._history = history
        self._tenant = tenant
        self._script = script
        self._choose = random.Random(script.seed)  # noqa: S311 (nothing here is a secret)
        self._task_id = ""

    async def run(self) -> None:
        """Starts the task and stays with it until it is final."""
        self._task_id = await self._start()
        self._tenant.active.add(self._task_id)
        behaviour = self._script.behaviour
        if behaviour in ("watch_sse", "watch_grpc"):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch(over_sse=behaviour == "watch_sse"))
                group.create_task(self._until(FINAL))
        elif behaviour == "pause":
            await self._pause()
        elif behaviour in ("cancel", "retry"):
            await asyncio.sleep(self._choose.uniform(0.0, 2.0))
            await self._control("cancel")
            if await self._until(FINAL) in ("cancelled", "failed") and behaviour == "retry":
                await self._control("retry")
        await self._until(FINAL)
        self._tenant.active.discard(self._task_id)

    async def _start(self) -> str:
        """Starts the task; with the same key again for as long as the answer is lost."""
        script = self._script
        key, body = f"key-{script.number}", request(script.name)
        sent_s, tries = time.time(), 0
        while True:
            tries += 1
            headers = {"Idempotency-Key": key}
            answer = None
            # The first answer is lost on the way: the client closes its connection.
            limit = script.gives_up_s if tries == 1 else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    answer = await self._ask("POST", START, json=body, headers=headers)
            if answer is not None:
                task_id = str(answer["task_id"])
                self._history.starts.append(
                    Start(
                        tenant_id=self._tenant.tenant_id,
                        key=key,
                        name=script.name,
                        task_id=task_id,
                        sent_s=sent_s,
                        answered_s=time.time(),
                        tries=tries,
                    )
                )
                return task_id
            await asyncio.sleep(_AGAIN_S)

    async def _poll(self, wait_s: int = 0) -> str:
        """Polls once; the status, or nothing when there is no answer."""
        sent_s = time.time()
        path = f"{STATUS}{self._task_id}?wait_seconds={wait_s}"
        answer = await self._ask("GET", path)
        if answer is None:
            return ""
        status, progress = str(answer["status"]), int(answer["progress"])
        poll = Poll(self._task_id, sent_s, time.time(), status, progress)
        self._history.polls.append(poll)
        return status

    async def _until(self, statuses: frozenset[str]) -> str:
        """Polls until the task has one of the statuses."""
        while True:
            status = await self._poll(self._choose.randint(0, 3))
            if status in statuses:
                return status
            await asyncio.sleep(self._choose.uniform(0.1, 0.4) if status else _AGAIN_S)

    async def _pause(self) -> None:
        await asyncio.sleep(self._choose.uniform(0.0, 2.0))
        await self._control("pause")
        if await self._until(FINAL | {"paused"}) != "paused":
            return
        held_until = time.monotonic() + self._choose.uniform(0.5, 3.0)
        while time.monotonic() < held_until:
            await self._poll()
            await asyncio.sleep(0.3)
        await self._control("resume")

    async def _control(self, action: str) -> None:
        """Steers the task; tries again for as long as there is no answer."""
        sent_s = time.time()
        path = f"/api/tasks/{self._task_id}/{action}"
        while True:
            answer = await self._ask("POST", path, json={}, refusal="CONFLICT")
            if answer is not None:
                break
            await asyncio.sleep(_AGAIN_S)
        refused = "error" in answer and answer.get("success") is False
        self._history.controls.append(
            Control(
                task_id=self._task_id,
                action=action,
                sent_s=sent_s,
                answered_s=time.time(),
                http=409 if refused else 200,
                status="" if refused else str(answer["status"]),
            )
        )

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        refusal: str = "",
    ) -> Mapping[str, Any] | None:
        """One request: its answer, or None when it is to be sent again.

        An answer that no fault excuses is recorded, and the request sent again.
        """
        try:
            answer = await self._tenant.http.request(method, path, json=json, headers=headers)
            body = answer.json()
        except httpx.TransportError:
            return None
        except ValueError:
            self._surprised(f"{method} {path}", f"HTTP {answer.status_code} without JSON")
            return None
        if answer.status_code == httpx.codes.OK:
            return dict(body)
        told = body.get("error", {}) if isinstance(body, dict) else {}
        if refusal and told.get("code") == refusal:
            return dict(body)
        if answer.status_code not in _EXCUSED or told.get("code") not in _EXCUSED_CODES:
            self._surprised(f"{method} {path}", f"HTTP {answer.status_code} {answer.text[:200]}")
        return None

    async def _watch(self, *, over_sse: bool) -> None:
        """Follows the task's events to its end, over as many connections as it takes."""
        events: list[Event] = []
        connections, ended = 0, False
        while not ended:
            connections += 1
            after = events[-1].offset if events else 0
            # Some watchers go away in the middle by themselves.
            leaves_after = self._choose.randint(1, 6) if self._choose.random() < 0.5 else 10_000
            follow = (
                sse_events(self._tenant, self._task_id, after=after)
                if over_sse
                else grpc_events(self._tenant, self._task_id, after=after)
            )
            try:
                async with contextlib.aclosing(follow) as stream:
                    async for event in stream:
                        events.append(event)
                        leaves_after -= 1
                        if leaves_after == 0:
                            break
                ended = leaves_after != 0
            except BrokenStreamError as error:
                if error.surprise:
                    self._surprised("watch", error.surprise)
                await asyncio.sleep(_AGAIN_S)
        self._history.watches.append(Watch(self._task_id, events, connections, ended))

    def _surprised(self, call: str, says: str) -> None:
        self._history.surprises.append(Surprise(time.time(), self._task_id, call, says))


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
                excused = answer.status_code in _EXCUSED
                raise BrokenStreamError("" if excused else f"HTTP {answer.status_code}")
            async for line in answer.aiter_lines():
                if not line.startswith("data:"):
                    continue
                told = codec.loads(line.removeprefix("data:"))
                if "error" in told and told.get("success") is False:
                    code = told["error"]["code"]
                    raise BrokenStreamError("" if code in _EXCUSED_CODES else f"told {code}")
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
