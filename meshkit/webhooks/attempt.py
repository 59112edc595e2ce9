"""One attempt at a delivery: the call and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ssl import SSLError
from typing import Final

import httpcore

from meshkit.outbound import dialing, urls
from meshkit.outbound.retry_after import retry_after_s

CONNECT_TIMEOUT_S: Final = 3.0
TIMEOUT_S: Final = 10.0
"""For one attempt in total."""
_SENTENCES: Final[Sequence[tuple[type[Exception], str]]] = (
    (dialing.RefusedAddressError, "The host has an address that is not public; it is not called."),
    (dialing.UnknownHostError, "The host is unknown."),
    (httpcore.ConnectTimeout, f"No connection within {CONNECT_TIMEOUT_S:.0f} s."),
    (httpcore.ConnectError, "The host refused the connection or cannot be reached."),
    (httpcore.TimeoutException, f"No answer within {TIMEOUT_S:.0f} s."),
    (TimeoutError, f"No answer within {TIMEOUT_S:.0f} s."),
    (httpcore.NetworkError, "The connection ended before there was a whole HTTP answer."),
    (httpcore.ProtocolError, "The connection ended before there was a whole HTTP answer."),
)
"""What failures mean, the first that fits."""
_FAILURES: Final = tuple(kind for kind, _ in _SENTENCES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt.

    Attributes:
        status_code: HTTP status of the answer; 0 when there was none.
        error: Why there was none, a sentence; it names no address and no secret.
        retry_after_s: How long the endpoint asks to be left alone, in seconds; 0 when it does not.
    """

    status_code: int = 0
    error: str = ""
    retry_after_s: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether the endpoint has taken the message."""
        return 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        """Whether the endpoint says that it will never take it (410 Gone)."""
        return self.status_code == 410


async def post(
    backend: dialing.CheckedBackend, url: str, *, headers: Mapping[str, str], body: bytes
) -> Outcome:
    """Posts a message to a callback URL; every failure is an outcome."""
    try:
        answer = await dialing.post(
            backend,
            urls.parse(url),
            headers=headers,
            body=body,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            timeout_s=TIMEOUT_S,
        )
    except urls.RefusedUrlError as error:
        return Outcome(error=f"The callback URL {error}.")
    except _FAILURES as error:
        return Outcome(error=_sentence(error))
    asked_s = retry_after_s(answer.status, answer.headers, datetime.now(UTC))
    return Outcome(status_code=answer.status, retry_after_s=asked_s)


def _sentence(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "unknown"
            return f"The TLS handshake failed: {reason}."
        # The pool raises again `from None`, which leaves the context alone.
        cause = cause.__cause__ or cause.__context__
    return next(text for kind, text in _SENTENCES if isinstance(error, kind))
