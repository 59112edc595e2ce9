"""Streams of events: what they may hold, how they end, and what they cost others."""

import asyncio
import contextlib
import functools

import grpc
import pytest

from gateway import watchers as watchers_module
from gateway.watchers import Watchers, open_watchers, watchers_key
from manusmesh.task.v1 import task_service_pb2 as pb
from manusmesh.type.v1 import run_pb2, skill_pb2
from meshkit import tenants
from meshkit.auth import keyring, keys
from meshkit.auth.principal import Principal
from meshkit.errors import MeshError, Reason
from meshkit.redis import connect
from meshkit.tasks import events
from meshkit.tasks.notes import Note
from tests.integration.gateway.job_calls import waited_for
from tests.support import grpc_server
from tests.support.eventually import eventually
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT, held, started

METHODS = ("WatchTask", "StreamTaskEvents")
EVENTS = 800


@pytest.fixture
async def two(redis) -> tuple[tuple[str, str], ...]:
    """The metadata of a tenant that may have two streams open."""
    limits = tenants.OwnLimits(caps={"watchers": 2})
    await tenants.create(redis, "acme", limits)
    return grpc_server.bearer(await keys.issue(redis, tenant="acme", env="dev"))


@pytest.fixture
def places_do_not_lapse(monkeypatch) -> None:
    """One that is free again was given back."""
    monkeypatch.setattr("gateway.watchers._KEPT_MS", 600_000)


async def opened(tasks, metadata, task_id: str, method: str = "WatchTask"):
    """A stream that has answered its first event."""
    call = getattr(tasks, method)(pb.WatchTaskRequest(task_id=task_id), metadata=metadata)
    async with asyncio.timeout(10):
        assert await call.read() is not grpc.aio.EOF
    return call


async def ended(call) -> grpc.StatusCode:
    """How a stream ends that nobody ends; TimeoutError after 10 s."""
    async with asyncio.timeout(10):
        try:
            while await call.read() is not grpc.aio.EOF:
                pass
        except grpc.aio.AioRpcError as error:
            return error.code()
        return await call.code()


@pytest.mark.parametrize("method", METHODS)
async def test_over_its_cap_a_tenant_is_refused_before_the_first_event(
    tasks, store, *, two, other, method
):
    task_id = await started(store)
    mine = [await opened(tasks, two, task_id, kind) for kind in METHODS]
    call = getattr(tasks, method)(pb.WatchTaskRequest(task_id=task_id), metadata=two)
    refused = await failure(call)
    assert (refused.code, refused.error.reason) == ("RESOURCE_EXHAUSTED", Reason.QUOTA_EXCEEDED)
    assert refused.trailers["error-status"] == "429"
    assert int(refused.trailers["retry-after"]) > 0
    assert refused.error.details == {"limit": 2, "open": 2}
    # Others have places of their own.
    theirs = await opened(tasks, other, await started(store, tenant_id="tenant_other"))
    for call in (*mine, theirs):
        call.cancel()


@pytest.mark.parametrize("end", ["cancel", "unknown task", "deadline", "end of the task"])
async def test_a_place_is_free_again_however_a_stream_ends(tasks, store, redis, *, two, end):
    for _ in range(3):
        task_id = await started(store)
        task = await held(redis, task_id)
        match end:
            case "cancel":
                (await opened(tasks, two, task_id)).cancel()
            case "unknown task":
                unknown = pb.WatchTaskRequest(task_id="task_" + "0" * 32)
                failed = await failure(tasks.WatchTask(unknown, metadata=two))
                assert failed.error.reason == Reason.TASK_NOT_FOUND
            case "deadline":
                request = pb.WatchTaskRequest(task_id=task_id)
                late = tasks.StreamTaskEvents(request, metadata=two, timeout=0.2)
                assert await ended(late) == grpc.StatusCode.DEADLINE_EXCEEDED
            case _:
                last = await opened(tasks, two, task_id)
                await task.complete(skill_pb2.SkillDraft(name="x"))
                assert await ended(last) == grpc.StatusCode.OK
        # No listener stays behind either.
        await waited_for(redis, task_id, by=0)
    await eventually(functools.partial(_admitted, tasks, two, task_id))


