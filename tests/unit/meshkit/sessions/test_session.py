"""One session's bookkeeping, on a stream that a test speaks for."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf import wrappers_pb2
from google.rpc import code_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.sessions.outgoing import WINDOW_BYTES
from meshkit.sessions.session import Session, SessionCall

FAILED = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED)


class Stream:
    """The call of `Open`.

    Attributes:
        written: Frames that the session has sent.
        half_closed: Whether it will send no more.
    """

    def __init__(self) -> None:
        self.written: list[pb.CallerFrame] = []
        self.half_closed = False
        self._said: asyncio.Queue[Any] = asyncio.Queue()

    def say(self, *frames: pb.CalleeFrame) -> None:
        self._said.put_nowait(pb.OpenResponse(frames=frames))

    def end(self) -> None:
        self._said.put_nowait(grpc.aio.EOF)

    async def read(self) -> Any:
        return await self._said.get()

    async def write(self, message: bytes) -> None:
        self.written += pb.OpenRequest.FromString(message).frames

    async def done_writing(self) -> None:
        self.half_closed = True

    def cancel(self) -> None:
        self.end()


class Running:
    """A session at work.

    Attributes:
        left: Whether it has said that it takes no more calls.
    """

    def __init__(self) -> None:
        self.stream, self.left = Stream(), 0
        self.session = Session(self.stream, until=0.0, closed_to_calls=self._leave)
        self._task = asyncio.create_task(self.session.run())

    def _leave(self, _: Session) -> None:
        self.left += 1

    def call(self, *, timeout_s: float = 60.0) -> SessionCall:
        deadline = asyncio.get_running_loop().time() + timeout_s
        return self.session.start("/p/M", b"r", deadline=deadline, parse=bytes)

    async def over(self) -> None:
        self.stream.end()
        await self._task

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    def said(self) -> list[tuple[int, str | None]]:
        return [(frame.call, frame.WhichOneof("frame")) for frame in self.stream.written]


def event(call: int, data: bytes) -> pb.CalleeFrame:
    return pb.CalleeFrame(call=call, event=data)


def end(call: int, status: status_pb2.Status | None = None) -> pb.CalleeFrame:
    return pb.CalleeFrame(call=call, end=pb.End(status=status))


@given(st.lists(st.integers(1, 4), max_size=60), st.lists(st.booleans(), max_size=60))
def test_any_interleaving_keeps_the_order_of_each_call(order, breaks):
    async def run() -> None:
        running = Running()
        calls = {number: running.call() for number in range(1, 5)}
        heard: dict[int, list[bytes]] = {number: [] for number in calls}

        async def listen(number: int) -> None:
            async for data in calls[number]:
                heard[number].append(data)
                await asyncio.sleep(0)

        listeners = [asyncio.create_task(listen(number)) for number in calls]
        frames = [event(call, b"%d" % n) for n, call in enumerate(order)]
        frames += [end(call) for call in calls]
        while frames:
            together = 1
            while breaks and breaks.pop() and together < len(frames):
                together += 1
            running.stream.say(*frames[:together])
            del frames[:together]
            await asyncio.sleep(0)
        await asyncio.gather(*listeners)
        assert heard == {
            number: [b"%d" % n for n, call in enumerate(order) if call == number]
            for number in calls
        }
        assert running.session.load == 0
        await running.over()

    asyncio.run(run())


async def test_events_come_before_the_error():
    running = Running()
    call = running.call()
    running.stream.say(event(1, b"a"), end(1, FAILED))
    assert await anext(call) == b"a"
    with pytest.raises(MeshError) as raised:
        await anext(call)
    assert raised.value.reason == Reason.OVERLOADED
    await running.over()


async def test_frames_of_no_call_of_the_session_change_nothing():
    running = Running()
    call, over = running.call(), running.call()
    over.cancel()
    running.stream.say(event(7, b"x"), end(7), pb.CalleeFrame(call=1), event(2, b"late"), end(2))
    running.stream.say(event(1, b"a"), end(1))
    assert [data async for data in call] == [b"a"]
    await running.over()


async def test_a_time_limit_holds_for_a_callee_that_says_nothing():
    running = Running()
    call = running.call(timeout_s=0.02)
    with pytest.raises(MeshError) as raised:
        await anext(call)
    assert raised.value.reason == Reason.DEADLINE_EXCEEDED
    await running.settle()
    assert running.said() == [(1, "start"), (1, "cancel")]
    await running.over()


async def test_a_call_whose_time_is_over_at_once():
    running = Running()
    with pytest.raises(MeshError) as raised:
        await anext(running.call(timeout_s=-1.0))
    assert raised.value.reason == Reason.DEADLINE_EXCEEDED
    assert running.stream.written[0].start.timeout_ms == 1
    await running.over()


async def test_a_cancel_is_said_once_and_not_after_the_end():
    running = Running()
    one, two = running.call(), running.call()
    one.cancel()
    one.cancel()
    running.stream.say(end(2))
    assert [data async for data in two] == []
    two.cancel()
    await running.settle()
    assert running.said() == [(1, "start"), (2, "start"), (1, "cancel")]
    await running.over()


async def test_credit_is_given_for_what_has_been_taken():
    running = Running()
    call = running.call()
    half = WINDOW_BYTES // 2
    running.stream.say(event(1, bytes(half - 1)), event(1, b"x"), event(1, b"y"), event(1, b"z"))
    assert len(await anext(call)) == half - 1
    await running.settle()
    assert running.said() == [(1, "start")]
    await anext(call)
    await anext(call)
    await running.settle()
    assert running.said() == [(1, "start"), (1, "credit")]
    assert running.stream.written[1].credit == half
    await running.over()


async def test_goaway_takes_it_out_and_ends_it_after_its_calls():
    running = Running()
    call = running.call()
    running.stream.say(pb.CalleeFrame(goaway=pb.Goaway()))
    await running.settle()
    assert (running.left, running.stream.half_closed) == (1, False)
    running.stream.say(event(1, b"a"), end(1))
    assert [data async for data in call] == [b"a"]
    await running.settle()
    assert (running.left, running.stream.half_closed) == (1, True)
    await running.over()


async def test_a_lost_session_fails_its_calls():
    running = Running()
    calls = [running.call(), running.call()]
    await running.over()
    for call in calls:
        with pytest.raises(MeshError) as raised:
            await anext(call)
        assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE
    assert (running.left, running.session.load) == (1, 0)


async def test_an_event_that_is_no_message_of_its_type():
    running = Running()
    deadline = asyncio.get_running_loop().time() + 60
    parse = wrappers_pb2.StringValue.FromString
    call = running.session.start("/p/M", b"", deadline=deadline, parse=parse)
    running.stream.say(event(1, b"\xff"))
    with pytest.raises(MeshError) as raised:
        await anext(call)
    assert raised.value.reason == Reason.INTERNAL
    await running.over()
