import asyncio
from collections.abc import Sequence

import pytest

from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from services.research import related as module
from services.research.knowledge.store import Passage
from services.research.related import PASSAGES_MAX, Related, related

ROAST = "We roast twice a week. Each coffee names its farm."
HOURS = "The office is open from nine to five."


def passage(text: str, title: str = "Notes", document_id: str = "doc_1") -> Passage:
    return Passage(
        document_id=document_id,
        title=title,
        text=text,
        score=0.03,
        source_url="https://example.com/notes",
    )


class Base:
    """Answers every search with the same, or fails it."""

    def __init__(self, *passages: Passage, error: Exception | None = None, hangs: bool = False):
        self.queries: list[tuple[str, str]] = []
        self._passages, self._error, self._hangs = passages, error, hangs

    async def search(self, tenant_id: str, query: str, *, top_k: int) -> list[Passage]:
        self.queries.append((tenant_id, query))
        if self._hangs:
            await asyncio.Event().wait()
        if self._error is not None:
            raise self._error
        return list(self._passages[:top_k])


async def look(base: Base, keywords: Sequence[str]) -> tuple[Related, list[run_pb2.ToolCall]]:
    told: list[run_pb2.ToolCall] = []
    found = await related(base, "tenant_acme", keywords, told.append)  # type: ignore[arg-type]
    return found, told


async def test_what_holds_words_of_the_subject_counts_and_says_which():
    base = Base(passage(HOURS), passage(ROAST, "Brand book"))
    found, told = await look(base, ["coffee", "roast", "espresso"])
    [one] = found.passages
    assert (one.title, one.text, list(one.keywords)) == ("Brand book", ROAST, ["coffee", "roast"])
    assert (one.document_id, one.source_url) == ("doc_1", "https://example.com/notes")
    assert base.queries == [("tenant_acme", "coffee roast espresso")]
    [used] = told
    assert (used.name, used.outcome) == ("knowledge_search", "ok")
    assert used.detail == "1 passages on the subject, from 1 documents"
    assert found.limits == []


@pytest.mark.parametrize(
    ("keywords", "held"),
    [
        (["coffee", "tea"], []),
        (["coffee"], ["coffee"]),
        (["roasts", "coffees"], ["roasts", "coffees"]),
        (["far", "coffee"], []),
        (["ROAST", "Farm"], ["ROAST", "Farm"]),
        (["twice a", "week"], ["twice a", "week"]),
        (["#", "…", "coffee"], []),
    ],
)
async def test_one_word_of_several_may_mean_something_else(keywords, held):
    found, _ = await look(Base(passage(ROAST)), keywords)
    assert [list(one.keywords) for one in found.passages] == ([held] if held else [])


async def test_accents_and_the_title_count():
    base = Base(passage("El cafe llega hoy.", title="Tostador"))
    found, _ = await look(base, ["café", "tostador"])
    assert [list(one.keywords) for one in found.passages] == [["café", "tostador"]]


async def test_there_are_few_and_the_best_come_first():
    texts = [f"{ROAST} {number}" for number in range(6)]
    found, _ = await look(Base(*map(passage, texts)), ["coffee", "roast"])
    assert [one.text for one in found.passages] == texts[:PASSAGES_MAX]


async def test_without_a_subject_nothing_is_looked_up():
    base = Base(passage(ROAST))
    assert await look(base, []) == (Related(), [])
    assert base.queries == []


async def test_a_knowledge_base_that_is_away_is_a_limit():
    error = MeshError(Reason.UPSTREAM_UNAVAILABLE, "It cannot be read.")
    found, told = await look(Base(error=error), ["coffee"])
    assert found.limits == ["The knowledge base could not be searched: It cannot be read."]
    assert [used.outcome for used in told] == ["error"]


async def test_a_search_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(module, "_TIME_S", 0.01)
    found, _ = await look(Base(hangs=True), ["coffee"])
    assert found.limits == ["The knowledge base could not be searched: it took too long."]


async def test_any_other_mistake_is_none_to_be_passed_over():
    with pytest.raises(MeshError):
        await look(Base(error=MeshError(Reason.INTERNAL, "A bug.")), ["coffee"])
