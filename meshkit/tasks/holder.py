"""What the holder of a task writes: every write carries its fence, and a stale one is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError
from meshkit.redis import Argument, Redis, Reply, Script, as_mapping
from meshkit.tasks import artifacts, keys, record
from meshkit.tasks.store import cancelled_error

_SCRIPTS: Final = "meshkit.tasks.scripts"
_BEGIN: Final = Script.load(_SCRIPTS, "lib.lua", "begin.lua")
_RENEW: Final = Script.load(_SCRIPTS, "lib.lua", "renew.lua")
_WRITE: Final = Script.load(_SCRIPTS, "lib.lua", "write.lua")
_PLAN: Final = Script.load(_SCRIPTS, "lib.lua", "plan.lua")
_FINISH: Final = Script.load(_SCRIPTS, "lib.lua", "finish.lua")
_HOLD: Final = Script.load(_SCRIPTS, "lib.lua", "hold.lua")


class LeaseLostError(Exception):
    """Somebody else holds the task now, or it was ended from outside: stop working on it."""


@dataclass(frozen=True, slots=True)
class Requests:
    """What the owner has asked of a running task."""

    cancel: bool
    pause: bool


@dataclass(frozen=True, slots=True)
class Note:
    """One event to write, with what it changes.

    Attributes:
        kind: The event's type.
        step: The step it belongs to; empty for the whole task.
        message: A sentence for people.
        payload: The message that goes with the kind, or None.
        progress: Progress of the task after it, 0 to 99; None leaves it.
        sentence: What is going on from now; empty leaves it.
        step_record: The step's new record, or None.
        artifact: The step's result, stored once, or None.
        duration_ms: With artifact: how long the step took.
        total_steps: How many steps the task has from now; None leaves it.
    """

    kind: str
    step: str = ""
    message: str = ""
    payload: Message | None = None
    progress: int | None = None
    sentence: str = ""
    step_record: task_pb2.StepRecord | None = None
    artifact: Message | None = None
    duration_ms: int | None = None
    total_steps: int | None = None


class HeldTask:
    """A task that this process holds.

    Every method raises `LeaseLostError` when it no longer does, and UPSTREAM_UNAVAILABLE while
    Redis is away.

    Attributes:
        task_id: The task.
        tenant_id: Whose it is.
        job: Its job's name.
        attempt: How often it has been taken up, from 1.
        traceparent: The trace it belongs to; empty when there is none.
    """

    def __init__(
        self, redis: Redis, task_id: str, fence: int, attempt: int, fields: record.Fields
    ) -> None:
        self._redis = redis
        self._fence = fence
        self._fields = fields
        self.task_id = task_id
        self.attempt = attempt
        self.tenant_id = record.text(fields, "tenant_id")
        self.job = record.text(fields, "job")
        self.traceparent = record.text(fields, "traceparent")

    async def request(self) -> bytes:
        """The validated request, serialized."""
        stored = await self._redis.execute("GET", keys.part(self.task_id, "input"))
        if not isinstance(stored, bytes):
            msg = "the input of the task is gone"
            raise LeaseLostError(msg)
        return stored

    async def artifact(self, step: str) -> bytes | None:
        """What a step has made, serialized; None when it has not finished."""
        stored = await self._redis.execute(
            "HGET", keys.part(self.task_id, "artifacts"), f"{step}_output"
        )
        return artifacts.unpack(stored) if isinstance(stored, bytes) else None

    async def step_record(self, step: str) -> task_pb2.StepRecord | None:
        """The record of a step; None when it has not begun."""
        stored = await self._redis.execute("HGET", keys.part(self.task_id, "steps"), step)
        return task_pb2.StepRecord.FromString(stored) if isinstance(stored, bytes) else None

    async def renew(self, *, lease_ms: int) -> Requests:
        """Renews the lease and answers what the owner has asked for."""
        reply = await self._redis.run(_RENEW, self._keys("events"), [self._fence, lease_ms])
        held, cancel, pause = _integers(reply)
        if not held:
            raise LeaseLostError(self.task_id)
        return Requests(cancel=cancel == 1, pause=pause == 1)

    async def write(self, note: Note) -> bool:
        """Writes an event with what it changes; False when the step's result was there already."""
        message = note.payload.SerializeToString() if note.payload is not None else b""
        reply = await self._redis.run(
            _WRITE,
            self._keys("events", "artifacts", "steps", "messages"),
            [
                self._fence,
                "" if note.progress is None else note.progress,
                note.sentence,
                note.kind,
                note.step,
                note.message,
                message,
                note.step_record.SerializeToString() if note.step_record is not None else b"",
                f"{note.step}_output" if note.artifact is not None else "",
                artifacts.pack(note.artifact.SerializeToString())
                if note.artifact is not None
                else b"",
                "" if note.duration_ms is None else note.duration_ms,
                note.step_record.agent if note.step_record is not None else "",
                "" if note.total_steps is None else note.total_steps,
                *_spoken(note.payload),
            ],
        )
        if reply == 0:
            raise LeaseLostError(self.task_id)
        return reply == 1

    async def plan(self, plan: plan_pb2.Plan, *, total_steps: int, expected_ms: int) -> None:
        """Stores the plan and what it is expected to take."""
        arguments: list[Argument] = [
            self._fence,
            plan.SerializeToString(),
            total_steps,
            expected_ms,
        ]
        await self._fenced(_PLAN, self._keys("events", "plan"), arguments)

    async def complete(self, result: Message) -> None:
        """Ends the task with a result."""
        packed = artifacts.pack(result.SerializeToString())
        await self._finish("completed", "Completed", b"", packed)

    async def fail(self, error: MeshError) -> None:
        """Ends the task with an error."""
        await self._finish("failed", error.message, error.to_proto().SerializeToString(), b"")

    async def cancelled(self) -> None:
        """Ends the task as its owner asked."""
        error = cancelled_error("").to_proto().SerializeToString()
        await self._finish("cancelled", "Cancelled", error, b"")

    async def give_back(self) -> str:
        """Gives the task back and answers its status: "paused" if its owner asks, else "queued"."""
        message = "Waiting for a free worker"
        status = await self._redis.run(_HOLD, self._keys("events"), [self._fence, message])
        if not isinstance(status, bytes):
            raise LeaseLostError(self.task_id)
        return status.decode()

    async def _finish(self, status: str, message: str, error: bytes, result: bytes) -> None:
        arguments: list[Argument] = [self._fence, status, message, error, result, keys.RETENTION_S]
        await self._fenced(_FINISH, list(keys.all_of(self.task_id)), arguments)

    async def _fenced(
        self, script: Script, names: list[str], arguments: Sequence[Argument]
    ) -> None:
        if await self._redis.run(script, names, arguments) == 0:
            raise LeaseLostError(self.task_id)

    def _keys(self, *parts: str) -> list[str]:
        return [keys.task(self.task_id), *(keys.part(self.task_id, part) for part in parts)]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a claimed task was not taken up.

    Attributes:
        state: "gone", "final", "paused" or "held".
        held_until_ms: For "held": when the other holder's lease ends, Unix milliseconds.
    """

    state: str
    held_until_ms: int = 0


async def begin(redis: Redis, task_id: str, *, holder: str, lease_ms: int) -> HeldTask | Refused:
    """Takes a claimed task up under a new fence, or answers why not."""
    error = cancelled_error("").to_proto().SerializeToString()
    names = list(keys.all_of(task_id))
    arguments: list[Argument] = [holder, lease_ms, keys.RETENTION_S, "Starting", error]
    reply = await redis.run(_BEGIN, names, arguments)
    if not isinstance(reply, list) or not isinstance(reply[0], bytes):
        msg = "the begin script answers a list"
        raise TypeError(msg)
    state = reply[0].decode()
    _, fence, attempt = reply
    if not isinstance(fence, int) or not isinstance(attempt, int):
        msg = "the begin script answers numbers"
        raise TypeError(msg)
    if state != "run":
        return Refused(state, fence)
    fields = as_mapping(await redis.execute("HGETALL", keys.task(task_id)))
    return HeldTask(redis, task_id, fence, attempt, fields)


def _spoken(payload: Message | None) -> tuple[str, ...]:
    if not isinstance(payload, run_pb2.AgentMessage):
        return ()
    return (payload.from_agent, payload.to_agent, payload.type, payload.payload)


def _integers(reply: Reply) -> list[int]:
    if not isinstance(reply, list):
        msg = "the script answers a list"
        raise TypeError(msg)
    return [item for item in reply if isinstance(item, int)]
