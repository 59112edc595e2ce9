"""Reads every task's history at the end of a run, as its owner can, and its artifacts in Redis."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Final

import httpx

from chaos.history import FINAL, Event, History, TaskHistory
from chaos.streams import EXCUSED, BrokenStreamError, grpc_events, sse_events
from chaos.tenants import Tenant
from meshkit.redis import Redis, RedisAwayError, connect
from meshkit.tasks import keys

_AT_ONCE: Final = 8
_PAGE: Final = 100
_STREAM_S: Final = 10.0
"""The events of a final task are all there; those of another are read for this long."""
_TRIES: Final = 40
"""The mesh is whole again, yet a machine that stands still for a moment looks otherwise."""
_AGAIN_S: Final = 0.5
_OUTPUT: Final = "_output"


async def harvest(history: History, tenants: Sequence[Tenant], redis_url: str) -> None:
    """Fills in `history.tasks` and `history.listed`. The mesh must be whole again.

    Raises:
        httpx.HTTPError: when a list cannot be read.
    """
    owners = {tenant.tenant_id: tenant for tenant in tenants}
    at_once = asyncio.Semaphore(_AT_ONCE)
    async with connect(redis_url) as redis:

        async def read(task_id: str, tenant: Tenant) -> None:
            async with at_once:
                history.tasks[task_id] = await _task(task_id, tenant, redis)

        async with asyncio.TaskGroup() as group:
            for task_id, tenant_id in {
                one.task_id: one.tenant_id for one in history.starts
            }.items():
                group.create_task(read(task_id, owners[tenant_id]))
    for tenant in tenants:
        history.listed[tenant.tenant_id] = await _listed(tenant)


async def _task(task_id: str, tenant: Tenant, redis: Redis) -> TaskHistory:
    answer = await _get(tenant, f"/api/tasks/{task_id}")
    if answer.status_code != httpx.codes.OK:
        return TaskHistory(task_id, tenant.tenant_id)
    told: Mapping[str, Any] = answer.json()
    error = told.get("error") or {}
    found = await _asked(redis, "HKEYS", keys.part(task_id, "artifacts"))
    artifacts = found if isinstance(found, list) else []
    names = [item.decode() for item in artifacts if isinstance(item, bytes)]
    return TaskHistory(
        task_id=task_id,
        tenant_id=tenant.tenant_id,
        found=True,
        status=told["status"],
        progress=told["progress"],
        attempt=told["detail"]["attempt"],
        completed_steps=[step["step"] for step in told["completed_steps"]],
        steps={step["step"]: step["status"] for step in told["detail"]["steps"]},
        error=f"{error['code']}: {error['message']}" if error else "",
        result=await _result(task_id, tenant),
        artifacts=[name.removesuffix(_OUTPUT) for name in names if name.endswith(_OUTPUT)],
        sse=await _all(sse_events, tenant, task_id, final=told["status"] in FINAL),
        grpc=await _all(grpc_events, tenant, task_id, final=told["status"] in FINAL),
    )


async def _get(tenant: Tenant, path: str, **params: str) -> httpx.Response:
    """An answer that no fault excuses; the last one, when there is none."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            answer = await tenant.http.get(path, params=params)
        except httpx.TransportError:
            if not left:
                raise
        else:
            if answer.status_code not in EXCUSED:
                break
        await asyncio.sleep(_AGAIN_S)
    return answer


async def _asked(redis: Redis, *command: str) -> object:
    for _ in range(_TRIES - 1):
        with contextlib.suppress(RedisAwayError):
            return await redis.execute(*command)
        await asyncio.sleep(_AGAIN_S)
    return await redis.execute(*command)


async def _result(task_id: str, tenant: Tenant) -> Sequence[str]:
    answer = await _get(tenant, f"/api/generate-skill/result/{task_id}")
    if answer.status_code != httpx.codes.OK:
        return ()
    return [str(item) for item in answer.json()["patterns_found"]]


async def _all(
    follow: Callable[..., AsyncGenerator[Event, None]], tenant: Tenant, task_id: str, *, final: bool
) -> list[Event]:
    """All events of a task; those read before the stream broke off when it does again and again."""
    events: list[Event] = []
    for _ in range(_TRIES):
        events.clear()
        try:
            async with asyncio.timeout(None if final else _STREAM_S):
                # Read one by one: what had come before a break is worth looking at.
                async for event in follow(tenant, task_id, after=0):
                    events.append(event)  # noqa: PERF401
        except TimeoutError:
            break
        except BrokenStreamError:
            await asyncio.sleep(_AGAIN_S)
        else:
            break
    return events


async def _listed(tenant: Tenant) -> list[str]:
    """The ids that the tenant's list names, over all its pages."""
    listed: list[str] = []
    token = ""
    while True:
        answer = await _get(tenant, "/api/tasks", page_size=str(_PAGE), page_token=token)
        answer.raise_for_status()
        page = answer.json()
        listed += [task["task_id"] for task in page["tasks"]]
        token = page["next_page_token"]
        if not token:
            return listed
