"""Reads what has been fetched, in a child process that can be killed."""

import json
from typing import Final

from pydantic import TypeAdapter, ValidationError

from meshkit import logs
from meshkit.isolation.workers import IsolatedError, Workers
from services.research.reading.post import Reading

TYPES: Final = (
    *("text/html", "application/xhtml+xml", "text/plain"),
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml"),
    *("application/xml", "text/xml", "application/feed+json", "application/json"),
    "application/ld+json",
)
"""Media types that posts can be read from."""
ACCEPT: Final = (
    "application/feed+json, application/atom+xml, application/rss+xml, text/html;q=0.9, "
    "application/xhtml+xml;q=0.9, application/json;q=0.8, application/xml;q=0.8, text/xml;q=0.8"
)
TIME_MAX_S: Final = 25.0
_URL_SHOWN: Final = 200
_READING: Final = TypeAdapter(Reading)
_READ: Final = "services.research.reading.document:read"

_log = logs.get("services.research.documents")


class DocumentError(Exception):
    """A document could not be read; the message is a clause for people."""


async def read(
    workers: Workers, body: bytes, *, url: str, content_type: str, charset: str
) -> Reading:
    """What a document holds.

    Args:
        workers: Whose child reads it.
        body: The document.
        url: Its address, to which its references are relative.
        content_type: Its media type, without parameters.
        charset: What its header says; may be empty.

    Raises:
        DocumentError: when reading it takes too long, too much memory, or fails.
    """
    about = {"url": url, "content_type": content_type, "charset": charset}
    given = json.dumps(about).encode() + b"\n" + body
    try:
        answer = await workers.run(_READ, given, timeout_s=TIME_MAX_S)
        return _READING.validate_json(answer)
    except IsolatedError as error:
        if error.why != "failed":
            raise DocumentError(str(error)) from error
        # What it raised may repeat the document, which belongs in no sentence of ours.
        _log.warning("document_broken", url=url[:_URL_SHOWN], error=str(error)[:_URL_SHOWN])
        raise DocumentError("it is broken") from error
    except ValidationError as error:
        # What a hostile document may have made of its reader.
        raise DocumentError("what read it made no sense") from error
