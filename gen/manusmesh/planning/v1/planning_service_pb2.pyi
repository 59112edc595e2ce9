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
    __slots__ = ("context", "generate_skill", "analyze_brand_voice", "refine_content", "competitive_analysis")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    GENERATE_SKILL_FIELD_NUMBER: _ClassVar[int]
    ANALYZE_BRAND_VOICE_FIELD_NUMBER: _ClassVar[int]
    REFINE_CONTENT_FIELD_NUMBER: _ClassVar[int]
    COMPETITIVE_ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    generate_skill: GenerateSkillBrief
    analyze_brand_voice: AnalyzeBrandVoiceBrief
    refine_content: RefineContentBrief
    competitive_analysis: CompetitiveAnalysisBrief
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., generate_skill: _Optional[_Union[GenerateSkillBrief, _Mapping]] = ..., analyze_brand_voice: _Optional[_Union[AnalyzeBrandVoiceBrief, _Mapping]] = ..., refine_content: _Optional[_Union[RefineContentBrief, _Mapping]] = ..., competitive_analysis: _Optional[_Union[CompetitiveAnalysisBrief, _Mapping]] = ...) -> None: ...

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

class AnalyzeBrandVoiceBrief(_message.Message):
    __slots__ = ("posts", "characters", "competitor_addresses", "addresses", "competitors_at_once")
    POSTS_FIELD_NUMBER: _ClassVar[int]
    CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    COMPETITOR_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    posts: int
    characters: int
    competitor_addresses: _containers.RepeatedScalarFieldContainer[int]
    addresses: _containers.RepeatedCompositeFieldContainer[AddressBrief]
    competitors_at_once: int
    def __init__(self, posts: _Optional[int] = ..., characters: _Optional[int] = ..., competitor_addresses: _Optional[_Iterable[int]] = ..., addresses: _Optional[_Iterable[_Union[AddressBrief, _Mapping]]] = ..., competitors_at_once: _Optional[int] = ...) -> None: ...

class AddressBrief(_message.Message):
    __slots__ = ("source", "host")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    source: str
    host: int
    def __init__(self, source: _Optional[str] = ..., host: _Optional[int] = ...) -> None: ...

class RefineContentBrief(_message.Message):
    __slots__ = ("characters", "feedback_characters", "has_voice")
    CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_CHARACTERS_FIELD_NUMBER: _ClassVar[int]
    HAS_VOICE_FIELD_NUMBER: _ClassVar[int]
    characters: int
    feedback_characters: int
    has_voice: bool
    def __init__(self, characters: _Optional[int] = ..., feedback_characters: _Optional[int] = ..., has_voice: _Optional[bool] = ...) -> None: ...

class CompetitiveAnalysisBrief(_message.Message):
    __slots__ = ("competitor_addresses", "period_days", "focus_areas", "addresses", "competitors_at_once")
    COMPETITOR_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    PERIOD_DAYS_FIELD_NUMBER: _ClassVar[int]
    FOCUS_AREAS_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_AT_ONCE_FIELD_NUMBER: _ClassVar[int]
    competitor_addresses: _containers.RepeatedScalarFieldContainer[int]
    period_days: int
    focus_areas: int
    addresses: _containers.RepeatedCompositeFieldContainer[AddressBrief]
    competitors_at_once: int
    def __init__(self, competitor_addresses: _Optional[_Iterable[int]] = ..., period_days: _Optional[int] = ..., focus_areas: _Optional[int] = ..., addresses: _Optional[_Iterable[_Union[AddressBrief, _Mapping]]] = ..., competitors_at_once: _Optional[int] = ...) -> None: ...

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
