import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.type.v1 import competition_pb2 as _competition_pb2
from manusmesh.type.v1 import evidence_pb2 as _evidence_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompetitiveAnalysisRequest(_message.Message):
    __slots__ = ("competitors", "analysis_period_days", "focus_areas", "tenant_id", "idempotency_key", "callback_url", "wait_seconds", "no_cache")
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_PERIOD_DAYS_FIELD_NUMBER: _ClassVar[int]
    FOCUS_AREAS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CALLBACK_URL_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.Competitor]
    analysis_period_days: int
    focus_areas: _containers.RepeatedScalarFieldContainer[str]
    tenant_id: str
    idempotency_key: str
    callback_url: str
    wait_seconds: int
    no_cache: bool
    def __init__(self, competitors: _Optional[_Iterable[_Union[_competition_pb2.Competitor, _Mapping]]] = ..., analysis_period_days: _Optional[int] = ..., focus_areas: _Optional[_Iterable[str]] = ..., tenant_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., callback_url: _Optional[str] = ..., wait_seconds: _Optional[int] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class CompetitiveAnalysisResult(_message.Message):
    __slots__ = ("competitors_analyzed", "total_posts_analyzed", "analysis_period", "insights", "opportunities", "content_gaps", "failed_competitors", "evidence", "engine", "usage", "cached", "partial", "report_markdown", "report_html", "charts", "confidence_score")
    COMPETITORS_ANALYZED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_POSTS_ANALYZED_FIELD_NUMBER: _ClassVar[int]
    ANALYSIS_PERIOD_FIELD_NUMBER: _ClassVar[int]
    INSIGHTS_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_GAPS_FIELD_NUMBER: _ClassVar[int]
    FAILED_COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    REPORT_MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    REPORT_HTML_FIELD_NUMBER: _ClassVar[int]
    CHARTS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    competitors_analyzed: int
    total_posts_analyzed: int
    analysis_period: AnalysisPeriod
    insights: _competition_pb2.CompetitionInsights
    opportunities: _containers.RepeatedCompositeFieldContainer[_competition_pb2.Opportunity]
    content_gaps: _containers.RepeatedScalarFieldContainer[str]
    failed_competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.FailedCompetitor]
    evidence: CompetitiveAnalysisEvidence
    engine: str
    usage: _run_pb2.Usage
    cached: bool
    partial: bool
    report_markdown: str
    report_html: str
    charts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Chart]
    confidence_score: float
    def __init__(self, competitors_analyzed: _Optional[int] = ..., total_posts_analyzed: _Optional[int] = ..., analysis_period: _Optional[_Union[AnalysisPeriod, _Mapping]] = ..., insights: _Optional[_Union[_competition_pb2.CompetitionInsights, _Mapping]] = ..., opportunities: _Optional[_Iterable[_Union[_competition_pb2.Opportunity, _Mapping]]] = ..., content_gaps: _Optional[_Iterable[str]] = ..., failed_competitors: _Optional[_Iterable[_Union[_competition_pb2.FailedCompetitor, _Mapping]]] = ..., evidence: _Optional[_Union[CompetitiveAnalysisEvidence, _Mapping]] = ..., engine: _Optional[str] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., cached: _Optional[bool] = ..., partial: _Optional[bool] = ..., report_markdown: _Optional[str] = ..., report_html: _Optional[str] = ..., charts: _Optional[_Iterable[_Union[_skill_pb2.Chart, _Mapping]]] = ..., confidence_score: _Optional[float] = ...) -> None: ...

class AnalysisPeriod(_message.Message):
    __slots__ = ("to",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    to: _timestamp_pb2.Timestamp
    def __init__(self, to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class CompetitiveAnalysisEvidence(_message.Message):
    __slots__ = ("competitors", "receipts", "measurements", "posting_times", "confidence_parts", "limits", "language")
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    POSTING_TIMES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PARTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    competitors: _containers.RepeatedCompositeFieldContainer[CompetitorEvidence]
    receipts: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.FetchReceipt]
    measurements: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Measurement]
    posting_times: _evidence_pb2.PostingTimes
    confidence_parts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ConfidencePart]
    limits: _containers.RepeatedScalarFieldContainer[str]
    language: str
    def __init__(self, competitors: _Optional[_Iterable[_Union[CompetitorEvidence, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_evidence_pb2.FetchReceipt, _Mapping]]] = ..., measurements: _Optional[_Iterable[_Union[_skill_pb2.Measurement, _Mapping]]] = ..., posting_times: _Optional[_Union[_evidence_pb2.PostingTimes, _Mapping]] = ..., confidence_parts: _Optional[_Iterable[_Union[_skill_pb2.ConfidencePart, _Mapping]]] = ..., limits: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ...) -> None: ...

class CompetitorEvidence(_message.Message):
    __slots__ = ("name", "posts", "outside_period", "undated", "sources", "post_sources")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UNDATED_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    POST_SOURCES_FIELD_NUMBER: _ClassVar[int]
    name: str
    posts: int
    outside_period: int
    undated: int
    sources: _containers.RepeatedCompositeFieldContainer[_competition_pb2.SourceOutcome]
    post_sources: _containers.RepeatedCompositeFieldContainer[PostSource]
    def __init__(self, name: _Optional[str] = ..., posts: _Optional[int] = ..., outside_period: _Optional[int] = ..., undated: _Optional[int] = ..., sources: _Optional[_Iterable[_Union[_competition_pb2.SourceOutcome, _Mapping]]] = ..., post_sources: _Optional[_Iterable[_Union[PostSource, _Mapping]]] = ...) -> None: ...

class PostSource(_message.Message):
    __slots__ = ("url", "published_at", "receipt_id")
    URL_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    url: str
    published_at: _timestamp_pb2.Timestamp
    receipt_id: str
    def __init__(self, url: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., receipt_id: _Optional[str] = ...) -> None: ...

class CompetitiveAnalysisRun(_message.Message):
    __slots__ = ("task_id", "job", "status", "error", "result", "partial")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    job: str
    status: str
    error: _run_pb2.Error
    result: CompetitiveAnalysisResult
    partial: bool
    def __init__(self, task_id: _Optional[str] = ..., job: _Optional[str] = ..., status: _Optional[str] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ..., result: _Optional[_Union[CompetitiveAnalysisResult, _Mapping]] = ..., partial: _Optional[bool] = ...) -> None: ...
