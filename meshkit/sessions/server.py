"""The side of a session that answers: its frames become calls of the process's own handlers."""

import asyncio
from typing import Any, Final

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, status_pb2

from manusmesh.session.v1 import session_service_pb2 as pb
from meshkit import logs
from meshkit.errors import MeshError, Reason
from meshkit.interceptors import Handlers
from meshkit.middleware import Call, Handler
from meshkit.sessions.outgoing import FRAME_MAX, WINDOW_BYTES, Outgoing

DESCRIPTOR: Final = pb.DESCRIPTOR.services_by_name["SessionService"]
_CALLS_MAX: Final = 1000
"""Calls of one session at once."""

_log = logs.get("meshkit.sessions")

# Names and values, in gRPC's form.
Metadata = tuple[tuple[str, str | bytes], ...]


class SessionServer:
    """The sessions that a process serves."""

    def __init__(self, handlers: Handlers) -> None:
        """Serves sessions beside the methods of `handlers`, and those methods on them."""
        self._handlers = handlers
        self._sessions: set[_Session] = set()
        handler: Handler = grpc.stream_stream_rpc_method_handler(
            self._open, request_deserializer=pb.OpenRequest.FromString
        )
        handlers.add_registered_method_handlers(DESCRIPTOR.full_name, {"Open": handler})

    def go_away(self) -> None:
        """Tells every caller to take new calls elsewhere; sessions end after their calls."""
        for session in self._sessions:
            session.say(pb.CalleeFrame(goaway=pb.Goaway()))

    async def _open(self, opened: Call) -> None:
        session = _Session(self._handlers, opened)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)


class _Session:
    """One session, from its opening to its end."""

    def __init__(self, handlers: Handlers, opened: Call) -> None:
        self._handlers = handlers
        # Any: requests are parsed and responses serialized, which gRPC's stubs do not tell apart.
        self._stream: Any = opened.context
        self._metadata = tuple(item for item in opened.metadata if item[0] != "traceparent")
        self._outgoing = Outgoing()
        self._calls: dict[int, _CallContext] = {}
        self._last = 0

    def say(self, frame: pb.CalleeFrame) -> None:
        self._outgoing.put(pb.OpenResponse(frames=[frame]).SerializeToString())

    async def run(self) -> None:
        """Serves calls until the caller half-closes and they have ended, or is gone."""
        reading = asyncio.current_task()
        writing = asyncio.create_task(self._write(reading))
        try:
            while (message := await self._stream.read()) is not grpc.aio.EOF:
                if message is None:
                    # gRPC takes no status while a message is being written.
                    self._outgoing.close()
                    await writing
                    text = "A message of the session is malformed."
                    raise MeshError(Reason.INVALID_ARGUMENT, text)
                for frame in message.frames:
                    self._take(frame)
            while self._calls:
                await asyncio.wait([call.task for call in self._calls.values()])
            self._outgoing.close()
            await writing
        finally:
            writing.cancel()
            for call in tuple(self._calls.values()):
                call.cancel()

    async def _write(self, reading: asyncio.Task[None] | None) -> None:
        # Nothing but the sign that calls are taken.
        message: bytes | None = b""
        try:
            while message is not None:
                await self._stream.write(message)
                message = await self._outgoing.take()
        except Exception as error:  # noqa: BLE001 - gRPC's own classes; whatever it is, the session is over
            _log.info("session_broken", error=type(error).__name__)
            if reading is not None:
                reading.cancel()

    def _take(self, frame: pb.CallerFrame) -> None:
        kind, call = frame.WhichOneof("frame"), self._calls.get(frame.call)
        if kind == "start" and frame.call > self._last:
            self._last = frame.call
            self._start(frame.call, frame.start)
        elif kind == "cancel" and call is not None:
            call.cancel()
        elif kind == "credit" and call is not None:
            call.allow(frame.credit)
        elif kind == "start" or frame.call > self._last:
            _log.warning("frame_ignored", kind=kind, call=frame.call)
        # Else the call has ended while the frame was under way.

    def _start(self, number: int, start: pb.Start) -> None:
        handler = self._handlers.streaming(start.method)
        if handler is None:
            self._end(number, status_pb2.Status(code=code_pb2.UNIMPLEMENTED))
        elif len(self._calls) >= _CALLS_MAX:
            message = f"A session takes {_CALLS_MAX} calls at once."
            self._end(number, MeshError(Reason.OVERLOADED, message).to_status())
        else:
            traced = (("traceparent", start.traceparent),) if start.traceparent else ()
            call = _CallContext(
                number, self._outgoing, handler, (*self._metadata, *traced), start.timeout_ms
            )
            self._calls[number] = call
            call.task = asyncio.create_task(self._serve(call, handler, start.request))
            call.task.add_done_callback(lambda _: self._over(number))

    async def _serve(self, call: "_CallContext", handler: Handler, request: bytes) -> None:
        try:
            # Any: what gRPC's stubs say of a wrapped handler is wider than what it is.
            wrapped: Any = handler
            await wrapped.unary_stream(wrapped.request_deserializer(request), call)
        except grpc.aio.AbortError:
            status = call.status
        except asyncio.CancelledError:
            if call.cancelled:
                raise
            status = status_pb2.Status(code=code_pb2.CANCELLED)
        except Exception:  # noqa: BLE001 - outside the middleware that shapes errors
            # As gRPC itself would say.
            _log.exception("call_bug", call=call.number)
            status = status_pb2.Status(code=code_pb2.UNKNOWN)
        else:
            status = None
        self._end(call.number, status)

    def _over(self, number: int) -> None:
        del self._calls[number]

    def _end(self, number: int, status: status_pb2.Status | None) -> None:
        self.say(pb.CalleeFrame(call=number, end=pb.End(status=status)))


