"""Tenants' clients: they start, poll, watch and steer tasks, and ride out what happens."""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx

from chaos.history import FINAL, Control, Event, History, Poll, Start, Surprise, Watch
from chaos.plan import Script
from chaos.streams import EXCUSED, EXCUSED_CODES, BrokenStreamError, grpc_events, sse_events
from chaos.tenants import Tenant

START: Final = "/api/generate-skill/start"
STATUS: Final = "/api/generate-skill/status/"
_AGAIN_S: Final = 0.2
_EXAMPLE: Final = {
    "platform": "linkedin",
    "content": "Three things we check before every roast. Which one do you skip?",
    "performance_metrics": {"likes": 40, "comments": 3, "shares": 1, "impressions": 3000},
}


def request(name: str, *, callback_url: str = "") -> dict[str, Any]:
    """The body of a start."""
    body = {"skill_name": name, "target_platforms": ["linkedin"], "examples": [_EXAMPLE]}
    return {**body, "callback_url": callback_url} if callback_url else body


class Client:
    """The client of one task.

    Args:
        history: Takes down what it sees.
        tenant: Whose client it is.
        script: What it does.
        callback_url: What shall hear of the task's ends; empty for nobody.
    """

    def __init__(
        self, history: History, tenant: Tenant, script: Script, *, callback_url: str = ""
    ) -> None:
        self._history = history
        self._tenant = tenant
        self._script = script
        self._callback_url = callback_url
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
        key = f"key-{script.number}"
        body = request(script.name, callback_url=self._callback_url)
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
                        callback_url=self._callback_url,
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
        status = str(answer["status"])
        self._history.polls.append(
            Poll(
                task_id=self._task_id,
                sent_s=sent_s,
                answered_s=time.time(),
                status=status,
                progress=int(answer["progress"]),
                eta_s=int(answer["eta_seconds"]),
                current_step=str(answer["current_step"]),
            )
        )
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
        if answer.status_code not in EXCUSED or told.get("code") not in EXCUSED_CODES:
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
