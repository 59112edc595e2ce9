import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from manusmesh.content.v1 import analyze_brand_voice_pb2 as _analyze_brand_voice_pb2
from manusmesh.content.v1 import generate_skill_pb2 as _generate_skill_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListSkillsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSkillsResponse(_message.Message):
    __slots__ = ("skills", "next_page_token")
    SKILLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    skills: _containers.RepeatedCompositeFieldContainer[SkillEntry]
    next_page_token: str
    def __init__(self, skills: _Optional[_Iterable[_Union[SkillEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SkillEntry(_message.Message):
    __slots__ = ("skill_id", "skill_name", "version", "created_at", "task_id")
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    skill_id: str
    skill_name: str
    version: str
    created_at: _timestamp_pb2.Timestamp
    task_id: str
    def __init__(self, skill_id: _Optional[str] = ..., skill_name: _Optional[str] = ..., version: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ...) -> None: ...

class GetSkillRequest(_message.Message):
    __slots__ = ("skill_id", "version")
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    skill_id: str
    version: str
    def __init__(self, skill_id: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class Skill(_message.Message):
    __slots__ = ("skill_id", "skill_name", "version", "created_at", "task_id", "versions", "skill_yaml", "result")
    SKILL_ID_FIELD_NUMBER: _ClassVar[int]
    SKILL_NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    SKILL_YAML_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    skill_id: str
    skill_name: str
    version: str
    created_at: _timestamp_pb2.Timestamp
    task_id: str
    versions: _containers.RepeatedScalarFieldContainer[str]
    skill_yaml: str
    result: _generate_skill_pb2.GenerateSkillResult
    def __init__(self, skill_id: _Optional[str] = ..., skill_name: _Optional[str] = ..., version: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., versions: _Optional[_Iterable[str]] = ..., skill_yaml: _Optional[str] = ..., result: _Optional[_Union[_generate_skill_pb2.GenerateSkillResult, _Mapping]] = ...) -> None: ...

class ListBrandVoicesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBrandVoicesResponse(_message.Message):
    __slots__ = ("brand_voices", "next_page_token")
    BRAND_VOICES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    brand_voices: _containers.RepeatedCompositeFieldContainer[BrandVoiceEntry]
    next_page_token: str
    def __init__(self, brand_voices: _Optional[_Iterable[_Union[BrandVoiceEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BrandVoiceEntry(_message.Message):
    __slots__ = ("profile_id", "created_at", "task_id", "version")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    created_at: _timestamp_pb2.Timestamp
    task_id: str
    version: str
    def __init__(self, profile_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class GetBrandVoiceRequest(_message.Message):
    __slots__ = ("profile_id", "version")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    version: str
    def __init__(self, profile_id: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class BrandVoice(_message.Message):
    __slots__ = ("profile_id", "created_at", "task_id", "result", "version", "versions")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    created_at: _timestamp_pb2.Timestamp
    task_id: str
    result: _analyze_brand_voice_pb2.AnalyzeBrandVoiceResult
    version: str
    versions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, profile_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., task_id: _Optional[str] = ..., result: _Optional[_Union[_analyze_brand_voice_pb2.AnalyzeBrandVoiceResult, _Mapping]] = ..., version: _Optional[str] = ..., versions: _Optional[_Iterable[str]] = ...) -> None: ...
