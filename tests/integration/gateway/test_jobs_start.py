"""Starting jobs: what a start keeps of its request, its idempotency key, and why it is refused."""

import pytest

from manusmesh.content.v1 import (
    analyze_brand_voice_pb2,
    content_service_pb2,
    generate_skill_pb2,
)
from manusmesh.type.v1 import post_pb2
from meshkit.errors import Reason
from meshkit.tasks import keys
from tests.integration.gateway.job_calls import headers, start
from tests.support.grpc_server import failure
from tests.support.tasks import TENANT, held, skill_request


async def test_start(content, store, acme):
    call = content.StartGenerateSkill(skill_request(), metadata=acme)
    made = await call
    assert (keys.TASK_ID.fullmatch(made.task_id) is not None, made.status) == (True, "queued")
    told = await headers(call)
    assert (told["taskid"], told["taskstatus"]) == (made.task_id, "queued")
    assert "ratelimit-remaining" in told
    task = await store.get(TENANT, made.task_id)
    assert task.job == "generate-skill"


async def test_what_is_started_is_what_was_asked_for(content, redis, acme):
    request = skill_request(3, skill_name="Größer")
    made = await content.StartGenerateSkill(request, metadata=acme)
    stored = (await held(redis, made.task_id)).request
    assert generate_skill_pb2.GenerateSkillRequest.FromString(stored) == request


async def test_the_task_stays_in_the_trace_of_its_start(content, store, acme):
    traced = (*acme, ("traceparent", f"00-{'a' * 32}-{'2' * 16}-01"))
    made = await start(content, traced)
    assert (await store.detailed(TENANT, made.task_id)).detail.trace_id == "a" * 32


@pytest.mark.parametrize("where", ["field", "header"])
async def test_the_same_idempotency_key_is_the_same_task(content, acme, where):
    def send(**fields):
        if where == "field":
            return start(content, acme, idempotency_key="k 1", **fields)
        return start(content, (*acme, ("idempotency-key", "k 1")), **fields)

    first = await send()
    assert (await send()).task_id == first.task_id
    # What does not concern the work may differ.
    assert (await send(tenant_id=TENANT, wait_seconds=5)).task_id == first.task_id
    failed = await failure(
        content.StartGenerateSkill(skill_request(3, idempotency_key="k 1"), metadata=acme)
    )
    assert failed.error.reason == Reason.CONFLICT
    assert failed.error.details["task_id"] == first.task_id


async def test_the_keys_of_field_and_header_must_be_the_same(content, acme):
    metadata = (*acme, ("idempotency-key", "header"))
    request = skill_request(idempotency_key="field")
    failed = await failure(content.StartGenerateSkill(request, metadata=metadata))
    assert failed.error.reason == Reason.INVALID_ARGUMENT
    assert [v.field for v in failed.error.violations] == ["idempotency_key"]
    first = await start(content, metadata, idempotency_key="header")
    assert (await start(content, metadata)).task_id == first.task_id


async def test_an_empty_key_is_none(content, acme):
    metadata = (*acme, ("idempotency-key", ""))
    assert (await start(content, metadata)).task_id != (await start(content, metadata)).task_id


async def test_a_key_that_is_too_long_is_refused(content, acme):
    metadata = (*acme, ("idempotency-key", "x" * 256))
    failed = await failure(content.StartGenerateSkill(skill_request(), metadata=metadata))
    assert [v.field for v in failed.error.violations] == ["idempotency_key"]


async def test_another_tenants_name_in_the_request_is_refused(content, acme):
    assert (await start(content, acme, tenant_id=TENANT)).task_id
    for method in (content.StartGenerateSkill, content.RunGenerateSkill):
        failed = await failure(method(skill_request(tenant_id="tenant_other"), metadata=acme))
        assert failed.error.reason == Reason.PERMISSION_DENIED


async def test_a_full_queue(content, acme, store, monkeypatch):
    monkeypatch.setattr(store._queue, "_max_per_tenant", 1)
    await start(content, acme)
    failed = await failure(content.StartGenerateSkill(skill_request(), metadata=acme))
    assert (failed.code, failed.error.reason) == ("UNAVAILABLE", Reason.OVERLOADED)
    assert int(failed.trailers["retry-after"]) >= 1


async def test_competitors_that_are_wanted_and_not_named_are_the_field_to_look_at(content, acme):
    post = post_pb2.Post(platform="linkedin", content="Fresh coffee every morning.")
    post.created_at.GetCurrentTime()
    post.engagement.SetInParent()
    request = analyze_brand_voice_pb2.AnalyzeBrandVoiceRequest(
        posts=[post], include_competitors=True
    )
    failed = await failure(content.StartAnalyzeBrandVoice(request, metadata=acme))
    [violation] = failed.error.violations
    assert violation.field == "competitors"
    assert failed.text == "competitors: name at least one, or leave include_competitors out"


async def test_every_content_method_is_served(channel, acme):
    service = content_service_pb2.DESCRIPTOR.services_by_name["ContentService"]
    for method in service.methods:
        call = channel.unary_unary(f"/{service.full_name}/{method.name}")
        assert (await failure(call(b"", metadata=acme))).error.reason == Reason.INVALID_ARGUMENT
