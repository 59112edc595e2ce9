import json

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from manusmesh.type.v1 import run_pb2
from meshkit.errors import (
    DOMAIN,
    FieldViolation,
    MeshError,
    Reason,
    from_rpc_error,
    from_status,
    invalid,
)

HTTP = {
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "UNAUTHENTICATED": (401, "UNAUTHENTICATED"),
    "PERMISSION_DENIED": (403, "PERMISSION_DENIED"),
    "NOT_FOUND": (404, "NOT_FOUND"),
    "TASK_NOT_FOUND": (404, "NOT_FOUND"),
    "RESULT_NOT_READY": (404, "NOT_FOUND"),
    "TASK_FAILED": (404, "NOT_FOUND"),
    "TASK_CANCELLED": (404, "NOT_FOUND"),
    "CONFLICT": (409, "ABORTED"),
    "PAYLOAD_TOO_LARGE": (413, "RESOURCE_EXHAUSTED"),
    "RATE_LIMITED": (429, "RESOURCE_EXHAUSTED"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "BUDGET_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "OVERLOADED": (503, "UNAVAILABLE"),
    "UPSTREAM_UNAVAILABLE": (503, "UNAVAILABLE"),
    "DEADLINE_EXCEEDED": (504, "DEADLINE_EXCEEDED"),
    "INTERNAL": (500, "INTERNAL"),
}


def metadata_of(error: MeshError) -> dict[str, str | bytes]:
    return dict(error.to_metadata())


def received(error: MeshError) -> MeshError:
    """The error as the caller of a failed call makes it again."""
    trailers = grpc.aio.Metadata(*error.to_metadata())
    failed = grpc.aio.AioRpcError(error.code, grpc.aio.Metadata(), trailers, error.message)
    return from_rpc_error(failed)


def status_of(error: MeshError) -> status_pb2.Status:
    raw = metadata_of(error)["grpc-status-details-bin"]
    assert isinstance(raw, bytes)
    return status_pb2.Status.FromString(raw)


def test_reasons_are_those_of_the_contract():
    prefix = "ERROR_REASON_"
    names = [name.removeprefix(prefix) for name in run_pb2.ErrorReason.DESCRIPTOR.values_by_name]
    assert [str(reason) for reason in Reason] == [n for n in names if n != "UNSPECIFIED"]


@pytest.mark.parametrize("reason", list(Reason))
def test_status_codes_of_a_reason(reason):
    error = MeshError(reason, "Something.")
    assert (error.http_status, error.code.name) == HTTP[reason]
    assert metadata_of(error)["error-status"] == str(HTTP[reason][0])


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_survives_a_hop(reason):
    again = received(MeshError(reason, "Do this instead.", details={"a": 1}))
    assert (again.reason, again.message, again.details) == (reason, "Do this instead.", {"a": 1})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=5,
)


@given(
    details=st.dictionaries(st.text("abc_", min_size=1, max_size=8), json_values, max_size=4),
    message=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    retry_after_s=st.none() | st.integers(0, 10_000_000).map(lambda ms: ms / 1000),
)
def test_an_error_survives_a_hop(details, message, retry_after_s):
    violations = [FieldViolation("examples[0].content", "ist zu kurz – 10 Zeichen")]
    error = MeshError(
        Reason.INVALID_ARGUMENT,
        message,
        details=details,
        retry_after_s=retry_after_s,
        violations=violations,
    )
    again = received(error)
    assert again.message == message
    assert again.details == details
    assert again.retry_after_s == retry_after_s
    assert again.violations == tuple(violations)


@pytest.mark.parametrize("text", ["1234", "1e5", "true", "null", '"x"', "[1]", "NaN", "", "a b"])
def test_a_detail_that_looks_like_json_stays_text(text):
    assert received(MeshError(Reason.INTERNAL, "x", details={"trace_id": text})).details == {
        "trace_id": text
    }


def test_text_details_are_bare_for_other_clients():
    info = error_details_pb2.ErrorInfo()
    status_of(MeshError(Reason.CONFLICT, "x", details={"task_id": "task_1"})).details[0].Unpack(
        info
    )
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "CONFLICT",
        DOMAIN,
        {"task_id": "task_1"},
    )


