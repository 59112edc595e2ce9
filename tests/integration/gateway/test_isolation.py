"""Whatever is another tenant's does not exist: no answer tells a foreign id from an unknown one."""

import dataclasses
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manusmesh.type.v1 import policy_pb2, skill_pb2
from meshkit import policy, tenants
from meshkit.auth import keys as api_keys
from meshkit.errors import MeshError, Reason
from meshkit.redis import Redis
from meshkit.tasks import keys
from meshkit.tasks.store import TaskStore
from meshkit.webhooks.outbox import Outbox
from tests.integration.gateway.conftest import DESCRIPTORS
from tests.support.dead import buried
from tests.support.grpc_server import bearer
from tests.support.tasks import TENANT, held, new_task

STATES = ("queued", "running", "paused", "completed", "failed", "cancelled", "dead")
LIMITS = ("ratelimit-remaining", "ratelimit-reset", "x-trace-id")
"""What differs from call to call, whoever calls for whatever."""


def methods() -> Iterator[MethodDescriptor]:
    """Every RPC that tenants may call and that names a task."""
    policies = policy.read(DESCRIPTORS)
    for service in DESCRIPTORS:
        for method in service.methods:
            rule = policies[f"/{service.full_name}/{method.name}"]
            named = "task_id" in method.input_type.fields_by_name
            if named and rule.access == policy_pb2.ACCESS_TENANT:
                yield method


METHODS = {method.full_name.rpartition(".")[2]: method for method in methods()}


@dataclasses.dataclass(frozen=True)
class Answer:
    """All that a caller can see of an answer, ids apart."""

    code: str
    message: str
    sent: bytes
    trailers: tuple[tuple[str, str | bytes], ...]


async def asked(channel, metadata, method: MethodDescriptor, request: Message) -> Answer:
    """What a call answers."""
    answer_type = GetMessageClass(method.output_type)
    path = f"/{method.containing_service.full_name}/{method.name}"
    kind = channel.unary_stream if method.server_streaming else channel.unary_unary
    call = kind(
        path,
        request_serializer=type(request).SerializeToString,
        response_deserializer=answer_type.FromString,
    )(request, metadata=metadata, timeout=10)
    task_id = request.task_id  # type: ignore[attr-defined]
    sent = []
    try:
        if method.server_streaming:
            sent += [message.SerializeToString() async for message in call]
        else:
            sent.append((await call).SerializeToString())
    except grpc.aio.AioRpcError as error:
        trailers = error.trailing_metadata() or ()
        message = error.details() or ""
    else:
        trailers, message = await call.trailing_metadata() or (), ""
    shown = [*(await call.initial_metadata() or ()), *trailers]
    return Answer(
        (await call.code()).name,
        message.replace(task_id, "ID"),
        b"".join(sent).replace(task_id.encode(), b"ID"),
        tuple(
            (
                name,
                value.replace(task_id.encode(), b"ID")
                if isinstance(value, bytes)
                else value.replace(task_id, "ID"),
            )
            for name, value in shown
            if name not in LIMITS
        ),
    )


async def task_in(redis: Redis, store: TaskStore, state: str) -> str:
    """A task of tenant acme in a state, with a webhook."""
    if state == "dead":
        return await buried(redis, store)
    url = "https://hooks.example.com/x"
    task_id = (await store.create(dataclasses.replace(new_task(), callback_url=url))).task_id
    if state in ("paused", "cancelled"):
        await store.control(TENANT, task_id, {"paused": "pause", "cancelled": "cancel"}[state])
    elif state != "queued":
        task = await held(redis, task_id)
        if state == "completed":
            await task.complete(skill_pb2.SkillDraft(name="secret"))
        elif state == "failed":
            await task.fail(MeshError(Reason.INTERNAL, "secret"))
    if state in ("completed", "failed", "cancelled"):
        await Outbox(redis).schedule(TENANT, task_id)
    return task_id


async def contents(redis: Redis, task_id: str) -> list[object]:
    """All that is stored of a task."""
    dumps = [await redis.execute("DUMP", name) for name in keys.all_of(task_id)]
    return [*dumps, await redis.execute("ZSCORE", keys.waiting(TENANT), task_id)]


@pytest.fixture
async def stranger(redis) -> tuple[tuple[str, str], ...]:
    """The metadata of a tenant that owns nothing and may call as often as it likes."""
    await tenants.create(redis, "stranger")
    limit = tenants.Limit(per_hour=1_000_000, burst=100_000)
    await tenants.set_limit(redis, tenant_id="tenant_stranger", limit_class="status", limit=limit)
    return bearer(await api_keys.issue(redis, tenant="stranger", env="dev"))


def test_no_rpc_is_forgotten():
    assert {
        *("GetTask", "WatchTask", "StreamTaskEvents", "CancelTask", "PauseTask", "ResumeTask"),
        *("RetryTask", "GetWebhookDelivery", "ReplayWebhookDelivery"),
    } < set(METHODS)
    assert len(METHODS) >= 12


@given(
    name=st.sampled_from(sorted(METHODS)),
    state=st.sampled_from(STATES),
    numbers=st.integers(0, 2**31 - 1),
    text=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    header=st.sampled_from(["", "0", "3", "2147483647"]),
)
@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_a_foreign_id_is_an_unknown_id(
    *, channel, redis, store, stranger, name, state, numbers, text, header
):
    method = METHODS[name]
    # However many examples there are, the tenant's queue is never full.
    await redis.execute("DEL", keys.waiting(TENANT))
    foreign = await task_in(redis, store, state)
    before = await contents(redis, foreign)
    answers = []
    for task_id in (foreign, keys.new_task_id()):
        request = GetMessageClass(method.input_type)(task_id=task_id)
        fields = method.input_type.fields_by_name
        for number, most in (("wait_seconds", 50), ("after", 2**31 - 1)):
            if number in fields:
                setattr(request, number, numbers % (most + 1))
        if "reason" in fields:
            request.reason = text
        metadata = (*stranger, ("last-event-id", header)) if header else stranger
        answers.append(await asked(channel, metadata, method, request))
    assert answers[0] == answers[1]
    assert answers[0].code == "NOT_FOUND"
    body = dict(answers[0].trailers)["error-json"]
    assert '"code":"TASK_NOT_FOUND"' in body or '"code":"NOT_FOUND"' in body
    assert "secret" not in str(answers[0])
    # And nothing has happened to it.
    assert await contents(redis, foreign) == before


async def test_foreign_tasks_are_in_no_list(channel, redis, store, stranger):
    for state in STATES:
        await task_in(redis, store, state)
    for service in DESCRIPTORS:
        for method in service.methods:
            listed = "page_token" in method.input_type.fields_by_name
            rule = policy.read([service])[f"/{service.full_name}/{method.name}"]
            if not listed or rule.access != policy_pb2.ACCESS_TENANT:
                continue
            answer = await channel.unary_unary(
                f"/{service.full_name}/{method.name}",
                request_serializer=GetMessageClass(method.input_type).SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )(GetMessageClass(method.input_type)(page_size=100), metadata=stranger)
            assert answer == GetMessageClass(method.output_type)()


async def test_every_state_is_reached(redis, store):
    """Otherwise the tests above would say less than they seem to."""
    for state in STATES:
        task = await store.get(TENANT, await task_in(redis, store, state))
        assert task.status == ("failed" if state == "dead" else state)
