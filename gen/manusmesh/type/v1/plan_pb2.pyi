from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Subtask(_message.Message):
    __slots__ = ("id", "type", "agent", "inputs", "outputs", "depends_on", "estimated_seconds", "success_criterion", "title", "waits_seconds", "resources")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    DEPENDS_ON_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_CRITERION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WAITS_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    agent: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    depends_on: _containers.RepeatedScalarFieldContainer[str]
    estimated_seconds: float
    success_criterion: str
    title: str
    waits_seconds: float
    resources: ResourceEstimate
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., agent: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., outputs: _Optional[_Iterable[str]] = ..., depends_on: _Optional[_Iterable[str]] = ..., estimated_seconds: _Optional[float] = ..., success_criterion: _Optional[str] = ..., title: _Optional[str] = ..., waits_seconds: _Optional[float] = ..., resources: _Optional[_Union[ResourceEstimate, _Mapping]] = ...) -> None: ...

class ResourceEstimate(_message.Message):
    __slots__ = ("llm_calls", "tokens", "cost_usd")
    LLM_CALLS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    COST_USD_FIELD_NUMBER: _ClassVar[int]
    llm_calls: int
    tokens: int
    cost_usd: float
    def __init__(self, llm_calls: _Optional[int] = ..., tokens: _Optional[int] = ..., cost_usd: _Optional[float] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("subtasks", "estimated_seconds", "resources", "engine")
    SUBTASKS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    subtasks: _containers.RepeatedCompositeFieldContainer[Subtask]
    estimated_seconds: float
    resources: ResourceEstimate
    engine: str
    def __init__(self, subtasks: _Optional[_Iterable[_Union[Subtask, _Mapping]]] = ..., estimated_seconds: _Optional[float] = ..., resources: _Optional[_Union[ResourceEstimate, _Mapping]] = ..., engine: _Optional[str] = ...) -> None: ...
