"""Many calls on one stream: each as if it were alone."""

import asyncio

import grpc
import pytest

from manusmesh.coder.v1 import coder_service_pb2 as pb
from manusmesh.session.v1 import session_service_pb2 as session_pb
from meshkit import client, telemetry
from meshkit.errors import FieldViolation, MeshError, Reason, from_rpc_error
from meshkit.sessions import outgoing, server
from tests.integration.meshkit.sessions.conftest import (
    KEY,
    OPEN,
    PATH,
    Agent,
    ask,
    connect,
    events_of,
    progress,
    request,
    result,
)
from tests.support.eventually import eventually

FAULTS = [
    MeshError(Reason.RATE_LIMITED, "Wait.", details={"n": 1, "deep": {"a": [1]}}, retry_after_s=7),
    MeshError(
        Reason.INVALID_ARGUMENT,
        "Two are wrong.",
        violations=[FieldViolation("a.b", "is wrong"), FieldViolation("", "is worse")],
    ),
    MeshError(Reason.INTERNAL, "An answer without sense: ümläut.", retryable=True),
    MeshError(Reason.BUDGET_EXCEEDED, "Too dear.", details={"limit": 2.5}),
    MeshError(Reason.TASK_FAILED, "Failed."),
]


def shape(error: MeshError) -> tuple[object, ...]:
    return (
        error.reason,
        error.message,
        error.details,
        error.retry_after_s,
        error.violations,
        error.retryable,
    )


async def failure(awaitable) -> MeshError:
    with pytest.raises(MeshError) as raised:
        await awaitable
    return raised.value


def raising(error: Exception):
    async def behave(_request, _context):
        yield progress(0.5)
        raise error

    return behave


def holding(ended: asyncio.Event | None = None):
    async def behave(_request, _context):
        try:
            yield progress(0.1)
            await asyncio.Event().wait()
        finally:
            if ended is not None:
                ended.set()

    return behave


async def test_two_hundred_calls_of_all_sizes_at_once(agent):
    sizes = {f"step_{n}": (0, 10, 2_000, 70_000, 300_000)[n * n % 5] for n in range(200)}
    sizes["step_7"] = sizes["step_70"] = 1 << 20

    async def behave(asked, _context):
        step = asked.context.step_id
        for number in range(5):
            yield progress(number / 5, step)
            if number % 2:
                await asyncio.sleep(0)
        yield result(step + "x" * sizes[step])

    agent.behaviours = dict.fromkeys(sizes, behave)
    async with connect(agent) as sessions:
        heard = await asyncio.gather(*(events_of(sessions, step) for step in sizes))
    for step, events in zip(sizes, heard, strict=True):
        told, last = events[:-1], events[-1]
        assert [(event.progress.fraction, event.progress.message) for event in told] == [
            (n / 5, step) for n in range(5)
        ]
        assert last.result.feedback == [step + "x" * sizes[step]]
    await eventually(lambda: agent.outcomes.count((PATH, "OK")) == 200)
    # All on one stream.
    assert len([path for path, _ in agent.outcomes if path == OPEN]) <= 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.reason))
async def test_an_error_is_the_same_as_from_the_rpc(agent, fault):
    agent.behaviours["bad"] = raising(fault)
    async with connect(agent) as sessions, client.channel(agent.address) as channel:
        on_session = await failure(events_of(sessions, "bad"))
        call = channel.unary_stream(PATH)(request("bad"), metadata=client.metadata(KEY))
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            [_ async for _ in call]
    assert shape(on_session) == shape(from_rpc_error(raised.value))
    assert on_session.reason == fault.reason


async def test_a_call_that_ends_itself_by_a_cancel_fails(agent):
    agent.behaviours["bad"] = raising(asyncio.CancelledError())
    async with connect(agent) as sessions:
        error = await failure(events_of(sessions, "bad"))
    assert error.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_no_metadata_of_one_call_reach_another(agent):
    seen = {}

    async def behave(asked, context):
        seen[asked.context.step_id] = dict(context.invocation_metadata())
        yield result("")

    agent.behaviours = {"one": behave, "two": behave, "three": behave}
    parents = {"one": "a", "two": "b"}
    async with connect(agent) as sessions:

        async def traced(step: str) -> None:
            digit = parents.get(step)
            trace = telemetry.TraceContext(digit * 32, digit * 16) if digit else None
            telemetry.current.set(trace)
            await ask(sessions, step)

        for step in ("one", "two", "three"):
            await asyncio.create_task(traced(step))
    assert {step: metadata.get("traceparent") for step, metadata in seen.items()} == {
        "one": f"00-{'a' * 32}-{'a' * 16}-01",
        "two": f"00-{'b' * 32}-{'b' * 16}-01",
        "three": None,
    }


async def test_a_cancel_ends_that_call_alone_at_once(agent):
    ended = asyncio.Event()
    agent.behaviours = {"held": holding(ended), "other": holding()}
    async with connect(agent) as sessions:
        other = asyncio.create_task(events_of(sessions, "other"))
        held = asyncio.create_task(events_of_and_cancel(sessions, "held"))
        await eventually(lambda: agent.entered["held"] == agent.entered["other"] == 1)
        held.cancel()
        async with asyncio.timeout(8):
            await ended.wait()
        assert not other.done()
        assert await ask(sessions, "more") == "more"
        other.cancel()


async def events_of_and_cancel(sessions, step):
    call = await sessions.start(
        PATH, request(step), timeout_s=10, parse=pb.ReviewSkillResponse.FromString
    )
    try:
        async for _ in call:
            pass
    finally:
        call.cancel()


