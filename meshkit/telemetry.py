"""Trace context: read from a call, kept while it is worked on, sent on with calls and tasks.

The W3C `traceparent` header is the whole of it here; exporters hook in where spans begin.
"""

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """One place in a trace.

    Attributes:
        trace_id: 32 hexadecimal digits, the same in all of the trace.
        span_id: 16 hexadecimal digits, of the current span.
        flags: 2 hexadecimal digits; "01" means sampled.
    """

    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def traceparent(self) -> str:
        """The header value."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    def child(self) -> "TraceContext":
        """A new span in the same trace."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.flags)


current: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)
"""The trace context of the work at hand."""


def parse(traceparent: str) -> TraceContext | None:
    """The trace context of a header value; None when it is malformed or all zero."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or set(match[1]) == {"0"} or set(match[2]) == {"0"}:
        return None
    return TraceContext(match[1], match[2], match[3])


def start(metadata: Iterable[tuple[str, str | bytes]]) -> TraceContext:
    """A span under the caller's trace, or in a new trace when the caller sends none."""
    for name, value in metadata:
        if name == "traceparent" and isinstance(value, str):
            parent = parse(value)
            if parent is not None:
                return parent.child()
    return TraceContext(secrets.token_hex(16), secrets.token_hex(8))
