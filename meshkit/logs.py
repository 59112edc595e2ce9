"""Logs: one JSON object a line on standard output, with the fields that `spec` readers search by.

Keys, tokens, prompts and contents of posts have no place in a log line; nothing here adds them.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

_GRPC: Final = "grpc._cython.cygrpc"
_RESERVED: Final = ("timestamp", "level", "message")


def configure(*, service: str, level: str) -> None:
    """Sends the logs of this process and its libraries to standard output as JSON lines.

    Args:
        service: Name of the process, such as "research-2"; in every line as `service`.
        level: "debug", "info", "warning" or "error".
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _service_adder(service),
    ]
    structlog.configure(
        processors=[*shared, *_rendering()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))
    logging.getLogger(_GRPC).addFilter(_without_metadata)


def _without_metadata(record: logging.LogRecord) -> bool:
    """Leaves out what gRPC cannot decode and would print: metadata, a key perhaps."""
    if record.args and "encoding" in str(record.msg):
        record.args, record.exc_info = ("metadata that are not shown",), None
    return True


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry `component: name`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(component=name)
    return logger


def _rendering() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        _fields_first,
        structlog.processors.JSONRenderer(),
    ]


def _service_adder(service: str) -> structlog.typing.Processor:
    # structlog's own signature: the event dict is a free-form mapping.
    def add(
        _logger: Any,  # noqa: ANN401
        _method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def _fields_first(
    _logger: Any,  # noqa: ANN401
    _method: str,
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    ordered = {key: event.pop(key) for key in _RESERVED if key in event}
    return {**ordered, **event}
