import asyncio
import json
from collections.abc import AsyncIterator

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from manusmesh.content.v1 import content_service_pb2, content_service_pb2_grpc
from manusmesh.system.v1 import system_service_pb2, system_service_pb2_grpc
from manusmesh.task.v1 import task_pb2, task_service_pb2, task_service_pb2_grpc
from manusmesh.tenant.v1 import tenant_service_pb2, tenant_service_pb2_grpc
from meshkit import middleware
from meshkit.auth import keys
from meshkit.auth.principal import InternalAuthenticator, KeyAuthenticator
from meshkit.errors import MeshError, Reason, from_rpc_error
from meshkit.middleware import current_call
from meshkit.ratelimit import RateLimiter
from tests.support import grpc_server
from tests.support.eventually import eventually
from tests.support.grpc_server import bearer, failure
from tests.support.tasks import skill_request

TASK_ID = f"task_{'0' * 32}"
WATCH = task_service_pb2.WatchTaskRequest(task_id=TASK_ID)
GET = task_service_pb2.GetTaskRequest(task_id=TASK_ID)


class Tasks(task_service_pb2_grpc.TaskServiceServicer):
    """Does what a test sets."""

    def __init__(self) -> None:
        self.raises: Exception | None = None
        self.messages = 2
        self.waits: asyncio.Event | None = None
        self.cleaned = asyncio.Event()
        self.calls: list[middleware.Call] = []

    async def GetTask(self, request, context):  # noqa: N802
        self.calls.append(current_call.get())
        if self.waits is not None:
            await self.waits.wait()
        if self.raises is not None:
            raise self.raises
        return task_pb2.Task(task_id=request.task_id)

    async def WatchTask(self, request, context):  # noqa: N802
        try:
            for number in range(self.messages):
                yield task_service_pb2.TaskEvent(offset=number + 1)
            if self.waits is not None:
                await self.waits.wait()
            if self.raises is not None:
                raise self.raises
        finally:
            self.cleaned.set()


class System(system_service_pb2_grpc.SystemServiceServicer):
    async def GetHealth(self, request, context):  # noqa: N802
        return system_service_pb2.GetHealthResponse(status="ok")


class Content(content_service_pb2_grpc.ContentServiceServicer):
    async def StartGenerateSkill(self, request, context):  # noqa: N802
        return task_pb2.StartedTask(task_id=TASK_ID)


@pytest.fixture
def servicer() -> Tasks:
    return Tasks()


@pytest.fixture
def observed() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def channel(redis, servicer, observed) -> AsyncIterator[grpc.aio.Channel]:
    descriptors = [
        task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
        system_service_pb2.DESCRIPTOR.services_by_name["SystemService"],
        content_service_pb2.DESCRIPTOR.services_by_name["ContentService"],
        tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"],
    ]
    registers = [
        lambda s: task_service_pb2_grpc.add_TaskServiceServicer_to_server(servicer, s),
        lambda s: system_service_pb2_grpc.add_SystemServiceServicer_to_server(System(), s),
        lambda s: content_service_pb2_grpc.add_ContentServiceServicer_to_server(Content(), s),
        lambda s: tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
            tenant_service_pb2_grpc.TenantServiceServicer(), s
        ),
    ]
    middlewares = middleware.standard(
        KeyAuthenticator(redis),
        limiter=RateLimiter(redis),
        observe=lambda path, outcome, _: observed.append((path.rpartition("/")[2], outcome)),
    )
    async with grpc_server.serve(descriptors, registers, middlewares) as opened:
        yield opened


@pytest.fixture
def tasks(channel) -> task_service_pb2_grpc.TaskServiceStub:
    return task_service_pb2_grpc.TaskServiceStub(channel)


@pytest.fixture
async def caller(redis) -> tuple[tuple[str, str], ...]:
    return bearer(await keys.issue(redis, tenant="acme", env="dev"))


async def test_a_call_that_succeeds(tasks, caller, servicer, observed):
    call = tasks.GetTask(GET, metadata=caller)
    assert (await call).task_id == TASK_ID
    headers = dict(await call.trailing_metadata())
    assert (headers["ratelimit-limit"], headers["ratelimit-remaining"]) == ("100", "99")
    assert "ratelimit-reset" in headers
    [seen] = servicer.calls
    assert (seen.principal.tenant_id, seen.trace is not None) == ("tenant_acme", True)
    await eventually(lambda: observed == [("GetTask", "OK")])