@pytest.mark.usefixtures("places_do_not_lapse")
async def test_the_cap_holds_over_all_gateways(tasks, store, redis_server, *, two):
    """Another gateway's streams count like those of one's own, until they end there."""
    task_id = await started(store)
    async with connect(redis_server.url) as other_redis:
        elsewhere = Watchers(other_redis)
        principal = Principal("tenant", TENANT, caps={"watchers": 2})
        async with elsewhere.admit(principal):
            mine = await opened(tasks, two, task_id)
            call = tasks.WatchTask(pb.WatchTaskRequest(task_id=task_id), metadata=two)
            refused = await failure(call)
            assert refused.error.reason == Reason.QUOTA_EXCEEDED
            assert refused.error.details == {"limit": 2, "open": 2}
            with pytest.raises(MeshError, match="open streams"):
                await elsewhere.admit(principal).__aenter__()
            async with elsewhere.admit(Principal("tenant", "tenant_other")):
                pass
        await eventually(functools.partial(_admitted, tasks, two, task_id))
        mine.cancel()


async def test_of_many_that_come_at_once_as_many_are_admitted_as_there_are_places(
    redis, redis_server
):
    principal = Principal("tenant", TENANT, caps={"watchers": 7})
    async with connect(redis_server.url) as other_redis, contextlib.AsyncExitStack() as stack:
        gateways = [Watchers(redis), Watchers(other_redis), Watchers(redis)]
        outcomes = await asyncio.gather(
            *(
                stack.enter_async_context(gateways[number % 3].admit(principal))
                for number in range(30)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, MeshError) for outcome in outcomes) == 23
    assert await redis.execute("EXISTS", watchers_key(TENANT)) == 0


async def lapse(redis) -> None:
    """Lets as much time pass as a place is kept without renewal."""
    for stream in await redis.execute("ZRANGE", watchers_key(TENANT), 0, -1):
        await redis.execute("ZADD", watchers_key(TENANT), 1, stream)


async def admits(redis, principal: Principal) -> bool:
    try:
        async with Watchers(redis).admit(principal):
            return True
    except MeshError:
        return False


async def test_the_places_of_a_gateway_that_died_lapse_and_those_of_others_do_not(redis):
    """What is renewed stays; nobody renews for the dead."""
    principal = Principal("tenant", TENANT, caps={"watchers": 2})
    living, dead = Watchers(redis), Watchers(redis)
    async with living.admit(principal), dead.admit(principal):
        assert not await admits(redis, principal)
        await lapse(redis)
        await living.renew()
        assert await admits(redis, principal)
        assert await redis.execute("ZCARD", watchers_key(TENANT)) == 1
        # One that was only frozen takes its place again.
        await dead.renew()
        assert not await admits(redis, principal)
    assert await admits(redis, principal)


async def test_places_are_renewed_whether_or_not_anybody_reads(redis, monkeypatch):
    monkeypatch.setattr("gateway.watchers._RENEW_S", 0.02)
    principal = Principal("tenant", TENANT, caps={"watchers": 1})
    async with open_watchers(redis) as watchers, watchers.admit(principal):
        for _ in range(3):
            await redis.execute("DEL", watchers_key(TENANT))
            await eventually(functools.partial(_taken, redis))


async def _taken(redis) -> bool:
    return await redis.execute("ZCARD", watchers_key(TENANT)) == 1


async def test_places_are_kept_for_several_renewals():
    assert watchers_module._KEPT_MS > 3 * 1000 * watchers_module._RENEW_S


async def test_a_stream_ends_well_though_its_place_cannot_be_given_back(redis, monkeypatch):
    principal = Principal("tenant", TENANT, caps={"watchers": 1})
    watchers = Watchers(redis)

    async def away(*_):
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "away")

    with monkeypatch.context() as patched:
        async with watchers.admit(principal):
            patched.setattr(redis, "run", away)
        with pytest.raises(MeshError, match="away"):
            await watchers.admit(principal).__aenter__()
    # It counts no longer here, and in Redis until it lapses.
    await redis.execute("DEL", watchers_key(TENANT))
    async with watchers.admit(principal):
        pass


