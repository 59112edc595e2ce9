from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from manusmesh.content.v1 import analyze_brand_voice_pb2 as _analyze_brand_voice_pb2
from manusmesh.content.v1 import competitive_analysis_pb2 as _competitive_analysis_pb2
from manusmesh.content.v1 import generate_skill_pb2 as _generate_skill_pb2
from manusmesh.content.v1 import refine_content_pb2 as _refine_content_pb2
from manusmesh.task.v1 import task_pb2 as _task_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class JobTaskRequest(_message.Message):
    __slots__ = ("task_id", "wait_seconds")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    wait_seconds: int
    def __init__(self, task_id: _Optional[str] = ..., wait_seconds: _Optional[int] = ...) -> None: ...
