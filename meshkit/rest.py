"""REST calls that come as HTTP: the servicers' methods answered in JSON, as the edge transcodes.

Whoever calls a method so gets what Envoy's transcoder and `envoy/responses.lua` would have made of
its answer: the message in JSON, trailing metadata as headers, an error in its envelope.
"""

import functools
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message

from meshkit.errors import MeshError, Reason
from meshkit.http1 import Answer, Request

JSON: Final = ("content-type", "application/json")
"""The header of answers in JSON."""
TOLD: Final = frozenset({
    "x-trace-id", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "taskid",
    "taskstatus", "taskprogress", "retry-after",
})  # fmt: skip
"""Trailing metadata that become headers of the answer; the others are for gRPC callers."""

_ESCAPED: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>\u2028\u2029"}
"""What is harmless in JSON, but not where it is pasted into a page."""

_SMALL: Final = 2048  # bytes
_WHOLE_MAX: Final = 2**53  # where doubles tell whole numbers no longer apart

Metadata = Iterable[tuple[str, str | bytes]]
Behaviour = Callable[[Any, Any], Awaitable[Message | None]]
"""A method as gRPC calls it: request and context to the answer."""


class RestContext:
    """What a servicer's method and the middlewares use of gRPC's context.

    Attributes:
        status: What the call was ended with; None while it has not been.
        trailers: Trailing metadata.
    """

    def __init__(self, request: Request, seconds: float) -> None:
        """Takes the headers of a request as metadata, and gives the call so many seconds."""
        self.status: grpc.StatusCode | None = None
        self.trailers: tuple[tuple[str, str | bytes], ...] = ()
        self._metadata = request.headers
        self._until = time.monotonic() + seconds

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """The caller's metadata."""
        return self._metadata

    def time_remaining(self) -> float:
        """Seconds until the caller stops waiting."""
        return self._until - time.monotonic()

    def set_trailing_metadata(self, metadata: Metadata) -> None:
        """Says what the headers of the answer shall be."""
        self.trailers = tuple(metadata)

    async def abort(self, code: grpc.StatusCode, _: str = "", metadata: Metadata = ()) -> NoReturn:
        """Ends the call with an error."""
        self.status, self.trailers = code, tuple(metadata)
        raise grpc.aio.AbortError

    def code(self) -> grpc.StatusCode | None:
        """The status that the call was ended with."""
        return self.status


async def call(behaviour: Behaviour, message: Message, request: Request, seconds: float) -> Answer:
    """Calls a unary method for an HTTP request.

    Args:
        behaviour: The method, inside its middlewares: they turn whatever is raised into a status.
        message: Its request.
        request: What has come over HTTP.
        seconds: How long the caller waits.
    """
    context = RestContext(request, seconds)
    try:
        found = await behaviour(message, context)
    except grpc.aio.AbortError:
        found = None
    headers = [(name, str(value)) for name, value in context.trailers if name in TOLD]
    if found is not None:
        return Answer(200, [JSON, *headers], to_json(found))
    told = dict(context.trailers)
    if "error-json" not in told:  # not from a middleware of the mesh
        return refusal(MeshError(Reason.INTERNAL, "The call failed inside the mesh."))
    return Answer(int(told["error-status"]), [JSON, *headers], str(told["error-json"]).encode())


def refusal(error: MeshError) -> Answer:
    """An answer that says what is wrong, in the envelope of the public API."""
    body = json.dumps(error.rest_body(), separators=(",", ":"))
    return Answer(error.http_status, [JSON], body.encode())


def to_json(message: Message) -> bytes:
    """A message in the JSON of the public API, as Envoy prints it.

    Remembers small ones: a task is asked for more often than it changes.
    """
    encoded = message.SerializeToString(deterministic=True)
    if len(encoded) > _SMALL:
        return _print(message)
    kind: Any = type(message)  # hashable, though the stubs say otherwise
    return _remembered(kind, encoded)


@functools.lru_cache(maxsize=2048)
def _remembered(kind: type[Message], encoded: bytes) -> bytes:
    return _print(kind.FromString(encoded))


def _print(message: Message) -> bytes:
    fields = json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    ordered = _in_order(message.DESCRIPTOR, fields)
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPED).encode()


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Prints whole numbers of a Struct, which has no integers, without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_MAX:
        return int(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return value


def _in_order(message: Any, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a descriptor, of protobuf's own type or its stubs'
    """Puts fields into the order of their message; json_format prints those that are set first."""
    if message.full_name.startswith("google.protobuf."):  # they have a JSON of their own
        return {name: _whole(value) for name, value in fields.items()}
    ordered = {}
    for field in message.fields:
        if field.name in fields:
            value, inner = fields[field.name], field.message_type
            if inner is not None and not inner.GetOptions().map_entry:
                if isinstance(value, dict):
                    value = _in_order(inner, value)
                elif isinstance(value, list) and value and isinstance(value[0], dict):
                    value = [_in_order(inner, each) for each in value]
            ordered[field.name] = value
    return ordered
