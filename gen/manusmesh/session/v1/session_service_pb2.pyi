from google.rpc import status_pb2 as _status_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OpenRequest(_message.Message):
    __slots__ = ("frames",)
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[CallerFrame]
    def __init__(self, frames: _Optional[_Iterable[_Union[CallerFrame, _Mapping]]] = ...) -> None: ...

class CallerFrame(_message.Message):
    __slots__ = ("call", "start", "cancel", "credit")
    CALL_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    call: int
    start: Start
    cancel: Cancel
    credit: int
    def __init__(self, call: _Optional[int] = ..., start: _Optional[_Union[Start, _Mapping]] = ..., cancel: _Optional[_Union[Cancel, _Mapping]] = ..., credit: _Optional[int] = ...) -> None: ...

class Start(_message.Message):
    __slots__ = ("method", "traceparent", "timeout_ms", "request")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    method: str
    traceparent: str
    timeout_ms: int
    request: bytes
    def __init__(self, method: _Optional[str] = ..., traceparent: _Optional[str] = ..., timeout_ms: _Optional[int] = ..., request: _Optional[bytes] = ...) -> None: ...

class Cancel(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OpenResponse(_message.Message):
    __slots__ = ("frames",)
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[CalleeFrame]
    def __init__(self, frames: _Optional[_Iterable[_Union[CalleeFrame, _Mapping]]] = ...) -> None: ...

class CalleeFrame(_message.Message):
    __slots__ = ("call", "event", "end", "goaway")
    CALL_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    GOAWAY_FIELD_NUMBER: _ClassVar[int]
    call: int
    event: bytes
    end: End
    goaway: Goaway
    def __init__(self, call: _Optional[int] = ..., event: _Optional[bytes] = ..., end: _Optional[_Union[End, _Mapping]] = ..., goaway: _Optional[_Union[Goaway, _Mapping]] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _status_pb2.Status
    def __init__(self, status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class Goaway(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
