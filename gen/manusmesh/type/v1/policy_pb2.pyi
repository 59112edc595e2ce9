from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Access(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_UNSPECIFIED: _ClassVar[Access]
    ACCESS_PUBLIC: _ClassVar[Access]
    ACCESS_TENANT: _ClassVar[Access]
    ACCESS_ADMIN: _ClassVar[Access]
    ACCESS_INTERNAL: _ClassVar[Access]

class LimitClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIMIT_CLASS_UNSPECIFIED: _ClassVar[LimitClass]
    LIMIT_CLASS_ASYNC: _ClassVar[LimitClass]
    LIMIT_CLASS_SYNC: _ClassVar[LimitClass]
    LIMIT_CLASS_STATUS: _ClassVar[LimitClass]

class JobRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_ROLE_UNSPECIFIED: _ClassVar[JobRole]
    JOB_ROLE_START: _ClassVar[JobRole]
    JOB_ROLE_STATUS: _ClassVar[JobRole]
    JOB_ROLE_RESULT: _ClassVar[JobRole]
    JOB_ROLE_RUN: _ClassVar[JobRole]
    JOB_ROLE_MARKDOWN: _ClassVar[JobRole]
    JOB_ROLE_RUN_MARKDOWN: _ClassVar[JobRole]
    JOB_ROLE_ANSWER: _ClassVar[JobRole]
ACCESS_UNSPECIFIED: Access
ACCESS_PUBLIC: Access
ACCESS_TENANT: Access
ACCESS_ADMIN: Access
ACCESS_INTERNAL: Access
LIMIT_CLASS_UNSPECIFIED: LimitClass
LIMIT_CLASS_ASYNC: LimitClass
LIMIT_CLASS_SYNC: LimitClass
LIMIT_CLASS_STATUS: LimitClass
JOB_ROLE_UNSPECIFIED: JobRole
JOB_ROLE_START: JobRole
JOB_ROLE_STATUS: JobRole
JOB_ROLE_RESULT: JobRole
JOB_ROLE_RUN: JobRole
JOB_ROLE_MARKDOWN: JobRole
JOB_ROLE_RUN_MARKDOWN: JobRole
JOB_ROLE_ANSWER: JobRole
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor

class MethodPolicy(_message.Message):
    __slots__ = ("access", "limit_class", "job", "role", "audited")
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_CLASS_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    AUDITED_FIELD_NUMBER: _ClassVar[int]
    access: Access
    limit_class: LimitClass
    job: str
    role: JobRole
    audited: bool
    def __init__(self, access: _Optional[_Union[Access, str]] = ..., limit_class: _Optional[_Union[LimitClass, str]] = ..., job: _Optional[str] = ..., role: _Optional[_Union[JobRole, str]] = ..., audited: _Optional[bool] = ...) -> None: ...
