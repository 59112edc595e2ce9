"""What the holder of a task writes: every write carries its fence, and a stale one is refused.

Notes are committed in groups: those that come while a write is under way leave together with the
next one. Each write has a number, so that one whose answer was lost may be sent again and counts
once.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message

from manusmesh.task.v1 import task_pb2
from meshkit import logs
from meshkit.errors import MeshError, Reason
from meshkit.redis import Argument, Redis, RedisAwayError, Reply, Script, as_mapping
from meshkit.tasks import artifacts, keys, record
from meshkit.tasks.notes import Note
from meshkit.tasks.queue import Claim
from meshkit.tasks.store import cancelled_error

_SCRIPTS: Final = "meshkit.tasks.scripts"
_BEGIN: Final = Script.load(_SCRIPTS, "lib.lua", "begin.lua")
_RENEW: Final = Script.load(_SCRIPTS, "lib.lua", "renew.lua")
_WRITE: Final = Script.load(_SCRIPTS, "lib.lua", "notes.lua", "write.lua")
_FINISH: Final = Script.load(_SCRIPTS, "lib.lua", "notes.lua", "finish.lua")
_HOLD: Final = Script.load(_SCRIPTS, "lib.lua", "notes.lua", "hold.lua")

DEATHS_MAX: Final = 3
"""A task under which this many holders have died, with no step finished in between, is given up."""
_REQUESTS: Final = ("cancel_requested", "pause_requested")
_AWAY_PAUSE_S: Final = 0.2
"""How long a write waits before it is sent again while Redis is away."""
_BACKLOG_MAX: Final = 64
"""Notes that may wait before whoever adds one has to wait too."""

_log = logs.get("meshkit.holder")


class LeaseLostError(Exception):
    """Somebody else holds the task now, or it was ended from outside: stop working on it."""


@dataclass(frozen=True, slots=True)
class Requests:
    """What the owner has asked of a running task."""

    cancel: bool
    pause: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a step has made before.

    Attributes:
        artifact: Its result, serialized.
        request: Digest of what was asked for.
    """

    artifact: bytes
    request: bytes


