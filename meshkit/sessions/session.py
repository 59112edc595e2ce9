"""One session and its calls, on the side that asks."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit import logs, telemetry
from meshkit.errors import MeshError, Reason, from_status
from meshkit.sessions.outgoing import FRAME_MAX, WINDOW_BYTES, Outgoing

_CREDIT_BYTES: Final = WINDOW_BYTES // 2
"""Bytes of events after which the callee is told that they are off its hands."""
_TIMEOUT_MAX_MS: Final = 2**32 - 1

_log = logs.get("meshkit.sessions")


class Session:
    """One open session.

    Attributes:
        until: When it should take no more calls, by the loop's clock.
    """

    def __init__(
        self,
        stream: Any,  # noqa: ANN401 - requests are bytes and responses messages; stubs tell no two
        *,
        until: float,
        closed_to_calls: Callable[["Session"], None],
    ) -> None:
        """Takes over an open stream.

        Args:
            stream: The call of `SessionService.Open`, whose first answer has been read.
            until: When it should take no more calls.
            closed_to_calls: Told when it takes no more.
        """
        self.until = until
        self._stream = stream
        self._closed_to_calls = closed_to_calls
        self._takes_calls = True
        self._outgoing = Outgoing()
        self._calls: dict[int, SessionCall] = {}
        self._last = 0

    @property
    def load(self) -> int:
        """Calls at work."""
        return len(self._calls)

    def start(
        self, path: str, request: bytes, *, deadline: float, parse: Callable[[bytes], Any]
    ) -> "SessionCall":
        """Begins a call.

        Raises:
            MeshError: PAYLOAD_TOO_LARGE.
        """
        if len(request) > FRAME_MAX:
            text = f"A request has {len(request)} bytes; an agent takes {FRAME_MAX}."
            raise MeshError(Reason.PAYLOAD_TOO_LARGE, text)
        self._last = number = self._last + 1
        loop = asyncio.get_running_loop()
        left_ms = int((deadline - loop.time()) * 1000)
        trace = telemetry.current.get()
        start = pb.Start(
            method=path,
            traceparent=trace.traceparent if trace is not None else "",
            timeout_ms=min(max(1, left_ms), _TIMEOUT_MAX_MS),
            request=request,
        )
        self._say(pb.CallerFrame(call=number, start=start))
        call = self._calls[number] = SessionCall(self, number, parse)
        call.timer = loop.call_at(deadline, call.expire)
        return call

    def retire(self) -> None:
        """Takes no more calls; the session ends after those at work."""
        if self._takes_calls:
            self._takes_calls = False
            self._closed_to_calls(self)
        if not self._calls:
            self._outgoing.close()

    async def run(self) -> None:
        """Carries frames until the session has ended.

        Raises:
            grpc.aio.AioRpcError: when it broke.
        """
        writing = asyncio.create_task(self._write())
        try:
            while (message := await self._stream.read()) is not grpc.aio.EOF:
                for frame in message.frames:
                    self._take(frame)
        finally:
            writing.cancel()
            self._stream.cancel()
            lost = MeshError(Reason.UPSTREAM_UNAVAILABLE, "The connection to an agent was lost.")
            for call in tuple(self._calls.values()):
                call.end(lost)
            self.retire()

    def forget(self, number: int) -> None:
        """Leaves a call that has ended."""
        del self._calls[number]
        if not self._takes_calls:
            self.retire()

    def cancel(self, number: int) -> None:
        """Lets the callee stop a call's work."""
        self._say(pb.CallerFrame(call=number, cancel=pb.Cancel()))

    def credit(self, number: int, size: int) -> None:
        """Lets the callee send more of a call's events."""
        self._say(pb.CallerFrame(call=number, credit=size))

    def _say(self, frame: pb.CallerFrame) -> None:
        self._outgoing.put(pb.OpenRequest(frames=[frame]).SerializeToString())

    async def _write(self) -> None:
        # What ends the writing ends the reading, too, which tells why.
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            while (message := await self._outgoing.take()) is not None:
                await self._stream.write(message)
            await self._stream.done_writing()

    def _take(self, frame: pb.CalleeFrame) -> None:
        kind, call = frame.WhichOneof("frame"), self._calls.get(frame.call)
        if kind == "goaway":
            self.retire()
        elif kind == "event" and call is not None:
            call.hear(frame.event)
        elif kind == "end" and call is not None:
            call.end(from_status(frame.end.status) if frame.end.HasField("status") else None)
        elif kind is None or frame.call > self._last:
            _log.warning("frame_ignored", kind=kind, call=frame.call)
        # Else the call was ended here while the frame was under way.


class SessionCall:
    """One call: its events, to be iterated over once, then its end.

    Attributes:
        timer: Ends it when its time is over.
    """

    def __init__(self, session: Session, number: int, parse: Callable[[bytes], Any]) -> None:
        self.timer: asyncio.TimerHandle | None = None
        self._session = session
        self._number = number
        self._parse = parse
        self._events: deque[bytes] = deque()
        self._taken = 0
        self._ended = False
        self._error: MeshError | None = None
        self._waiter: asyncio.Future[None] | None = None

    def __aiter__(self) -> "SessionCall":
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401 - what `parse` makes
        """The next event.

        Raises:
            MeshError: after the last event of a call that failed.
        """
        while not self._events:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        event = self._events.popleft()
        self._taken += len(event)
        if self._taken >= _CREDIT_BYTES and not self._ended:
            self._session.credit(self._number, self._taken)
            self._taken = 0
        try:
            return self._parse(event)
        except DecodeError as error:
            message = "An agent sent an event that is no message of its type."
            raise MeshError(Reason.INTERNAL, message) from error

    def cancel(self) -> None:
        """Ends the call if it is at work, and lets the agent stop."""
        if not self._ended:
            self._session.cancel(self._number)
            self.end(None)

    def expire(self) -> None:
        """Ends the call because its time is over."""
        self._session.cancel(self._number)
        self.end(MeshError(Reason.DEADLINE_EXCEEDED, "The time for the call ran out."))

    def hear(self, event: bytes) -> None:
        """Takes an event."""
        self._events.append(event)
        self._wake()

    def end(self, error: MeshError | None) -> None:
        """Ends the call: with the events that are there, then the error if there is one."""
        if self.timer is not None:
            self.timer.cancel()
        self._ended = True
        self._error = error
        self._session.forget(self._number)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
