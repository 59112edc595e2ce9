from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.knowledge.v1 import knowledge_service_pb2 as _knowledge_service_pb2
from manusmesh.type.v1 import policy_pb2 as _policy_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StoreDocumentRequest(_message.Message):
    __slots__ = ("tenant_id", "request")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    request: _knowledge_service_pb2.AddDocumentRequest
    def __init__(self, tenant_id: _Optional[str] = ..., request: _Optional[_Union[_knowledge_service_pb2.AddDocumentRequest, _Mapping]] = ...) -> None: ...

class ListStoredDocumentsRequest(_message.Message):
    __slots__ = ("tenant_id", "request")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    request: _knowledge_service_pb2.ListDocumentsRequest
    def __init__(self, tenant_id: _Optional[str] = ..., request: _Optional[_Union[_knowledge_service_pb2.ListDocumentsRequest, _Mapping]] = ...) -> None: ...

class SearchStoredDocumentsRequest(_message.Message):
    __slots__ = ("tenant_id", "request")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    request: _knowledge_service_pb2.SearchKnowledgeRequest
    def __init__(self, tenant_id: _Optional[str] = ..., request: _Optional[_Union[_knowledge_service_pb2.SearchKnowledgeRequest, _Mapping]] = ...) -> None: ...

class ForgetDocumentRequest(_message.Message):
    __slots__ = ("tenant_id", "request")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    request: _knowledge_service_pb2.DeleteDocumentRequest
    def __init__(self, tenant_id: _Optional[str] = ..., request: _Optional[_Union[_knowledge_service_pb2.DeleteDocumentRequest, _Mapping]] = ...) -> None: ...