def test_200_violations_fit_into_metadata():
    violations = [
        FieldViolation(f"examples[{n}].performance_metrics.impressions", "must be at least 1 – ü")
        for n in range(200)
    ]
    error = MeshError(Reason.INVALID_ARGUMENT, "é" * 2000, violations=violations)
    trailers = metadata_of(error)
    assert sum(len(key) + len(value) for key, value in trailers.items()) < 12 * 1024
    # What is left when Envoy has taken the REST body out stays below the 8 KiB of gRPC clients.
    assert len(trailers["grpc-status-details-bin"]) < 6 * 1024
    details = json.loads(trailers["error-json"])["error"]["details"]
    assert details["fields"][0]["field"] == violations[0].field
    assert len(details["fields"]) + details["fields_omitted"] == 200


@given(st.text(min_size=0, max_size=3000), st.integers(0, 200))
def test_metadata_is_small_ascii_whatever_the_texts(text, count):
    violations = [FieldViolation(text[:100], text)] * count
    trailers = metadata_of(MeshError(Reason.INVALID_ARGUMENT, text, violations=violations))
    assert trailers["error-json"].isascii()
    assert sum(len(value) for value in trailers.values()) < 12 * 1024


def test_an_ordinary_wrong_request_has_every_field_listed():
    violations = [
        FieldViolation(f"examples[{n}].{field}", "must be at least 10 characters")
        for n in range(10)
        for field in ("platform", "content", "image_url", "performance_metrics.likes")
    ]
    error = MeshError(Reason.INVALID_ARGUMENT, "examples[0].platform: …", violations=violations)
    assert len(error.public_details()["fields"]) == 40
    assert len(received(error).violations) == 40


def test_rest_body_in_full():
    error = MeshError(
        Reason.RATE_LIMITED, "Wait.", details={"limit": 100, "remaining": 0}, retry_after_s=35.2
    )
    assert error.rest_body() == {
        "success": False,
        "error": {
            "code": "RATE_LIMITED",
            "message": "Wait.",
            "details": {"limit": 100, "remaining": 0, "retry_after": 36},
        },
    }
    assert metadata_of(error)["retry-after"] == "36"


def test_details_for_grpc_clients():
    status = status_of(MeshError(Reason.RATE_LIMITED, "Wait.", retry_after_s=1.5))
    kinds = [detail.TypeName().rpartition(".")[2] for detail in status.details]
    assert kinds == ["ErrorInfo", "RetryInfo", "QuotaFailure"]
    retry = error_details_pb2.RetryInfo()
    status.details[1].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 1500


@pytest.mark.parametrize("subject", ["", "tenant:tenant_acme/async"])
def test_a_quota_failure_names_whose_limit_it_is(subject):
    error = MeshError(Reason.RATE_LIMITED, "Wait.", subject=subject).of_step("coder", "coder")
    quota = error_details_pb2.QuotaFailure()
    status_of(error).details[-1].Unpack(quota)
    assert [violation.subject for violation in quota.violations] == [subject or "RATE_LIMITED"]


@pytest.mark.parametrize(
    ("reason", "retryable", "has_delay"),
    [
        (Reason.RATE_LIMITED, True, True),
        (Reason.OVERLOADED, True, True),
        (Reason.UPSTREAM_UNAVAILABLE, True, True),
        (Reason.DEADLINE_EXCEEDED, True, False),
        (Reason.INVALID_ARGUMENT, False, False),
        (Reason.INTERNAL, False, False),
        (Reason.BUDGET_EXCEEDED, False, False),
    ],
)
def test_what_may_pass_says_when_to_try_again(reason, retryable, has_delay):
    error = MeshError(reason, "x")
    assert error.retryable is retryable
    assert (error.retry_after_s is not None) is has_delay
    assert ("retry-after" in metadata_of(error)) is has_delay


