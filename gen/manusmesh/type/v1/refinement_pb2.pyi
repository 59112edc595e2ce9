from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefinementIntent(_message.Message):
    __slots__ = ("kind", "argument", "amount", "quote", "supported")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ARGUMENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_FIELD_NUMBER: _ClassVar[int]
    kind: str
    argument: str
    amount: float
    quote: str
    supported: bool
    def __init__(self, kind: _Optional[str] = ..., argument: _Optional[str] = ..., amount: _Optional[float] = ..., quote: _Optional[str] = ..., supported: _Optional[bool] = ...) -> None: ...

class FeedbackReading(_message.Message):
    __slots__ = ("intents", "interpretation", "language")
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    INTERPRETATION_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    intents: _containers.RepeatedCompositeFieldContainer[RefinementIntent]
    interpretation: str
    language: str
    def __init__(self, intents: _Optional[_Iterable[_Union[RefinementIntent, _Mapping]]] = ..., interpretation: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class WishOutcome(_message.Message):
    __slots__ = ("intent", "outcome", "reason", "added")
    INTENT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    intent: RefinementIntent
    outcome: str
    reason: str
    added: str
    def __init__(self, intent: _Optional[_Union[RefinementIntent, _Mapping]] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ..., added: _Optional[str] = ...) -> None: ...

class RefinementCandidate(_message.Message):
    __slots__ = ("text", "changes_made", "image_suggestions", "variant", "outcomes")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CHANGES_MADE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    text: str
    changes_made: _containers.RepeatedScalarFieldContainer[str]
    image_suggestions: _containers.RepeatedScalarFieldContainer[str]
    variant: str
    outcomes: _containers.RepeatedCompositeFieldContainer[WishOutcome]
    def __init__(self, text: _Optional[str] = ..., changes_made: _Optional[_Iterable[str]] = ..., image_suggestions: _Optional[_Iterable[str]] = ..., variant: _Optional[str] = ..., outcomes: _Optional[_Iterable[_Union[WishOutcome, _Mapping]]] = ...) -> None: ...

class RefinementDraft(_message.Message):
    __slots__ = ("reading", "platform", "candidates", "engine")
    READING_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    reading: FeedbackReading
    platform: str
    candidates: _containers.RepeatedCompositeFieldContainer[RefinementCandidate]
    engine: str
    def __init__(self, reading: _Optional[_Union[FeedbackReading, _Mapping]] = ..., platform: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[RefinementCandidate, _Mapping]]] = ..., engine: _Optional[str] = ...) -> None: ...

class RefinementVerdict(_message.Message):
    __slots__ = ("index", "accepted", "checks", "score", "brand_voice_score", "voice_basis", "prediction")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BRAND_VOICE_SCORE_FIELD_NUMBER: _ClassVar[int]
    VOICE_BASIS_FIELD_NUMBER: _ClassVar[int]
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    index: int
    accepted: bool
    checks: _containers.RepeatedCompositeFieldContainer[_skill_pb2.GuardResult]
    score: float
    brand_voice_score: float
    voice_basis: str
    prediction: RefinementPrediction
    def __init__(self, index: _Optional[int] = ..., accepted: _Optional[bool] = ..., checks: _Optional[_Iterable[_Union[_skill_pb2.GuardResult, _Mapping]]] = ..., score: _Optional[float] = ..., brand_voice_score: _Optional[float] = ..., voice_basis: _Optional[str] = ..., prediction: _Optional[_Union[RefinementPrediction, _Mapping]] = ...) -> None: ...

class RefinementPrediction(_message.Message):
    __slots__ = ("engagement_rate_change", "confidence", "basis")
    ENGAGEMENT_RATE_CHANGE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    engagement_rate_change: float
    confidence: float
    basis: str
    def __init__(self, engagement_rate_change: _Optional[float] = ..., confidence: _Optional[float] = ..., basis: _Optional[str] = ...) -> None: ...

class RefinementReview(_message.Message):
    __slots__ = ("verdicts", "accepted_count", "accepted", "score", "feedback", "undone")
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    UNDONE_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[RefinementVerdict]
    accepted_count: int
    accepted: bool
    score: float
    feedback: _containers.RepeatedScalarFieldContainer[str]
    undone: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, verdicts: _Optional[_Iterable[_Union[RefinementVerdict, _Mapping]]] = ..., accepted_count: _Optional[int] = ..., accepted: _Optional[bool] = ..., score: _Optional[float] = ..., feedback: _Optional[_Iterable[str]] = ..., undone: _Optional[_Iterable[str]] = ...) -> None: ...
