import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manusmesh.task.v1 import dead_letter_service_pb2 as pb
from manusmesh.type.v1 import skill_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import dead_letters, keys
from meshkit.tasks.dead_letters import DeadLetters
from meshkit.tasks.holder import DEATHS_MAX
from tests.support.dead import buried, bury, doomed
from tests.support.tasks import TENANT, claim, expire_lease, held, made, started

pytestmark = pytest.mark.also_on_a_cluster


@pytest.fixture
def letters(redis) -> DeadLetters:
    return DeadLetters(redis)


async def listed(letters: DeadLetters, **request) -> list[str]:
    page = await letters.page(pb.ListDeadLettersRequest(**request))
    return [letter.task_id for letter in page.dead_letters]


async def stored(redis) -> list[str]:
    return [item.decode() for item in await redis.execute("ZRANGE", dead_letters.letters(), 0, -1)]


async def test_a_letter_says_why(letters, redis, store):
    task_id = await buried(redis, store)
    letter = await letters.get(task_id)
    assert (letter.task_id, letter.tenant_id, letter.job) == (task_id, TENANT, "generate-skill")
    assert letter.step == "coder"
    assert list(letter.holders) == ["orchestrator-1", "orchestrator-2", "orchestrator-3"]
    assert letter.error.code == "INTERNAL"
    assert "'coder'" in letter.error.message
    assert letter.error.details["deaths"] == DEATHS_MAX
    assert abs(letter.died_at.ToMilliseconds() / 1000 - time.time()) < 60
    assert not letter.HasField("task")
    assert await listed(letters) == [task_id]


async def test_adding_twice_is_adding_once(letters, redis, store):
    task_id = await buried(redis, store)
    before = await redis.execute("ZRANGE", dead_letters.letters(), 0, -1, "WITHSCORES")
    await letters.add(TENANT, task_id)
    after = await redis.execute("ZRANGE", dead_letters.letters(), 0, -1, "WITHSCORES")
    assert before == after


async def test_only_what_was_given_up_is_a_letter(letters, redis, store):
    queued = await started(store)
    taken_over = await started(store)
    await doomed(redis, taken_over, deaths=1)
    await (await held(redis, taken_over)).fail(MeshError(Reason.INVALID_ARGUMENT, "x"))
    doomed_still = await started(store)
    await doomed(redis, doomed_still)
    foreign = await buried(redis, store, tenant_id="tenant_other")
    await redis.execute("DEL", dead_letters.letters())
    for task_id in (queued, taken_over, doomed_still, foreign, keys.new_task_id()):
        await letters.add(TENANT, task_id)
    assert await stored(redis) == []
    for task_id in (queued, taken_over, doomed_still, keys.new_task_id(), "x", "{a}:x", "task_*"):
        with pytest.raises(MeshError) as raised:
            await letters.get(task_id)
        assert raised.value.reason == Reason.TASK_NOT_FOUND


async def test_a_finished_step_forgives_the_deaths_before_it(letters, redis, store):
    task_id = await started(store)
    await doomed(redis, task_id, deaths=2)
    task = await held(redis, task_id)
    await task.write(made("coder", skill_pb2.SkillDraft(name="x")))
    await task.flush()
    await expire_lease(redis, task_id)
    task = await held(redis, task_id, name="b")
    assert task.dead is None


async def test_requeue(letters, redis, store, queue):
    task_id = await buried(redis, store, tenant_id="tenant_other")
    while await claim(queue):
        """Nothing else is queued."""
    letter = await letters.requeue(store, task_id)
    assert letter.tenant_id == "tenant_other"
    assert await stored(redis) == []
    assert await claim(queue) == task_id
    task = await store.get("tenant_other", task_id)
    assert (task.status, task.HasField("error")) == ("queued", False)
    # No death is counted any more: it takes as many again to give it up.
    await doomed(redis, task_id, tenant_id="tenant_other", deaths=2)
    assert (await held(redis, task_id)).dead is None


async def test_requeue_of_what_is_no_letter(letters, redis, store):
    task_id = await buried(redis, store)
    await letters.requeue(store, task_id)
    for other in (task_id, await started(store), keys.new_task_id(), "x"):
        with pytest.raises(MeshError) as raised:
            await letters.requeue(store, other)
        assert raised.value.reason == Reason.TASK_NOT_FOUND


async def test_two_operators_requeue_at_once(letters, redis, store, monkeypatch):
    task_id = await buried(redis, store)
    letter = await letters.get(task_id)
    await letters.requeue(store, task_id)

    async def looked_before(_: str) -> pb.DeadLetter:
        return letter

    monkeypatch.setattr(letters, "get", looked_before)
    with pytest.raises(MeshError) as raised:
        await letters.requeue(store, task_id)
    assert raised.value.reason == Reason.TASK_NOT_FOUND


