"""Agents in process, with sessions to them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit import client, middleware, policy
from meshkit.auth.principal import InternalAuthenticator
from meshkit.interceptors import Handlers
from meshkit.sessions import server as session_server
from meshkit.sessions.client import Sessions
from tests.support.tasks import skill_request

KEY = "0123456789abcdef"
PATH = "/manusmesh.coder.v1.CoderService/ReviewSkill"
OPEN = "/manusmesh.session.v1.SessionService/Open"

Behaviour = Callable[[pb.ReviewSkillRequest, Any], AsyncIterator[pb.ReviewSkillResponse]]


def request(step: str) -> bytes:
    """A valid request whose step chooses the behaviour."""
    message = pb.ReviewSkillRequest(
        context=run_pb2.CallContext(
            task_id=f"task_{'0' * 32}", step_id=step, attempt=1, tenant_id="tenant_acme"
        ),
        draft=skill_pb2.SkillDraft(name="x"),
        examples=skill_request(1).examples,
    )
    return message.SerializeToString()


def result(text: str) -> pb.ReviewSkillResponse:
    """The last event of a call."""
    return pb.ReviewSkillResponse(result=skill_pb2.SkillReview(feedback=[text]))


def progress(fraction: float, text: str = "") -> pb.ReviewSkillResponse:
    """An event before the last."""
    return pb.ReviewSkillResponse(progress=run_pb2.Progress(fraction=fraction, message=text))


class Agent(rpc.CoderServiceServicer):
    """One replica.

    Attributes:
        behaviours: Step to what the agent does; a step that is not named answers its own name.
        outcomes: Path and outcome of each call that has ended, sessions among them.
        entered: How often each step was begun.
    """

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.outcomes: list[tuple[str, str]] = []
        self.entered: Counter[str] = Counter()
        self.address = ""
        self._server: grpc.aio.Server
        self._sessions: session_server.SessionServer | None = None

    async def ReviewSkill(self, request, context):  # noqa: N802
        step = request.context.step_id
        self.entered[step] += 1
        behaviour = self.behaviours.get(step)
        if behaviour is None:
            yield result(step)
            return
        async with contextlib.aclosing(behaviour(request, context)) as events:
            async for event in events:
                yield event

    async def start(self, *, sessions: bool = True) -> None:
        def observe(path: str, outcome: str, _: float) -> None:
            self.outcomes.append((path, outcome))

        coder = pb.DESCRIPTOR.services_by_name["CoderService"]
        handlers = Handlers(
            middleware.standard(InternalAuthenticator(KEY), observe=observe),
            policy.read([coder, session_server.DESCRIPTOR]),
        )
        rpc.add_CoderServiceServicer_to_server(self, handlers)
        self._sessions = session_server.SessionServer(handlers) if sessions else None
        self._server = grpc.aio.server(
            handlers=(handlers,), options=(("grpc.max_receive_message_length", 16 << 20),)
        )
        port = self._server.add_insecure_port(self.address or "127.0.0.1:0")
        self.address = f"127.0.0.1:{port}"
        await self._server.start()

    async def stop(self, grace: float | None = None) -> None:
        """Stops; with a grace period as a server that drains."""
        stopping = asyncio.ensure_future(self._server.stop(grace))
        if grace is not None and self._sessions is not None:
            await asyncio.sleep(0)
            self._sessions.go_away()
        await stopping


Connect = Callable[..., AbstractAsyncContextManager[Sessions]]


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    one = Agent()
    await one.start()
    yield one
    await one.stop()


@contextlib.asynccontextmanager
async def connect(*agents: Agent, key: str = KEY, **options: Any) -> AsyncIterator[Sessions]:
    """Sessions to some replicas, one each."""
    addresses = ",".join(agent.address for agent in agents)
    async with client.channel(addresses) as channel:
        options = {"count": len(agents), **options}
        sessions = Sessions(channel, agent="coder", internal_key=key, **options)
        try:
            yield sessions
        finally:
            await sessions.close()


async def events_of(
    sessions: Sessions, step: str, *, path: str = PATH, timeout_s: float = 10.0
) -> list[Message]:
    """All events of a call."""
    call = await sessions.start(
        path, request(step), timeout_s=timeout_s, parse=pb.ReviewSkillResponse.FromString
    )
    assert call is not None
    return [event async for event in call]


async def ask(sessions: Sessions, step: str, **options: Any) -> str:
    """The text of the result of a call."""
    last: Any = (await events_of(sessions, step, **options))[-1]
    return str(last.result.feedback[0])
