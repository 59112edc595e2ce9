"""What a tenant's knowledge base says on the subject of a task.

A search always finds its nearest passages, also where none is on the subject: so only those count
that hold the subject's own words, and they say which.
"""

import asyncio
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from manusmesh.type.v1 import knowledge_pb2, run_pb2
from meshkit.agent import tool_call
from meshkit.errors import MeshError, Reason
from services.research.knowledge.base import KnowledgeBase
from services.research.knowledge.words import indexed

_TOOL: Final = "knowledge_search"
PASSAGES_MAX: Final = 3
_LOOKED_AT: Final = 10
"""Passages that are searched for, of which those on the subject are kept."""
_KEYWORDS_LEAST: Final = 2
"""One word alone may mean something else."""
_ENDING: Final = 2
"""Letters by which two forms of a word may differ at their end."""
_STEM_LEAST: Final = 4
_TIME_S: Final = 5.0
"""What a search may take: it is a part of a step that others wait for."""


@dataclass(slots=True)
class Related:
    """What came of looking.

    Attributes:
        passages: On the subject, the best first.
        limits: Why it could not be looked at, sentences for people.
    """

    passages: list[knowledge_pb2.KnowledgePassage] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


async def related(
    knowledge: KnowledgeBase,
    tenant_id: str,
    keywords: Sequence[str],
    tell: Callable[[run_pb2.ToolCall], None],
) -> Related:
    """Looks up a subject; a knowledge base that cannot be read is a limit, no failure.

    Args:
        knowledge: Where.
        tenant_id: Whose documents.
        keywords: The words of the subject, the most telling first.
        tell: Told of the use of the tool.

    Raises:
        MeshError: anything but UPSTREAM_UNAVAILABLE, as of `KnowledgeBase.search`.
    """
    found = Related()
    if not keywords:
        return found
    started, why = time.perf_counter(), ""
    try:
        async with asyncio.timeout(_TIME_S):
            passages = await knowledge.search(tenant_id, " ".join(keywords), top_k=_LOOKED_AT)
    except TimeoutError:
        passages, why = [], "it took too long."
    except MeshError as error:
        if error.reason != Reason.UPSTREAM_UNAVAILABLE:
            raise
        passages, why = [], error.message
    if why:
        found.limits.append(f"The knowledge base could not be searched: {why}")
        tell(tool_call(_TOOL, started, found.limits[0], outcome="error"))
        return found
    least = min(_KEYWORDS_LEAST, len(keywords))
    for passage in passages:
        held = _held(keywords, f"{passage.title}\n{passage.text}")
        if len(held) >= least and len(found.passages) < PASSAGES_MAX:
            found.passages.append(
                knowledge_pb2.KnowledgePassage(
                    document_id=passage.document_id,
                    title=passage.title,
                    text=passage.text,
                    source_url=passage.source_url,
                    keywords=held,
                )
            )
    documents = len({passage.document_id for passage in found.passages})
    told = f"{len(found.passages)} passages on the subject, from {documents} documents"
    tell(tool_call(_TOOL, started, told))
    return found


def _held(keywords: Sequence[str], text: str) -> list[str]:
    """The keywords that a text holds, in one of their forms."""
    words = _parts(text)
    return [
        keyword
        for keyword in keywords
        if (parts := _parts(keyword))
        and all(any(_same(part, word) for word in words) for part in parts)
    ]


def _parts(text: str) -> set[str]:
    return set(_folded(indexed(text)).split())


def _same(one: str, other: str) -> bool:
    """Whether two words are forms of one: "roast" and "roasts"."""
    short, long = sorted((one, other), key=len)
    if len(short) < _STEM_LEAST:
        return short == long
    return long.startswith(short) and len(long) - len(short) <= _ENDING


def _folded(text: str) -> str:
    """Small letters without accents, as a search sees them."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
