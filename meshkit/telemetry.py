"""Trace context: read from a call, kept while it is worked on, sent on with calls and tasks.

The W3C `traceparent` header is the whole of it here; exporters hook in where spans begin.
"""

import random
import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_TRACE_ID: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16


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
        return TraceContext(self.trace_id, _span_id(), self.flags)


current: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)
"""The trace context of the work at hand."""


def parse(traceparent: str) -> TraceContext | None:
    """The trace context of a header value; None when it is malformed or all zero."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return None
    trace_id, span_id, flags = match.groups()
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return TraceContext(trace_id, span_id, flags)


def start(metadata: Iterable[tuple[str, str | bytes]]) -> TraceContext:
    """A span under the caller's trace, or in a new trace when the caller sends none.

    A new trace has the id of the request, where Envoy has given it one: a UUID, whose digits are
    as good as any.
    """
    request_id = ""
    for name, value in metadata:
        if name == "traceparent" and isinstance(value, str):
            parent = parse(value)
            if parent is not None:
                return parent.child()
        elif name == "x-request-id" and isinstance(value, str):
            request_id = value.replace("-", "")
    trace_id = request_id if _TRACE_ID.fullmatch(request_id) else secrets.token_hex(16)
    return TraceContext(trace_id, _span_id())


def _span_id() -> str:
    """16 hexadecimal digits, not all zero: they have to be different, not secret."""
    return f"{random.getrandbits(64) or 1:016x}"