async def test_a_call_goes_on_in_the_trace_of_its_caller(tasks, caller, servicer):
    traceparent = ("traceparent", f"00-{'1' * 32}-{'2' * 16}-01")
    await tasks.GetTask(GET, metadata=(*caller, traceparent))
    assert servicer.calls[0].trace.trace_id == "1" * 32


async def test_a_stream_that_succeeds(tasks, caller, observed):
    call = tasks.WatchTask(WATCH, metadata=caller)
    assert [event.offset async for event in call] == [1, 2]
    assert dict(await call.initial_metadata())["ratelimit-remaining"] == "99"
    await eventually(lambda: observed == [("WatchTask", "OK")])


async def test_an_empty_stream_has_its_headers(tasks, caller, servicer):
    servicer.messages = 0
    call = tasks.WatchTask(WATCH, metadata=caller)
    assert [event async for event in call] == []
    assert dict(await call.initial_metadata())["ratelimit-remaining"] == "99"


async def test_no_key(tasks, servicer, observed):
    failed = await failure(tasks.GetTask(GET))
    assert (failed.code, failed.error.reason) == ("UNAUTHENTICATED", Reason.UNAUTHENTICATED)
    assert (await failure(tasks.WatchTask(WATCH))).error.message == failed.error.message
    assert servicer.calls == []
    await eventually(
        lambda: observed == [("GetTask", "UNAUTHENTICATED"), ("WatchTask", "UNAUTHENTICATED")]
    )


async def test_a_public_method_needs_no_key_and_spends_no_token(channel):
    stub = system_service_pb2_grpc.SystemServiceStub(channel)
    call = stub.GetHealth(system_service_pb2.GetHealthRequest())
    assert (await call).status == "ok"
    assert "ratelimit-limit" not in dict(await call.trailing_metadata())


async def test_a_key_of_another_kind(tasks, redis, servicer):
    admin = bearer(await keys.issue_admin(redis, env="dev"))
    failed = await failure(tasks.GetTask(GET, metadata=admin))
    assert (failed.code, failed.error.reason) == ("PERMISSION_DENIED", Reason.PERMISSION_DENIED)
    assert servicer.calls == []


async def test_a_tenant_who_asks_for_an_operators_method_spends_tokens(channel, redis, caller):
    limit = keys.Limit(per_hour=3600, burst=2)
    await keys.set_limit(redis, tenant_id="tenant_acme", limit_class="status", limit=limit)
    stub = tenant_service_pb2_grpc.TenantServiceStub(channel)
    request = tenant_service_pb2.ListTenantsRequest()
    for left in ("1", "0"):
        failed = await failure(stub.ListTenants(request, metadata=caller))
        assert failed.error.reason == Reason.PERMISSION_DENIED
        assert failed.trailers["ratelimit-remaining"] == left
    failed = await failure(stub.ListTenants(request, metadata=caller))
    assert failed.error.reason == Reason.RATE_LIMITED


async def test_every_violated_field_is_listed(channel, caller):
    request = skill_request(2, target_platforms=["myspace"], skill_name="x", wait_seconds=99)
    request.examples[1].content = "short"
    request.examples[1].platform = ""
    stub = content_service_pb2_grpc.ContentServiceStub(channel)
    failed = await failure(stub.StartGenerateSkill(request, metadata=caller))
    assert (failed.code, failed.error.reason) == ("INVALID_ARGUMENT", Reason.INVALID_ARGUMENT)
    assert {violation.field for violation in failed.error.violations} == {
        "examples[1].content",
        "examples[1].platform",
        "target_platforms[0]",
        "skill_name",
        "wait_seconds",
    }
    body = json.loads(failed.trailers["error-json"])
    assert len(body["error"]["details"]["fields"]) == 5
    assert "(and 4 more)" in failed.text