async def test_a_letter_goes_when_its_owner_retries_the_task(letters, redis, store):
    task_id = await buried(redis, store)
    kept = await buried(redis, store)
    await store.control(TENANT, task_id, "retry")
    assert await listed(letters) == [kept]
    assert await stored(redis) == [kept]
    await (await held(redis, task_id)).complete(skill_pb2.SkillDraft(name="x"))
    assert await listed(letters) == [kept]


async def test_a_letter_goes_when_its_task_expires(letters, redis, store):
    task_id = await buried(redis, store)
    await redis.execute("DEL", *keys.all_of(task_id))
    assert await listed(letters) == []
    assert await stored(redis) == []


async def test_letters_that_nobody_lists_do_not_pile_up(letters, redis, store):
    await redis.execute("ZADD", dead_letters.letters(), 1, keys.new_task_id())
    task_id = await buried(redis, store)
    assert await stored(redis) == [task_id]


async def test_a_task_that_dies_again_is_not_forgotten_by_a_late_list(letters, redis, store):
    task_id = await buried(redis, store)
    died_at = (await letters.get(task_id)).died_at.ToMilliseconds()
    await letters.requeue(store, task_id)
    await bury(redis, task_id)
    if (await letters.get(task_id)).died_at.ToMilliseconds() == died_at:
        await redis.execute("ZADD", dead_letters.letters(), died_at + 1, task_id)
    await letters._forget(died_at, task_id)
    assert await stored(redis) == [task_id]


async def test_a_requeue_cut_short_leaves_nothing_behind(letters, redis, store, monkeypatch):
    """Between the task and its letter the process dies."""
    task_id = await buried(redis, store)

    async def dies(*_) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(letters, "_forget", dies)
        with pytest.raises(InterruptedError):
            await letters.requeue(store, task_id)
    assert await stored(redis) == [task_id]
    assert await listed(letters) == []
    assert await stored(redis) == []


@given(
    tenants=st.lists(st.sampled_from(["a", "b"]), max_size=9),
    times=st.lists(st.integers(1, 3), min_size=9, max_size=9),
    retried=st.sets(st.integers(0, 8)),
    size=st.integers(1, 4),
    tenant=st.sampled_from(["", "tenant_a"]),
)
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_pages_hold_each_letter_once_the_latest_first(
    *, letters, redis, tenants, times, retried, size, tenant
):
    await redis.execute("DEL", dead_letters.letters())
    now = round(time.time() * 1000)
    expected = []
    for number, name in enumerate(tenants):
        task_id = keys.new_task_id()
        # Several may die in one millisecond.
        died_at = now + times[number]
        status = "queued" if number in retried else "failed"
        fields = ("status", status, "deaths", 3, "tenant_id", f"tenant_{name}")
        await redis.execute("HSET", keys.task(task_id), *fields, "completed_at", died_at)
        await redis.execute("ZADD", dead_letters.letters(), died_at, task_id)
        if status == "failed" and tenant in ("", f"tenant_{name}"):
            expected.append((died_at, task_id))
    seen, token = [], ""
    for _ in range(20):
        request = pb.ListDeadLettersRequest(page_size=size, page_token=token, tenant_id=tenant)
        page = await letters.page(request)
        assert len(page.dead_letters) <= size
        seen += [(letter.died_at.ToMilliseconds(), letter.task_id) for letter in page.dead_letters]
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted(expected, reverse=True)


async def test_a_call_looks_at_so_many_and_says_where_to_go_on(letters, redis, store, monkeypatch):
    """A tenant's few letters among many of others' do not make one call endless."""
    monkeypatch.setattr("meshkit.tasks.dead_letters._SCAN_MAX", 1)
    monkeypatch.setattr("meshkit.tasks.index.PAGE", 1)
    mine = await buried(redis, store)
    await buried(redis, store, tenant_id="tenant_other")
    page = await letters.page(pb.ListDeadLettersRequest(tenant_id=TENANT))
    assert list(page.dead_letters) == []
    token = page.next_page_token
    assert await listed(letters, tenant_id=TENANT, page_token=token) == [mine]


async def test_a_requeue_that_redis_fails_is_told_as_that(letters, redis, store, monkeypatch):
    task_id = await buried(redis, store)

    async def away(_: str) -> None:
        raise MeshError(Reason.UPSTREAM_UNAVAILABLE, "Redis is not available.")

    monkeypatch.setattr(store, "requeue_dead", away)
    with pytest.raises(MeshError) as raised:
        await letters.requeue(store, task_id)
    assert raised.value.reason == Reason.UPSTREAM_UNAVAILABLE
    assert await listed(letters) == [task_id]


@pytest.mark.parametrize("token", ["x", "OjE", "MTp0YXNrX3g"])
async def test_a_token_of_nobodys(letters, token):
    with pytest.raises(MeshError) as raised:
        await letters.page(pb.ListDeadLettersRequest(page_token=token))
    assert [violation.field for violation in raised.value.violations] == ["page_token"]
