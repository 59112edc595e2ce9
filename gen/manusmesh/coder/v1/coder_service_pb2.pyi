import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.type.v1 import competition_pb2 as _competition_pb2
from manusmesh.type.v1 import image_pb2 as _image_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from manusmesh.type.v1 import post_pb2 as _post_pb2
from manusmesh.type.v1 import refinement_pb2 as _refinement_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from manusmesh.type.v1 import voice_pb2 as _voice_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WriteSkillRequest(_message.Message):
    __slots__ = ("context", "examples", "patterns", "skill_name", "target_platforms", "previous", "review", "images")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    patterns: _skill_pb2.PatternReport
    skill_name: str
    target_platforms: _containers.RepeatedScalarFieldContainer[str]
    previous: _skill_pb2.SkillDraft
    review: _skill_pb2.SkillReview
    images: _image_pb2.ImageReport
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., patterns: _Optional[_Union[_skill_pb2.PatternReport, _Mapping]] = ..., skill_name: _Optional[str] = ..., target_platforms: _Optional[_Iterable[str]] = ..., previous: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ..., review: _Optional[_Union[_skill_pb2.SkillReview, _Mapping]] = ..., images: _Optional[_Union[_image_pb2.ImageReport, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("context", "draft", "examples", "scores", "images")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    draft: _skill_pb2.SkillDraft
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    scores: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ExampleScore]
    images: _image_pb2.ImageReport
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., draft: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ..., examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., scores: _Optional[_Iterable[_Union[_skill_pb2.ExampleScore, _Mapping]]] = ..., images: _Optional[_Union[_image_pb2.ImageReport, _Mapping]] = ...) -> None: ...

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

class BuildVoiceProfileRequest(_message.Message):
    __slots__ = ("context", "posts", "report", "competitors")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    posts: _containers.RepeatedCompositeFieldContainer[_post_pb2.Post]
    report: _voice_pb2.VoiceReport
    competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.CompetitorReport]
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., posts: _Optional[_Iterable[_Union[_post_pb2.Post, _Mapping]]] = ..., report: _Optional[_Union[_voice_pb2.VoiceReport, _Mapping]] = ..., competitors: _Optional[_Iterable[_Union[_competition_pb2.CompetitorReport, _Mapping]]] = ...) -> None: ...

class BuildVoiceProfileResponse(_message.Message):
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
    result: _voice_pb2.VoiceProfileDraft
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_voice_pb2.VoiceProfileDraft, _Mapping]] = ...) -> None: ...

class AnalyzeCompetitionRequest(_message.Message):
    __slots__ = ("context", "reports", "period_from", "period_to", "focus_areas")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FROM_FIELD_NUMBER: _ClassVar[int]
    PERIOD_TO_FIELD_NUMBER: _ClassVar[int]
    FOCUS_AREAS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    reports: _containers.RepeatedCompositeFieldContainer[_competition_pb2.CompetitorReport]
    period_from: _timestamp_pb2.Timestamp
    period_to: _timestamp_pb2.Timestamp
    focus_areas: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[_competition_pb2.CompetitorReport, _Mapping]]] = ..., period_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., period_to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., focus_areas: _Optional[_Iterable[str]] = ...) -> None: ...

class AnalyzeCompetitionResponse(_message.Message):
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
    result: _competition_pb2.CompetitionAnalysis
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_competition_pb2.CompetitionAnalysis, _Mapping]] = ...) -> None: ...

class RefineTextRequest(_message.Message):
    __slots__ = ("context", "text", "platform", "feedback", "has_image", "voice", "previous", "review")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    HAS_IMAGE_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    text: str
    platform: str
    feedback: str
    has_image: bool
    voice: _voice_pb2.StoredVoice
    previous: _refinement_pb2.RefinementDraft
    review: _refinement_pb2.RefinementReview
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., text: _Optional[str] = ..., platform: _Optional[str] = ..., feedback: _Optional[str] = ..., has_image: _Optional[bool] = ..., voice: _Optional[_Union[_voice_pb2.StoredVoice, _Mapping]] = ..., previous: _Optional[_Union[_refinement_pb2.RefinementDraft, _Mapping]] = ..., review: _Optional[_Union[_refinement_pb2.RefinementReview, _Mapping]] = ...) -> None: ...

class RefineTextResponse(_message.Message):
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
    result: _refinement_pb2.RefinementDraft
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_refinement_pb2.RefinementDraft, _Mapping]] = ...) -> None: ...

class ReviewRefinementRequest(_message.Message):
    __slots__ = ("context", "text", "draft", "voice")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    text: str
    draft: _refinement_pb2.RefinementDraft
    voice: _voice_pb2.StoredVoice
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., text: _Optional[str] = ..., draft: _Optional[_Union[_refinement_pb2.RefinementDraft, _Mapping]] = ..., voice: _Optional[_Union[_voice_pb2.StoredVoice, _Mapping]] = ...) -> None: ...

class ReviewRefinementResponse(_message.Message):
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
    result: _refinement_pb2.RefinementReview
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_refinement_pb2.RefinementReview, _Mapping]] = ...) -> None: ...

class ExecutePythonRequest(_message.Message):
    __slots__ = ("context", "code", "inputs_json", "timeout_ms")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_JSON_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    code: str
    inputs_json: str
    timeout_ms: int
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., code: _Optional[str] = ..., inputs_json: _Optional[str] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class ExecutePythonResponse(_message.Message):
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
    result: PythonOutcome
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[PythonOutcome, _Mapping]] = ...) -> None: ...

class PythonOutcome(_message.Message):
    __slots__ = ("outcome", "output_json", "printed", "error", "duration_ms", "sandbox")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_JSON_FIELD_NUMBER: _ClassVar[int]
    PRINTED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    SANDBOX_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    output_json: str
    printed: str
    error: str
    duration_ms: int
    sandbox: str
    def __init__(self, outcome: _Optional[str] = ..., output_json: _Optional[str] = ..., printed: _Optional[str] = ..., error: _Optional[str] = ..., duration_ms: _Optional[int] = ..., sandbox: _Optional[str] = ...) -> None: ...
