import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Engagement(_message.Message):
    __slots__ = ("likes", "comments", "shares")
    LIKES_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    likes: int
    comments: int
    shares: int
    def __init__(self, likes: _Optional[int] = ..., comments: _Optional[int] = ..., shares: _Optional[int] = ...) -> None: ...

class Post(_message.Message):
    __slots__ = ("platform", "content", "created_at", "engagement")
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    platform: str
    content: str
    created_at: _timestamp_pb2.Timestamp
    engagement: Engagement
    def __init__(self, platform: _Optional[str] = ..., content: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., engagement: _Optional[_Union[Engagement, _Mapping]] = ...) -> None: ...
