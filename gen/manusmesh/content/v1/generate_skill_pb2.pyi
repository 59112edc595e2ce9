from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import image_pb2 as _image_pb2
from manusmesh.type.v1 import knowledge_pb2 as _knowledge_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GenerateSkillRequest(_message.Message):
    __slots__ = ("examples", "skill_name", "target_platforms", "tenant_id", "idempotency_key", "callback_url", "wait_seconds")
    EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CALLBACK_URL_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    examples: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Example]
    skill_name: str
    target_platforms: _containers.RepeatedScalarFieldContainer[str]
    tenant_id: str
    idempotency_key: str
    callback_url: str
    wait_seconds: int
    def __init__(self, examples: _Optional[_Iterable[_Union[_skill_pb2.Example, _Mapping]]] = ..., skill_name: _Optional[str] = ..., target_platforms: _Optional[_Iterable[str]] = ..., tenant_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., callback_url: _Optional[str] = ..., wait_seconds: _Optional[int] = ...) -> None: ...

class GenerateSkillResult(_message.Message):
    __slots__ = ("skill_id", "skill_name", "skill_yaml", "confidence_score", "patterns_found", "validation_results", "estimated_performance", "recommendations", "report_markdown", "report_html", "charts", "evidence", "engine", "usage", "target_reached", "rounds", "version")
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    SKILL_YAML_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FOUND_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_RESULTS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_PERFORMANCE_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATIONS_FIELD_NUMBER: _ClassVar[int]
    REPORT_MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    REPORT_HTML_FIELD_NUMBER: _ClassVar[int]
    CHARTS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TARGET_REACHED_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    skill_id: str
    skill_name: str
    skill_yaml: str
    confidence_score: float
    patterns_found: _containers.RepeatedScalarFieldContainer[str]
    validation_results: ValidationResults
    estimated_performance: _skill_pb2.PerformanceEstimate
    recommendations: _containers.RepeatedScalarFieldContainer[str]
    report_markdown: str
    report_html: str
    charts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Chart]
    evidence: GenerateSkillEvidence
    engine: str
    usage: _run_pb2.Usage
    target_reached: bool
    rounds: int
    version: str
    def __init__(self, skill_id: _Optional[str] = ..., skill_name: _Optional[str] = ..., skill_yaml: _Optional[str] = ..., confidence_score: _Optional[float] = ..., patterns_found: _Optional[_Iterable[str]] = ..., validation_results: _Optional[_Union[ValidationResults, _Mapping]] = ..., estimated_performance: _Optional[_Union[_skill_pb2.PerformanceEstimate, _Mapping]] = ..., recommendations: _Optional[_Iterable[str]] = ..., report_markdown: _Optional[str] = ..., report_html: _Optional[str] = ..., charts: _Optional[_Iterable[_Union[_skill_pb2.Chart, _Mapping]]] = ..., evidence: _Optional[_Union[GenerateSkillEvidence, _Mapping]] = ..., engine: _Optional[str] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., target_reached: _Optional[bool] = ..., rounds: _Optional[int] = ..., version: _Optional[str] = ...) -> None: ...

class ValidationResults(_message.Message):
    __slots__ = ("passes_guards", "guard_results", "back_test")
    PASSES_GUARDS_FIELD_NUMBER: _ClassVar[int]
    GUARD_RESULTS_FIELD_NUMBER: _ClassVar[int]
    BACK_TEST_FIELD_NUMBER: _ClassVar[int]
    passes_guards: bool
    guard_results: _containers.RepeatedCompositeFieldContainer[_skill_pb2.GuardResult]
    back_test: _skill_pb2.BackTest
    def __init__(self, passes_guards: _Optional[bool] = ..., guard_results: _Optional[_Iterable[_Union[_skill_pb2.GuardResult, _Mapping]]] = ..., back_test: _Optional[_Union[_skill_pb2.BackTest, _Mapping]] = ...) -> None: ...

class GenerateSkillEvidence(_message.Message):
    __slots__ = ("examples_analyzed", "distinct_examples", "engagement_basis", "patterns", "measurements", "differences", "example_scores", "confidence_parts", "limits", "images", "language", "knowledge")
    EXAMPLES_ANALYZED_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_BASIS_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_SCORES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PARTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    examples_analyzed: int
    distinct_examples: int
    engagement_basis: str
    patterns: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Pattern]
    measurements: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Measurement]
    differences: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Difference]
    example_scores: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ExampleScore]
    confidence_parts: _containers.RepeatedCompositeFieldContainer[_skill_pb2.ConfidencePart]
    limits: _containers.RepeatedScalarFieldContainer[str]
    images: _image_pb2.ImageReport
    language: str
    knowledge: _containers.RepeatedCompositeFieldContainer[_knowledge_pb2.KnowledgePassage]
    def __init__(self, examples_analyzed: _Optional[int] = ..., distinct_examples: _Optional[int] = ..., engagement_basis: _Optional[str] = ..., patterns: _Optional[_Iterable[_Union[_skill_pb2.Pattern, _Mapping]]] = ..., measurements: _Optional[_Iterable[_Union[_skill_pb2.Measurement, _Mapping]]] = ..., differences: _Optional[_Iterable[_Union[_skill_pb2.Difference, _Mapping]]] = ..., example_scores: _Optional[_Iterable[_Union[_skill_pb2.ExampleScore, _Mapping]]] = ..., confidence_parts: _Optional[_Iterable[_Union[_skill_pb2.ConfidencePart, _Mapping]]] = ..., limits: _Optional[_Iterable[str]] = ..., images: _Optional[_Union[_image_pb2.ImageReport, _Mapping]] = ..., language: _Optional[str] = ..., knowledge: _Optional[_Iterable[_Union[_knowledge_pb2.KnowledgePassage, _Mapping]]] = ...) -> None: ...

class GenerateSkillRun(_message.Message):
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
    result: GenerateSkillResult
    partial: bool
    def __init__(self, task_id: _Optional[str] = ..., job: _Optional[str] = ..., status: _Optional[str] = ..., error: _Optional[_Union[_run_pb2.Error, _Mapping]] = ..., result: _Optional[_Union[GenerateSkillResult, _Mapping]] = ..., partial: _Optional[bool] = ...) -> None: ...
