"""The worker: claims tasks, runs their jobs under a lease, ends them."""

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from google.protobuf.message import Message

from jobs.job import Job
from manusmesh.task.v1 import task_pb2
from meshkit import logs, telemetry
from meshkit.errors import MeshError, Reason
from meshkit.library import Library
from meshkit.library.results import Results
from meshkit.redis import Redis, RedisAwayError
from meshkit.signals import Signals
from meshkit.tasks import holder, keys
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.durations import Durations, Whole
from meshkit.tasks.holder import HeldTask, LeaseLostError
from meshkit.tasks.notes import Note
from meshkit.tasks.queue import Claim, Queue
from meshkit.waiting import wait_any
from meshkit.webhooks.outbox import Outbox
from services.orchestrator.agents import Agents
from services.orchestrator.attempts import Limits, RetryLaterError, interrupt
from services.orchestrator.lease import CancelRequestedError, Lease
from services.orchestrator.settings import AWAY_PAUSE_S, WorkerSettings
from services.orchestrator.steps import HeldSteps, PauseRequestedError

_BUSY: Final = 4
"""With more tasks than these at work, a look at the queue waits a moment for others."""
_GATHER_S: Final = 0.005

_log = logs.get("orchestrator.worker")


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
        self._durations = Durations(redis)
        self._outbox = Outbox(redis)
        self._dead_letters = DeadLetters(redis)
        self._library = Library(redis)
        self._results = Results(redis)
        self._at_work: set[str] = set()
        self._claimed_again: dict[str, Claim] = {}
        self._looked_at = time.monotonic()

    async def healthy(self) -> bool:
        """Whether the queue is being looked at."""
        return time.monotonic() - self._looked_at < max(5.0, 10 * self._settings.poll_s)

    async def run(self, draining: asyncio.Event) -> None:
        """Takes tasks up until `draining`, then finishes the steps at work and gives tasks back."""
        listen = self._signals.listen
        # The second for good: the keepers of single tasks then listen without asking Redis.
        with listen(self._queue.ready) as ready, listen(keys.control(self._holder)):
            async with asyncio.TaskGroup() as group:
                while not draining.is_set():
                    self._looked_at = time.monotonic()
                    ready.clear()
                    for claim in await self._claim():
                        self._at_work.add(claim.task_id)
                        task = group.create_task(self._work(claim, draining))
                        task.add_done_callback(lambda _: ready.set())
                    await wait_any(draining, ready, seconds=self._settings.poll_s)
                    if len(self._at_work) > _BUSY:
                        # Slots that become free together are filled with one look at the queue.
                        await asyncio.sleep(_GATHER_S)

    async def _claim(self) -> list[Claim]:
        free = self._settings.slots - len(self._at_work)
        if free <= 0:
            return []
        try:
            claims = await self._queue.claim(
                lease_ms=self._settings.lease_ms, running_cap=self._settings.tenant_cap, count=free
            )
        except MeshError as error:
            _log.warning("claim_failed", reason=error.reason)
            await asyncio.sleep(AWAY_PAUSE_S)
            return []
        # The place of a task lapsed that this very process works on, which renews it by itself; or
        # its owner has queued it anew before its end was put away.
        again = [claim for claim in claims if claim.task_id in self._at_work]
        self._claimed_again |= {claim.task_id: claim for claim in again}
        return [claim for claim in claims if claim.task_id not in self._at_work]

    async def _work(self, claim: Claim, draining: asyncio.Event) -> None:
        """Does one claimed task; whatever happens to it must not reach the other tasks."""
        log = _log.bind(task_id=claim.task_id, tenant_id=claim.tenant_id)
        try:
            with self._signals.listen(keys.control(self._holder)) as asked:
                begun = await self._begin(claim)
                if isinstance(begun, holder.Refused):
                    await self._refused(claim, begun)
                else:
                    await self._hold(begun, asked, draining)
        except LeaseLostError:
            log.warning("lease_lost")
        except MeshError as error:
            # The lease runs out, and somebody takes the task up from its last finished step.
            log.warning("task_let_go", reason=error.reason)
        except Exception:
            # One task's bug must not stop the worker.
            log.exception("task_bug")
        finally:
            self._at_work.discard(claim.task_id)
            again = self._claimed_again.pop(claim.task_id, None)
        if again is not None:
            await self._let_go(again)

    async def _let_go(self, claim: Claim) -> None:
        """Gives a claim that nobody could take up back at once, unless it has another place now."""
        try:
            if await self._queue.place(claim.tenant_id, claim.task_id) == claim.until_ms:
                await self._queue.enqueue(claim.tenant_id, claim.task_id)
        except MeshError as error:
            # Its lease runs out.
            _log.warning("task_let_go", task_id=claim.task_id, reason=error.reason)

    async def _begin(self, claim: Claim) -> HeldTask | holder.Refused:
        until = time.monotonic() + self._settings.lease_s
        while True:
            try:
                return await holder.begin(
                    self._redis, claim, holder=self._holder, lease_ms=self._settings.lease_ms
                )
            except RedisAwayError:
                # The answer may have been lost: nobody else would take the task up before then.
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(AWAY_PAUSE_S)

    async def _refused(self, claim: Claim, refused: holder.Refused) -> None:
        if refused.state == "held":
            delay_ms = max(0, refused.held_until_ms - int(time.time() * 1000))
            await self._queue.extend(claim, lease_ms=delay_ms + 1)
            return
        if refused.state == "final":
            # Whoever ended it may have died before it did what follows an end.
            if refused.dead:
                await self._dead_letters.add(claim.tenant_id, claim.task_id)
            await self._outbox.schedule(claim.tenant_id, claim.task_id)
        await self._queue.remove(claim.tenant_id, claim.task_id, claim.until_ms)

    async def _hold(self, task: HeldTask, asked: asyncio.Event, draining: asyncio.Event) -> None:
        """Works on a held task to its end, or until it has to be given back."""
        trace = telemetry.parse(task.traceparent)
        telemetry.current.set(trace.child() if trace is not None else None)
        trace_id = trace.trace_id if trace is not None else ""
        log = _log.bind(task_id=task.task_id, tenant_id=task.tenant_id, trace_id=trace_id)
        log.info("task_started", job=task.job, attempt=task.attempt)
        job = self._jobs.get(task.job)
        started = time.monotonic()
        timeout_s = job.timeout_s if job is not None else 0.0
        limits = Limits(
            attempts=self._settings.attempts,
            park_s=self._settings.park_s,
            deadline=started + timeout_s - task.worked_ms / 1000,
        )
        steps = HeldSteps(task, self._agents, self._durations, limits, self._library)
        lease = Lease(
            task,
            self._queue,
            self._settings,
            asked=asked,
            draining=draining,
            pause_requested=steps.pause_requested,
        )
        delay_ms = 0
        outcome = "completed"
        try:
            async with lease.kept():
                result, gaps = await self._run_job(task, job, steps, limits)
                await task.complete(result, gaps)
        except PauseRequestedError:
            outcome = await task.give_back()
        except RetryLaterError as later:
            delay_ms = round(later.pause_s * 1000)
            outcome = await task.give_back(later.message, pause_ms=delay_ms)
        except CancelRequestedError:
            outcome = "cancelled"
            await task.cancelled()
        except (RedisAwayError, LeaseLostError):
            # Not the task's fault. Unless somebody has it already, it is given back as soon as
            # Redis answers, so that this does not count as the death of its holder.
            outcome = await task.give_back()
        except MeshError as error:
            outcome = "failed"
            await task.fail(error)
        except Exception:
            # A bug fails its task, visibly, and no other.
            outcome = "failed"
            log.exception("job_bug", job=task.job)
            await task.fail(steps.located(_bug(trace_id)))
        taken_ms = (time.monotonic() - started) * 1000
        log.info("task_ended", job=task.job, outcome=outcome, duration_ms=round(taken_ms))
        await self._after(task, outcome, delay_ms)
        if outcome == "completed":
            # A task taken over has not been worked on from its beginning, one answered from the
            # cache not at all.
            worked = task.fresh and not steps.recalled
            whole = Whole(taken_ms, len(task.request)) if worked else None
            await self._durations.learn(task.tenant_id, task.job, steps.measured, whole)

    async def _run_job(
        self, task: HeldTask, job: Job | None, steps: HeldSteps, limits: Limits
    ) -> tuple[Message, Sequence[task_pb2.MissingPart]]:
        """Does the work, or answers what an identical request has got before.

        Returns:
            The result, and what is missing of it.
        """
        if task.dead is not None:
            await _close_last_step(task)
            raise task.dead
        if job is None:
            message = f"This mesh has no job {task.job!r}."
            raise MeshError(Reason.INTERNAL, message)
        # Any: a job's own types are its two classes.
        request: Any = job.request.FromString(task.request)
        # Who has a task retried wants it done; its first step was done, or answered from here.
        if job.cached_s and not request.no_cache and not task.step:
            kept = await self._results.recall(task.tenant_id, job.name, request)
            if kept is not None:
                known: Any = job.result.FromString(kept.result)
                known.cached = True
                # It was paid for by the task that made it.
                known.ClearField("usage")
                steps.recall(kept.task_id)
                return cast("Message", known), kept.missing
        result = await _in_time(job, request, steps, limits)
        if job.cached_s:
            kept = task_pb2.KeptResult(
                task_id=task.task_id, missing=steps.gaps, result=result.SerializeToString()
            )
            await self._results.remember(
                task.tenant_id, job.name, request, kept, seconds=job.cached_s
            )
        return result, steps.gaps

    async def _after(self, task: HeldTask, outcome: str, delay_ms: int) -> None:
        """Does what follows; the place on the queue goes last, so that nothing is left undone."""
        claim = task.claim
        if outcome == "queued":
            await self._queue.enqueue(task.tenant_id, task.task_id, delay_ms=delay_ms)
            return
        if task.dead is not None:
            await self._dead_letters.add(task.tenant_id, task.task_id)
        if outcome != "paused" and task.callback_url:
            await self._outbox.schedule(task.tenant_id, task.task_id)
        await self._queue.remove(task.tenant_id, task.task_id, claim.until_ms)


async def _in_time(job: Job, request: Message, steps: HeldSteps, limits: Limits) -> Message:
    """Does the work within the time that the task has left."""
    scope = asyncio.timeout(max(0.0, limits.left_s))
    try:
        async with scope:
            return await job.run(request, steps)
    except TimeoutError as error:
        if not scope.expired():
            # Another timeout than the task's: a bug.
            raise
        message = f"The task took longer than {job.timeout_s:.0f} s."
        raise steps.located(MeshError(Reason.DEADLINE_EXCEEDED, message)) from error


async def _close_last_step(task: HeldTask) -> None:
    """Puts on record that the step under which the holders died has failed."""
    record = await task.step_record(task.step)
    if record is not None and record.status == "running":
        interrupt(record)
        record.status = "failed"
        record.completed_at.GetCurrentTime()
        message = "Its workers died one after another."
        task.note(Note("step_failed", task.step, message, step_record=record))


def _bug(trace_id: str) -> MeshError:
    message = "Something went wrong inside the mesh; report the trace id."
    return MeshError(Reason.INTERNAL, message, details={"trace_id": trace_id})
