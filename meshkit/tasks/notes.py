"""Notes: what a holder writes about its task, one event each with what it changes."""

import hashlib
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message

from manusmesh.task.v1 import task_pb2
from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.redis import Argument
from meshkit.tasks import artifacts

_DIGEST_BYTES: Final = 16


def digest_of(request: bytes) -> bytes:
    """By which requests of a step are told apart: 16 bytes of SHA-256.

    Args:
        request: Serialized deterministically.
    """
    return hashlib.sha256(request).digest()[:_DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class Made:
    """What a finished step has made.

    Attributes:
        artifact: Its typed result.
        request: `digest_of` what was asked for; another request has another result.
        duration_ms: How long it took.
    """

    artifact: Message
    request: bytes
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Left:
    """How long the rest of a task is expected to take.

    Attributes:
        work_ms: The work that is left.
        pause_ms: The pause before it goes on.
        reason: Why this may be much more than was expected so far; the status names it if it is.
            Without one the time left only ever shortens.
    """

    work_ms: int
    pause_ms: int = 0
    reason: str = ""

    def packed(self) -> tuple[Argument, ...]:
        """As `notes.lua` reads it: 3 values."""
        return self.work_ms, self.pause_ms, self.reason


@dataclass(frozen=True, slots=True)
class Note:
    """One event to write, with what it changes.

    Attributes:
        kind: The event's type; empty for a change that is no event.
        step: The step it belongs to; empty for the whole task.
        message: A sentence for people.
        payload: The message that goes with the kind, or None.
        progress: Progress of the task after it, 0 to 99; None leaves it.
        sentence: What is going on from now; empty leaves it.
        step_record: The step's new record, or None.
        made: What the step has made, when it has finished.
        total_steps: How many steps the task has from now; None leaves it.
        plan: The task's plan from now, or None.
        left: How long the rest of the task is expected to take from now; None leaves it.
    """

    kind: str
    step: str = ""
    message: str = ""
    payload: Message | None = None
    progress: int | None = None
    sentence: str = ""
    step_record: task_pb2.StepRecord | None = None
    made: Made | None = None
    total_steps: int | None = None
    plan: plan_pb2.Plan | None = None
    left: Left | None = None

    def packed(self) -> tuple[Argument, ...]:
        """The note as `notes.lua` reads it: 20 values, empty for what does not change."""
        record, made, said = self.step_record, self.made, self.payload
        spoken = said if isinstance(said, run_pb2.AgentMessage) else _SILENCE
        return (
            self.kind,
            self.step,
            self.message,
            said.SerializeToString() if said is not None else b"",
            "" if self.progress is None else self.progress,
            self.sentence,
            record.SerializeToString() if record is not None else b"",
            artifacts.pack(made.artifact.SerializeToString()) if made is not None else b"",
            made.request if made is not None else b"",
            made.duration_ms if made is not None else "",
            record.agent if record is not None else "",
            "" if self.total_steps is None else self.total_steps,
            self.plan.SerializeToString() if self.plan is not None else b"",
            *(("", "", "") if self.left is None else self.left.packed()),
            spoken.from_agent,
            spoken.to_agent,
            spoken.type,
            spoken.payload,
        )


_SILENCE = run_pb2.AgentMessage()
