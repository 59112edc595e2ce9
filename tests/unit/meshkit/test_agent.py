"""Calls that stream what happens while their work goes on."""

import asyncio
from collections.abc import Callable

import pytest

from manusmesh.research.v1 import research_service_pb2 as pb
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit.agent import told_run

Event = pb.AnalyzePatternsResponse
Tell = Callable[[Event], None]


def progress(fraction: float) -> Event:
    return Event(progress=run_pb2.Progress(fraction=fraction, message="x"))


async def test_what_is_told_comes_before_the_result_and_at_once() -> None:
    go_on = asyncio.Event()

    async def work(tell: Tell) -> skill_pb2.PatternReport:
        tell(progress(0.1))
        await go_on.wait()
        tell(progress(1.0))
        return skill_pb2.PatternReport(distinct_examples=3)

    events = told_run(Event, work)
    assert (await anext(events)).progress.fraction == 0.1
    go_on.set()
    rest = [event async for event in events]
    assert [event.WhichOneof("event") for event in rest] == ["progress", "result"]
    assert rest[-1].result.distinct_examples == 3


async def test_what_it_raises_comes_after_what_it_told() -> None:
    async def work(tell: Tell) -> skill_pb2.PatternReport:
        tell(progress(0.1))
        raise ValueError("broken")

    events = told_run(Event, work)
    assert (await anext(events)).HasField("progress")
    with pytest.raises(ValueError, match="broken"):
        await anext(events)


async def test_leaving_ends_the_work() -> None:
    ended = asyncio.Event()

    async def work(tell: Tell) -> skill_pb2.PatternReport:
        tell(progress(0.1))
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return skill_pb2.PatternReport()

    events = told_run(Event, work)
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined] # an asynchronous generator
    assert ended.is_set()
