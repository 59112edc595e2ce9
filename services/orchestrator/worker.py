"""The worker: claims tasks, keeps their leases, runs their jobs, ends them."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from google.protobuf.message import Message

from jobs.job import Job
from meshkit import logs, telemetry
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis, RedisAwayError
from meshkit.signals import Signals
from meshkit.tasks import durations, holder, keys
from meshkit.tasks.holder import HeldTask, LeaseLostError
from meshkit.tasks.queue import Queue
from meshkit.waiting import wait_any
from services.orchestrator.agents import Agents
from services.orchestrator.settings import WorkerSettings
from services.orchestrator.steps import HeldSteps, PauseRequestedError

_AWAY_PAUSE_S: Final = 0.5
_END_TRIES: Final = 20
"""How often the end of a task is written while Redis is away; the lease bounds it too."""

_log = logs.get("orchestrator.worker")


class CancelRequestedError(Exception):
    """The owner asked for a cancel."""


class Worker:
    """Runs tasks in a number of slots until it drains."""

    def __init__(
        self,
        settings: WorkerSettings,
        *,
        instance: str,
        redis: Redis,
        signals: Signals,
        queue: Queue,
        agents: Agents,
        jobs: Mapping[str, Job],
    ) -> None:
        self._settings = settings
        # A restarted process must not pass for the one before it.
        self._holder = f"{instance}/{secrets.token_hex(4)}"
        self._redis = redis
        self._signals = signals
        self._queue = queue
        self._agents = agents
        self._jobs = jobs
        self._looked_at = time.monotonic()

    async def healthy(self) -> bool:
        """Whether the queue is being looked at."""
        return time.monotonic() - self._looked_at < max(5.0, 10 * self._settings.poll_s)

    async def run(self, draining: asyncio.Event) -> None:
        """Takes tasks up until `draining`, then finishes the steps at work and gives tasks back."""
        slots = asyncio.Semaphore(self._settings.slots)
        with self._signals.listen(keys.QUEUE_READY) as ready:

            def free(_: object) -> None:
                slots.release()
                ready.set()

            async with asyncio.TaskGroup() as group:
                while not draining.is_set():
                    self._looked_at = time.monotonic()
                    ready.clear()
                    if slots.locked():
                        await wait_any(draining, ready, seconds=self._settings.poll_s)
                        continue
                    claimed = await self._claim()
                    if claimed is None:
                        await wait_any(draining, ready, seconds=self._settings.poll_s)
                        continue
                    await slots.acquire()
                    task = group.create_task(self._work(*claimed, draining))
                    task.add_done_callback(free)

    async def _claim(self) -> tuple[str, str] | None:
        try:
            return await self._queue.claim(
                lease_ms=self._lease_ms, running_cap=self._settings.tenant_cap
            )
        except MeshError as error:
            _log.warning("claim_failed", reason=error.reason)
            await asyncio.sleep(_AWAY_PAUSE_S)
            return None

    async def _work(self, task_id: str, tenant_id: str, draining: asyncio.Event) -> None:
        """Does one claimed task; whatever happens to it must not reach the other tasks."""
        log = _log.bind(task_id=task_id, tenant_id=tenant_id)
        try:
            begun = await holder.begin(
                self._redis, task_id, holder=self._holder, lease_ms=self._lease_ms
            )
            if isinstance(begun, holder.Refused):
                await self._refused(task_id, tenant_id, begun)
                return
            await self._hold(begun, draining)
        except LeaseLostError:
            log.warning("lease_lost")
        except MeshError as error:
            # The lease runs out, and somebody takes the task up from its last finished step.
            log.warning("task_let_go", reason=error.reason)
        except Exception:
            # One task's bug must not stop the worker.
            log.exception("task_bug")

    async def _refused(self, task_id: str, tenant_id: str, refused: holder.Refused) -> None:
        if refused.state == "held":
            delay_ms = max(0, refused.held_until_ms - int(time.time() * 1000))
            await self._queue.extend(tenant_id, task_id, lease_ms=delay_ms + 1)
        else:
            await self._queue.remove(tenant_id, task_id)

    async def _hold(self, task: HeldTask, draining: asyncio.Event) -> None:
        trace = telemetry.parse(task.traceparent)
        telemetry.current.set(trace.child() if trace is not None else None)
        log = _log.bind(
            task_id=task.task_id,
            tenant_id=task.tenant_id,
            trace_id=trace.trace_id if trace is not None else "",
        )
        steps = HeldSteps(task, self._agents, self._redis, attempts=self._settings.attempts)
        started = time.monotonic()
        log.info("task_started", job=task.job, attempt=task.attempt)
        outcome = "completed"
        try:
            async with self._lease(task, steps, draining):
                result = await self._run_job(task, steps)
            await self._end(task, result)
        except PauseRequestedError:
            outcome = await task.give_back()
        except CancelRequestedError:
            outcome = "cancelled"
            await task.cancelled()
        except (RedisAwayError, LeaseLostError):
            # Not the task's fault: somebody goes on with it, when Redis is back or already.
            raise
        except MeshError as error:
            outcome = "failed"
            await task.fail(error)
        except Exception:
            # A bug fails its task, visibly, and no other.
            outcome = "failed"
            log.exception("job_bug", job=task.job)
            await task.fail(_bug(trace.trace_id if trace is not None else ""))
        taken_ms = (time.monotonic() - started) * 1000
        log.info("task_ended", job=task.job, outcome=outcome, duration_ms=round(taken_ms))
        if outcome == "queued":
            await self._queue.enqueue(task.tenant_id, task.task_id)
        else:
            await self._queue.remove(task.tenant_id, task.task_id)
        if outcome == "completed" and task.attempt == 1:
            # A task taken over has not been worked on from its beginning.
            await durations.learn_task(self._redis, task.tenant_id, task.job, taken_ms)

    async def _run_job(self, task: HeldTask, steps: HeldSteps) -> Message:
        job = self._jobs.get(task.job)
        if job is None:
            message = f"This mesh has no job {task.job!r}."
            raise MeshError(Reason.INTERNAL, message)
        request = job.request.FromString(await task.request())
        try:
            async with asyncio.timeout(job.timeout_s):
                return await job.run(request, steps)
        except TimeoutError as error:
            message = f"The task took longer than {job.timeout_s:.0f} s."
            raise MeshError(Reason.DEADLINE_EXCEEDED, message) from error

    async def _end(self, task: HeldTask, result: Message) -> None:
        """Writes the result, again and again while Redis is away for a moment."""
        for attempt in range(_END_TRIES):
            try:
                await task.complete(result)
            except MeshError as error:
                if attempt == _END_TRIES - 1:
                    raise
                _log.warning("result_waits", task_id=task.task_id, reason=error.reason)
                await asyncio.sleep(_AWAY_PAUSE_S)
            else:
                return

    @asynccontextmanager
    async def _lease(
        self, task: HeldTask, steps: HeldSteps, draining: asyncio.Event
    ) -> AsyncIterator[None]:
        """Keeps the lease while the block runs; a lost lease or a cancel ends the block."""
        working = asyncio.current_task()
        reason: list[Exception] = []

        def stop(error: Exception) -> None:
            reason.append(error)
            if working is not None:
                working.cancel()

        keeper = asyncio.create_task(self._keep(task, steps, draining, stop))
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

    async def _keep(
        self,
        task: HeldTask,
        steps: HeldSteps,
        draining: asyncio.Event,
        stop: Callable[[Exception], None],
    ) -> None:
        held_until = time.monotonic() + self._settings.lease_s
        with self._signals.listen(keys.control(task.task_id)) as asked:
            while True:
                # Before looking: what is asked for from now on wakes the wait below.
                asked.clear()
                try:
                    requests = await task.renew(lease_ms=self._lease_ms)
                    await self._queue.extend(task.tenant_id, task.task_id, lease_ms=self._lease_ms)
                    held_until = time.monotonic() + self._settings.lease_s
                except LeaseLostError as error:
                    stop(error)
                    return
                except MeshError:
                    # By its own clock: Redis may be away for longer than the lease.
                    if time.monotonic() > held_until:
                        stop(LeaseLostError(task.task_id))
                        return
                    await asyncio.sleep(_AWAY_PAUSE_S)
                    continue
                if requests.cancel:
                    stop(CancelRequestedError())
                    return
                if requests.pause or draining.is_set():
                    steps.pause_requested.set()
                else:
                    steps.pause_requested.clear()
                await wait_any(asked, seconds=self._settings.renew_s)

    @property
    def _lease_ms(self) -> int:
        return round(self._settings.lease_s * 1000)


def _bug(trace_id: str) -> MeshError:
    message = "Something went wrong inside the mesh; report the trace id."
    return MeshError(Reason.INTERNAL, message, details={"trace_id": trace_id})
