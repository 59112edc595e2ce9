import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.type.v1 import plan_pb2 as _plan_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartedTask(_message.Message):
    __slots__ = ("task_id", "status")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    status: str
    def __init__(self, task_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class CompletedStep(_message.Message):
    __slots__ = ("step", "duration_ms")
    STEP_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    step: str
    duration_ms: int
    def __init__(self, step: _Optional[str] = ..., duration_ms: _Optional[int] = ...) -> None: ...

class Task(_message.Message):
    __slots__ = ("task_id", "job", "status", "progress", "eta", "eta_seconds", "current_step", "completed_steps", "total_steps", "created_at", "started_at", "updated_at", "completed_at", "result_available", "error", "queue_position", "detail", "partial", "missing")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ETA_FIELD_NUMBER: _ClassVar[int]
    ETA_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STEP_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_STEPS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_STEPS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    RESULT_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    job: str
    status: str
    progress: int
    eta: int
    eta_seconds: int
    current_step: str
    completed_steps: _containers.RepeatedCompositeFieldContainer[CompletedStep]
    total_steps: int
    created_at: _timestamp_pb2.Timestamp
    started_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    result_available: bool
    error: _run_pb2.Error
    queue_position: int
    detail: TaskDetail
    partial: bool
    missing: _containers.RepeatedCompositeFieldContainer[MissingPart]
    def __init__(self, task_id: _Optional[str] = ..., job: _Optional[str] = ..., status: _Optional[str] = ..., progress: _Optional[int] = ..., eta: _Optional[int] = ..., eta_seconds: _Optional[int] = ..., current_step: _Optional[str] = ..., completed_steps: _Optional[_Iterable[_Union[CompletedStep, _Mapping]]] = ..., total_steps: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., result_available: _Optional[bool] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ..., queue_position: _Optional[int] = ..., detail: _Optional[_Union[TaskDetail, _Mapping]] = ..., partial: _Optional[bool] = ..., missing: _Optional[_Iterable[_Union[MissingPart, _Mapping]]] = ...) -> None: ...

class MissingPart(_message.Message):
    __slots__ = ("step", "name", "error")
    STEP_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    step: str
    name: str
    error: _run_pb2.Error
    def __init__(self, step: _Optional[str] = ..., name: _Optional[str] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ...) -> None: ...

class TaskDetail(_message.Message):
    __slots__ = ("plan", "steps", "messages", "attempt", "usage", "trace_id")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    plan: _plan_pb2.Plan
    steps: _containers.RepeatedCompositeFieldContainer[StepRecord]
    messages: _containers.RepeatedCompositeFieldContainer[AgentMessageRecord]
    attempt: int
    usage: _run_pb2.Usage
    trace_id: str
    def __init__(self, plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[StepRecord, _Mapping]]] = ..., messages: _Optional[_Iterable[_Union[AgentMessageRecord, _Mapping]]] = ..., attempt: _Optional[int] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., trace_id: _Optional[str] = ...) -> None: ...

class StepRecord(_message.Message):
    __slots__ = ("step", "agent", "status", "started_at", "completed_at", "duration_ms", "attempts", "usage", "failed_attempts")
    STEP_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    FAILED_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    step: str
    agent: str
    status: str
    started_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    duration_ms: int
    attempts: int
    usage: _run_pb2.Usage
    failed_attempts: _containers.RepeatedCompositeFieldContainer[FailedAttempt]
    def __init__(self, step: _Optional[str] = ..., agent: _Optional[str] = ..., status: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration_ms: _Optional[int] = ..., attempts: _Optional[int] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., failed_attempts: _Optional[_Iterable[_Union[FailedAttempt, _Mapping]]] = ...) -> None: ...

class FailedAttempt(_message.Message):
    __slots__ = ("attempt", "time", "error", "retry_in_seconds")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RETRY_IN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    time: _timestamp_pb2.Timestamp
    error: _run_pb2.Error
    retry_in_seconds: float
    def __init__(self, attempt: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ..., retry_in_seconds: _Optional[float] = ...) -> None: ...

class KeptResult(_message.Message):
    __slots__ = ("task_id", "missing", "result")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    missing: _containers.RepeatedCompositeFieldContainer[MissingPart]
    result: bytes
    def __init__(self, task_id: _Optional[str] = ..., missing: _Optional[_Iterable[_Union[MissingPart, _Mapping]]] = ..., result: _Optional[bytes] = ...) -> None: ...

class AgentMessageRecord(_message.Message):
    __slots__ = ("from_agent", "to_agent", "type", "payload", "time")
    FROM_AGENT_FIELD_NUMBER: _ClassVar[int]
    TO_AGENT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    from_agent: str
    to_agent: str
    type: str
    payload: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, from_agent: _Optional[str] = ..., to_agent: _Optional[str] = ..., type: _Optional[str] = ..., payload: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
