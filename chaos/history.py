"""What is recorded during a run, and how it is kept.

All times are Unix seconds. Redis, the mesh and the harness share one machine and so one clock.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FINAL = frozenset({"completed", "failed", "cancelled"})
"""Statuses, and types of events, that end a task unless it is retried."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a task, as a watcher receives it."""

    offset: int
    type: str
    at_s: float
    progress: int
    step: str
    message: str


@dataclass(frozen=True, slots=True)
class Start:
    """A start that was acknowledged.

    Attributes:
        tenant_id: Whose task it is.
        key: The idempotency key it was asked for with.
        name: The name that the request carried, which steers the rig's agents.
        task_id: The id that was answered.
        sent_s: When it was first asked for.
        answered_s: When it was acknowledged.
        tries: How often it was asked for.
        callback_url: What was to hear of the task's ends; empty for nobody.
    """

    tenant_id: str
    key: str
    name: str
    task_id: str
    sent_s: float
    answered_s: float
    tries: int
    callback_url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that was received.

    Attributes:
        at_s: When.
        url: Where, as the task's callback URL has it.
        webhook_id: The id of the message; empty when it had none.
        task_id: The task that its body names.
        status: The status that its body names.
        body: Digest of the body.
        fault: What is wrong with its signature or form; empty when nothing is.
        answered: The HTTP status that it was answered, 0 when the connection was closed instead.
    """

    at_s: float
    url: str
    webhook_id: str
    task_id: str
    status: str
    body: str
    fault: str
    answered: int


@dataclass(frozen=True, slots=True)
class Poll:
    """An answer about a task's status.

    Attributes:
        task_id: The task.
        sent_s: When it was asked for.
        answered_s: When it was answered.
        status: The task's status.
        progress: Its progress in percent.
        eta_s: The time left in seconds.
        current_step: What is going on.
    """

    task_id: str
    sent_s: float
    answered_s: float
    status: str
    progress: int
    eta_s: int = 0
    current_step: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """An answered cancel, pause, resume or retry.

    Attributes:
        task_id: The task.
        action: "cancel", "pause", "resume" or "retry".
        sent_s: When it was asked for.
        answered_s: When it was answered.
        http: The HTTP status; 200 or 409.
        status: The task's status in the answer; empty for a 409.
    """

    task_id: str
    action: str
    sent_s: float
    answered_s: float
    http: int
    status: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What one watcher saw of a task, over all its reconnections.

    Attributes:
        task_id: The task.
        events: In order of arrival, without heartbeats.
        connections: How often it connected.
        ended: Whether the server ended the stream after a terminal event.
    """

    task_id: str
    events: Sequence[Event]
    connections: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Surprise:
    """An answer that no fault excuses."""

    at_s: float
    task_id: str
    call: str
    says: str


@dataclass(frozen=True, slots=True)
class Held:
    """A task's hold as Redis had it at a moment."""

    task_id: str
    at_s: float
    fence: int
    attempt: int
    holder: str
    status: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to the mesh.

    Attributes:
        kind: "kill", "freeze" or "reset".
        target: The process.
        at_s: When.
        until_s: When a frozen process was let go on; `at_s` for the others.
        held: The tasks that the process held then.
    """

    kind: str
    target: str
    at_s: float
    until_s: float
    held: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that a bystander sent: its HTTP status, 0 when the connection failed."""

    sent_s: float
    answered_s: float
    http: int


@dataclass(frozen=True, slots=True)
class Outage:
    """A time during which Redis did not answer.

    Attributes:
        from_s: When it was killed or frozen.
        until_s: When it answered again.
    """

    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """A task at the end of the run.

    Attributes:
        task_id: The task.
        tenant_id: Whose it is.
        found: Whether it still exists.
        status: Its status.
        progress: Its progress.
        attempt: How often it was taken up.
        completed_steps: The steps that it says are done, in order.
        steps: Status by step of its full record.
        error: Code and message of its error; empty without one.
        result: What each step wrote into its result; empty without one.
        artifacts: The steps whose results Redis holds.
        sse: All its events over Server-Sent Events.
        grpc: All its events over gRPC.
    """

    task_id: str
    tenant_id: str
    found: bool = False
    status: str = ""
    progress: int = 0
    attempt: int = 0
    completed_steps: Sequence[str] = ()
    steps: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    result: Sequence[str] = ()
    artifacts: Sequence[str] = ()
    sse: Sequence[Event] = ()
    grpc: Sequence[Event] = ()


@dataclass(slots=True)
class History:
    """Everything that was recorded; the harness appends to it while it runs.

    Attributes:
        seed: Of the run's random choices.
        lease_s: The lease of the orchestrators.
        began_s: When the first task was started.
        ended_s: When the last task was final, or when waiting for it was given up.
        listed: By tenant, the tasks that its list names at the end.
        outages: When Redis did not answer.
    """

    seed: int
    lease_s: float
    began_s: float = 0.0
    ended_s: float = 0.0
    starts: list[Start] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    surprises: list[Surprise] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    tasks: dict[str, TaskHistory] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)

    def undisturbed_since(self, from_s: float, until_s: float, *, blows: Sequence[float]) -> float:
        """Since when, between two moments, Redis was there and nothing was struck any more.

        Args:
            from_s: The first moment, and the answer when nothing happened in between.
            until_s: The second.
            blows: When those were struck that matter.
        """
        since = from_s
        for outage in self.outages:
            if outage.from_s < until_s and outage.until_s > since:
                since = min(outage.until_s, until_s)
        return max([since, *(at_s for at_s in blows if since < at_s < until_s)])


def save(history: History, figures: Mapping[str, Any], path: Path) -> None:
    """Writes a run as JSON, for people and scripts that look closer."""
    content = {"figures": figures, "history": dataclasses.asdict(history)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