@pytest.mark.parametrize("retryable", [True, False])
@pytest.mark.parametrize("reason", [Reason.INTERNAL, Reason.UPSTREAM_UNAVAILABLE])
def test_an_error_may_say_itself_whether_it_may_pass(reason, retryable):
    """As the output of a model that makes no sense: INTERNAL, but another may do."""
    sent = MeshError(reason, "no JSON", retryable=retryable).of_step("coder", "coder_2")
    again = received(sent)
    assert (again.reason, again.retryable) == (reason, retryable)
    assert sent.to_proto().details["retryable"] is retryable


def test_an_own_http_status_stays_on_rest():
    error = MeshError(Reason.RESULT_NOT_READY, "Not yet.", http_status=409)
    assert metadata_of(error)["error-status"] == "409"
    assert error.code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, Reason.UPSTREAM_UNAVAILABLE),
        (grpc.StatusCode.CANCELLED, Reason.UPSTREAM_UNAVAILABLE),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Reason.DEADLINE_EXCEEDED),
        (grpc.StatusCode.ALREADY_EXISTS, Reason.CONFLICT),
        (grpc.StatusCode.UNKNOWN, Reason.INTERNAL),
        (grpc.StatusCode.UNIMPLEMENTED, Reason.INTERNAL),
    ],
)
@pytest.mark.parametrize("details", [None, b"", b"\x08\x05"])
def test_a_failure_without_our_details_gets_the_nearest_reason(code, reason, details):
    trailers = [("grpc-status-details-bin", details)] if details is not None else []
    failed = grpc.aio.AioRpcError(
        code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailers), "Exception: secret"
    )
    error = from_rpc_error(failed)
    assert error.reason == reason
    assert "secret" not in error.message


def test_a_status_of_another_domain_is_not_ours():
    status = status_pb2.Status(code=5)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="CONFLICT", domain="other"))
    trailers = grpc.aio.Metadata(("grpc-status-details-bin", status.SerializeToString()))
    failed = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailers)
    assert from_rpc_error(failed).reason == Reason.NOT_FOUND


def test_rubbish_for_a_status_is_no_error_of_ours():
    trailers = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    failed = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), trailers)
    assert from_rpc_error(failed).reason == Reason.UPSTREAM_UNAVAILABLE


@pytest.mark.parametrize("reason", list(Reason))
def test_a_status_says_as_much_as_the_failed_call(reason):
    error = MeshError(reason, "No.", details={"n": 1}, retry_after_s=3)
    found = from_status(error.to_status())
    assert (found.reason, found.message, found.details, found.retry_after_s) == (
        reason,
        "No.",
        {"n": 1},
        3,
    )


@pytest.mark.parametrize(
    ("code", "reason"), [(14, "UPSTREAM_UNAVAILABLE"), (12, "INTERNAL"), (99, "INTERNAL")]
)
def test_a_status_without_our_details_gets_the_nearest_reason(code, reason):
    assert from_status(status_pb2.Status(code=code)).reason == reason


def test_rubbish_for_details_is_no_error_of_ours():
    status = status_pb2.Status(code=14)
    info = error_details_pb2.ErrorInfo.DESCRIPTOR.full_name
    status.details.add(type_url=f"type.googleapis.com/{info}", value=b"\xff")
    assert from_status(status).reason == Reason.UPSTREAM_UNAVAILABLE


def test_the_proto_of_a_task_keeps_the_details():
    error = MeshError(Reason.OVERLOADED, "Voll – später.", details={"agent": "coder"})
    kept = error.to_proto()
    assert (kept.code, kept.message) == ("OVERLOADED", "Voll – später.")
    assert kept.details["agent"] == "coder"
    assert kept.details["retry_after"] == 2


def test_the_step_of_an_error_is_added():
    error = MeshError(Reason.INTERNAL, "x", details={"trace_id": "t"}).of_step("coder", "coder_2")
    assert error.details == {"trace_id": "t", "agent": "coder", "step": "coder_2"}


def test_short_cuts():
    assert invalid("a.b", "is odd").violations == (FieldViolation("a.b", "is odd"),)
    assert invalid("", "is odd").message == "is odd"
