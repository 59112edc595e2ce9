"""Calls to the JSON APIs of services that we have a key for."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpcore

from manusmesh.type.v1 import evidence_pb2
from meshkit.outbound import urls
from meshkit.outbound.dialing import CheckedBackend, RefusedAddressError
from meshkit.outbound.receipts import Receipts, note_body, settle
from meshkit.outbound.requesting import Bounds, TooLargeError, UnreadableError, request
from services.research.tools.sources import ToolError

_SAID_MAX: Final = 200
_FAILURES: Final = (
    *(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, TimeoutError),
    *(RefusedAddressError, TooLargeError, UnreadableError),
)


async def call(
    backend: CheckedBackend,
    url: str,
    *,
    service: str,
    receipts: Receipts,
    shown_url: str,
    headers: Mapping[str, str] | None = None,
    asked: Mapping[str, Any] | None = None,
    timeout_s: float = 30.0,
    bytes_max: int = 8 * 1024 * 1024,
) -> tuple[dict[str, Any], evidence_pb2.FetchReceipt]:
    """Calls an API and answers the JSON object that it answers, and the receipt.

    Args:
        backend: Opens the connection.
        url: The address, with whatever secret belongs in it.
        service: What people call the service.
        receipts: Gets the receipt.
        shown_url: The address without secrets, for the receipt.
        headers: Further headers.
        asked: What to post; None gets.
        timeout_s: Seconds for everything.
        bytes_max: Bytes of the answer.

    Raises:
        ToolError: for anything else than a JSON object with HTTP status 200; names no secret.
    """
    receipt = receipts.begin(shown_url)
    content = b"" if asked is None else json.dumps(asked).encode()
    sent = {"Accept": "application/json", **(headers or {})}
    if content:
        sent["Content-Type"] = "application/json"
    try:
        answer = await request(
            backend,
            urls.parse(url),
            Bounds(bytes_max=bytes_max, timeout_s=timeout_s),
            method="POST" if content else "GET",
            headers=sent,
            content=content,
        )
    except urls.RefusedUrlError as error:
        settle(receipt, "refused", f"The address {error}.")
        raise ToolError(f"{service}: the address {error}.") from error
    except _FAILURES as error:
        settle(receipt, "unreachable", "It could not be reached or did not answer in time.")
        raise ToolError(f"{service} could not be reached or did not answer in time.") from error
    receipt.status = answer.status
    receipt.final_url = shown_url
    if answer.status != 200:
        settle(receipt, "http_error", f"It answered HTTP {answer.status}.")
        raise ToolError(f"{service} answered HTTP {answer.status}{_said(answer.body)}.")
    note_body(receipt, answer.body)
    settle(receipt, "ok")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{service} answered what is no JSON.") from error
    if not isinstance(document, dict):
        raise ToolError(f"{service} answered what is no JSON object.")
    return document, receipt


def _said(body: bytes) -> str:
    """What an error answer says, where it says it as these services do."""
    try:
        error = json.loads(body).get("error")
    except (ValueError, RecursionError, AttributeError):
        return ""
    message = error.get("message") if isinstance(error, dict) else error
    return f": {message[:_SAID_MAX].rstrip('.')}" if isinstance(message, str) else ""
