"""The error envelope of REST answers."""

from typing import Any

import httpx


def error_of(response: httpx.Response) -> dict[str, Any]:
    """The error of an answer in the envelope; fails when it has another shape."""
    body = response.json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "details"}
    assert isinstance(error["details"], dict)
    assert isinstance(error["message"], str)
    assert error["message"]
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not [key for key in response.headers if key.startswith(("grpc-", "error-", "x-envoy-"))]
    return error


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of an answer that has this status and code."""
    error = error_of(response)
    assert (response.status_code, error["code"]) == (status, code)
    return error
