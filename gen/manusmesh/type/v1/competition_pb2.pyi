import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.type.v1 import evidence_pb2 as _evidence_pb2
from manusmesh.type.v1 import skill_pb2 as _skill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Competitor(_message.Message):
    __slots__ = ("name", "platforms")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLATFORMS_FIELD_NUMBER: _ClassVar[int]
    name: str
    platforms: CompetitorPlatforms
    def __init__(self, name: _Optional[str] = ..., platforms: _Optional[_Union[CompetitorPlatforms, _Mapping]] = ...) -> None: ...

class CompetitorPlatforms(_message.Message):
    __slots__ = ("linkedin", "twitter", "facebook", "instagram", "website", "feed")
    LINKEDIN_FIELD_NUMBER: _ClassVar[int]
    TWITTER_FIELD_NUMBER: _ClassVar[int]
    FACEBOOK_FIELD_NUMBER: _ClassVar[int]
    INSTAGRAM_FIELD_NUMBER: _ClassVar[int]
    WEBSITE_FIELD_NUMBER: _ClassVar[int]
    FEED_FIELD_NUMBER: _ClassVar[int]
    linkedin: str
    twitter: str
    facebook: str
    instagram: str
    website: str
    feed: str
    def __init__(self, linkedin: _Optional[str] = ..., twitter: _Optional[str] = ..., facebook: _Optional[str] = ..., instagram: _Optional[str] = ..., website: _Optional[str] = ..., feed: _Optional[str] = ...) -> None: ...

class FoundPost(_message.Message):
    __slots__ = ("source", "text", "title", "url", "published_at", "likes", "comments", "shares", "has_media", "format", "receipt_id")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    LIKES_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    HAS_MEDIA_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    source: str
    text: str
    title: str
    url: str
    published_at: _timestamp_pb2.Timestamp
    likes: int
    comments: int
    shares: int
    has_media: bool
    format: str
    receipt_id: str
    def __init__(self, source: _Optional[str] = ..., text: _Optional[str] = ..., title: _Optional[str] = ..., url: _Optional[str] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., likes: _Optional[int] = ..., comments: _Optional[int] = ..., shares: _Optional[int] = ..., has_media: _Optional[bool] = ..., format: _Optional[str] = ..., receipt_id: _Optional[str] = ...) -> None: ...

class SourceOutcome(_message.Message):
    __slots__ = ("source", "url", "posts", "failure")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    source: str
    url: str
    posts: int
    failure: str
    def __init__(self, source: _Optional[str] = ..., url: _Optional[str] = ..., posts: _Optional[int] = ..., failure: _Optional[str] = ...) -> None: ...

class CompetitorReport(_message.Message):
    __slots__ = ("name", "posts", "sources", "receipts", "outside_period", "undated", "limits", "failure")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_PERIOD_FIELD_NUMBER: _ClassVar[int]
    UNDATED_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    posts: _containers.RepeatedCompositeFieldContainer[FoundPost]
    sources: _containers.RepeatedCompositeFieldContainer[SourceOutcome]
    receipts: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.FetchReceipt]
    outside_period: int
    undated: int
    limits: _containers.RepeatedScalarFieldContainer[str]
    failure: str
    def __init__(self, name: _Optional[str] = ..., posts: _Optional[_Iterable[_Union[FoundPost, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[SourceOutcome, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_evidence_pb2.FetchReceipt, _Mapping]]] = ..., outside_period: _Optional[int] = ..., undated: _Optional[int] = ..., limits: _Optional[_Iterable[str]] = ..., failure: _Optional[str] = ...) -> None: ...

class CompetitionInsights(_message.Message):
    __slots__ = ("content_themes", "posting_frequency", "engagement_tactics")
    CONTENT_THEMES_FIELD_NUMBER: _ClassVar[int]
    POSTING_FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_TACTICS_FIELD_NUMBER: _ClassVar[int]
    content_themes: _containers.RepeatedCompositeFieldContainer[ContentTheme]
    posting_frequency: PostingFrequency
    engagement_tactics: EngagementTactics
    def __init__(self, content_themes: _Optional[_Iterable[_Union[ContentTheme, _Mapping]]] = ..., posting_frequency: _Optional[_Union[PostingFrequency, _Mapping]] = ..., engagement_tactics: _Optional[_Union[EngagementTactics, _Mapping]] = ...) -> None: ...

class ContentTheme(_message.Message):
    __slots__ = ("theme", "frequency", "avg_engagement_rate", "opportunity")
    THEME_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    AVG_ENGAGEMENT_RATE_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITY_FIELD_NUMBER: _ClassVar[int]
    theme: str
    frequency: float
    avg_engagement_rate: float
    opportunity: str
    def __init__(self, theme: _Optional[str] = ..., frequency: _Optional[float] = ..., avg_engagement_rate: _Optional[float] = ..., opportunity: _Optional[str] = ...) -> None: ...

class PostingFrequency(_message.Message):
    __slots__ = ("by_competitor", "recommendations")
    BY_COMPETITOR_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATIONS_FIELD_NUMBER: _ClassVar[int]
    by_competitor: _containers.RepeatedCompositeFieldContainer[CompetitorFrequency]
    recommendations: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, by_competitor: _Optional[_Iterable[_Union[CompetitorFrequency, _Mapping]]] = ..., recommendations: _Optional[_Iterable[str]] = ...) -> None: ...

