"""Sessions and the replicas behind them: losses, drains, newcomers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from meshkit.errors import MeshError, Reason
from tests.integration.meshkit.sessions.conftest import OPEN, Agent, ask, connect, progress, result
from tests.support.eventually import eventually


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Agent, Agent]]:
    both = Agent(), Agent()
    for agent in both:
        await agent.start()
    yield both
    for agent in both:
        await agent.stop()


def gated(gate: asyncio.Event):
    async def behave(_request, _context):
        yield progress(0.1)
        await gate.wait()
        yield result("through")

    return behave


async def failure(awaitable) -> MeshError:
    with pytest.raises(MeshError) as raised:
        await awaitable
    return raised.value


async def test_calls_of_a_killed_agent_fail_and_it_is_found_again(agent):
    agent.behaviours["held"] = gated(asyncio.Event())
    async with connect(agent) as sessions:
        calls = [asyncio.create_task(ask(sessions, "held")) for _ in range(5)]
        await eventually(lambda: agent.entered["held"] == 5)
        await agent.stop()
        for call in calls:
            assert (await failure(call)).reason == Reason.UPSTREAM_UNAVAILABLE
        assert (await failure(ask(sessions, "more"))).reason == Reason.UPSTREAM_UNAVAILABLE
        await agent.start()

        async def answers() -> bool:
            try:
                return await ask(sessions, "more") == "more"
            except MeshError:
                return False

        await eventually(answers)


async def test_a_session_is_there_before_the_first_call(agent):
    async with connect(agent) as sessions:
        await sessions.prepare()
        assert not sessions._opening
        assert len(sessions._sessions) == 1
        await sessions.prepare()
        assert await ask(sessions, "first") == "first"
    await eventually(lambda: [path for path, _ in agent.outcomes].count(OPEN) == 1)


async def test_a_session_is_prepared_although_the_agent_comes_up_later(agent):
    await agent.stop()
    async with connect(agent) as sessions:
        preparing = asyncio.create_task(sessions.prepare())
        await eventually(lambda: sessions._failure is not None)
        await agent.start()
        await preparing
        assert len(sessions._sessions) == 1
        assert await ask(sessions, "first") == "first"


async def test_an_agent_that_knows_no_sessions_is_prepared_for_once():
    plain = Agent()
    await plain.start(sessions=False)
    async with connect(plain) as sessions:
        await sessions.prepare()
        assert not sessions._sessions
    await plain.stop()


async def test_preparing_ends_without_an_agent(agent, monkeypatch):
    await agent.stop()
    monkeypatch.setattr("meshkit.sessions.client._PREPARE_S", 0.2)
    async with connect(agent) as sessions, asyncio.timeout(10):
        await sessions.prepare()
        assert (await failure(ask(sessions, "x"))).reason == Reason.UPSTREAM_UNAVAILABLE


async def test_a_drain_fails_no_call(pair):
    one, other = pair
    failed: list[MeshError] = []
    over = asyncio.Event()

    async def brief(_request, _context):
        await asyncio.sleep(0.02)
        yield result("brief")

    one.behaviours["brief"] = other.behaviours["brief"] = brief
    async with connect(one, other, life_s=0.2) as sessions:

        async def caller() -> int:
            done = 0
            while not over.is_set():
                try:
                    await ask(sessions, "brief")
                    done += 1
                except MeshError as error:
                    failed.append(error)
            return done

        callers = [asyncio.create_task(caller()) for _ in range(20)]
        for agent in pair:
            await eventually(lambda agent=agent: agent.entered["brief"] > 0)
        for _ in range(3):
            for agent in pair:
                async with asyncio.timeout(20):
                    # Far less than its grace: nothing holds the server up.
                    await agent.stop(grace=30)
                await agent.start()
                begun = agent.entered["brief"]
                await eventually(lambda agent=agent, begun=begun: agent.entered["brief"] > begun)
        over.set()
        assert sum(await asyncio.gather(*callers)) > 100
    assert failed == []


async def test_calls_at_work_are_finished_by_an_agent_that_drains(agent):
    gate = asyncio.Event()
    agent.behaviours["held"] = gated(gate)
    async with connect(agent) as sessions:
        calls = [asyncio.create_task(ask(sessions, "held")) for _ in range(5)]
        await eventually(lambda: agent.entered["held"] == 5)
        stopping = asyncio.create_task(agent.stop(grace=30))

        async def refused() -> bool:
            try:
                await ask(sessions, "more")
            except MeshError as error:
                return error.reason == Reason.UPSTREAM_UNAVAILABLE
            return False

        await eventually(refused)
        assert not stopping.done()
        gate.set()
        assert await asyncio.gather(*calls) == ["through"] * 5
        async with asyncio.timeout(20):
            await stopping


async def test_a_drain_ends_with_its_grace(agent):
    agent.behaviours["held"] = gated(asyncio.Event())
    async with connect(agent) as sessions:
        call = asyncio.create_task(ask(sessions, "held"))
        await eventually(lambda: agent.entered["held"] == 1)
        async with asyncio.timeout(20):
            await agent.stop(grace=0.2)
        assert (await failure(call)).reason == Reason.UPSTREAM_UNAVAILABLE


async def test_each_replica_has_a_share(pair):
    for agent in pair:
        agent.behaviours["held"] = gated(asyncio.Event())
    async with connect(*pair, life_s=0.1) as sessions:
        calls: list[asyncio.Task[str]] = []

        async def both() -> bool:
            calls.append(asyncio.create_task(ask(sessions, "held")))
            return all(agent.entered["held"] for agent in pair)

        await eventually(both)
        for call in calls:
            call.cancel()


async def test_a_newcomer_gets_its_share(pair):
    one, other = pair
    await other.stop()
    async with connect(one, other, life_s=0.1) as sessions:
        for _ in range(20):
            assert await ask(sessions, "one") == "one"
        await other.start()

        async def served() -> bool:
            await ask(sessions, "two")
            return other.entered["two"] > 0

        await eventually(served)


async def test_a_retired_session_ends_after_its_calls(agent):
    gate = asyncio.Event()
    agent.behaviours["held"] = gated(gate)
    async with connect(agent, life_s=0.05) as sessions:
        held = asyncio.create_task(ask(sessions, "held"))
        await eventually(lambda: agent.entered["held"] == 1)

        async def ended() -> bool:
            await ask(sessions, "more")
            return agent.outcomes.count((OPEN, "OK")) >= 3

        # Three sessions came and went; the first is still there for its call.
        await eventually(ended)
        gate.set()
        assert await held == "through"
        before = agent.outcomes.count((OPEN, "OK"))
        await eventually(lambda: agent.outcomes.count((OPEN, "OK")) > before)


async def test_calls_wait_for_the_first_session_together(agent):
    async with connect(agent) as sessions:
        steps = [f"step_{number}" for number in range(50)]
        assert await asyncio.gather(*(ask(sessions, step) for step in steps)) == steps
        assert [path for path, _ in agent.outcomes if path == OPEN] == []
    await eventually(lambda: [path for path, _ in agent.outcomes if path == OPEN] == [OPEN])
