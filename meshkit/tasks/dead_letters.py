"""Dead letters: tasks that were given up because those who worked on them died.

The record of a task is the truth: it has failed, and says how many holders died. The list of
letters is an index into it, one for all tenants. A letter whose task has expired or was queued
again, by its owner or an operator, is dropped when it is met.
"""

from collections.abc import Sequence
from typing import Final

from manusmesh.task.v1 import dead_letter_service_pb2 as pb
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, Reply, Script
from meshkit.tasks import index, keys, record
from meshkit.tasks.holder import DEATHS_MAX
from meshkit.tasks.store import TaskStore, not_found

_FORGET: Final = Script.load("meshkit.tasks.scripts", "forget.lua")
_FIELDS: Final = (
    *("status", "deaths", "tenant_id", "job"),
    *("completed_at", "error", "step", "dead_holders"),
)
_SCAN_MAX: Final = 2000
"""Letters that one call looks at, when few of them are the tenant's."""


def letters() -> str:
    """The dead letters of all tenants by when their tasks were given up."""
    return "{dead}:letters"


class DeadLetters:
    """The dead letters of all tenants.

    Every method raises UPSTREAM_UNAVAILABLE while Redis is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, tenant_id: str, task_id: str) -> None:
        """Adds a task that has ended; adding it again, or one that is no dead letter, does nothing.

        Args:
            tenant_id: Whose task.
            task_id: Which.
        """
        letter = await self._read(task_id)
        if letter is None or letter.tenant_id != tenant_id:
            return
        died_at = letter.died_at.ToMilliseconds()
        expired = died_at - keys.RETENTION_S * 1000
        await self._redis.pipeline(
            ("ZADD", letters(), died_at, task_id),
            ("ZREMRANGEBYSCORE", letters(), "-inf", expired),
        )

    async def page(self, request: pb.ListDeadLettersRequest) -> pb.ListDeadLettersResponse:
        """The letters that pass the filter, the latest first, without the records of their tasks.

        Raises:
            MeshError: INVALID_ARGUMENT for a token of nobody's.
        """
        size = request.page_size or 20
        cursor = index.cursor(request.page_token)
        response = pb.ListDeadLettersResponse()
        scanned = 0
        while scanned < _SCAN_MAX:
            entries = await index.read(self._redis, letters(), cursor)
            if not entries:
                return response
            scanned += len(entries)
            for entry, letter in zip(entries, await self._letters(entries), strict=True):
                cursor = entry
                if letter is None or request.tenant_id not in ("", letter.tenant_id):
                    continue
                response.dead_letters.append(letter)
                if len(response.dead_letters) == size:
                    response.next_page_token = index.token(cursor)
                    return response
        response.next_page_token = index.token(cursor)
        return response

    async def get(self, task_id: str) -> pb.DeadLetter:
        """One letter, without the record of its task.

        Raises:
            MeshError: TASK_NOT_FOUND when the task is no dead letter.
        """
        if keys.TASK_ID.fullmatch(task_id) is None:
            raise not_found()
        letter = await self._read(task_id)
        if letter is None:
            raise not_found()
        return letter

    async def requeue(self, store: TaskStore, task_id: str) -> pb.DeadLetter:
        """Queues the task of a letter again, from its last finished step, and answers the letter.

        A crash in between leaves a letter whose task has not failed, which the next list drops.

        Raises:
            MeshError: TASK_NOT_FOUND when the task is no dead letter.
        """
        letter = await self.get(task_id)
        try:
            await store.requeue_dead(task_id)
        except MeshError as error:
            if error.reason == Reason.CONFLICT:
                # Somebody else was faster.
                raise not_found() from error
            raise
        await self._forget(letter.died_at.ToMilliseconds(), task_id)
        return letter

    async def _letters(self, entries: Sequence[index.Entry]) -> list[pb.DeadLetter | None]:
        """The letters of entries; None where there is none any more, which is then forgotten."""
        replies = await self._redis.pipeline(
            *(("HMGET", keys.task(task_id), *_FIELDS) for _, task_id in entries)
        )
        found = [
            _letter(task_id, reply) for (_, task_id), reply in zip(entries, replies, strict=True)
        ]
        for entry, letter in zip(entries, found, strict=True):
            if letter is None:
                await self._forget(*entry)
        return found

    async def _read(self, task_id: str) -> pb.DeadLetter | None:
        return _letter(task_id, await self._redis.execute("HMGET", keys.task(task_id), *_FIELDS))

    async def _forget(self, died_at: int, task_id: str) -> None:
        await self._redis.run(_FORGET, [letters()], [task_id, died_at])


def _letter(task_id: str, reply: Reply) -> pb.DeadLetter | None:
    """The letter of a record's `_FIELDS`; None when the task is no dead letter."""
    values = reply if isinstance(reply, list) else []
    fields = {
        name.encode(): value
        for name, value in zip(_FIELDS, values, strict=False)
        if isinstance(value, bytes)
    }
    failed = record.text(fields, "status") == "failed"
    if not failed or record.number(fields, "deaths") < DEATHS_MAX:
        return None
    letter = pb.DeadLetter(
        task_id=task_id,
        tenant_id=record.text(fields, "tenant_id"),
        job=record.text(fields, "job"),
        error=run_pb2.Error.FromString(fields.get(b"error", b"")),
        step=record.text(fields, "step"),
        # The name of a holder is that of its replica and what tells its lives apart.
        holders=[
            holder.partition("/")[0] for holder in record.text(fields, "dead_holders").split()
        ],
    )
    record.timestamp(letter.died_at, record.number(fields, "completed_at"))
    return letter
