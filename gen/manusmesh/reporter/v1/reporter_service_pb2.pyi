import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.type.v1 import competition_pb2 as _competition_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from manusmesh.type.v1 import post_pb2 as _post_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from manusmesh.type.v1 import voice_pb2 as _voice_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WriteSkillReportRequest(_message.Message):
    __slots__ = ("context", "examples", "patterns", "draft", "review", "target_platforms", "rounds")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    TARGET_PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    patterns: _skill_pb2.PatternReport
    draft: _skill_pb2.SkillDraft
    review: _skill_pb2.SkillReview
    target_platforms: _containers.RepeatedScalarFieldContainer[str]
    rounds: int
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., patterns: _Optional[_Union[_skill_pb2.PatternReport, _Mapping]] = ..., draft: _Optional[_Union[_skill_pb2.SkillDraft, _Mapping]] = ..., review: _Optional[_Union[_skill_pb2.SkillReview, _Mapping]] = ..., target_platforms: _Optional[_Iterable[str]] = ..., rounds: _Optional[int] = ...) -> None: ...

class WriteSkillReportResponse(_message.Message):
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
    result: _skill_pb2.Report
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_skill_pb2.Report, _Mapping]] = ...) -> None: ...

class WriteVoiceReportRequest(_message.Message):
    __slots__ = ("context", "posts", "report", "draft", "competitors", "failed_competitors")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    FAILED_COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    posts: _containers.RepeatedCompositeFieldContainer[_post_pb2.Post]
    report: _voice_pb2.VoiceReport
    draft: _voice_pb2.VoiceProfileDraft
    competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.CompetitorReport]
    failed_competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.FailedCompetitor]
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., posts: _Optional[_Iterable[_Union[_post_pb2.Post, _Mapping]]] = ..., report: _Optional[_Union[_voice_pb2.VoiceReport, _Mapping]] = ..., draft: _Optional[_Union[_voice_pb2.VoiceProfileDraft, _Mapping]] = ..., competitors: _Optional[_Iterable[_Union[_competition_pb2.CompetitorReport, _Mapping]]] = ..., failed_competitors: _Optional[_Iterable[_Union[_competition_pb2.FailedCompetitor, _Mapping]]] = ...) -> None: ...

class WriteVoiceReportResponse(_message.Message):
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
    result: _skill_pb2.Report
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_skill_pb2.Report, _Mapping]] = ...) -> None: ...

class WriteCompetitionReportRequest(_message.Message):
    __slots__ = ("context", "reports", "analysis", "failed_competitors", "period_from", "period_to", "focus_areas")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    FAILED_COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FROM_FIELD_NUMBER: _ClassVar[int]
    PERIOD_TO_FIELD_NUMBER: _ClassVar[int]
    FOCUS_AREAS_FIELD_NUMBER: _ClassVar[int]
    context: _run_pb2.CallContext
    reports: _containers.RepeatedCompositeFieldContainer[_competition_pb2.CompetitorReport]
    analysis: _competition_pb2.CompetitionAnalysis
    failed_competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.FailedCompetitor]
    period_from: _timestamp_pb2.Timestamp
    period_to: _timestamp_pb2.Timestamp
    focus_areas: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, context: _Optional[_Union[_run_pb2.CallContext, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[_competition_pb2.CompetitorReport, _Mapping]]] = ..., analysis: _Optional[_Union[_competition_pb2.CompetitionAnalysis, _Mapping]] = ..., failed_competitors: _Optional[_Iterable[_Union[_competition_pb2.FailedCompetitor, _Mapping]]] = ..., period_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., period_to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., focus_areas: _Optional[_Iterable[str]] = ...) -> None: ...

class WriteCompetitionReportResponse(_message.Message):
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
    result: _skill_pb2.Report
    def __init__(self, progress: _Optional[_Union[_run_pb2.Progress, _Mapping]] = ..., message: _Optional[_Union[_run_pb2.AgentMessage, _Mapping]] = ..., tool_call: _Optional[_Union[_run_pb2.ToolCall, _Mapping]] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., result: _Optional[_Union[_skill_pb2.Report, _Mapping]] = ...) -> None: ...