async def test_each_request_is_checked_however_often_it_comes(channel, caller):
    stub = content_service_pb2_grpc.ContentServiceStub(channel)
    good = content_service_pb2.JobTaskRequest(task_id="task_" + "0" * 32, wait_seconds=1)
    bad = content_service_pb2.JobTaskRequest(task_id=good.task_id, wait_seconds=51)
    for _ in range(2):
        failed = await failure(stub.GetGenerateSkillStatus(good, metadata=caller))
        assert failed.error.reason != Reason.INVALID_ARGUMENT
        failed = await failure(stub.GetGenerateSkillStatus(bad, metadata=caller))
        assert failed.error.reason == Reason.INVALID_ARGUMENT


async def test_an_empty_request_names_what_is_missing(channel, caller):
    stub = content_service_pb2_grpc.ContentServiceStub(channel)
    failed = await failure(stub.StartGenerateSkill(skill_request(0), metadata=caller))
    assert [violation.field for violation in failed.error.violations] == ["examples"]


@pytest.mark.parametrize("raw", [b"\xff\xff\xff", b"\x0a\x05ab", b"\x0a\x01\xff"])
async def test_rubbish_for_a_request_is_an_invalid_argument(channel, caller, raw):
    for path in ("GetTask", "WatchTask"):
        kind = channel.unary_unary if path == "GetTask" else channel.unary_stream
        call = kind(f"/manusmesh.task.v1.TaskService/{path}")
        failed = await failure(call(raw, metadata=caller))
        assert failed.error.reason == Reason.INVALID_ARGUMENT
        assert "DecodeError" not in failed.text + failed.trailers["error-json"]


async def test_rubbish_without_a_key_is_unauthenticated(channel):
    call = channel.unary_unary("/manusmesh.task.v1.TaskService/GetTask")
    assert (await failure(call(b"\xff"))).error.reason == Reason.UNAUTHENTICATED


class SecretError(Exception):
    pass


@pytest.mark.parametrize("bug", [SecretError("hush"), TimeoutError("hush"), AssertionError("hush")])
@pytest.mark.parametrize("seconds", [None, 30])
async def test_a_bug_tells_its_trace_and_nothing_else(
    tasks, caller, servicer, *, bug, seconds, capsys
):
    servicer.raises = bug
    metadata = (*caller, ("traceparent", f"00-{'a' * 32}-{'2' * 16}-01"))
    for call in (
        tasks.GetTask(GET, metadata=metadata, timeout=seconds),
        tasks.WatchTask(WATCH, metadata=metadata, timeout=seconds),
    ):
        failed = await failure(call)
        assert (failed.code, failed.error.reason) == ("INTERNAL", Reason.INTERNAL)
        assert failed.error.details == {"trace_id": "a" * 32}
        said = failed.text + str(failed.trailers)
        assert "hush" not in said
        assert "Error" not in said.replace("ErrorInfo", "")
    assert "hush" in capsys.readouterr().out


async def test_an_error_of_the_mesh_arrives_as_it_is(tasks, caller, servicer, observed):
    servicer.raises = MeshError(Reason.CONFLICT, "Schon fertig – zu spät.", details={"status": "x"})
    failed = await failure(tasks.GetTask(GET, metadata=caller))
    assert (failed.code, failed.text) == ("ABORTED", "Schon fertig – zu spät.")
    assert failed.error.details == {"status": "x"}
    assert failed.trailers["error-status"] == "409"
    assert failed.trailers["ratelimit-remaining"] == "99"
    await eventually(lambda: observed == [("GetTask", "ABORTED")])


async def test_a_stream_that_fails_before_its_first_message(tasks, caller, servicer):
    servicer.messages = 0
    servicer.raises = MeshError(Reason.TASK_NOT_FOUND, "There is no such task.")
    call = tasks.WatchTask(WATCH, metadata=caller)
    failed = await failure(call)
    assert failed.error.reason == Reason.TASK_NOT_FOUND
    assert json.loads(failed.trailers["error-json"])["error"]["code"] == "TASK_NOT_FOUND"


async def test_a_stream_that_fails_after_messages(tasks, caller, servicer):
    servicer.raises = MeshError(Reason.UPSTREAM_UNAVAILABLE, "Gone.")
    call = tasks.WatchTask(WATCH, metadata=caller)
    stream = aiter(call)
    assert [(await anext(stream)).offset for _ in range(2)] == [1, 2]
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await anext(stream)
    assert from_rpc_error(raised.value).message == "Gone."
    assert servicer.cleaned.is_set()


