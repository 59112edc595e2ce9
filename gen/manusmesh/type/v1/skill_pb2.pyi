from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import knowledge_pb2 as _knowledge_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PerformanceMetrics(_message.Message):
    __slots__ = ("likes", "comments", "shares", "impressions", "impressions_unknown")
    LIKES_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    likes: int
    comments: int
    shares: int
    impressions: int
    impressions_unknown: bool
    def __init__(self, likes: _Optional[int] = ..., comments: _Optional[int] = ..., shares: _Optional[int] = ..., impressions: _Optional[int] = ..., impressions_unknown: _Optional[bool] = ...) -> None: ...

class Example(_message.Message):
    __slots__ = ("platform", "content", "image_url", "performance_metrics")
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_METRICS_FIELD_NUMBER: _ClassVar[int]
    platform: str
    content: str
    image_url: str
    performance_metrics: PerformanceMetrics
    def __init__(self, platform: _Optional[str] = ..., content: _Optional[str] = ..., image_url: _Optional[str] = ..., performance_metrics: _Optional[_Union[PerformanceMetrics, _Mapping]] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("name", "value", "unit", "sample_size", "method", "low", "high")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    unit: str
    sample_size: int
    method: str
    low: float
    high: float
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., unit: _Optional[str] = ..., sample_size: _Optional[int] = ..., method: _Optional[str] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class Pattern(_message.Message):
    __slots__ = ("name", "category", "sentence", "count", "total", "share", "low", "high")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    name: str
    category: str
    sentence: str
    count: int
    total: int
    share: float
    low: float
    high: float
    def __init__(self, name: _Optional[str] = ..., category: _Optional[str] = ..., sentence: _Optional[str] = ..., count: _Optional[int] = ..., total: _Optional[int] = ..., share: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("trait", "sentence", "better", "rest", "better_size", "rest_size", "effect", "p_value")
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    BETTER_FIELD_NUMBER: _ClassVar[int]
    REST_FIELD_NUMBER: _ClassVar[int]
    BETTER_SIZE_FIELD_NUMBER: _ClassVar[int]
    REST_SIZE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    trait: str
    sentence: str
    better: float
    rest: float
    better_size: int
    rest_size: int
    effect: float
    p_value: float
    def __init__(self, trait: _Optional[str] = ..., sentence: _Optional[str] = ..., better: _Optional[float] = ..., rest: _Optional[float] = ..., better_size: _Optional[int] = ..., rest_size: _Optional[int] = ..., effect: _Optional[float] = ..., p_value: _Optional[float] = ...) -> None: ...

class ExampleScore(_message.Message):
    __slots__ = ("index", "engagement_rate", "relative", "better_half", "duplicate_of")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_RATE_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_FIELD_NUMBER: _ClassVar[int]
    BETTER_HALF_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    index: int
    engagement_rate: float
    relative: float
    better_half: bool
    duplicate_of: int
    def __init__(self, index: _Optional[int] = ..., engagement_rate: _Optional[float] = ..., relative: _Optional[float] = ..., better_half: _Optional[bool] = ..., duplicate_of: _Optional[int] = ...) -> None: ...

class Voice(_message.Message):
    __slots__ = ("tone", "formality", "formality_known", "technical_level", "keywords", "language")
    TONE_FIELD_NUMBER: _ClassVar[int]
    FORMALITY_FIELD_NUMBER: _ClassVar[int]
    FORMALITY_KNOWN_FIELD_NUMBER: _ClassVar[int]
    TECHNICAL_LEVEL_FIELD_NUMBER: _ClassVar[int]
    KEYWORDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    tone: str
    formality: float
    formality_known: bool
    technical_level: float
    keywords: _containers.RepeatedScalarFieldContainer[str]
    language: str
    def __init__(self, tone: _Optional[str] = ..., formality: _Optional[float] = ..., formality_known: _Optional[bool] = ..., technical_level: _Optional[float] = ..., keywords: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ...) -> None: ...

class PatternReport(_message.Message):
    __slots__ = ("patterns", "measurements", "differences", "scores", "voice", "distinct_examples", "engagement_basis", "limits", "knowledge")
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    VOICE_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_BASIS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedCompositeFieldContainer[Pattern]
    measurements: _containers.RepeatedCompositeFieldContainer[Measurement]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    scores: _containers.RepeatedCompositeFieldContainer[ExampleScore]
    voice: Voice
    distinct_examples: int
    engagement_basis: str
    limits: _containers.RepeatedScalarFieldContainer[str]
    knowledge: _containers.RepeatedCompositeFieldContainer[_knowledge_pb2.KnowledgePassage]
    def __init__(self, patterns: _Optional[_Iterable[_Union[Pattern, _Mapping]]] = ..., measurements: _Optional[_Iterable[_Union[Measurement, _Mapping]]] = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., scores: _Optional[_Iterable[_Union[ExampleScore, _Mapping]]] = ..., voice: _Optional[_Union[Voice, _Mapping]] = ..., distinct_examples: _Optional[int] = ..., engagement_basis: _Optional[str] = ..., limits: _Optional[_Iterable[str]] = ..., knowledge: _Optional[_Iterable[_Union[_knowledge_pb2.KnowledgePassage, _Mapping]]] = ...) -> None: ...

class GuardResult(_message.Message):
    __slots__ = ("guard", "passed", "score", "reason", "status")
    GUARD_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    guard: str
    passed: bool
    score: float
    reason: str
    status: str
    def __init__(self, guard: _Optional[str] = ..., passed: _Optional[bool] = ..., score: _Optional[float] = ..., reason: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class BackTest(_message.Message):
    __slots__ = ("entries", "better_accepted", "better_total", "rest_accepted", "rest_total")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    BETTER_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    BETTER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    REST_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REST_TOTAL_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[BackTestEntry]
    better_accepted: int
    better_total: int
    rest_accepted: int
    rest_total: int
    def __init__(self, entries: _Optional[_Iterable[_Union[BackTestEntry, _Mapping]]] = ..., better_accepted: _Optional[int] = ..., better_total: _Optional[int] = ..., rest_accepted: _Optional[int] = ..., rest_total: _Optional[int] = ...) -> None: ...

class BackTestEntry(_message.Message):
    __slots__ = ("index", "accepted", "better_half", "failed_guards")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    BETTER_HALF_FIELD_NUMBER: _ClassVar[int]
    FAILED_GUARDS_FIELD_NUMBER: _ClassVar[int]
    index: int
    accepted: bool
    better_half: bool
    failed_guards: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, index: _Optional[int] = ..., accepted: _Optional[bool] = ..., better_half: _Optional[bool] = ..., failed_guards: _Optional[_Iterable[str]] = ...) -> None: ...

class SkillViolation(_message.Message):
    __slots__ = ("line", "path", "message")
    LINE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    line: int
    path: str
    message: str
    def __init__(self, line: _Optional[int] = ..., path: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class SkillDraft(_message.Message):
    __slots__ = ("skill_id", "name", "yaml", "changes")
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    skill_id: str
    name: str
    yaml: str
    changes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, skill_id: _Optional[str] = ..., name: _Optional[str] = ..., yaml: _Optional[str] = ..., changes: _Optional[_Iterable[str]] = ...) -> None: ...

class SkillReview(_message.Message):
    __slots__ = ("violations", "guard_results", "back_test", "score", "accepted", "feedback")
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    GUARD_RESULTS_FIELD_NUMBER: _ClassVar[int]
    BACK_TEST_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    violations: _containers.RepeatedCompositeFieldContainer[SkillViolation]
    guard_results: _containers.RepeatedCompositeFieldContainer[GuardResult]
    back_test: BackTest
    score: float
    accepted: bool
    feedback: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, violations: _Optional[_Iterable[_Union[SkillViolation, _Mapping]]] = ..., guard_results: _Optional[_Iterable[_Union[GuardResult, _Mapping]]] = ..., back_test: _Optional[_Union[BackTest, _Mapping]] = ..., score: _Optional[float] = ..., accepted: _Optional[bool] = ..., feedback: _Optional[_Iterable[str]] = ...) -> None: ...

class PerformanceEstimate(_message.Message):
    __slots__ = ("engagement_rate_increase", "confidence", "basis", "low", "high")
    ENGAGEMENT_RATE_INCREASE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    engagement_rate_increase: float
    confidence: float
    basis: str
    low: float
    high: float
    def __init__(self, engagement_rate_increase: _Optional[float] = ..., confidence: _Optional[float] = ..., basis: _Optional[str] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class Chart(_message.Message):
    __slots__ = ("name", "title", "media_type", "content", "alt_text")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    ALT_TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    media_type: str
    content: str
    alt_text: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., media_type: _Optional[str] = ..., content: _Optional[str] = ..., alt_text: _Optional[str] = ...) -> None: ...

class ConfidencePart(_message.Message):
    __slots__ = ("name", "value", "weight", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    weight: float
    reason: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., weight: _Optional[float] = ..., reason: _Optional[str] = ...) -> None: ...

class Report(_message.Message):
    __slots__ = ("markdown", "html", "charts", "recommendations", "confidence_score", "confidence_parts", "estimate", "engine")
    MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    CHARTS_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATIONS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PARTS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    markdown: str
    html: str
    charts: _containers.RepeatedCompositeFieldContainer[Chart]
    recommendations: _containers.RepeatedScalarFieldContainer[str]
    confidence_score: float
    confidence_parts: _containers.RepeatedCompositeFieldContainer[ConfidencePart]
    estimate: PerformanceEstimate
    engine: str
    def __init__(self, markdown: _Optional[str] = ..., html: _Optional[str] = ..., charts: _Optional[_Iterable[_Union[Chart, _Mapping]]] = ..., recommendations: _Optional[_Iterable[str]] = ..., confidence_score: _Optional[float] = ..., confidence_parts: _Optional[_Iterable[_Union[ConfidencePart, _Mapping]]] = ..., estimate: _Optional[_Union[PerformanceEstimate, _Mapping]] = ..., engine: _Optional[str] = ...) -> None: ...