class CompetitorFrequency(_message.Message):
    __slots__ = ("name", "posts_per_week", "best_days", "best_times")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POSTS_PER_WEEK_FIELD_NUMBER: _ClassVar[int]
    BEST_DAYS_FIELD_NUMBER: _ClassVar[int]
    BEST_TIMES_FIELD_NUMBER: _ClassVar[int]
    name: str
    posts_per_week: float
    best_days: _containers.RepeatedScalarFieldContainer[str]
    best_times: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., posts_per_week: _Optional[float] = ..., best_days: _Optional[_Iterable[str]] = ..., best_times: _Optional[_Iterable[str]] = ...) -> None: ...

class EngagementTactics(_message.Message):
    __slots__ = ("questions_vs_statements", "call_to_action_usage", "visual_content_ratio")
    QUESTIONS_VS_STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    CALL_TO_ACTION_USAGE_FIELD_NUMBER: _ClassVar[int]
    VISUAL_CONTENT_RATIO_FIELD_NUMBER: _ClassVar[int]
    questions_vs_statements: Tactic
    call_to_action_usage: Tactic
    visual_content_ratio: Tactic
    def __init__(self, questions_vs_statements: _Optional[_Union[Tactic, _Mapping]] = ..., call_to_action_usage: _Optional[_Union[Tactic, _Mapping]] = ..., visual_content_ratio: _Optional[_Union[Tactic, _Mapping]] = ...) -> None: ...

class Tactic(_message.Message):
    __slots__ = ("competitor_avg", "recommendation")
    COMPETITOR_AVG_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATION_FIELD_NUMBER: _ClassVar[int]
    competitor_avg: float
    recommendation: str
    def __init__(self, competitor_avg: _Optional[float] = ..., recommendation: _Optional[str] = ...) -> None: ...

class Opportunity(_message.Message):
    __slots__ = ("category", "description", "priority", "estimated_impact")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_IMPACT_FIELD_NUMBER: _ClassVar[int]
    category: str
    description: str
    priority: str
    estimated_impact: str
    def __init__(self, category: _Optional[str] = ..., description: _Optional[str] = ..., priority: _Optional[str] = ..., estimated_impact: _Optional[str] = ...) -> None: ...

class FailedCompetitor(_message.Message):
    __slots__ = ("name", "reason", "receipt_ids")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_IDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    receipt_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., receipt_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CompetitionAnalysis(_message.Message):
    __slots__ = ("insights", "opportunities", "content_gaps", "measurements", "posting_times", "limits", "language")
    INSIGHTS_FIELD_NUMBER: _ClassVar[int]
    OPPORTUNITIES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_GAPS_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    POSTING_TIMES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    insights: CompetitionInsights
    opportunities: _containers.RepeatedCompositeFieldContainer[Opportunity]
    content_gaps: _containers.RepeatedScalarFieldContainer[str]
    measurements: _containers.RepeatedCompositeFieldContainer[_skill_pb2.Measurement]
    posting_times: _evidence_pb2.PostingTimes
    limits: _containers.RepeatedScalarFieldContainer[str]
    language: str
    def __init__(self, insights: _Optional[_Union[CompetitionInsights, _Mapping]] = ..., opportunities: _Optional[_Iterable[_Union[Opportunity, _Mapping]]] = ..., content_gaps: _Optional[_Iterable[str]] = ..., measurements: _Optional[_Iterable[_Union[_skill_pb2.Measurement, _Mapping]]] = ..., posting_times: _Optional[_Union[_evidence_pb2.PostingTimes, _Mapping]] = ..., limits: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ...) -> None: ...
