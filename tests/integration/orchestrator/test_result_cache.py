"""An identical request is answered with an earlier result."""

import pytest

from jobs import actions
from jobs.job import Job
from manusmesh.content.v1 import competitive_analysis_pb2
from manusmesh.type.v1 import run_pb2
from meshkit.errors import MeshError, Reason
from meshkit.tasks import events, keys
from tests.support.eventually import eventually
from tests.support.tasks import PLAN, TENANT, started, until

COMPARE = competitive_analysis_pb2.CompetitiveAnalysisRequest(analysis_period_days=7)


@pytest.fixture
def compared(jobs) -> list[str]:
    """A job that remembers its results; what it has done, once a run.

    North cannot be read when the request asks for "gone", nor at first when it asks for "late".
    """
    runs: list[str] = []

    async def run(request, steps):
        runs.append(steps.task_id)
        await steps.follow(await steps.run("plan", actions.PLAN, actions.PLAN.request(), title="P"))
        gone = "gone" in request.focus_areas or ("late" in request.focus_areas and len(runs) == 1)
        if gone:
            steps.missing("research_1", "North", MeshError(Reason.NOT_FOUND, "gone"))
        return competitive_analysis_pb2.CompetitiveAnalysisResult(
            total_posts_analyzed=len(runs), usage=run_pb2.Usage(llm_calls=3), partial=gone
        )

    jobs["competitive-analysis"] = Job(
        name="competitive-analysis",
        request=competitive_analysis_pb2.CompetitiveAnalysisRequest,
        result=competitive_analysis_pb2.CompetitiveAnalysisResult,
        run=run,
        timeout_s=60,
        cached_s=3600,
    )
    return runs


async def compare(store, *, tenant_id: str = TENANT, **fields):
    """The result of a comparison, and the task."""
    request = competitive_analysis_pb2.CompetitiveAnalysisRequest(**fields)
    request.MergeFrom(COMPARE)
    content = request.SerializeToString()
    task_id = await started(store, job="competitive-analysis", request=content, tenant_id=tenant_id)
    await until(store, task_id, "completed", tenant_id=tenant_id)
    return await compared_by(store, task_id, tenant_id)


async def compared_by(store, task_id: str, tenant_id: str = TENANT):
    stored = await store.result(tenant_id, task_id)
    result = competitive_analysis_pb2.CompetitiveAnalysisResult.FromString(stored)
    return result, await store.detailed(tenant_id, task_id)


async def test_an_identical_request_gets_the_earlier_result(store, work, compared):
    async with work():
        first, _ = await compare(store, idempotency_key="a")
        again, _ = await compare(store, idempotency_key="b", callback_url="https://x.example/")
        other, _ = await compare(store, focus_areas=["price"])
        anew, _ = await compare(store, no_cache=True)
        last, _ = await compare(store)
    assert (first.cached, first.total_posts_analyzed, first.usage.llm_calls) == (False, 1, 3)
    assert (again.cached, again.total_posts_analyzed, again.usage.llm_calls) == (True, 1, 0)
    assert (other.cached, other.total_posts_analyzed) == (False, 2)
    assert (anew.cached, anew.total_posts_analyzed) == (False, 3)
    assert (last.cached, last.total_posts_analyzed) == (True, 3)


async def test_a_cached_answer_is_one_step(store, redis, work, compared):
    async with work():
        _, first = await compare(store)
        _, again = await compare(store)
    assert [(step.step, step.agent, step.status) for step in again.detail.steps] == [
        ("cache", "orchestrator", "completed")
    ]
    assert [step.step for step in again.completed_steps] == ["cache"]
    assert (again.total_steps, again.progress, again.partial) == (1, 100, False)
    read = await events.read(redis, again.task_id, after=0)
    assert [event.type for event in read] == ["queued", "started", "step_completed", "completed"]
    assert first.task_id in read[2].message
    assert not again.detail.HasField("plan")


async def test_a_partial_result_is_remembered_with_what_is_missing(store, work, compared):
    async with work():
        first, made = await compare(store, focus_areas=["gone"])
        again, cached = await compare(store, focus_areas=["gone"])
    assert (first.cached, again.cached, len(compared)) == (False, True, 1)
    assert (again.partial, cached.partial) == (True, True)
    assert [(each.step, each.name) for each in cached.missing] == [("research_1", "North")]
    assert cached.missing == made.missing


async def test_a_retry_of_a_partial_task_replaces_what_was_cached(store, work, compared):
    async with work():
        _, task = await compare(store, focus_areas=["late"])
        await store.control(TENANT, task.task_id, "retry")
        await eventually(lambda: len(compared) == 2)
        await until(store, task.task_id, "completed")
        retried, task = await compared_by(store, task.task_id)
        again, _ = await compare(store, focus_areas=["late"])
    assert (retried.cached, retried.partial, task.partial) == (False, False, False)
    assert (again.cached, again.partial, again.total_posts_analyzed) == (True, False, 2)


async def test_a_retry_of_a_partial_answer_from_the_cache_works_anew(store, work, compared):
    async with work():
        await compare(store, focus_areas=["late"])
        _, task = await compare(store, focus_areas=["late"])
        await store.control(TENANT, task.task_id, "retry")
        await eventually(lambda: len(compared) == 2)
        await until(store, task.task_id, "completed")
        retried, task = await compared_by(store, task.task_id)
        again, _ = await compare(store, focus_areas=["late"])
    assert (retried.cached, task.partial) == (False, False)
    assert [step.step for step in task.completed_steps] == ["cache", "plan"]
    # What the plan foresees, planning, and the step of before.
    assert task.total_steps == len(PLAN.subtasks) + 2
    assert (again.cached, again.total_posts_analyzed) == (True, 2)


async def test_what_is_cached_teaches_nothing_of_how_long_a_job_takes(
    store, redis, work, compared, monkeypatch
):
    monkeypatch.setattr("meshkit.tasks.durations._LEARN_EVERY_S", 0.0)
    async with work():
        await compare(store)
        key = keys.durations("competitive-analysis", TENANT)
        await eventually(lambda: redis.execute("HLEN", key))
        before = await redis.execute("HGETALL", key)
        await compare(store)
    # The worker has drained: whatever follows the end of a task has been done.
    assert await redis.execute("HGETALL", key) == before


async def test_results_are_a_tenants_own(store, work, compared):
    async with work():
        await compare(store)
        theirs, _ = await compare(store, tenant_id="tenant_other")
    assert (theirs.cached, len(compared)) == (False, 2)
