"""The one error type of the mesh, and how it crosses a hop.

A `MeshError` raised anywhere becomes a `google.rpc.Status` on the wire (plus the REST body, for
Envoy) and a `MeshError` again at the caller, with the same reason, message and details.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import grpc
from google.protobuf import json_format, struct_pb2
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from manusmesh.type.v1 import run_pb2

DOMAIN: Final = "manusmesh"
"""`google.rpc.ErrorInfo.domain` of every error of the mesh."""


class Reason(StrEnum):
    """The codes of the public contract, one for one those of the proto enum `ErrorReason`."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    TASK_NOT_FOUND = "TASK_NOT_FOUND"
    RESULT_NOT_READY = "RESULT_NOT_READY"
    TASK_FAILED = "TASK_FAILED"
    TASK_CANCELLED = "TASK_CANCELLED"
    CONFLICT = "CONFLICT"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    RATE_LIMITED = "RATE_LIMITED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
    OVERLOADED = "OVERLOADED"
    UPSTREAM_UNAVAILABLE = "UPSTREAM_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL"


_CODES: Final[Mapping[str, tuple[grpc.StatusCode, int]]] = {
    "INVALID_ARGUMENT": (grpc.StatusCode.INVALID_ARGUMENT, 400),
    "UNAUTHENTICATED": (grpc.StatusCode.UNAUTHENTICATED, 401),
    "PERMISSION_DENIED": (grpc.StatusCode.PERMISSION_DENIED, 403),
    "NOT_FOUND": (grpc.StatusCode.NOT_FOUND, 404),
    "TASK_NOT_FOUND": (grpc.StatusCode.NOT_FOUND, 404),
    "RESULT_NOT_READY": (grpc.StatusCode.NOT_FOUND, 404),
    "TASK_FAILED": (grpc.StatusCode.NOT_FOUND, 404),
    "TASK_CANCELLED": (grpc.StatusCode.NOT_FOUND, 404),
    "CONFLICT": (grpc.StatusCode.ABORTED, 409),
    "PAYLOAD_TOO_LARGE": (grpc.StatusCode.RESOURCE_EXHAUSTED, 413),
    "RATE_LIMITED": (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    "QUOTA_EXCEEDED": (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    "BUDGET_EXCEEDED": (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
    "OVERLOADED": (grpc.StatusCode.UNAVAILABLE, 503),
    "UPSTREAM_UNAVAILABLE": (grpc.StatusCode.UNAVAILABLE, 503),
    "DEADLINE_EXCEEDED": (grpc.StatusCode.DEADLINE_EXCEEDED, 504),
    "INTERNAL": (grpc.StatusCode.INTERNAL, 500),
}

_BY_CODE: Final[Mapping[grpc.StatusCode, str]] = {
    grpc.StatusCode.INVALID_ARGUMENT: "INVALID_ARGUMENT",
    grpc.StatusCode.UNAUTHENTICATED: "UNAUTHENTICATED",
    grpc.StatusCode.PERMISSION_DENIED: "PERMISSION_DENIED",
    grpc.StatusCode.NOT_FOUND: "NOT_FOUND",
    grpc.StatusCode.ABORTED: "CONFLICT",
    grpc.StatusCode.ALREADY_EXISTS: "CONFLICT",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "OVERLOADED",
    grpc.StatusCode.UNAVAILABLE: "UPSTREAM_UNAVAILABLE",
    # The callee's doing: a caller that cancels does not get to see it.
    grpc.StatusCode.CANCELLED: "UPSTREAM_UNAVAILABLE",
    grpc.StatusCode.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
}

RETRYABLE: Final = frozenset(
    {"RATE_LIMITED", "OVERLOADED", "UPSTREAM_UNAVAILABLE", "DEADLINE_EXCEEDED"}
)
"""Codes of what may pass without any change."""
_RETRY_AFTER_DEFAULT_S: Final = 2.0
_MESSAGE_MAX: Final = 1000
"""Bytes of a message in UTF-8."""
_STATUS_MAX: Final = 5000
"""Bytes of a serialized status. From 8 KiB of metadata on, gRPC clients drop answers by chance."""
_BODY_MAX: Final = 7000
"""Bytes of a REST body; Envoy takes it out of the metadata that gRPC clients get."""
_VIOLATION_OVERHEAD: Final = 40
"""Bytes that surround the two texts of a violation in a body, and more than in a status."""

Detail = str | int | float | bool | None | Sequence["Detail"] | Mapping[str, "Detail"]


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of a request that breaks a rule.

    Attributes:
        field: Path such as `examples[0].content`; empty for the request as a whole.
        message: What the rule says, for people.
    """

    field: str
    message: str


class MeshError(Exception):
    """What went wrong, in the words of the public contract.

    Attributes:
        reason: The code; it decides gRPC status and HTTP status.
        message: A sentence for people that says what to do; names no secret and no class.
        details: Facts for programs, JSON values, as in the REST body's `error.details`.
        retry_after_s: Seconds after which trying again can help; None when it cannot.
        violations: The violated fields, for INVALID_ARGUMENT.
        http_status: The status on REST; the reason's own unless an RPC is specified to differ.
        subject: Whose limit is reached and which, as in `tenant:<tenant id>/async`; empty when it
            is not known. Told to gRPC callers alone.

    Whether trying again can help follows from the reason, unless `retryable` is given, as for an
    answer of a model that makes no sense (INTERNAL, but another answer may do). It then stands in
    the details, under the name that failed tasks have for it, and crosses every hop with them.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        details: Mapping[str, Detail] | None = None,
        retry_after_s: float | None = None,
        violations: Sequence[FieldViolation] = (),
        http_status: int | None = None,
        retryable: bool | None = None,
        subject: str = "",
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.http_status = http_status or _CODES[reason][1]
        self.message = message.encode(errors="replace")[:_MESSAGE_MAX].decode(errors="ignore")
        self.details = dict(details or {})
        if retryable is not None:
            self.details["retryable"] = retryable
        if retry_after_s is None and reason in RETRYABLE and reason != Reason.DEADLINE_EXCEEDED:
            retry_after_s = _RETRY_AFTER_DEFAULT_S
        self.retry_after_s = retry_after_s
        self.violations = tuple(violations)
        self.subject = subject

    @property
    def code(self) -> grpc.StatusCode:
        """The gRPC status code."""
        return _CODES[self.reason][0]

    @property
    def retryable(self) -> bool:
        """Whether trying again may succeed without any change."""
        said = self.details.get("retryable")
        return said if isinstance(said, bool) else self.reason in RETRYABLE

    def public_details(self) -> dict[str, Detail]:
        """The REST body's `error.details`; `retry_after` is in whole seconds."""
        details = dict(self.details)
        if self.violations:
            listed = self._listed(_BODY_MAX - _size(self.message) - _size(json.dumps(self.details)))
            details["fields"] = [{"field": v.field, "message": v.message} for v in listed]
            if len(self.violations) > len(listed):
                details["fields_omitted"] = len(self.violations) - len(listed)
        if self.retry_after_s is not None:
            details["retry_after"] = _whole_seconds(self.retry_after_s)
        return details

    def of_step(self, agent: str, step: str) -> "MeshError":
        """The same error, telling which agent failed in which step."""
        return MeshError(
            self.reason,
            self.message,
            details={**self.details, "agent": agent, "step": step},
            retry_after_s=self.retry_after_s,
            violations=self.violations,
            http_status=self.http_status,
            subject=self.subject,
        )

    def _listed(self, room: int) -> Sequence[FieldViolation]:
        """The first violations, as many as fit into so many bytes; all in nearly every case."""
        for index, violation in enumerate(self.violations):
            room -= _size(violation.field) + _size(violation.message) + _VIOLATION_OVERHEAD
            if room < 0:
                return self.violations[:index]
        return self.violations

    def to_proto(self) -> run_pb2.Error:
        """The error as a task keeps it."""
        details = struct_pb2.Struct()
        json_format.ParseDict(self.public_details(), details)
        return run_pb2.Error(code=self.reason, message=self.message, details=details)

    def rest_body(self) -> dict[str, Detail]:
        """The body of the REST answer."""
        return {
            "success": False,
            "error": {
                "code": str(self.reason),
                "message": self.message,
                "details": self.public_details(),
            },
        }

    def to_status(self) -> status_pb2.Status:
        """The error as `google.rpc.Status` with every standard detail that applies."""
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        metadata = {name: _as_text(value) for name, value in self.details.items()}
        status.details.add().Pack(
            error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=metadata)
        )
        if self.violations:
            bad = error_details_pb2.BadRequest()
            room = _STATUS_MAX - 2 * len(self.message.encode()) - _size(json.dumps(self.details))
            for violation in self._listed(room):
                bad.field_violations.add(field=violation.field, description=violation.message)
            status.details.add().Pack(bad)
        if self.retry_after_s is not None:
            info = error_details_pb2.RetryInfo()
            info.retry_delay.FromMilliseconds(round(self.retry_after_s * 1000))
            status.details.add().Pack(info)
        if self.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            quota = error_details_pb2.QuotaFailure()
            subject = self.subject or str(self.reason)
            quota.violations.add(subject=subject, description=self.message)
            status.details.add().Pack(quota)
        return status

    def to_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """Trailing metadata: the status for gRPC callers, body and HTTP status for Envoy."""
        trailers: list[tuple[str, str | bytes]] = [
            ("grpc-status-details-bin", self.to_status().SerializeToString()),
            ("error-json", json.dumps(self.rest_body(), separators=(",", ":"))),
            ("error-status", str(self.http_status)),
        ]
        if self.retry_after_s is not None:
            trailers.append(("retry-after", str(_whole_seconds(self.retry_after_s))))
        return tuple(trailers)


def invalid(field: str, message: str) -> MeshError:
    """An INVALID_ARGUMENT for one field."""
    return MeshError(
        Reason.INVALID_ARGUMENT,
        f"{field}: {message}" if field else message,
        violations=[FieldViolation(field, message)],
    )


def from_proto(error: run_pb2.Error) -> MeshError:
    """The error that `MeshError.to_proto` told; one of an unknown code is INTERNAL."""
    known = error.code in Reason.__members__
    return MeshError(
        Reason[error.code] if known else Reason.INTERNAL,
        error.message,
        details=json_format.MessageToDict(error.details),
    )


def from_rpc_error(error: grpc.aio.AioRpcError) -> MeshError:
    """The `MeshError` that a service raised, or the nearest one for any other failed call."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            try:
                found = _from_details(status_pb2.Status.FromString(value))
            except DecodeError:
                # Somebody else's answer; the code still says something.
                found = None
            if found is not None:
                return found
    return _from_code(error.code())


def from_status(status: status_pb2.Status) -> MeshError:
    """The `MeshError` of a status that is not OK, as `from_rpc_error` of a call that ends so."""
    try:
        found = _from_details(status)
    except DecodeError:
        found = None
    return found or _from_code(_STATUS_CODES.get(status.code, grpc.StatusCode.UNKNOWN))


_STATUS_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}


def _from_code(code: grpc.StatusCode) -> MeshError:
    reason = Reason(_BY_CODE.get(code, "INTERNAL"))
    return MeshError(reason, _PLAIN_MESSAGES.get(reason, "The call failed."))


_PLAIN_MESSAGES: Final[Mapping[str, str]] = {
    "UPSTREAM_UNAVAILABLE": "A service of the mesh is not available; try again shortly.",
    "DEADLINE_EXCEEDED": "The time for the call ran out.",
    "INTERNAL": "A service of the mesh failed.",
}


def _from_details(status: status_pb2.Status) -> MeshError | None:
    reason: Reason | None = None
    details: dict[str, Detail] = {}
    violations: list[FieldViolation] = []
    retry_after_s: float | None = None
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            if info.domain == DOMAIN and info.reason in Reason.__members__:
                reason = Reason(info.reason)
                details = {k: _json_or_text(v) for k, v in info.metadata.items()}
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest()
            detail.Unpack(bad)
            violations = [FieldViolation(v.field, v.description) for v in bad.field_violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            detail.Unpack(retry)
            retry_after_s = retry.retry_delay.ToMilliseconds() / 1000
    if reason is None or status.code == code_pb2.OK:
        return None
    return MeshError(
        reason, status.message, details=details, retry_after_s=retry_after_s, violations=violations
    )


def _as_text(value: Detail) -> str:
    """A detail as a text from which `_json_or_text` makes the same value again."""
    if isinstance(value, str) and _json_or_text(value) == value:
        return value
    return json.dumps(value)


def _size(text: str) -> int:
    """Bytes of a text in ASCII JSON, which are never fewer than in UTF-8."""
    return len(json.dumps(text))


def _json_or_text(value: str) -> Detail:
    try:
        parsed: Detail = json.loads(value)
    except ValueError:
        return value
    return parsed


def _whole_seconds(seconds: float) -> int:
    return max(1, -int(-seconds // 1))
