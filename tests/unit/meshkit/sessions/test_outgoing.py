"""Frames that are due at one time leave in one message, in their order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit.sessions.outgoing import FRAMES_MAX, MESSAGE_BYTES, Outgoing

STEPS = st.lists(
    st.one_of(
        st.none(),
        st.tuples(st.integers(1, 5), st.sampled_from((0, 1, 1000, 100_000, MESSAGE_BYTES + 1))),
    ),
    max_size=120,
)


def frame(call: int, event: bytes) -> bytes:
    frames = [pb.CalleeFrame(call=call, event=event)]
    return pb.OpenResponse(frames=frames).SerializeToString()


async def all_of(outgoing: Outgoing) -> list[bytes]:
    messages = []
    while (message := await outgoing.take()) is not None:
        messages.append(message)
    return messages


@given(STEPS)
def test_every_frame_leaves_once_in_order_and_in_bounded_messages(steps):
    async def run() -> None:
        outgoing, put, messages = Outgoing(), [], []
        for step in steps:
            if step is None:
                if sum(map(len, put)) > sum(map(len, messages)):
                    messages.append(await outgoing.take())
            else:
                call, size = step
                put.append(frame(call, bytes([len(put) % 256]) * size))
                outgoing.put(put[-1])
        outgoing.close()
        messages += await all_of(outgoing)
        assert b"".join(messages) == b"".join(put)
        for message in messages:
            frames = pb.OpenResponse.FromString(message).frames
            assert 1 <= len(frames) <= FRAMES_MAX
            assert len(message) <= MESSAGE_BYTES or len(frames) == 1

    asyncio.run(run())


async def test_what_is_put_in_one_turn_leaves_together():
    outgoing = Outgoing()
    taking = asyncio.create_task(outgoing.take())
    await asyncio.sleep(0)
    for call in range(1, 11):
        outgoing.put(frame(call, b"x"))
    message = await taking
    assert message is not None
    assert [one.call for one in pb.OpenResponse.FromString(message).frames] == list(range(1, 11))


async def test_writers_wait_while_too_much_is_waiting():
    outgoing, put = Outgoing(), 0

    async def write() -> None:
        nonlocal put
        await outgoing.room()
        outgoing.put(bytes(400_000))
        put += 1

    writers = [asyncio.create_task(write()) for _ in range(10)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert put == 3
    for taken in range(1, 11):
        await outgoing.take()
        for _ in range(10):
            await asyncio.sleep(0)
        assert put == min(10, 3 + taken)
    await asyncio.gather(*writers)


async def test_nothing_comes_after_the_last_frame():
    outgoing = Outgoing()
    outgoing.put(b"one")
    outgoing.close()
    assert [await outgoing.take(), await outgoing.take()] == [b"one", None]
