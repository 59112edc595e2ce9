"""Calling a real gRPC service that plays an agent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import grpc
import pytest

from jobs import actions
from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.coder.v1 import coder_service_pb2_grpc as rpc
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit import client, interceptors, middleware, policy
from meshkit.auth.principal import InternalAuthenticator
from meshkit.errors import FieldViolation, MeshError, Reason
from meshkit.sessions import server as session_server
from meshkit.tasks.holder import LeaseLostError
from services.orchestrator.agents import Agents, Listener
from tests.support import grpc_server
from tests.support.errors import refusal
from tests.support.eventually import eventually
from tests.support.tasks import skill_request

KEY = "0123456789abcdef"
CONTEXT = run_pb2.CallContext(
    task_id=f"task_{'0' * 32}", step_id="coder", attempt=1, tenant_id="tenant_acme"
)
REQUEST = pb.ReviewSkillRequest(
    context=CONTEXT,
    draft=skill_pb2.SkillDraft(name="x"),
    examples=skill_request(1).examples,
)
RESULT = skill_pb2.SkillReview(score=50)


class Coder(rpc.CoderServiceServicer):
    def __init__(self) -> None:
        self.script: list[pb.ReviewSkillResponse | Exception | asyncio.Event] = []
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def ReviewSkill(self, request, context):  # noqa: N802
        self.begun.set()
        try:
            for item in self.script:
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, asyncio.Event):
                    await item.wait()
                else:
                    yield item
        finally:
            self.ended.set()


class Heard:
    def __init__(self, raises: Exception | None = None) -> None:
        self.items: list[object] = []
        self._raises = raises
        self.listener = Listener(self._hear, self._hear, self._hear, self._hear)

    async def _hear(self, item: object) -> None:
        if self._raises is not None:
            raise self._raises
        self.items.append(item)


@pytest.fixture
def coder() -> Coder:
    return Coder()


@pytest.fixture
async def channel(coder) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc_server.serve(
        [pb.DESCRIPTOR.services_by_name["CoderService"], session_server.DESCRIPTOR],
        [
            lambda server: rpc.add_CoderServiceServicer_to_server(coder, server),
            session_server.SessionServer,
        ],
        middleware.standard(InternalAuthenticator(KEY)),
    ) as opened:
        yield opened


@pytest.fixture(params=["sessions", "calls"])
def transport(request) -> dict[str, int]:
    return {"coder": 1} if request.param == "sessions" else {}


@contextlib.asynccontextmanager
async def opened(channel, transport, *, key=KEY) -> AsyncIterator[Agents]:
    agents = Agents({"coder": channel}, internal_key=key, sessions=transport)
    try:
        yield agents
    finally:
        await agents.close()


@pytest.fixture
async def agents(channel, transport) -> AsyncIterator[Agents]:
    async with opened(channel, transport) as agents:
        yield agents


async def review(agents: Agents, heard: Heard | None = None, *, request=REQUEST, timeout_s=60.0):
    listener = (heard or Heard()).listener
    sent = request.SerializeToString()
    return await agents.call(actions.REVIEW_SKILL, sent, listener, timeout_s=timeout_s)


async def test_a_call_hears_everything_and_answers_the_result(agents, coder):
    progress = run_pb2.Progress(fraction=0.5)
    message = run_pb2.AgentMessage(from_agent="coder", to_agent="reporter", type="result")
    tool_call, usage = run_pb2.ToolCall(name="t"), run_pb2.Usage(llm_calls=1)
    coder.script = [
        pb.ReviewSkillResponse(progress=progress),
        pb.ReviewSkillResponse(message=message),
        pb.ReviewSkillResponse(tool_call=tool_call),
        pb.ReviewSkillResponse(usage=usage),
        pb.ReviewSkillResponse(result=RESULT),
    ]
    heard = Heard()
    assert await review(agents, heard) == RESULT
    assert heard.items == [progress, message, tool_call, usage]


async def test_an_agents_error_arrives_as_it_was_raised(agents, coder):
    coder.script = [MeshError(Reason.RATE_LIMITED, "Wait.", details={"n": 1}, retry_after_s=7)]
    error = await refusal(review(agents))
    assert (error.reason, error.details, error.retry_after_s) == (Reason.RATE_LIMITED, {"n": 1}, 7)


async def test_a_large_error_arrives_whole(coder, transport):
    violations = [
        FieldViolation(f"examples[{n}].content", "is too short " * 30) for n in range(200)
    ]
    coder.script = [MeshError(Reason.INVALID_ARGUMENT, "x", violations=violations)]
    handlers = interceptors.Handlers(
        middleware.standard(InternalAuthenticator(KEY)),
        policy.read([pb.DESCRIPTOR.services_by_name["CoderService"], session_server.DESCRIPTOR]),
    )
    session_server.SessionServer(handlers)
    rpc.add_CoderServiceServicer_to_server(coder, handlers)
    server = grpc.aio.server(handlers=(handlers,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with (
            client.channel(f"127.0.0.1:{port}") as channel,
            opened(channel, transport) as agents,
        ):
            for _ in range(20):  # gRPC drops metadata above its soft limit by chance
                error = await refusal(review(agents))
                assert error.reason == Reason.INVALID_ARGUMENT
                assert len(error.violations) > 5
    finally:
        await server.stop(0)


@pytest.mark.parametrize(
    "script", [[], [pb.ReviewSkillResponse(progress=run_pb2.Progress(fraction=1))]]
)
async def test_a_stream_without_a_result_is_a_bug(agents, coder, script):
    coder.script = script
    assert (await refusal(review(agents))).reason == Reason.INTERNAL


async def test_an_event_of_no_kind_is_a_bug(agents, coder):
    coder.script = [pb.ReviewSkillResponse(), pb.ReviewSkillResponse(result=RESULT)]
    assert (await refusal(review(agents))).reason == Reason.INTERNAL


async def test_a_bug_in_an_agent_tells_its_trace(agents, coder):
    coder.script = [KeyError("hush")]
    error = await refusal(review(agents))
    assert error.reason == Reason.INTERNAL
    assert "trace_id" in error.details


async def test_a_late_agent(agents, coder):
    coder.script = [asyncio.Event()]
    error = await refusal(review(agents, timeout_s=0.3))
    assert (error.reason, error.retryable) == (Reason.DEADLINE_EXCEEDED, True)


async def test_cancelling_the_caller_ends_the_agents_work(agents, coder):
    coder.script = [asyncio.Event()]
    heard = Heard()
    call = asyncio.create_task(review(agents, heard))
    await eventually(coder.begun.is_set)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    async with asyncio.timeout(60):
        await coder.ended.wait()


async def test_a_listener_that_fails_ends_the_agents_work(agents, coder):
    coder.script = [
        pb.ReviewSkillResponse(progress=run_pb2.Progress(fraction=0.1)),
        asyncio.Event(),
    ]
    with pytest.raises(LeaseLostError):
        await review(agents, Heard(LeaseLostError("lost")))
    async with asyncio.timeout(60):
        await coder.ended.wait()


async def test_an_agent_that_is_not_there(transport):
    async with client.channel("127.0.0.1:1") as channel, opened(channel, transport) as agents:
        error = await refusal(review(agents))
    assert error.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_a_wrong_internal_key(channel, transport):
    async with opened(channel, transport, key="x" * 16) as agents:
        error = await refusal(review(agents))
    assert error.reason == Reason.UNAUTHENTICATED


async def test_a_call_without_its_context_is_invalid(agents):
    request = pb.ReviewSkillRequest()
    request.CopyFrom(REQUEST)
    request.ClearField("context")
    error = await refusal(review(agents, request=request))
    assert [violation.field for violation in error.violations] == ["context"]
