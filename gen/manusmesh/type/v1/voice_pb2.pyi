from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import evidence_pb2 as _evidence_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BrandVoiceProfile(_message.Message):
    __slots__ = ("tone", "lexicon", "style", "voice_dimensions")
    TONE_FIELD_NUMBER: _ClassVar[int]
    LEXICON_FIELD_NUMBER: _ClassVar[int]
    STYLE_FIELD_NUMBER: _ClassVar[int]
    VOICE_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    tone: VoiceTone
    lexicon: Lexicon
    style: VoiceStyle
    voice_dimensions: VoiceDimensions
    def __init__(self, tone: _Optional[_Union[VoiceTone, _Mapping]] = ..., lexicon: _Optional[_Union[Lexicon, _Mapping]] = ..., style: _Optional[_Union[VoiceStyle, _Mapping]] = ..., voice_dimensions: _Optional[_Union[VoiceDimensions, _Mapping]] = ...) -> None: ...

class VoiceTone(_message.Message):
    __slots__ = ("primary", "secondary", "confidence")
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    primary: str
    secondary: _containers.RepeatedScalarFieldContainer[str]
    confidence: float
    def __init__(self, primary: _Optional[str] = ..., secondary: _Optional[_Iterable[str]] = ..., confidence: _Optional[float] = ...) -> None: ...

class Lexicon(_message.Message):
    __slots__ = ("common_phrases", "keywords", "avoid_words")
    COMMON_PHRASES_FIELD_NUMBER: _ClassVar[int]
    KEYWORDS_FIELD_NUMBER: _ClassVar[int]
    AVOID_WORDS_FIELD_NUMBER: _ClassVar[int]
    common_phrases: _containers.RepeatedScalarFieldContainer[str]
    keywords: _containers.RepeatedScalarFieldContainer[str]
    avoid_words: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, common_phrases: _Optional[_Iterable[str]] = ..., keywords: _Optional[_Iterable[str]] = ..., avoid_words: _Optional[_Iterable[str]] = ...) -> None: ...

class VoiceStyle(_message.Message):
    __slots__ = ("sentence_length", "paragraph_structure", "emoji_usage", "hashtag_strategy")
    SENTENCE_LENGTH_FIELD_NUMBER: _ClassVar[int]
    PARAGRAPH_STRUCTURE_FIELD_NUMBER: _ClassVar[int]
    EMOJI_USAGE_FIELD_NUMBER: _ClassVar[int]
    HASHTAG_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    sentence_length: str
    paragraph_structure: str
    emoji_usage: str
    hashtag_strategy: str
    def __init__(self, sentence_length: _Optional[str] = ..., paragraph_structure: _Optional[str] = ..., emoji_usage: _Optional[str] = ..., hashtag_strategy: _Optional[str] = ...) -> None: ...

class VoiceDimensions(_message.Message):
    __slots__ = ("formality", "enthusiasm", "technicality", "basis")
    FORMALITY_FIELD_NUMBER: _ClassVar[int]
    ENTHUSIASM_FIELD_NUMBER: _ClassVar[int]
    TECHNICALITY_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    formality: float
    enthusiasm: float
    technicality: float
    basis: str
    def __init__(self, formality: _Optional[float] = ..., enthusiasm: _Optional[float] = ..., technicality: _Optional[float] = ..., basis: _Optional[str] = ...) -> None: ...

class PostVoice(_message.Message):
    __slots__ = ("index", "score", "tone", "formality", "enthusiasm", "technicality", "relative_engagement", "duplicate_of")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    TONE_FIELD_NUMBER: _ClassVar[int]
    FORMALITY_FIELD_NUMBER: _ClassVar[int]
    ENTHUSIASM_FIELD_NUMBER: _ClassVar[int]
    TECHNICALITY_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    index: int
    score: float
    tone: str
    formality: float
    enthusiasm: float
    technicality: float
    relative_engagement: float
    duplicate_of: int
    def __init__(self, index: _Optional[int] = ..., score: _Optional[float] = ..., tone: _Optional[str] = ..., formality: _Optional[float] = ..., enthusiasm: _Optional[float] = ..., technicality: _Optional[float] = ..., relative_engagement: _Optional[float] = ..., duplicate_of: _Optional[int] = ...) -> None: ...

