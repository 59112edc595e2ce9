"""Long polls: holding an answer until a task has changed or ended."""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.access import Check
from manusmesh.task.v1 import task_pb2
from meshkit.signals import Signals
from meshkit.tasks import keys, record
from meshkit.tasks.store import TaskStore
from meshkit.waiting import wait_any

_RECHECK_S: Final = 1.0
"""Signals are hints: the task is looked at again after this long without one."""


class TaskWaiter:
    """Waits for tasks, for the call under way.

    Every wait ends early when the process drains, and with UNAUTHENTICATED soon after the caller's
    key has lost its right: whoever may not ask any more is not told what a wait has brought.
    """

    def __init__(
        self, store: TaskStore, signals: Signals, draining: asyncio.Event, *, check: Check
    ) -> None:
        self._store = store
        self._signals = signals
        self._draining = draining
        self._check = check

    async def changed(self, tenant_id: str, job: str, task_id: str, seconds: int) -> task_pb2.Task:
        """The task, once its status or progress has changed, it is final or time is up."""
        first = await self._store.get_of_job(tenant_id, job, task_id)
        if seconds <= 0:
            return first
        before = (first.status, first.progress)
        return await self._wait(
            first, tenant_id, seconds, lambda task: (task.status, task.progress) != before
        )

    async def ended(self, tenant_id: str, job: str, task_id: str, seconds: int) -> task_pb2.Task:
        """The task, once it is final or time is up."""
        first = await self._store.get_of_job(tenant_id, job, task_id)
        return await self._wait(first, tenant_id, seconds, lambda _: False)

    async def settled(self, tenant_id: str, task_id: str, seconds: float) -> task_pb2.Task:
        """The task of any job, once it is final or time is up."""
        first = await self._store.get(tenant_id, task_id)
        return await self._wait(first, tenant_id, seconds, lambda _: False)

    async def _wait(
        self,
        task: task_pb2.Task,
        tenant_id: str,
        seconds: float,
        enough: Callable[[task_pb2.Task], bool],
    ) -> task_pb2.Task:
        if seconds <= 0 or task.status in record.FINAL:
            return task
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        with self._signals.listen(keys.changed(task.task_id)) as event:
            while True:
                event.clear()
                task = await self._store.get(tenant_id, task.task_id)
                await self._check()
                left = until - loop.time()
                if task.status in record.FINAL or enough(task) or left <= 0:
                    return task
                if self._draining.is_set():
                    return task
                await wait_any(event, self._draining, seconds=min(left, _RECHECK_S))
