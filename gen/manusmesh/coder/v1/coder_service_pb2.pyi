from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WriteSkillRequest(_message.Message):
    __slots__ = ("context", "examples", "patterns", "skill_name", "target_platforms", "previous", "review")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    patterns: _skill_pb2.PatternReport
    skill_name: str
    target_platforms: _containers.RepeatedScalarFieldContainer[str]
    previous: _skill_pb2.SkillDraft
    review: _skill_pb2.SkillReview
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., patterns: _Optional[_Union[_skill_pb2.PatternReport, _Mapping]] = ..., skill_name: _Optional[str] = ..., target_platforms: _Optional[_Iterable[str]] = ..., previous: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ..., review: _Optional[_Union[_skill_pb2.SkillReview, _Mapping]] = ...) -> None: ...

class WriteSkillResponse(_message.Message):
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
    result: _skill_pb2.SkillDraft
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ...) -> None: ...

class ReviewSkillRequest(_message.Message):
    __slots__ = ("context", "draft", "examples", "scores")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    draft: _skill_pb2.SkillDraft
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    scores: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ExampleScore]
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., draft: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ..., examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., scores: _Optional[_Iterable[_Union[_skill_pb2.ExampleScore, _Mapping]]] = ...) -> None: ...

class ReviewSkillResponse(_message.Message):
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
    result: _skill_pb2.SkillReview
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_skill_pb2.SkillReview, _Mapping]] = ...) -> None: ...
