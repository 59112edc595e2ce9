"""Steps for jobs to run on without a mesh: answers by step, and what was asked on record."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from manusmesh.type.v1 import plan_pb2, run_pb2
from meshkit.errors import MeshError

PLAN = plan_pb2.Plan(subtasks=[plan_pb2.Subtask(id="research")], engine="offline")
USAGE = run_pb2.Usage(llm_calls=3)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Answer = Message | MeshError | Callable[[Any], Message]


class Steps:
    """The steps of one task.

    Attributes:
        answers: Step to what comes of it: a message, an error to raise, a function of the request.
            A step that is not here answers an empty result; "planning" answers `PLAN`.
        asked: Step, action and request of each run.
        followed: The plans that were told.
        gaps: Step, name and error of what is missing.
        shelf: Kind and id to name, version and parts of what was kept.
        reserved: Kind and id of each version that was asked for.
    """

    task_id = "task_" + "1" * 32
    accepted_at = NOW

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[tuple[str, Any, Any]] = []
        self.followed: list[plan_pb2.Plan] = []
        self.gaps: list[tuple[str, str, MeshError]] = []
        self.shelf: dict[tuple[str, str], tuple[str, int, Mapping[str, Message]]] = {}
        self.reserved: list[tuple[str, str]] = []

    async def run(
        self,
        step: str,
        action: Any,
        request: Any,
        *,
        title: str,
        failure: Callable[[Any], MeshError | None] | None = None,
    ) -> Any:
        self.asked.append((step, action, request))
        assert title
        answer = self.answers.get(step, PLAN if step == "planning" else action.result())
        if isinstance(answer, MeshError):
            raise answer
        made = answer if isinstance(answer, Message) else answer(request)
        error = failure(made) if failure is not None else None
        if error is not None:
            raise error
        return made

    async def follow(self, plan: plan_pb2.Plan) -> None:
        self.followed.append(plan)

    def missing(self, step: str, name: str, error: MeshError) -> None:
        self.gaps.append((step, name, error))

    def usage(self) -> run_pb2.Usage:
        return USAGE

    async def version(self, kind: str, item_id: str) -> int:
        self.reserved.append((kind, item_id))
        return len(self.reserved)

    async def keep(
        self, kind: str, item_id: str, version: int, name: str, parts: Mapping[str, Message]
    ) -> None:
        self.shelf[kind, item_id] = (name, version, parts)

    async def kept(self, kind: str, item_id: str, part: str, message_type: type[Any]) -> Any:
        found = self.shelf.get((kind, item_id))
        return None if found is None else found[2][part]

    @property
    def steps(self) -> list[str]:
        """The steps in the order in which they were begun."""
        return [step for step, _, _ in self.asked]

    def request(self, step: str) -> Any:
        """What a step was asked."""
        return next(request for name, _, request in self.asked if name == step)