class VoiceReport(_message.Message):
    __slots__ = ("profile", "language", "distinct_posts", "measurements", "tones", "phrases", "posts", "differences", "posting_times", "limits")
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_POSTS_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    TONES_FIELD_NUMBER: _ClassVar[int]
    PHRASES_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    POSTING_TIMES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    profile: BrandVoiceProfile
    language: str
    distinct_posts: int
    measurements: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Measurement]
    tones: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.Bucket]
    phrases: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.Bucket]
    posts: _containers.RepeatedCompositeFieldContainer[PostVoice]
    differences: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Difference]
    posting_times: _evidence_pb2.PostingTimes
    limits: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, profile: _Optional[_Union[BrandVoiceProfile, _Mapping]] = ..., language: _Optional[str] = ..., distinct_posts: _Optional[int] = ..., measurements: _Optional[_Iterable[_Union[_skill_pb2.Measurement, _Mapping]]] = ..., tones: _Optional[_Iterable[_Union[_evidence_pb2.Bucket, _Mapping]]] = ..., phrases: _Optional[_Iterable[_Union[_evidence_pb2.Bucket, _Mapping]]] = ..., posts: _Optional[_Iterable[_Union[PostVoice, _Mapping]]] = ..., differences: _Optional[_Iterable[_Union[_skill_pb2.Difference, _Mapping]]] = ..., posting_times: _Optional[_Union[_evidence_pb2.PostingTimes, _Mapping]] = ..., limits: _Optional[_Iterable[str]] = ...) -> None: ...

class VoiceModel(_message.Message):
    __slots__ = ("features", "weights", "intercept", "centre", "spread", "sample_size")
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    INTERCEPT_FIELD_NUMBER: _ClassVar[int]
    CENTRE_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    features: str
    weights: _containers.RepeatedScalarFieldContainer[float]
    intercept: float
    centre: float
    spread: float
    sample_size: int
    def __init__(self, features: _Optional[str] = ..., weights: _Optional[_Iterable[float]] = ..., intercept: _Optional[float] = ..., centre: _Optional[float] = ..., spread: _Optional[float] = ..., sample_size: _Optional[int] = ...) -> None: ...

class VoiceQuality(_message.Message):
    __slots__ = ("auc", "low", "high", "sample_size", "background_size", "basis")
    AUC_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_SIZE_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_SIZE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    auc: float
    low: float
    high: float
    sample_size: int
    background_size: int
    basis: str
    def __init__(self, auc: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., sample_size: _Optional[int] = ..., background_size: _Optional[int] = ..., basis: _Optional[str] = ...) -> None: ...

class VoiceProfileDraft(_message.Message):
    __slots__ = ("profile_id", "model", "quality", "posts", "embedding", "high_scoring", "low_scoring", "differentiation")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    HIGH_SCORING_FIELD_NUMBER: _ClassVar[int]
    LOW_SCORING_FIELD_NUMBER: _ClassVar[int]
    DIFFERENTIATION_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    model: VoiceModel
    quality: VoiceQuality
    posts: _containers.RepeatedCompositeFieldContainer[PostVoice]
    embedding: _containers.RepeatedScalarFieldContainer[float]
    high_scoring: _containers.RepeatedScalarFieldContainer[str]
    low_scoring: _containers.RepeatedScalarFieldContainer[str]
    differentiation: CompetitorDifferentiation
    def __init__(self, profile_id: _Optional[str] = ..., model: _Optional[_Union[VoiceModel, _Mapping]] = ..., quality: _Optional[_Union[VoiceQuality, _Mapping]] = ..., posts: _Optional[_Iterable[_Union[PostVoice, _Mapping]]] = ..., embedding: _Optional[_Iterable[float]] = ..., high_scoring: _Optional[_Iterable[str]] = ..., low_scoring: _Optional[_Iterable[str]] = ..., differentiation: _Optional[_Union[CompetitorDifferentiation, _Mapping]] = ...) -> None: ...

class CompetitorDifferentiation(_message.Message):
    __slots__ = ("unique_to_customer", "opportunities", "basis")
    UNIQUE_TO_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    unique_to_customer: _containers.RepeatedScalarFieldContainer[str]
    opportunities: _containers.RepeatedScalarFieldContainer[str]
    basis: str
    def __init__(self, unique_to_customer: _Optional[_Iterable[str]] = ..., opportunities: _Optional[_Iterable[str]] = ..., basis: _Optional[str] = ...) -> None: ...

class SamplePosts(_message.Message):
    __slots__ = ("high_scoring", "low_scoring")
    HIGH_SCORING_FIELD_NUMBER: _ClassVar[int]
    LOW_SCORING_FIELD_NUMBER: _ClassVar[int]
    high_scoring: _containers.RepeatedScalarFieldContainer[str]
    low_scoring: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, high_scoring: _Optional[_Iterable[str]] = ..., low_scoring: _Optional[_Iterable[str]] = ...) -> None: ...

class StoredVoice(_message.Message):
    __slots__ = ("profile_id", "profile", "model", "embedding", "language", "distinct_posts")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DISTINCT_POSTS_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    profile: BrandVoiceProfile
    model: VoiceModel
    embedding: _containers.RepeatedScalarFieldContainer[float]
    language: str
    distinct_posts: int
    def __init__(self, profile_id: _Optional[str] = ..., profile: _Optional[_Union[BrandVoiceProfile, _Mapping]] = ..., model: _Optional[_Union[VoiceModel, _Mapping]] = ..., embedding: _Optional[_Iterable[float]] = ..., language: _Optional[str] = ..., distinct_posts: _Optional[int] = ...) -> None: ...
