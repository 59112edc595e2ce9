"""Lists of a tenant's tasks, the newest first, page by page."""

import itertools
import time
from collections.abc import Sequence
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
        records = await _records(redis, entries)
        wanted = (
            (entry, fields)
            for entry, fields in zip(entries, records, strict=True)
            if _wanted(fields, tenant_id, request)
        )
        chosen = list(itertools.islice(wanted, size - len(response.tasks)))
        response.tasks.extend(await _tasks(queue, tenant_id, chosen))
        if len(response.tasks) == size:
            response.next_page_token = index.token(chosen[-1][0])
            return response
        cursor = entries[-1]
        scanned += len(entries)
    response.next_page_token = index.token(cursor)
    return response


async def _records(redis: Redis, entries: Sequence[index.Entry]) -> list[record.Fields]:
    """The records of entries; empty where one has expired, which the sweeper will find too."""
    replies = await redis.pipeline(*(("HGETALL", keys.task(name)) for _, name in entries))
    return [as_mapping(reply) for reply in replies]


def _wanted(
    fields: record.Fields, tenant_id: str, request: task_service_pb2.ListTasksRequest
) -> bool:
    return (
        record.text(fields, "tenant_id") == tenant_id
        and request.status in ("", record.text(fields, "status"))
        and request.job in ("", record.text(fields, "job"))
    )


async def _tasks(
    queue: Queue, tenant_id: str, chosen: Sequence[tuple[index.Entry, record.Fields]]
) -> list[task_pb2.Task]:
    """The tasks of records, with the places of those that wait."""
    waiting: dict[str, list[str]] = {}
    for (_, name), fields in chosen:
        if record.text(fields, "status") == "queued":
            waiting.setdefault(record.text(fields, "lane"), []).append(name)
    place_of: dict[str, int] = {}
    cap = None
    for lane, names in waiting.items():
        places, cap = await queue.of(lane).all_ahead(tenant_id, names)
        place_of |= zip(names, places, strict=True)
    now_ms = int(time.time() * 1000)
    return [
        record.to_task(
            name, fields, now_ms=now_ms, queue_position=place_of.get(name, 0), running_cap=cap
        )
        for (_, name), fields in chosen
    ]