class HeldTask:
    """A task that this process holds.

    Every method that writes goes on trying while Redis is away, until it is cancelled; that of a
    write is made good by the next. It raises `LeaseLostError` when somebody else holds the task.

    Attributes:
        task_id: The task.
        tenant_id: Whose it is.
        job: Its job's name.
        attempt: How often it has been taken up, from 1.
        fresh: Whether nothing has been done for it before.
        dead: Why it must not be worked on but ended; None in all but rare cases.
        traceparent: The trace it belongs to; empty when there is none.
        callback_url: Where to tell of its end; empty for nowhere.
        accepted_ms: When it was accepted, Unix milliseconds.
        left_ms: How long what is left of it is expected to take; 0 when nobody knows.
        step: The step that began last; empty before the first.
        worked_ms: How long it had been worked on when it was taken up, with the pauses that retries
            asked for and without any other waiting.
        request: The validated request, serialized.
        ending: Whether its end is being written: the work on it is over.
    """

    def __init__(self, redis: Redis, claim: Claim, begun: "_Begun", *, lease_ms: int) -> None:
        fields = begun.fields
        self._redis = redis
        self._fence = begun.fence
        self._lease_ms = lease_ms
        self._held_until = begun.asked_at + lease_ms / 1000
        self._notes: list[Note] = []
        self._sequence = 0
        self._unsure: tuple[Script, Sequence[Argument]] | None = None
        self._writing = asyncio.Lock()
        self._flushes: set[asyncio.Task[None]] = set()
        self._names = keys.all_of(claim.task_id)
        self.claim = claim
        self.task_id = claim.task_id
        self.attempt = begun.attempt
        self.fresh = begun.attempt == 1
        self.dead = _given_up(fields) if begun.state == "dead" else None
        self.tenant_id = record.text(fields, "tenant_id")
        self.job = record.text(fields, "job")
        self.traceparent = record.text(fields, "traceparent")
        self.callback_url = record.text(fields, "callback_url")
        now_ms = record.number(fields, "lease_until") - lease_ms
        idle_ms = record.number(fields, "idle_ms")
        self.worked_ms = max(0, now_ms - record.number(fields, "run_started_at") - idle_ms)
        self.request = begun.request
        self.accepted_ms = record.number(fields, "created_at")
        self.left_ms = record.number(fields, "left_ms")
        self.step = record.text(fields, "step")
        self.ending = False

    @property
    def held(self) -> bool:
        """Whether the lease lasts by this process's own clock."""
        return time.monotonic() < self._held_until

    async def checkpoint(self, step: str) -> Checkpoint | None:
        """What a step has made before; None when it has not finished."""
        reply = await self._redis.execute(
            "HMGET", keys.part(self.task_id, "artifacts"), f"{step}_output", f"{step}_request"
        )
        match reply:
            case [bytes(stored), bytes(request)]:
                return Checkpoint(artifacts.unpack(stored), request)
            case _:
                return None

    async def step_record(self, step: str) -> task_pb2.StepRecord | None:
        """The record of a step; None when it has not begun."""
        stored = await self._redis.execute("HGET", keys.part(self.task_id, "steps"), step)
        return task_pb2.StepRecord.FromString(stored) if isinstance(stored, bytes) else None

    async def renew(self) -> Requests:
        """Renews the lease, once and without trying again, and tells what the owner asks for."""
        asked_at = time.monotonic()
        arguments: list[Argument] = [self._fence, self._lease_ms]
        reply = await self._redis.run(_RENEW, self._names, arguments)
        match reply:
            case [1, int(cancel), int(pause)]:
                self._held_until = asked_at + self._lease_ms / 1000
                return Requests(cancel=cancel == 1, pause=pause == 1)
            case _:
                raise LeaseLostError(self.task_id)

    async def requests(self) -> Requests:
        """What the owner asks for, without renewing the lease: it writes nothing."""
        reply = await self._redis.execute(
            "HMGET", keys.task(self.task_id), *("fence", "status", *_REQUESTS)
        )
        match reply:
            case [bytes(fence), b"running", cancel, pause] if int(fence) == self._fence:
                return Requests(cancel=cancel is not None, pause=pause is not None)
            case _:
                raise LeaseLostError(self.task_id)

    def note(self, note: Note) -> None:
        """Adds a note, which is written soon: with the next write, or after this turn at latest."""
        self._notes.append(note)
        if len(self._notes) == 1:
            asyncio.get_running_loop().call_soon(self._flush_soon)

    async def tell(self, note: Note) -> None:
        """Adds a note; waits while too many others wait to be written."""
        self.note(note)
        if len(self._notes) > _BACKLOG_MAX:
            await self.flush()

    async def write(self, note: Note) -> None:
        """Adds a note and returns when it is written."""
        self.note(note)
        await self.flush()

    async def flush(self) -> None:
        """Returns when every note is written."""
        async with self._writing:
            if self._notes:
                await self._fenced(_WRITE, [])

    async def complete(self, result: Message, missing: Sequence[task_pb2.MissingPart] = ()) -> None:
        """Ends the task with its result, and with what is missing of it."""
        gaps = task_pb2.Task(missing=missing).SerializeToString()
        packed = artifacts.pack(result.SerializeToString())
        await self._finish("completed", "Completed", b"", packed, gaps)

    async def fail(self, error: MeshError) -> None:
        """Ends the task with an error."""
        await self._finish("failed", error.message, error.to_proto().SerializeToString())

    async def cancelled(self) -> None:
        """Ends the task as its owner asked."""
        error = cancelled_error("").to_proto().SerializeToString()
        await self._finish("cancelled", "Cancelled", error)

    async def give_back(
        self, message: str = "Waiting for a free worker", *, pause_ms: int = 0
    ) -> str:
        """Gives the task back and answers its status: "paused" if its owner asks, else "queued".

        Args:
            message: What a queued task then waits for.
            pause_ms: For how long it is to be left alone before the next attempt at a step; this
                counts as worked.
        """
        async with self._writing:
            status = await self._fenced(_HOLD, [message, pause_ms])
        return status.decode() if isinstance(status, bytes) else "queued"

    async def _finish(
        self, status: str, message: str, error: bytes, result: bytes = b"", missing: bytes = b""
    ) -> None:
        self.ending = True
        async with self._writing:
            await self._fenced(_FINISH, [status, message, error, result, missing, keys.RETENTION_S])

    async def _fenced(self, script: Script, arguments: Sequence[Argument]) -> Reply:
        """Runs a writing script with the notes that wait; the caller holds `_writing`."""
        if self._unsure is not None:
            # One that was broken off: done or not, sent again it counts once.
            await self._sent(*self._unsure)
        notes, self._notes = self._notes, []
        self._sequence += 1
        packed: list[Argument] = [self._fence, self._sequence, *arguments]
        for note in notes:
            packed.extend(note.packed())
        return await self._sent(script, packed)

    async def _sent(self, script: Script, packed: Sequence[Argument]) -> Reply:
        self._unsure = (script, packed)
        while True:
            try:
                reply = await self._redis.run(script, self._names, packed)
            except RedisAwayError:
                await asyncio.sleep(_AWAY_PAUSE_S)
                continue
            self._unsure = None
            if reply == 0:
                raise LeaseLostError(self.task_id)
            return reply

    def _flush_soon(self) -> None:
        if self._notes:
            flush = asyncio.get_running_loop().create_task(self._flush_quietly())
            # The loop holds its tasks weakly.
            self._flushes.add(flush)
            flush.add_done_callback(self._flushes.discard)

    async def _flush_quietly(self) -> None:
        try:
            while self._notes:
                await self.flush()
        except (LeaseLostError, MeshError) as error:
            # Whoever keeps the lease, and the next write, find the same.
            _log.info("notes_not_written", task_id=self.task_id, why=repr(error))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a claimed task was not taken up.

    Attributes:
        state: "gone", "final", "paused" or "held".
        held_until_ms: For "held": when the other holder's lease ends, Unix milliseconds.
        dead: For "final": whether it was given up because its holders died.
    """

    state: str
    held_until_ms: int = 0
    dead: bool = False


@dataclass(frozen=True, slots=True)
class _Begun:
    state: str
    fence: int
    attempt: int
    fields: record.Fields
    request: bytes
    asked_at: float


async def begin(redis: Redis, claim: Claim, *, holder: str, lease_ms: int) -> HeldTask | Refused:
    """Takes a claimed task up under a new fence, or answers why not.

    Args:
        redis: Where the task is.
        claim: The claim on it.
        holder: Name of the process, unique over its restarts. It must not hold the task already.
        lease_ms: How long it is held unless renewed.
    """
    asked_at = time.monotonic()
    reply = await redis.run(
        _BEGIN,
        keys.all_of(claim.task_id),
        [
            *(holder, lease_ms, keys.RETENTION_S, DEATHS_MAX),
            *("Starting", "Taken over: the worker before does not answer any more"),
        ],
    )
    match reply:
        case [bytes(state)]:
            return Refused(state.decode())
        case [b"held", int(until_ms)]:
            return Refused("held", held_until_ms=until_ms)
        case [b"final", int(deaths)]:
            return Refused("final", dead=deaths >= DEATHS_MAX)
        case [bytes(state), int(fence), int(attempt), list(fields), bytes(request)]:
            begun = _Begun(state.decode(), fence, attempt, as_mapping(fields), request, asked_at)
            return HeldTask(redis, claim, begun, lease_ms=lease_ms)
        case _:
            msg = "the begin script answers a state"
            raise TypeError(msg)


def _given_up(fields: Mapping[bytes, bytes]) -> MeshError:
    """The error of a task that is ended because its holders die."""
    deaths, step = record.number(fields, "deaths"), record.text(fields, "step")
    where = f"at the step {step!r}" if step else "before its first step"
    return MeshError(
        Reason.INTERNAL,
        f"{deaths} workers died one after another working on this task, {where}; it is kept as a "
        "dead letter for an operator.",
        details={
            "dead_letter": True,
            "deaths": deaths,
            "agent": record.text(fields, "agent"),
            "step": step,
        },
    )
