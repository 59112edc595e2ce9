"""Lists of a tenant's tasks, the newest first, page by page."""

import base64
import itertools
import time
from typing import Final

from manusmesh.task.v1 import task_pb2, task_service_pb2
from meshkit.errors import invalid
from meshkit.redis import Redis, as_mapping
from meshkit.tasks import keys, record
from meshkit.tasks.queue import Queue

_INDEX_PAGE: Final = 100
_SCAN_MAX: Final = 2000
"""Tasks that one call looks at, when filters pass few of them."""

_Entry = tuple[int, str]
"""A task in the tenant's index: when it was accepted, Unix milliseconds, and its id."""


async def page(
    redis: Redis, queue: Queue, tenant_id: str, request: task_service_pb2.ListTasksRequest
) -> task_service_pb2.ListTasksResponse:
    """The tenant's tasks that pass the filters, from the request's token on.

    Raises:
        MeshError: INVALID_ARGUMENT for a token of nobody's.
    """
    size = request.page_size or 20
    cursor = _decode_token(request.page_token) if request.page_token else None
    lower, before = "-inf", "+inf"
    if request.HasField("created_after"):
        lower = str(request.created_after.ToMilliseconds())
    if request.HasField("created_before"):
        before = f"({request.created_before.ToMilliseconds()}"
    response = task_service_pb2.ListTasksResponse()
    scanned = 0
    while scanned < _SCAN_MAX:
        entries = await _index_page(redis, tenant_id, cursor, lower, before)
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
                response.next_page_token = _encode_token(cursor)
                return response
        scanned += len(entries)
    if cursor is not None:
        response.next_page_token = _encode_token(cursor)
    return response


async def _index_page(
    redis: Redis, tenant_id: str, cursor: _Entry | None, lower: str, before: str
) -> list[_Entry]:
    """The next entries of the tenant's index after a cursor, the newest first."""
    upper = before if cursor is None else str(cursor[0])
    for offset in itertools.count(0, _INDEX_PAGE):
        reply = await redis.execute(
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


async def _tasks(redis: Redis, tenant_id: str, entries: list[_Entry]) -> list[task_pb2.Task | None]:
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


def _encode_token(cursor: _Entry) -> str:
    return base64.urlsafe_b64encode(f"{cursor[0]}:{cursor[1]}".encode()).decode().rstrip("=")


def _decode_token(token: str) -> _Entry:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError as error:
        raise invalid("page_token", "is not a token of an earlier answer") from error
    at, _, task_id = text.partition(":")
    if not at.isdecimal() or len(at) > 15 or keys.TASK_ID.fullmatch(task_id) is None:
        raise invalid("page_token", "is not a token of an earlier answer")
    return int(at), task_id