async def test_the_deadline_ends_the_work_and_is_explained(tasks, caller, servicer, monkeypatch):
    # Half a minute before the caller's own clock does it.
    monkeypatch.setattr(middleware, "_DEADLINE_MARGIN_S", 29.5)
    servicer.waits = asyncio.Event()
    for call in (
        tasks.GetTask(GET, metadata=caller, timeout=30),
        tasks.WatchTask(WATCH, metadata=caller, timeout=30),
    ):
        failed = await failure(call)
        assert (failed.code, failed.error.reason) == ("DEADLINE_EXCEEDED", Reason.DEADLINE_EXCEEDED)
        # The servicer's own answer, not gRPC's: it came in time.
        assert "error-json" in failed.trailers
    assert servicer.cleaned.is_set()


async def test_a_caller_who_leaves_ends_the_work(tasks, caller, servicer):
    servicer.waits = asyncio.Event()
    call = tasks.WatchTask(WATCH, metadata=caller)
    await call.read()
    call.cancel()
    async with asyncio.timeout(60):
        await servicer.cleaned.wait()


async def test_the_rate_limit_refuses_and_says_when_to_come_back(channel, redis, caller):
    limit = keys.Limit(per_hour=3600, burst=2)
    await keys.set_limit(redis, tenant_id="tenant_acme", limit_class="async", limit=limit)
    stub = content_service_pb2_grpc.ContentServiceStub(channel)
    for left in ("1", "0"):
        call = stub.StartGenerateSkill(skill_request(), metadata=caller)
        await call
        assert dict(await call.trailing_metadata())["ratelimit-remaining"] == left
    failed = await failure(stub.StartGenerateSkill(skill_request(), metadata=caller))
    assert (failed.code, failed.error.reason) == ("RESOURCE_EXHAUSTED", Reason.RATE_LIMITED)
    assert failed.trailers["retry-after"] == "1"
    assert failed.trailers["ratelimit-limit"] == "2"
    assert failed.trailers["ratelimit-remaining"] == "0"
    assert failed.error.details == {"limit": 3600, "window": 3600, "remaining": 0}
    status = status_pb2.Status.FromString(failed.trailers["grpc-status-details-bin"])
    quota = error_details_pb2.QuotaFailure()
    assert status.details[-1].Unpack(quota)
    assert quota.violations[0].subject == "tenant:tenant_acme/async"


async def test_without_redis_calls_are_refused(tasks, redis, caller, servicer):
    await redis.close()
    failed = await failure(tasks.GetTask(GET, metadata=caller))
    assert (failed.code, failed.error.reason) == ("UNAVAILABLE", Reason.UPSTREAM_UNAVAILABLE)
    assert servicer.calls == []


@pytest.mark.parametrize("path", ["/manusmesh.task.v1.TaskService/Nothing", "/a.B/C"])
async def test_an_unknown_method_is_unimplemented(channel, path):
    assert (await failure(channel.unary_unary(path)(b""))).code == "UNIMPLEMENTED"


async def test_a_method_that_was_registered_without_its_policy_is_nobodys(redis, servicer, caller):
    async with grpc_server.serve(
        [],
        [lambda s: task_service_pb2_grpc.add_TaskServiceServicer_to_server(servicer, s)],
        middleware.standard(KeyAuthenticator(redis)),
    ) as channel:
        stub = task_service_pb2_grpc.TaskServiceStub(channel)
        failed = await failure(stub.GetTask(GET, metadata=caller))
    assert failed.error.reason == Reason.PERMISSION_DENIED


async def test_the_internal_key_opens_no_tenants_method(servicer):
    key = "0123456789abcdef"
    async with grpc_server.serve(
        [task_service_pb2.DESCRIPTOR.services_by_name["TaskService"]],
        [lambda s: task_service_pb2_grpc.add_TaskServiceServicer_to_server(servicer, s)],
        middleware.standard(InternalAuthenticator(key)),
    ) as channel:
        stub = task_service_pb2_grpc.TaskServiceStub(channel)
        failed = await failure(stub.GetTask(GET, metadata=bearer(key)))
    assert failed.error.reason == Reason.PERMISSION_DENIED
