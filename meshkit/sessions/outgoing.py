"""Frames on their way out: those that are due at one time leave in one message."""

import asyncio
from collections import deque
from typing import Final

FRAMES_MAX: Final = 64
"""Frames of one message."""
MESSAGE_BYTES: Final = 256 * 1024
"""Bytes of one message, unless its only frame is larger."""
FRAME_MAX: Final = 15 * 1024 * 1024
"""Bytes that a frame may carry: with what surrounds them less than gRPC sends in one message."""
WINDOW_BYTES: Final = 256 * 1024
"""Bytes of one call's events that may be under way before its caller has taken them."""
_WAITING_BYTES: Final = 1024 * 1024
"""Bytes that wait before those who write are asked to wait, too."""


class Outgoing:
    """What one side of a session has to say, in order.

    A frame is a serialized message with that frame alone: the bytes of several one after another
    are those of the message with all of them.
    """

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._closed = False
        self._due = asyncio.Event()
        self._room = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Lets a frame leave with the next message."""
        self._frames.append(frame)
        self._bytes += len(frame)
        self._due.set()

    async def room(self) -> None:
        """Waits until so little is waiting that more may be put."""
        while self._bytes > _WAITING_BYTES:
            self._room.clear()
            await self._room.wait()

    def close(self) -> None:
        """Says that nothing more will be put."""
        self._closed = True
        self._due.set()

    async def take(self) -> bytes | None:
        """The next message, as soon as there is one; None after the last one."""
        while not self._frames:
            if self._closed:
                return None
            self._due.clear()
            await self._due.wait()
        frames = self._frames
        taken = [frames.popleft()]
        size = len(taken[0])
        while frames and len(taken) < FRAMES_MAX and size + len(frames[0]) <= MESSAGE_BYTES:
            size += len(frames[0])
            taken.append(frames.popleft())
        self._bytes -= size
        if self._bytes <= _WAITING_BYTES:
            self._room.set()
        return b"".join(taken)