class _CallContext:
    """What handlers and middlewares use of gRPC's context, for one call of a session.

    Attributes:
        number: The call's number in its session.
        status: Why it was aborted.
        cancelled: Whether its caller has ended it.
        task: Serves it.
    """

    def __init__(
        self,
        number: int,
        outgoing: Outgoing,
        handler: Handler,
        metadata: Metadata,
        timeout_ms: int,
    ) -> None:
        self.number = number
        self.status: status_pb2.Status | None = None
        self.cancelled = False
        self.task: asyncio.Task[None]
        self._outgoing = outgoing
        # Any: the serializer of a typed method is there.
        self._serialize: Any = handler.response_serializer
        self._metadata = metadata
        self._deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        self._window = WINDOW_BYTES
        self._allowed: asyncio.Event | None = None

    def cancel(self) -> None:
        """Ends the call's work; nothing more is said about it."""
        self.cancelled = True
        self.task.cancel()

    def allow(self, size: int) -> None:
        """Takes note that the caller has so many bytes of events off its hands."""
        self._window += size
        if self._allowed is not None and self._window > 0:
            self._allowed.set()

    def invocation_metadata(self) -> Metadata:
        """The session's metadata, with the call's own trace context."""
        return self._metadata

    def time_remaining(self) -> float:
        """Seconds until the caller stops waiting."""
        return max(0.0, self._deadline - asyncio.get_running_loop().time())

    def code(self) -> grpc.StatusCode | None:
        """How the call was aborted."""
        return None if self.status is None else _CODES[self.status.code]

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()
    ) -> None:
        """Ends the call with an error, the status of its trailing metadata where there is one."""
        self.status = status_pb2.Status(code=code.value[0], message=details)
        for key, value in trailing_metadata:
            if key == "grpc-status-details-bin" and isinstance(value, bytes):
                self.status = status_pb2.Status.FromString(value)
        raise grpc.aio.AbortError(details)

    async def send_initial_metadata(self, _: Metadata) -> None:
        """Does nothing: a session has no metadata of single calls."""

    def set_trailing_metadata(self, _: Metadata) -> None:
        """Does nothing: a session has no metadata of single calls."""

    async def write(self, message: Message) -> None:
        """Sends an event, once its caller and the session have room for it."""
        event: bytes = self._serialize(message)
        if len(event) > FRAME_MAX:
            text = f"An event has {len(event)} bytes; a call answers at most {FRAME_MAX} at once."
            raise MeshError(Reason.PAYLOAD_TOO_LARGE, text)
        while self._window <= 0:
            self._allowed = asyncio.Event()
            await self._allowed.wait()
        self._window -= len(event)
        await self._outgoing.room()
        frame = pb.CalleeFrame(call=self.number, event=event)
        self._outgoing.put(pb.OpenResponse(frames=[frame]).SerializeToString())


_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}
