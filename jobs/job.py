"""What a job is, and what it is given to work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.message import Message

from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError
from meshkit.library import Kind

Req = TypeVar("Req", bound=Message)
Res = TypeVar("Res", bound=Message)


@dataclass(frozen=True, slots=True)
class Action(Generic[Req, Res]):
    """One thing an agent does: an RPC of its contract.

    Attributes:
        agent: "planning", "research", "coder" or "reporter".
        path: `/package.Service/Method`.
        request: Class of the request; it has a field `context`.
        event: Class of the streamed events, each a oneof that ends with `result`.
        result: Class of the result.
    """

    agent: str
    path: str
    request: type[Req]
    event: type[Message]
    result: type[Res]


class Steps(Protocol):
    """Runs steps of one task: calls agents, remembers results, tells progress."""

    @property
    def task_id(self) -> str:
        """The task."""

    @property
    def accepted_at(self) -> datetime:
        """When the task was accepted, UTC: its "now", however often and wherever it is taken up."""

    async def run(
        self,
        step: str,
        action: Action[Req, Res],
        request: Req,
        *,
        title: str,
        failure: Callable[[Res], MeshError | None] | None = None,
    ) -> Res:
        """Runs one step, or answers what it made when it had finished before.

        Args:
            step: Id of the step, unique within the task, as in its plan.
            action: What to do.
            request: The action's request; its `context` is filled in here.
            title: What people see while it runs.
            failure: Tells from a result whether the step has failed all the same, and how. Such a
                result is no checkpoint: a retry of the task does the step again.

        Raises:
            MeshError: when the step failed for good.
        """

    async def follow(self, plan: plan_pb2.Plan) -> None:
        """Tells the plan, by which progress and the time left are reckoned from now on."""

    def missing(self, step: str, name: str, error: MeshError) -> None:
        """Tells that the result will rest on part of its sources: it is then partial.

        Args:
            step: Id of the step that failed; a retry of the task does it again.
            name: What the step was about, for people, such as the name of a competitor.
            error: Why it failed.
        """

    def usage(self) -> run_pb2.Usage:
        """What model calls of all steps have cost so far."""

    async def version(self, kind: Kind, item_id: str) -> int:
        """The number, from 1, of the version of an item that this task will make for keeps."""

    async def keep(
        self, kind: Kind, item_id: str, version: int, name: str, parts: Mapping[str, Message]
    ) -> None:
        """Keeps a version of an item in the tenant's library; keeping it again changes nothing.

        Args:
            kind: What it is.
            item_id: Its id.
            version: Its number, as `version` gave it.
            name: Its name for people.
            parts: What it consists of.
        """

    async def kept(
        self, kind: Kind, item_id: str, part: str, message_type: type[Res]
    ) -> Res | None:
        """A part of the newest version of an item of the tenant; None when there is none."""


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of task.

    Attributes:
        name: Its name, as in the REST path.
        request: Class of its request.
        result: Class of its result.
        run: Does the work. Any: a job's own types are the two classes above.
        timeout_s: Seconds after which a task of it fails.
        cached_s: How long its results, partial ones too, answer identical requests of the tenant;
            0 for never. The request then has a field `no_cache`, the result `cached` and `usage`.
    """

    name: str
    request: type[Message]
    result: type[Message]
    run: Callable[[Any, Steps], Awaitable[Message]]
    timeout_s: float
    cached_s: int = 0
