"""Which session a call gets, on a channel that a test speaks for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit.errors import MeshError, Reason
from meshkit.sessions.client import Sessions


class Stream:
    """One call of `Open`.

    Attributes:
        starts: Calls that were begun on it.
    """

    def __init__(self) -> None:
        self.starts = 0
        self._said: asyncio.Queue[Any] = asyncio.Queue()

    def open(self) -> None:
        self._said.put_nowait(pb.OpenResponse())

    def fail(self, code: grpc.StatusCode) -> None:
        self._said.put_nowait(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata()))

    def end(self) -> None:
        self._said.put_nowait(grpc.aio.EOF)

    async def read(self) -> Any:
        said = await self._said.get()
        if isinstance(said, Exception):
            raise said
        return said

    async def write(self, message: bytes) -> None:
        frames = pb.OpenRequest.FromString(message).frames
        self.starts += sum(1 for frame in frames if frame.HasField("start"))

    async def done_writing(self) -> None:
        self.end()

    def cancel(self) -> None:
        self.end()


class Channel:
    """Leads to streams that a test opens.

    Attributes:
        streams: Those that were asked for.
    """

    def __init__(self) -> None:
        self.streams: list[Stream] = []

    def stream_stream(self, _path: str, **_: Any) -> Any:
        def begin(**_: Any) -> Stream:
            self.streams.append(Stream())
            return self.streams[-1]

        return begin


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
async def sessions(channel) -> AsyncIterator[Sessions]:
    made = Sessions(channel, agent="coder", internal_key="k" * 16, count=2)
    yield made
    await made.close()


def begin(sessions: Sessions, *, timeout_s: float = 5.0) -> asyncio.Task[Any]:
    return asyncio.create_task(sessions.start("/p/M", b"", timeout_s=timeout_s, parse=bytes))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_call_takes_whatever_session_is_there_first(channel, sessions):
    one = begin(sessions)
    await settle()
    two = begin(sessions)
    await settle()
    frozen, other = channel.streams
    other.open()
    await asyncio.gather(one, two)
    await settle()
    assert (frozen.starts, other.starts) == (0, 2)


async def test_a_call_goes_where_the_fewest_are(channel, sessions):
    calls = [begin(sessions), begin(sessions)]
    await settle()
    for stream in channel.streams:
        stream.open()
    calls += [begin(sessions) for _ in range(8)]
    held = await asyncio.gather(*calls)
    await settle()
    assert [stream.starts for stream in channel.streams] in ([5, 5], [6, 4], [4, 6])
    for call in held:
        call.cancel()
    for _ in range(10):
        (await begin(sessions)).cancel()
    await settle()
    assert sum(stream.starts for stream in channel.streams) == 20
    assert min(stream.starts for stream in channel.streams) >= 9


async def test_a_call_fails_when_no_session_can_be_opened(channel, sessions):
    calls = [begin(sessions), begin(sessions)]
    await settle()
    one, two = channel.streams
    one.fail(grpc.StatusCode.UNAVAILABLE)
    await settle()
    assert not any(call.done() for call in calls)
    two.end()
    for call in calls:
        with pytest.raises(MeshError) as raised:
            await call
        assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE


async def test_a_call_waits_for_a_session_no_longer_than_it_may_take(sessions):
    with pytest.raises(MeshError) as raised:
        await begin(sessions, timeout_s=0.01)
    assert raised.value.reason == Reason.DEADLINE_EXCEEDED


async def test_a_bug_in_the_opening_leaves_nobody_waiting(channel, sessions):
    call = begin(sessions)
    await settle()
    channel.streams[0]._said.put_nowait(KeyError("hush"))
    with pytest.raises(MeshError) as raised:
        await call
    assert raised.value.reason == Reason.INTERNAL


async def test_without_sessions_calls_go_their_own_way_for_a_while(channel, sessions):
    call = begin(sessions)
    await settle()
    channel.streams[0].fail(grpc.StatusCode.UNIMPLEMENTED)
    assert await call is None
    assert await begin(sessions) is None
    assert len(channel.streams) == 1
