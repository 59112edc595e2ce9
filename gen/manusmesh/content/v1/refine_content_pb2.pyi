from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import refinement_pb2 as _refinement_pb2
from manusmesh.type.v1 import run_pb2 as _run_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefineContentRequest(_message.Message):
    __slots__ = ("original_content", "feedback", "iteration", "brand_voice_profile_id", "tenant_id", "idempotency_key")
    ORIGINAL_CONTENT_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    ITERATION_FIELD_NUMBER: _ClassVar[int]
    BRAND_VOICE_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    original_content: OriginalContent
    feedback: str
    iteration: int
    brand_voice_profile_id: str
    tenant_id: str
    idempotency_key: str
    def __init__(self, original_content: _Optional[_Union[OriginalContent, _Mapping]] = ..., feedback: _Optional[str] = ..., iteration: _Optional[int] = ..., brand_voice_profile_id: _Optional[str] = ..., tenant_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class OriginalContent(_message.Message):
    __slots__ = ("text", "image_url", "platform")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    text: str
    image_url: str
    platform: str
    def __init__(self, text: _Optional[str] = ..., image_url: _Optional[str] = ..., platform: _Optional[str] = ...) -> None: ...

class RefineContentResult(_message.Message):
    __slots__ = ("refined_options", "feedback_interpretation", "partial", "engine", "usage", "target_reached", "rounds", "task_id", "intents", "language")
    REFINED_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_INTERPRETATION_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TARGET_REACHED_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    refined_options: _containers.RepeatedCompositeFieldContainer[RefinedOption]
    feedback_interpretation: str
    partial: bool
    engine: str
    usage: _run_pb2.Usage
    target_reached: bool
    rounds: int
    task_id: str
    intents: _containers.RepeatedCompositeFieldContainer[_refinement_pb2.RefinementIntent]
    language: str
    def __init__(self, refined_options: _Optional[_Iterable[_Union[RefinedOption, _Mapping]]] = ..., feedback_interpretation: _Optional[str] = ..., partial: _Optional[bool] = ..., engine: _Optional[str] = ..., usage: _Optional[_Union[_run_pb2.Usage, _Mapping]] = ..., target_reached: _Optional[bool] = ..., rounds: _Optional[int] = ..., task_id: _Optional[str] = ..., intents: _Optional[_Iterable[_Union[_refinement_pb2.RefinementIntent, _Mapping]]] = ..., language: _Optional[str] = ...) -> None: ...

class RefinedOption(_message.Message):
    __slots__ = ("content", "changes_made", "brand_voice_score", "predicted_performance", "brand_voice_basis", "checks")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_MADE_FIELD_NUMBER: _ClassVar[int]
    BRAND_VOICE_SCORE_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_PERFORMANCE_FIELD_NUMBER: _ClassVar[int]
    BRAND_VOICE_BASIS_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    content: RefinedContent
    changes_made: _containers.RepeatedScalarFieldContainer[str]
    brand_voice_score: float
    predicted_performance: _refinement_pb2.RefinementPrediction
    brand_voice_basis: str
    checks: _containers.RepeatedCompositeFieldContainer[_skill_pb2.GuardResult]
    def __init__(self, content: _Optional[_Union[RefinedContent, _Mapping]] = ..., changes_made: _Optional[_Iterable[str]] = ..., brand_voice_score: _Optional[float] = ..., predicted_performance: _Optional[_Union[_refinement_pb2.RefinementPrediction, _Mapping]] = ..., brand_voice_basis: _Optional[str] = ..., checks: _Optional[_Iterable[_Union[_skill_pb2.GuardResult, _Mapping]]] = ...) -> None: ...

class RefinedContent(_message.Message):
    __slots__ = ("text", "image_suggestions")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    text: str
    image_suggestions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, text: _Optional[str] = ..., image_suggestions: _Optional[_Iterable[str]] = ...) -> None: ...