async def _admitted(tasks, metadata, task_id: str) -> bool:
    try:
        (await opened(tasks, metadata, task_id)).cancel()
    except grpc.aio.AioRpcError:
        return False
    return True


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ["revoked", "disabled"])
async def test_a_stream_does_not_outlive_the_right_to_it(
    tasks, store, redis, *, monkeypatch, method, how
):
    monkeypatch.setattr("meshkit.tasks.events._CHECK_S", 0.02)
    monkeypatch.setattr("meshkit.auth.principal._CACHE_S", 0.02)
    await tenants.create(redis, "acme")
    key = await keys.issue(redis, tenant="acme", env="dev")
    call = await opened(tasks, grpc_server.bearer(key), await started(store), method)
    if how == "revoked":
        await keyring.revoke(redis, keys.id_of(key))
    else:
        await tenants.disable(redis, TENANT)
    if method == "WatchTask":
        assert await ended(call) == grpc.StatusCode.UNAUTHENTICATED
    else:
        async with asyncio.timeout(10):
            frame = await call.read()
        assert b"event: error\n" in frame.data
        assert b'"UNAUTHENTICATED"' in frame.data
        assert await ended(call) == grpc.StatusCode.OK


async def test_revoked_and_shut_out_within_five_seconds():
    """A lookup is believed for so long, and a stream asks as often as this."""
    from meshkit.auth import principal  # noqa: PLC0415 - for its figure alone

    assert events._CHECK_S + principal._CACHE_S < 5


async def test_a_watcher_that_does_not_read_costs_nothing_and_loses_nothing(
    tasks, store, redis, acme, monkeypatch
):
    """Flow control reaches down to Redis: pages are fetched as the reader takes them."""
    read, pages = events.read, []

    async def counted(*args, **kwargs):
        page = await read(*args, **kwargs)
        pages.append(len(page))
        return page

    monkeypatch.setattr("meshkit.tasks.events.read", counted)
    task_id = await started(store)
    task = await held(redis, task_id)
    spoken = run_pb2.AgentMessage(from_agent="coder", to_agent="coder", payload="x" * 16_000)
    for _ in range(EVENTS):
        await task.write(Note("message", "coder", payload=spoken))
    await task.complete(skill_pb2.SkillDraft(name="x"))
    slow = tasks.WatchTask(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    await eventually(lambda: sum(pages) > 0)
    fetched = 0
    while fetched != sum(pages):
        fetched = sum(pages)
        await asyncio.sleep(0.1)
    # Of 13 MB what fits into the windows of HTTP/2 and its buffers, however many there are.
    assert fetched < 700
    # Another watcher is served to the end meanwhile.
    request = pb.WatchTaskRequest(task_id=task_id, after=EVENTS - 7)
    rest = [event.offset async for event in tasks.WatchTask(request, metadata=acme)]
    assert rest == list(range(EVENTS - 6, EVENTS + 4))
    seen = [event.offset async for event in slow]
    assert seen == list(range(1, EVENTS + 4))


async def test_a_watcher_sees_the_new_run_of_a_task_that_is_retried(tasks, store, redis, acme):
    task_id = await started(store)
    await (await held(redis, task_id)).fail(MeshError(Reason.INTERNAL, "x"))
    await tasks.RetryTask(pb.RetryTaskRequest(task_id=task_id), metadata=acme)
    call = tasks.WatchTask(pb.WatchTaskRequest(task_id=task_id), metadata=acme)
    stream = aiter(call)
    kinds = [(await anext(stream)).type for _ in range(4)]
    task = await held(redis, task_id)
    await task.complete(skill_pb2.SkillDraft(name="x"))
    kinds += [event.type async for event in stream]
    assert kinds == ["queued", "started", "failed", "queued", "started", "completed"]


async def test_both_ways_of_watching_have_the_same_offsets(tasks, store, redis, acme):
    task_id = await started(store)
    task = await held(redis, task_id)
    for number in range(5):
        await task.write(Note("progress", progress=number))
    await task.complete(skill_pb2.SkillDraft(name="x"))
    request = pb.WatchTaskRequest(task_id=task_id, after=2)
    typed = [event async for event in tasks.WatchTask(request, metadata=acme)]
    frames = [body.data async for body in tasks.StreamTaskEvents(request, metadata=acme)]
    assert [f"id: {event.offset}\nevent: {event.type}\n" for event in typed] == [
        frame.decode().split("data: ")[0] for frame in frames
    ]
