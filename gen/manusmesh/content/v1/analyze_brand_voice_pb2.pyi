from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import competition_pb2 as _competition_pb2
from manusmesh.type.v1 import evidence_pb2 as _evidence_pb2
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

class AnalyzeBrandVoiceRequest(_message.Message):
    __slots__ = ("posts", "include_competitors", "competitors", "tenant_id", "idempotency_key", "callback_url", "wait_seconds", "no_cache")
    POSTS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CALLBACK_URL_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NO_CACHE_FIELD_NUMBER: _ClassVar[int]
    posts: _containers.RepeatedCompositeFieldContainer[_post_pb2.Post]
    include_competitors: bool
    competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.Competitor]
    tenant_id: str
    idempotency_key: str
    callback_url: str
    wait_seconds: int
    no_cache: bool
    def __init__(self, posts: _Optional[_Iterable[_Union[_post_pb2.Post, _Mapping]]] = ..., include_competitors: _Optional[bool] = ..., competitors: _Optional[_Iterable[_Union[_competition_pb2.Competitor, _Mapping]]] = ..., tenant_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., callback_url: _Optional[str] = ..., wait_seconds: _Optional[int] = ..., no_cache: _Optional[bool] = ...) -> None: ...

class AnalyzeBrandVoiceResult(_message.Message):
    __slots__ = ("profile_id", "brand_voice_profile", "competitor_differentiation", "sample_posts", "embedding_vector", "evidence", "engine", "usage", "report_markdown", "report_html", "charts", "recommendations", "confidence_score", "cached", "partial")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    BRAND_VOICE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    COMPETITOR_DIFFERENTIATION_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_POSTS_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_VECTOR_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    REPORT_MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    REPORT_HTML_FIELD_NUMBER: _ClassVar[int]
    CHARTS_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATIONS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    brand_voice_profile: _voice_pb2.BrandVoiceProfile
    competitor_differentiation: _voice_pb2.CompetitorDifferentiation
    sample_posts: _voice_pb2.SamplePosts
    embedding_vector: _containers.RepeatedScalarFieldContainer[float]
    evidence: BrandVoiceEvidence
    engine: str
    usage: _run_pb2.Usage
    report_markdown: str
    report_html: str
    charts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Chart]
    recommendations: _containers.RepeatedScalarFieldContainer[str]
    confidence_score: float
    cached: bool
    partial: bool
    def __init__(self, profile_id: _Optional[str] = ..., brand_voice_profile: _Optional[_Union[_voice_pb2.BrandVoiceProfile, _Mapping]] = ..., competitor_differentiation: _Optional[_Union[_voice_pb2.CompetitorDifferentiation, _Mapping]] = ..., sample_posts: _Optional[_Union[_voice_pb2.SamplePosts, _Mapping]] = ..., embedding_vector: _Optional[_Iterable[float]] = ..., evidence: _Optional[_Union[BrandVoiceEvidence, _Mapping]] = ..., engine: _Optional[str] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., report_markdown: _Optional[str] = ..., report_html: _Optional[str] = ..., charts: _Optional[_Iterable[_Union[_skill_pb2.Chart, _Mapping]]] = ..., recommendations: _Optional[_Iterable[str]] = ..., confidence_score: _Optional[float] = ..., cached: _Optional[bool] = ..., partial: _Optional[bool] = ...) -> None: ...

class BrandVoiceEvidence(_message.Message):
    __slots__ = ("posts_analyzed", "distinct_posts", "language", "measurements", "tones", "phrases", "posts", "differences", "posting_times", "voice_quality", "confidence_parts", "receipts", "competitor_posts", "failed_competitors", "limits")
    POSTS_ANALYZED_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_POSTS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    TONES_FIELD_NUMBER: _ClassVar[int]
    PHRASES_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    POSTING_TIMES_FIELD_NUMBER: _ClassVar[int]
    VOICE_QUALITY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PARTS_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    COMPETITOR_POSTS_FIELD_NUMBER: _ClassVar[int]
    FAILED_COMPETITORS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    posts_analyzed: int
    distinct_posts: int
    language: str
    measurements: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Measurement]
    tones: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.Bucket]
    phrases: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.Bucket]
    posts: _containers.RepeatedCompositeFieldContainer[_voice_pb2.PostVoice]
    differences: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Difference]
    posting_times: _evidence_pb2.PostingTimes
    voice_quality: _voice_pb2.VoiceQuality
    confidence_parts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ConfidencePart]
    receipts: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.FetchReceipt]
    competitor_posts: int
    failed_competitors: _containers.RepeatedCompositeFieldContainer[_competition_pb2.FailedCompetitor]
    limits: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, posts_analyzed: _Optional[int] = ..., distinct_posts: _Optional[int] = ..., language: _Optional[str] = ..., measurements: _Optional[_Iterable[_Union[_skill_pb2.Measurement, _Mapping]]] = ..., tones: _Optional[_Iterable[_Union[_evidence_pb2.Bucket, _Mapping]]] = ..., phrases: _Optional[_Iterable[_Union[_evidence_pb2.Bucket, _Mapping]]] = ..., posts: _Optional[_Iterable[_Union[_voice_pb2.PostVoice, _Mapping]]] = ..., differences: _Optional[_Iterable[_Union[_skill_pb2.Difference, _Mapping]]] = ..., posting_times: _Optional[_Union[_evidence_pb2.PostingTimes, _Mapping]] = ..., voice_quality: _Optional[_Union[_voice_pb2.VoiceQuality, _Mapping]] = ..., confidence_parts: _Optional[_Iterable[_Union[_skill_pb2.ConfidencePart, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_evidence_pb2.FetchReceipt, _Mapping]]] = ..., competitor_posts: _Optional[int] = ..., failed_competitors: _Optional[_Iterable[_Union[_competition_pb2.FailedCompetitor, _Mapping]]] = ..., limits: _Optional[_Iterable[str]] = ...) -> None: ...

class AnalyzeBrandVoiceRun(_message.Message):
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
    result: AnalyzeBrandVoiceResult
    partial: bool
    def __init__(self, task_id: _Optional[str] = ..., job: _Optional[str] = ..., status: _Optional[str] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ..., result: _Optional[_Union[AnalyzeBrandVoiceResult, _Mapping]] = ..., partial: _Optional[bool] = ...) -> None: ...