async def test_a_call_that_is_late_ends_on_both_sides(agent):
    ended = asyncio.Event()
    agent.behaviours["held"] = holding(ended)
    async with connect(agent) as sessions:
        await sessions.prepare()
        error = await failure(events_of(sessions, "held", timeout_s=2.0))
        assert error.reason == Reason.DEADLINE_EXCEEDED
        async with asyncio.timeout(8):
            await ended.wait()
        assert await ask(sessions, "more") == "more"


async def test_the_end_of_a_session_ends_its_calls(agent):
    ended = asyncio.Event()
    agent.behaviours["held"] = holding(ended)
    async with connect(agent) as sessions:
        call = asyncio.create_task(events_of(sessions, "held"))
        await eventually(lambda: agent.entered["held"] == 1)
        await sessions.close()
        assert (await failure(call)).reason == Reason.UPSTREAM_UNAVAILABLE
    async with asyncio.timeout(8):
        await ended.wait()


async def test_who_does_not_listen_holds_up_his_own_call_alone(agent):
    made = 0

    async def chatter(_request, _context):
        nonlocal made
        for number in range(100):
            made = number + 1
            yield progress(number / 100, "x" * 65_536)
        yield result("all")

    agent.behaviours["chatter"] = chatter
    async with connect(agent) as sessions:
        call = await sessions.start(
            PATH, request("chatter"), timeout_s=10, parse=pb.ReviewSkillResponse.FromString
        )
        for number in range(50):
            assert await ask(sessions, f"step_{number}") == f"step_{number}"
        # The window, the event that goes beyond it, and the one that waits.
        assert made <= outgoing.WINDOW_BYTES // 65_536 + 2
        events = [event async for event in call]
    assert [event.progress.fraction for event in events[:-1]] == [n / 100 for n in range(100)]
    assert events[-1] == result("all")


async def test_a_session_takes_so_many_calls(agent, monkeypatch):
    monkeypatch.setattr(server, "_CALLS_MAX", 2)
    agent.behaviours["held"] = holding()
    async with connect(agent) as sessions:
        held = [asyncio.create_task(events_of_and_cancel(sessions, "held")) for _ in range(2)]
        await eventually(lambda: agent.entered["held"] == 2)
        error = await failure(ask(sessions, "more"))
        assert (error.reason, error.retryable) == (Reason.OVERLOADED, True)
        held[0].cancel()
        await eventually(lambda: agent.outcomes.count((PATH, "CANCELLED")) == 1)
        assert await ask(sessions, "more") == "more"
        held[1].cancel()


async def test_what_is_too_large_fails_alone(agent, monkeypatch):
    async def large(_request, _context):
        yield result("x" * 5000)

    agent.behaviours["large"] = large
    async with connect(agent) as sessions:
        assert await ask(sessions, "small") == "small"
        monkeypatch.setattr(server, "FRAME_MAX", 4000)
        assert (await failure(ask(sessions, "large"))).reason == Reason.PAYLOAD_TOO_LARGE
        monkeypatch.setattr("meshkit.sessions.session.FRAME_MAX", 10)
        assert (await failure(ask(sessions, "small"))).reason == Reason.PAYLOAD_TOO_LARGE
        monkeypatch.undo()
        assert await ask(sessions, "small") == "small"


@pytest.mark.parametrize(
    "path",
    [
        "/manusmesh.coder.v1.CoderService/Nothing",
        "/grpc.health.v1.Health/Watch",
        OPEN,
        "",
    ],
)
async def test_only_the_streaming_methods_of_contracts_are_there(agent, path):
    async with connect(agent) as sessions:
        assert (await failure(ask(sessions, "x", path=path))).reason == Reason.INTERNAL


async def test_without_the_key_no_session_is_opened(agent):
    async with connect(agent, key="x" * 16) as sessions:
        assert (await failure(ask(sessions, "x"))).reason == Reason.UNAUTHENTICATED
    assert agent.outcomes == [(OPEN, "UNAUTHENTICATED")]


async def test_a_caller_that_half_closes_gets_its_answers(agent):
    start = session_pb.Start(method=PATH, timeout_ms=5000, request=request("one"))
    frames = [
        session_pb.CallerFrame(call=9, cancel=session_pb.Cancel()),
        session_pb.CallerFrame(call=3, credit=5),
        session_pb.CallerFrame(call=4),
        session_pb.CallerFrame(call=2, start=start),
        session_pb.CallerFrame(call=2, start=start),
        session_pb.CallerFrame(call=1, start=start),
    ]
    said = session_pb.OpenRequest(frames=frames).SerializeToString()
    async with client.channel(agent.address) as channel:
        call = channel.stream_stream(
            OPEN, response_deserializer=session_pb.OpenResponse.FromString
        )(iter([said]), metadata=client.metadata(KEY))
        answers = [answer async for answer in call]
    assert answers[0] == session_pb.OpenResponse()
    heard = [frame for answer in answers for frame in answer.frames]
    assert [(frame.call, frame.WhichOneof("frame")) for frame in heard] == [
        (2, "event"),
        (2, "end"),
    ]
    assert not heard[1].end.HasField("status")


async def test_a_malformed_message_ends_the_session(agent):
    async with client.channel(agent.address) as channel:
        call = channel.stream_stream(OPEN)(iter([b"\xff"]), metadata=client.metadata(KEY))
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            [_ async for _ in call]
    assert from_rpc_error(raised.value).reason == Reason.INVALID_ARGUMENT


async def test_an_agent_without_sessions_is_not_asked_again_soon():
    agent = Agent()
    await agent.start(sessions=False)
    try:
        async with connect(agent) as sessions:
            for _ in range(3):
                assert (
                    await sessions.start(
                        PATH, request("x"), timeout_s=5, parse=pb.ReviewSkillResponse.FromString
                    )
                    is None
                )
    finally:
        await agent.stop()
