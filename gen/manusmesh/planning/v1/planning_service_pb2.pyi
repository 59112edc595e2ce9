from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import plan_pb2 as _plan_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlanRequest(_message.Message):
    __slots__ = ("context", "generate_skill")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    GENERATE_SKILL_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    generate_skill: GenerateSkillBrief
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., generate_skill: _Optional[_Union[GenerateSkillBrief, _Mapping]] = ...) -> None: ...

class GenerateSkillBrief(_message.Message):
    __slots__ = ("examples", "images", "characters", "target_platforms")
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    TARGET_PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    examples: int
    images: int
    characters: int
    target_platforms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, examples: _Optional[int] = ..., images: _Optional[int] = ..., characters: _Optional[int] = ..., target_platforms: _Optional[_Iterable[str]] = ...) -> None: ...

class PlanResponse(_message.Message):
    __slots__ = ("progress", "message", "tool_call", "usage", "result")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    progress: _run_pb2.Progress
    message: _run_pb2.AgentMessage
    tool_call: _run_pb2.ToolCall
    usage: _run_pb2.Usage
    result: _plan_pb2.Plan
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...
