"""What the ways in which a fetch can end mean, for its receipt."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ssl import SSLError
from typing import Final

import httpcore

from meshkit.outbound.dialing import RefusedAddressError, UnknownHostError
from meshkit.outbound.requesting import Response, TooLargeError, UnreadableError
from meshkit.outbound.retry_after import retry_after_s

BUSY: Final = frozenset({429, 503})
"""HTTP statuses of a host that wants to be left alone."""
_FAILURES: Final[Sequence[tuple[type[Exception], str, str]]] = (
    (RefusedAddressError, "refused", "The host has an address that is not public."),
    (UnknownHostError, "unreachable", "The host is unknown."),
    (httpcore.ConnectTimeout, "timeout", "The host did not take the connection in time."),
    (httpcore.ConnectError, "unreachable", "The host refused the connection."),
    (httpcore.TimeoutException, "timeout", "The answer took too long."),
    (TimeoutError, "timeout", "The answer took too long."),
    (TooLargeError, "too_large", "The answer is larger than what is read."),
    (UnreadableError, "unsupported", "The answer is compressed in a way that cannot be read."),
    (httpcore.NetworkError, "unreachable", "The connection ended before the answer did."),
    (httpcore.ProtocolError, "unreachable", "What answered was not HTTP."),
)
"""What failures of a request mean, the first that fits: outcome and reason."""
FAILURES: Final = tuple(kind for kind, _, _ in _FAILURES)


class EndedError(Exception):
    """A fetch has ended without an answer to read.

    Attributes:
        outcome: The receipt's outcome.
        reason: Why, a sentence for people; names no address.
    """

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def ended(error: Exception) -> EndedError:
    """How one of the `FAILURES` of a request ends its fetch."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "unknown"
            return EndedError("unreachable", f"The TLS handshake failed: {reason}.")
        # The pool raises again `from None`, which leaves the context alone.
        cause = cause.__cause__ or cause.__context__
    return next(
        EndedError(outcome, reason)
        for kind, outcome, reason in _FAILURES
        if isinstance(error, kind)
    )


def http_error(answer: Response) -> str:
    """What an answer that is not 200 says, a sentence for people."""
    meaning = {404: ": there is no such page", 410: ": the page is gone"}.get(answer.status, "")
    if answer.status in BUSY:
        meaning = ": it asks to be left alone"
        asked_s = retry_after_s(answer.status, answer.headers, datetime.now(UTC))
        meaning += f" for {asked_s:.0f} s" if asked_s else ""
    return f"The host answered HTTP {answer.status}{meaning}."


def content_type(headers: Mapping[str, str]) -> tuple[str, str]:
    """Media type and character set of an answer, in lower case; empty where it names none."""
    media, _, parameters = headers.get("content-type", "").partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()[:40]
    return media.strip().lower(), charset


def is_of(headers: Mapping[str, str], types: Sequence[str]) -> bool:
    """Whether an answer is of one of the types; one that does not say may be."""
    media, _ = content_type(headers)
    return not types or not media or media in types
