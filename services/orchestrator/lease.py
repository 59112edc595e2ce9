"""The lease of a task at work: renewed in time, and with it a look at what the owner asks for."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from meshkit.errors import MeshError
from meshkit.tasks.holder import HeldTask, LeaseLostError
from meshkit.tasks.queue import Queue
from meshkit.waiting import wait_any
from services.orchestrator.settings import AWAY_PAUSE_S, WorkerSettings
from services.orchestrator.steps import PauseRequestedError

_LOOK_S: Final = 1.25
"""How often a keeper looks at what the owner asks for, in case the signal of it is lost: often
enough for a cancel to reach the work within 2 s. It only reads; renewing writes to disk."""


class CancelRequestedError(Exception):
    """The owner asked for a cancel."""


class Lease:
    """Keeps the lease of one task."""

    def __init__(
        self,
        task: HeldTask,
        queue: Queue,
        settings: WorkerSettings,
        *,
        asked: asyncio.Event,
        draining: asyncio.Event,
        pause_requested: asyncio.Event,
    ) -> None:
        """Gets ready.

        Args:
            task: The task.
            queue: Where its place moves on with its lease.
            settings: How long a lease is, and how often it is renewed.
            asked: Set when the owner may have asked for something.
            draining: Set when the process is to stop.
            pause_requested: Set by the lease while the task is to rest after the step at work.
        """
        self._task = task
        self._queue = queue
        self._settings = settings
        self._asked = asked
        self._draining = draining
        self._pause_requested = pause_requested
        self._extending: asyncio.Future[None] | None = None

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keeps the lease while the block runs, which it may end.

        Raises:
            LeaseLostError: when somebody else holds the task, or Redis has been away for too long.
            CancelRequestedError: when the owner has asked for it.
            PauseRequestedError: when a step has gone on for too long after the process was to stop.
        """
        working = asyncio.current_task()
        reason: list[Exception] = []

        def stop(error: Exception) -> None:
            reason.append(error)
            if working is not None:
                working.cancel()

        keeper = asyncio.create_task(self._keep(stop))
        try:
            yield
        except asyncio.CancelledError:
            if not reason or working is None:
                raise
            working.uncancel()
            raise reason[0] from None
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
            if self._extending is not None:
                # Broken off, it would leave a place at a time that nobody knows or could remove.
                await asyncio.gather(self._extending, return_exceptions=True)

    async def _keep(self, stop: Callable[[Exception], None]) -> None:
        """Renews the lease in time, and looks when the owner may have asked for something."""
        task, asked, draining = self._task, self._asked, self._draining
        renew_at = time.monotonic() + self._settings.renew_s
        pause_s = _LOOK_S
        let_go_at: float | None = None
        while True:
            seconds = max(0.0, min(pause_s, renew_at - time.monotonic()))
            # An end that is being written comes first, whatever is asked for now.
            if draining.is_set() and not task.ending:
                self._pause_requested.set()
                let_go_at = let_go_at or time.monotonic() + self._settings.drain_s
                await wait_any(asked, seconds=min(seconds, max(0.0, let_go_at - time.monotonic())))
                if time.monotonic() >= let_go_at:
                    stop(PauseRequestedError())
                    return
            else:
                await wait_any(asked, *(() if task.ending else (draining,)), seconds=seconds)
            # Before looking: what is asked for from now on ends the next wait.
            asked.clear()
            try:
                due = time.monotonic() >= renew_at
                requests = await (task.renew() if due else task.requests())
                if requests.cancel and not task.ending:
                    stop(CancelRequestedError())
                    return
                if requests.pause or draining.is_set():
                    self._pause_requested.set()
                else:
                    self._pause_requested.clear()
                if due:
                    extending = self._queue.extend(task.claim, lease_ms=self._settings.lease_ms)
                    self._extending = asyncio.ensure_future(extending)
                    await asyncio.shield(self._extending)
                    renew_at = time.monotonic() + self._settings.renew_s
                pause_s = _LOOK_S
            except LeaseLostError as error:
                stop(error)
                return
            except MeshError:
                # By its own clock: Redis may be away for longer than the lease. A result that is
                # being written waits for it, for nobody else can take the task meanwhile.
                if not task.held and not task.ending:
                    stop(LeaseLostError(task.task_id))
                    return
                pause_s = AWAY_PAUSE_S
                renew_at = time.monotonic() + AWAY_PAUSE_S
