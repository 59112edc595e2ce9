import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FetchReceipt(_message.Message):
    __slots__ = ("id", "url", "final_url", "fetched_at", "robots", "status", "content_sha256", "bytes", "duration_ms", "outcome", "reason")
    ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    FINAL_URL_FIELD_NUMBER: _ClassVar[int]
    FETCHED_AT_FIELD_NUMBER: _ClassVar[int]
    ROBOTS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    id: str
    url: str
    final_url: str
    fetched_at: _timestamp_pb2.Timestamp
    robots: str
    status: int
    content_sha256: str
    bytes: int
    duration_ms: int
    outcome: str
    reason: str
    def __init__(self, id: _Optional[str] = ..., url: _Optional[str] = ..., final_url: _Optional[str] = ..., fetched_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., robots: _Optional[str] = ..., status: _Optional[int] = ..., content_sha256: _Optional[str] = ..., bytes: _Optional[int] = ..., duration_ms: _Optional[int] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Bucket(_message.Message):
    __slots__ = ("label", "count", "value", "low", "high")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    label: str
    count: int
    value: float
    low: float
    high: float
    def __init__(self, label: _Optional[str] = ..., count: _Optional[int] = ..., value: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class PostingTimes(_message.Message):
    __slots__ = ("sample_size", "hours", "days", "best_days", "best_times", "time_zone", "basis")
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    BEST_DAYS_FIELD_NUMBER: _ClassVar[int]
    BEST_TIMES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    sample_size: int
    hours: _containers.RepeatedCompositeFieldContainer[Bucket]
    days: _containers.RepeatedCompositeFieldContainer[Bucket]
    best_days: _containers.RepeatedScalarFieldContainer[str]
    best_times: _containers.RepeatedScalarFieldContainer[str]
    time_zone: str
    basis: str
    def __init__(self, sample_size: _Optional[int] = ..., hours: _Optional[_Iterable[_Union[Bucket, _Mapping]]] = ..., days: _Optional[_Iterable[_Union[Bucket, _Mapping]]] = ..., best_days: _Optional[_Iterable[str]] = ..., best_times: _Optional[_Iterable[str]] = ..., time_zone: _Optional[str] = ..., basis: _Optional[str] = ...) -> None: ...

class Limit(_message.Message):
    __slots__ = ("subject", "reason")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    subject: str
    reason: str
    def __init__(self, subject: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
