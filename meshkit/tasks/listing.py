"""Lists of a tenant's tasks, the newest first, page by page."""

import time
from typing import Final

from manusmesh.task.v1 import task_pb2, task_service_pb2
from meshkit.redis import Redis, as_mapping
from meshkit.tasks import index, keys, record
from meshkit.tasks.queue import Queue

_SCAN_MAX: Final = 2000
"""Tasks that one call looks at, when filters pass few of them."""


async def page(
    redis: Redis, queue: Queue, tenant_id: str, request: task_service_pb2.ListTasksRequest
) -> task_service_pb2.ListTasksResponse:
    """The tenant's tasks that pass the filters, from the request's token on.

    Raises:
        MeshError: INVALID_ARGUMENT for a token of nobody's.
    """
    size = request.page_size or 20
    cursor = index.cursor(request.page_token)
    lower, before = "-inf", "+inf"
    if request.HasField("created_after"):
        lower = str(request.created_after.ToMilliseconds())
    if request.HasField("created_before"):
        before = f"({request.created_before.ToMilliseconds()}"
    response = task_service_pb2.ListTasksResponse()
    scanned = 0
    while scanned < _SCAN_MAX:
        entries = await index.read(
            redis, keys.tenant_tasks(tenant_id), cursor, lower=lower, upper=before
        )
        if not entries:
            return response
        tasks = await _tasks(redis, tenant_id, entries)
        for entry, task in zip(entries, tasks, strict=True):
            cursor = entry
            if task is None or not _wanted(task, request):
                continue
            if task.status == "queued":
                task.queue_position, _ = await queue.ahead(tenant_id, task.task_id)
            response.tasks.append(task)
            if len(response.tasks) == size:
                response.next_page_token = index.token(cursor)
                return response
        scanned += len(entries)
    response.next_page_token = index.token(cursor)
    return response


async def _tasks(
    redis: Redis, tenant_id: str, entries: list[index.Entry]
) -> list[task_pb2.Task | None]:
    """The tasks of entries; None where one has expired, which the sweeper will find too."""
    replies = await redis.pipeline(*(("HGETALL", keys.task(name)) for _, name in entries))
    now_ms = int(time.time() * 1000)
    tasks: list[task_pb2.Task | None] = []
    for (_, name), reply in zip(entries, replies, strict=True):
        fields = as_mapping(reply)
        mine = record.text(fields, "tenant_id") == tenant_id
        tasks.append(record.to_task(name, fields, now_ms=now_ms) if mine else None)
    return tasks


def _wanted(task: task_pb2.Task, request: task_service_pb2.ListTasksRequest) -> bool:
    return request.status in ("", task.status) and request.job in ("", task.job)
